//! What people ask by hand of CloudNativePG's and kube-state-metrics' names, asked of a real Prometheus that scrapes Lifeboat.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;
mod watched;

use std::{collections::BTreeSet, process::Command};

use jiff::Timestamp;
use lifeboat_testkit::{http::request, tools::tool};
use serde_json::Value;
use support::{HOUR, cnpg, cron_job};
use watched::Watched;

const DATABASE: &str = "cnpg_collector_last_available_backup_timestamp{cluster=\"immich-db\"}";
const MEDIA: &str = "kube_cronjob_status_last_successful_time{namespace=\"immich\", cronjob=\"immich-media-offsite-sync\"}";

fn number(series: &Value) -> f64 {
    series["value"][1].as_str().unwrap().parse().unwrap()
}

/// A database that was backed up 7 hours ago, and media 31 hours ago.
async fn home(now: Timestamp) -> Watched {
    let database = cnpg(now, "postgresql", "immich-db")
        .completed(31 * HOUR, 4)
        .failed(20 * HOUR)
        .completed(7 * HOUR, 4);
    let media = cron_job(now, "immich", "immich-media-offsite-sync").completed(31 * HOUR, 20);
    let other = cron_job(now, "immich", "immich-thumbnails")
        .completed(3 * HOUR, 20)
        .suspended();
    let mut watched = Watched::start().await;
    watched
        .show(vec![database.build(), media.build(), other.build()])
        .await;
    watched
}

#[tokio::test]
async fn ages_moments_and_states_are_right() {
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
    let watched = home(now).await;
    for (what, series, hours) in [("media", MEDIA, 31.0), ("database", DATABASE, 7.0)] {
        let found = watched.query(&format!("(time()-{series})/3600")).await;
        assert_eq!(found.len(), 1, "{what}");
        // The test itself takes a while, but no hour.
        let age = number(&found[0]);
        assert!((hours..hours + 1.0).contains(&age), "{what}: {age}");
    }
    let at = |ago: i64| {
        (now - jiff::SignedDuration::from_mins(ago))
            .as_duration()
            .as_secs_f64()
    };
    let database = "{namespace=\"postgresql\", cluster=\"immich-db\"}";
    let media = "{namespace=\"immich\", cronjob=\"immich-media-offsite-sync\"}";
    let expected = [
        (format!("cnpg_collector_last_available_backup_timestamp{database}"), at(7 * HOUR)),
        (format!("cnpg_collector_last_failed_backup_timestamp{database}"), at(20 * HOUR)),
        (format!("cnpg_collector_first_recoverability_point{database}"), at(31 * HOUR)),
        (format!("kube_cronjob_status_last_successful_time{media}"), at(31 * HOUR)),
        (format!("kube_cronjob_spec_suspend{media}"), 0.0),
        ("kube_cronjob_spec_suspend{cronjob=\"immich-thumbnails\"}".to_owned(), 1.0),
        (
            "cnpg_collector_pg_wal_archive_status{cluster=\"immich-db\", pod=\"immich-db-1\", value=\"ready\"}"
                .to_owned(),
            1.0,
        ),
    ];
    for (query, number_expected) in expected {
        let found = watched.query(&query).await;
        let numbers: Vec<f64> = found.iter().map(number).collect();
        assert_eq!(numbers, [number_expected], "{query}");
    }
    for (query, count) in [
        ("cnpg_collector_last_available_backup_timestamp", 1),
        ("kube_cronjob_status_last_successful_time", 2),
        (
            "kube_cronjob_status_last_successful_time{namespace=\"immich\"}",
            2,
        ),
        ("kube_cronjob_status_last_schedule_time", 2),
        // Not of the suspended one.
        ("kube_cronjob_next_schedule_time", 1),
    ] {
        assert_eq!(watched.query(query).await.len(), count, "{query}");
    }
    watched.prometheus.stop().await;
}

#[tokio::test]
async fn the_tools_of_prometheus_answer_too() {
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
    let watched = home(now).await;
    let url = watched.prometheus.url();

    let output = Command::new(tool("promtool"))
        .args(["query", "instant", &url, &format!("time() - {MEDIA}")])
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("cronjob=\"immich-media-offsite-sync\""),
        "{said}"
    );

    let names = format!("{url}/api/v1/label/__name__/values");
    let names = request("GET", &names, &[], "").await.unwrap().json();
    let names = names["data"].as_array().unwrap().iter();
    let names: BTreeSet<&str> = names.map(|name| name.as_str().unwrap()).collect();
    let names: Vec<&&str> = names
        .iter()
        .filter(|name| name.starts_with("cnpg_"))
        .collect();
    assert_eq!(names.len(), 15, "{names:?}");

    let end = Timestamp::now().as_duration().as_secs_f64();
    let name = "cnpg_collector_last_available_backup_timestamp";
    let range = watched
        .prometheus
        .query_range(name, end - 86_400.0, end, 300.0)
        .await;
    let values = range["result"][0]["values"].as_array().unwrap();
    let newest = values.last().unwrap()[1].as_str().unwrap();
    let made_at = now - jiff::SignedDuration::from_mins(7 * HOUR);
    assert_eq!(newest, made_at.as_second().to_string());
    watched.prometheus.stop().await;
}
