//! The example of docs/several-clusters.md: a Prometheus over two, which each scrape a Lifeboat.
#![expect(clippy::panic, reason = "a panic in a helper is a failed test")]
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use lifeboat_testkit::{prometheus::Prometheus, tools::tool};
use serde_json::Value;
use support::{Server, mixed, sound, view};

fn example(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/federation");
    folder.join(name).canonicalize().unwrap()
}

/// An example with other targets, rules that are found from anywhere, and no patience.
fn configuration(name: &str, replaced: &[(&str, &str)]) -> String {
    let mut text = fs::read_to_string(example(name)).unwrap();
    for rules in ["lifeboat-rules.yaml", "fleet-rules.yaml"] {
        text = text.replace(rules, &example(rules).display().to_string());
    }
    for (old, new) in replaced {
        assert!(text.contains(old), "{old} is not in {name}");
        text = text.replace(old, new);
    }
    text = text.replace("    scrape_interval: 1m\n", "");
    let often = "  scrape_interval: 200ms\n  scrape_timeout: 200ms\n  evaluation_interval: 200ms\n";
    if text.contains("global:\n") {
        text.replace("global:\n", &format!("global:\n{often}"))
    } else {
        format!("global:\n{often}{text}")
    }
}

/// The Prometheus of a cluster.
async fn of_cluster(name: &str, lifeboat: &Server) -> Prometheus {
    let target = lifeboat.address.to_string();
    let replaced = [
        ("cluster: east", &*format!("cluster: {name}")),
        ("lifeboat.lifeboat.svc:9780", &target),
    ];
    let text = configuration("prometheus-of-a-cluster.yaml", &replaced);
    Prometheus::debian().configuration(&text).start().await
}

/// The values of a query, by cluster.
async fn by_cluster(prometheus: &Prometheus, promql: &str) -> BTreeMap<String, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let data = prometheus.query(promql, now.as_secs_f64()).await;
    let found = data["result"].as_array().unwrap().iter();
    found
        .map(|one| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (text(&one["metric"]["cluster"]), text(&one["value"][1]))
        })
        .collect()
}

/// Asks until the answer is this, for half a minute.
async fn becomes(prometheus: &Prometheus, promql: &str, expected: &[(&str, &str)]) {
    let owned = |(cluster, value): &(&str, &str)| ((*cluster).to_owned(), (*value).to_owned());
    let expected: BTreeMap<String, String> = expected.iter().map(owned).collect();
    let mut last = BTreeMap::new();
    for _ in 0..300 {
        last = by_cluster(prometheus, promql).await;
        if last == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{promql} is {last:?}: {}", prometheus.log());
}

#[tokio::test]
async fn the_fleet_is_seen_from_above_and_who_goes_quiet_is_missed() {
    // The same asset names in both; the western one has one that fails, and one of each status.
    let east = Server::of(view(vec![sound("main")])).start();
    let west = Server::of(mixed()).start();
    let (of_east, of_west) = tokio::join!(of_cluster("east", &east), of_cluster("west", &west));
    let address = |prometheus: &Prometheus| prometheus.url().replace("http://", "");
    let text = configuration(
        "prometheus-of-the-fleet.yaml",
        &[
            ("prometheus.east.example.com:9090", &address(&of_east)),
            ("prometheus.west.example.com:9090", &address(&of_west)),
        ],
    );
    // What is federated has times of its own, so what is gone is seen for as long as this.
    let fleet = Prometheus::debian()
        .configuration(&text)
        .flags(["--query.lookback-delta=5s"])
        .start()
        .await;
    becomes(&fleet, "lifeboat:assets", &[("east", "1"), ("west", "4")]).await;
    let worst = "cluster:lifeboat_worst_status:max";
    becomes(&fleet, worst, &[("east", "0"), ("west", "2")]).await;
    let failing = "cluster:lifeboat_assets_failing:count";
    becomes(&fleet, failing, &[("west", "1")]).await;
    let silent = "ALERTS{alertname=\"LifeboatSilent\"}";
    becomes(&fleet, silent, &[]).await;

    // A Lifeboat that ends is missed, and the other is not disturbed.
    drop(east);
    becomes(&fleet, silent, &[("east", "1")]).await;
    becomes(&fleet, worst, &[("west", "2")]).await;
}

#[test]
fn the_examples_are_what_promtool_expects() {
    for (check, name) in [
        ("config", "prometheus-of-a-cluster.yaml"),
        ("config", "prometheus-of-the-fleet.yaml"),
        ("rules", "lifeboat-rules.yaml"),
        ("rules", "fleet-rules.yaml"),
    ] {
        let mut promtool = Command::new(tool("promtool"));
        let output = promtool.args(["check", check]).arg(example(name)).output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {said}");
    }
}
