//! Both versions of Prometheus start, answer, take snapshots and delete series; blocks are made.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

use std::path::PathBuf;

use lifeboat_testkit::blocks::{Counters, Generated, Mode, blocks_in, promtool_blocks};
use lifeboat_testkit::prometheus::{Builder, Prometheus};
use lifeboat_testkit::tree::tree;

/// A day and an hour, so that several blocks of two hours are written and the last is not full.
const COUNTERS: Counters = Counters {
    series: 3,
    samples: 100,
    start: 1_700_000_000,
    step: 900,
};

async fn takes_a_snapshot_and_stops(builder: Builder, version: &str) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let prometheus = builder.admin_api(true).data_directory(&data).start().await;
    prometheus.wait_for_samples(1000).await;
    let build = prometheus.query("prometheus_build_info", now()).await;
    let found = build["result"][0]["metric"]["version"].as_str().unwrap();
    assert!(found.starts_with(version), "{found}");

    let snapshot = prometheus.snapshot(false).await;
    let blocks = blocks_in(&snapshot);
    assert_eq!(blocks.len(), 1, "{blocks:?}");
    for name in ["meta.json", "index", "tombstones", "chunks/000001"] {
        assert!(
            tree(&blocks[0]).contains_key(&PathBuf::from(name)),
            "{name}"
        );
    }
    prometheus.stop().await;
    assert!(data.join("wal").is_dir());
}

fn now() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap().as_secs_f64()
}

#[tokio::test]
async fn debians_prometheus_takes_a_snapshot_and_stops() {
    takes_a_snapshot_and_stops(Prometheus::debian(), "2.").await;
}

#[tokio::test]
async fn the_newest_prometheus_takes_a_snapshot_and_stops() {
    takes_a_snapshot_and_stops(Prometheus::version3(), "3.").await;
}

#[tokio::test]
async fn old_blocks_are_served_and_deletions_leave_tombstones() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = promtool_blocks(folder.path(), &COUNTERS.open_metrics());
    assert!(blocks.len() > 10, "{blocks:?}");
    let prometheus = Prometheus::debian()
        .admin_api(true)
        .data_directory(folder.path())
        .start()
        .await;

    // The third sample of the third series: 2 * 3.
    let value = prometheus
        .query("lifeboat_test_total{series=\"2\"}", 1_700_001_800.0)
        .await;
    assert_eq!(value["result"][0]["value"][1], "6");
    let all = "sum(count_over_time(lifeboat_test_total[2d]))";
    let range = prometheus
        .query_range(all, 1_700_100_000.0, 1_700_100_060.0, 60.0)
        .await;
    assert_eq!(range["result"][0]["values"][0][1], "300");
    assert_eq!(range["result"][0]["values"].as_array().unwrap().len(), 2);

    prometheus
        .delete_series("lifeboat_test_total{series=\"0\"}")
        .await;
    let left = prometheus.query(all, 1_700_100_000.0).await;
    assert_eq!(left["result"][0]["value"][1], "200");
    let empty = 9; // An empty tombstones file is its header and checksum alone.
    for block in blocks {
        assert!(
            block.join("tombstones").metadata().unwrap().len() > empty,
            "{block:?}"
        );
    }
}

#[tokio::test]
async fn a_snapshot_is_refused_when_the_admin_api_is_off() {
    let prometheus = Prometheus::debian().start().await;
    let url = format!("{}/api/v1/admin/tsdb/snapshot", prometheus.url());
    let answer = lifeboat_testkit::http::request("POST", &url, &[], "")
        .await
        .unwrap();
    assert!(!answer.is_success());
    assert!(
        answer.text().contains("admin APIs disabled"),
        "{}",
        answer.text()
    );
}

#[test]
fn blockgen_writes_every_kind_of_block() {
    for mode in [Mode::Float, Mode::Histogram, Mode::OutOfOrder] {
        let folder = tempfile::tempdir().unwrap();
        let blocks = Generated::new(mode)
            .series(5)
            .hours(4)
            .tombstones()
            .write(folder.path());
        assert!(blocks.len() >= 2, "{mode:?}: {blocks:?}");
        for block in blocks {
            assert!(
                tree(&block).contains_key(&PathBuf::from("chunks/000001")),
                "{mode:?}"
            );
        }
    }
}
