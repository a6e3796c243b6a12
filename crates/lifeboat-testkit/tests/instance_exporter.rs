//! The stand-in for an instance's exporter answers as told, and a real Prometheus reads it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lifeboat_testkit::http;
use lifeboat_testkit::instance_exporter::{Behaviour, InstanceExporter, Samples};
use lifeboat_testkit::prometheus::Prometheus;

const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_real_prometheus_reads_every_series_of_it() {
    let now = Timestamp::now();
    let mut samples = Samples::primary("main");
    samples.set_plugin_backups(None, Some(now), None);
    let archived = (3, Some(now - SignedDuration::from_secs(30)));
    samples.set_archiver(now, archived, (0, None));
    let exporter = InstanceExporter::start(samples);
    let prometheus = Prometheus::version3()
        .scrape_target(&exporter.target())
        .start()
        .await;
    exporter.wait_for_scrapes(2, PATIENCE).await;
    let query = async |promql: &str| {
        let now = Timestamp::now().as_duration().as_secs_f64();
        prometheus.query(promql, now).await["result"].take()
    };
    for (series, value) in [
        ("cnpg_collector_last_available_backup_timestamp", "0"),
        ("cnpg_pg_stat_archiver_seconds_since_last_archival", "30"),
        ("cnpg_pg_stat_archiver_seconds_since_last_failure", "-1"),
        ("cnpg_collector_up{cluster=\"main\"}", "1"),
        ("up{job=\"target\"}", "1"),
    ] {
        let result = query(series).await;
        assert_eq!(result[0]["value"][1], value, "{series}: {result:#}");
    }
    let series = "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp";
    let result = query(series).await;
    let expected = now.as_second().to_string();
    let value = result[0]["value"][1].as_str().unwrap();
    assert_eq!(
        value.split('.').next(),
        Some(expected.as_str()),
        "{result:#}"
    );
}

#[tokio::test]
async fn it_fails_in_every_way() {
    let exporter = InstanceExporter::start(Samples::replica("main"));
    let url = format!("http://{}/metrics", exporter.target());
    let get = async || http::request("GET", &url, &[], "").await;

    exporter.update(|samples| samples.set_replication(true, 12.5, false));
    let text = get().await.unwrap().text();
    assert!(text.contains("cnpg_pg_replication_lag 12.5\n"), "{text}");

    exporter.behave(Behaviour::Answer(500, "An error has occurred".to_owned()));
    assert_eq!(get().await.unwrap().status, 500);
    exporter.behave(Behaviour::Reset);
    assert!(get().await.unwrap_err().reset);
    exporter.behave(Behaviour::Hang);
    let hung = tokio::time::timeout(Duration::from_millis(300), get()).await;
    assert!(hung.is_err(), "{hung:?}");
    assert_eq!(exporter.scrapes(), 4);

    let address = exporter.address();
    drop(exporter);
    let refused = get().await.unwrap_err();
    assert!(refused.message.contains("connect"), "{}", refused.message);
    let _back = InstanceExporter::start_at(address, Samples::primary("main"));
    assert!(get().await.unwrap().is_success());
}
