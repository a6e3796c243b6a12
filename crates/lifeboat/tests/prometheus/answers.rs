//! A restored server answers as the original did, whatever kinds of blocks it has.

use lifeboat_testkit::blocks::{Generated, Mode};
use lifeboat_testkit::prometheus::{Builder, Prometheus};
use rstest::rstest;
use serde_json::Value;

use crate::support::{self, Repository, run, text};
use crate::{assert_nothing_is_left, backup, busy};

/// Every sample of the half day before `at`, and what is current at that time.
async fn answers(prometheus: &Prometheus, at: f64) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for query in ["{__name__=~\".+\"}[12h]", "{__name__=~\".+\"}"] {
        all.push(sorted(&prometheus.query(query, at).await));
    }
    assert!(!all[0].is_empty(), "{} has no samples", prometheus.url());
    all
}

/// The time of a backup's newest sample, in Unix seconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 are far below 2^53"
)]
fn end_of(backup: &Value) -> f64 {
    (backup["max_time"].as_i64().unwrap() - 1) as f64 / 1000.0
}

/// Restores the newest backup and starts a server of the same kind on it.
async fn restored(repository: &Repository, builder: Builder) -> Prometheus {
    let target = repository.scratch("restored");
    repository.restore("latest", &target);
    builder
        .admin_api(true)
        .data_directory(&target)
        .start()
        .await
}

#[rstest]
#[case::oldest(Prometheus::debian)]
#[case::newest(Prometheus::version3)]
#[tokio::test]
async fn a_restored_backup_answers_as_the_running_server_did(#[case] version: fn() -> Builder) {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository::new();
    let prometheus = busy(version(), folder.path()).await;
    let taken = run(&mut backup(&prometheus, &repository, &[]))
        .exits(0)
        .json();
    assert_eq!(taken["outcome"], "complete");
    assert_eq!(taken["url"], prometheus.url());
    assert_nothing_is_left(prometheus.data_directory());

    let verified = repository.json("backups verify --level deep");
    assert_eq!(verified["good"], true);
    let at = end_of(&taken);
    // The head is in it: samples that no block on disk holds yet.
    assert!(at > support::now() - 60.0, "{taken}");
    let expected = answers(&prometheus, at).await;
    let past = prometheus
        .query("lifeboat_test_total", 1_700_003_000.0)
        .await;
    assert_eq!(past["result"].as_array().unwrap().len(), 5);

    let second = restored(&repository, version()).await;
    assert_eq!(answers(&second, at).await, expected);
    let again = second.query("lifeboat_test_total", 1_700_003_000.0).await;
    assert_eq!(sorted(&again), sorted(&past));
}

fn sorted(data: &Value) -> Vec<String> {
    let mut rows: Vec<String> = data["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    rows.sort();
    rows
}

#[rstest]
#[case::native_histograms(Generated::new(Mode::Histogram))]
#[case::new_encodings(Generated::new(Mode::Float).new_encodings())]
#[case::out_of_order(Generated::new(Mode::OutOfOrder))]
#[case::tombstones(Generated::new(Mode::Float).tombstones())]
#[tokio::test]
async fn every_kind_of_block_comes_back_as_it_was(#[case] blocks: Generated) {
    let folder = tempfile::tempdir().unwrap();
    let _ = blocks.series(8).hours(4).write(folder.path());
    // A day without compaction, so that the blocks of the test stay what they are.
    let version = || {
        Prometheus::version3().flags([
            "--storage.tsdb.min-block-duration=2h",
            "--storage.tsdb.max-block-duration=2h",
        ])
    };
    let prometheus = version()
        .admin_api(true)
        .data_directory(folder.path())
        .start()
        .await;
    let repository = Repository::new();
    let taken = run(&mut backup(&prometheus, &repository, &["--skip-head"]))
        .exits(0)
        .json();
    assert_eq!(repository.json("backups verify --level deep")["good"], true);
    let at = end_of(&taken);
    let expected = answers(&prometheus, at).await;
    let second = restored(&repository, version()).await;
    assert_eq!(answers(&second, at).await, expected);
}

#[rstest]
#[case::oldest(Prometheus::debian)]
#[case::newest(Prometheus::version3)]
#[tokio::test]
async fn deleted_series_stay_deleted_and_the_restored_server_can_be_backed_up(
    #[case] version: fn() -> Builder,
) {
    let folder = tempfile::tempdir().unwrap();
    let prometheus = busy(version(), folder.path()).await;
    prometheus
        .delete_series("lifeboat_test_total{series=\"3\"}")
        .await;
    let repository = Repository::new();
    let taken = run(&mut backup(&prometheus, &repository, &[]))
        .exits(0)
        .json();
    let second = restored(&repository, version()).await;
    let data = second.query("lifeboat_test_total", 1_700_003_000.0).await;
    let mut series: Vec<String> = data["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| text(&row["metric"]["series"]))
        .collect();
    series.sort();
    assert_eq!(series, ["0", "1", "2", "4"]);

    second.wait_for_samples(500).await;
    let again = run(&mut backup(&second, &repository, &[])).exits(0).json();
    assert_ne!(again["id"], taken["id"]);
    assert_nothing_is_left(second.data_directory());
}
