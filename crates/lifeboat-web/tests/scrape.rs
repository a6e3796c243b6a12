//! Real Prometheus servers scrape the real server.
#![expect(clippy::panic, reason = "a panic in a helper is a failed test")]
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use lifeboat_testkit::{http::request, prometheus::Builder, prometheus::Prometheus};
use rstest::rstest;
use serde_json::Value;
use support::{Server, mixed, sound, view};

fn seconds() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs_f64()
}

/// Asks until the answer fits, for half a minute.
async fn query(prometheus: &Prometheus, promql: &str, fits: impl Fn(&[Value]) -> bool) -> Value {
    for _ in 0..300 {
        let data = prometheus.query(promql, seconds()).await;
        if fits(data["result"].as_array().unwrap()) {
            return data;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{promql} never became what it should: {}", prometheus.log());
}

#[rstest]
#[case::debian(Prometheus::debian())]
#[case::version3(Prometheus::version3())]
#[tokio::test]
async fn prometheus_can_query_the_checks_and_vanished_assets_are_gone(#[case] builder: Builder) {
    let server = Server::of(mixed()).start();
    let prometheus = builder
        .scrape_target(&server.address.to_string())
        .start()
        .await;
    let statuses = query(
        &prometheus,
        "lifeboat_check_status{check=\"fresh\"}",
        |found| found.len() == 4,
    )
    .await;
    let statuses: BTreeMap<&str, &str> = statuses["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let name = one["metric"]["name"].as_str().unwrap();
            (name, one["value"][1].as_str().unwrap())
        })
        .collect();
    let expected = [("edge", "1"), ("main", "0"), ("new", "2"), ("old", "3")];
    assert_eq!(statuses, BTreeMap::from(expected));
    let health = query(&prometheus, "up{job=\"target\"} == 1", |found| {
        found.len() == 1
    })
    .await;
    assert_eq!(health["result"][0]["metric"]["job"], "target");
    // Histograms arrive as such, and the age can be compared with what is promised.
    let late = "time() - lifeboat_recovery_point_timestamp_seconds > -Inf and on (kind, namespace, name) \
                lifeboat_objective_seconds{check=\"fresh\"} == 90000";
    query(&prometheus, late, |found| found.len() == 3).await;
    let quantile = "histogram_quantile(0.5, lifeboat_run_duration_seconds_bucket{name=\"main\",operation=\"backup\"})";
    query(&prometheus, quantile, |found| found.len() == 1).await;

    let mut next = view(vec![sound("main")]);
    next.generation += 1;
    server.views.send(Arc::new(next)).unwrap();
    query(
        &prometheus,
        "lifeboat_check_status{check=\"fresh\"}",
        |found| found.len() == 1,
    )
    .await;
    prometheus.stop().await;
}

#[tokio::test]
async fn each_client_gets_the_format_it_asks_for() {
    let server = Server::of(mixed()).start();
    let url = server.url("/metrics");
    let wanted = [("accept", "application/openmetrics-text;version=1.0.0")];
    let open_metrics = request("GET", &url, &wanted, "").await.unwrap();
    let plain = request("GET", &url, &[], "").await.unwrap();
    assert_eq!(
        open_metrics.header("content-type").unwrap(),
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    assert!(open_metrics.text().ends_with("# EOF\n"));
    assert!(open_metrics.text().contains("# UNIT "));
    assert_eq!(
        plain.header("content-type").unwrap(),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    assert!(!plain.text().contains("# EOF") && !plain.text().contains("# UNIT "));
    assert!(plain.text().contains("process_resident_memory_bytes "));
}

#[tokio::test]
async fn a_server_leaves_out_the_names_that_others_gave_if_it_is_told_to() {
    let names = async |server: Server| {
        let answer = request("GET", &server.url("/metrics"), &[], "").await;
        let text = answer.unwrap().text();
        let lines = text.lines().filter(|line| line.starts_with("kube_job_"));
        lines.count()
    };
    assert_eq!(
        names(Server::of(mixed()).without_compatibility().start()).await,
        0
    );
    assert!(names(Server::of(mixed()).start()).await > 0);
}
