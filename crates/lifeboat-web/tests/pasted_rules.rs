//! Rules that people wrote for other exporters, pasted unchanged, over fleets made by hand: who is alerted about.
//!
//! The rules are evaluated by a real Prometheus that scrapes the real server. How long a condition
//! has to hold (`for`) is Prometheus's own business, so the expressions are asked directly.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;
mod watched;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_controller::AssetView;
use lifeboat_core::{ObjectStoreFacts, ReadFailure};
use lifeboat_testkit::tools::tool;
use rstest::rstest;
use serde_json::Value;
use support::{HOUR, Observed, cnpg, cron_job, failing, moved, operator, sound, unknown};
use watched::Watched;

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/rules")
        .join(file)
}

/// The expressions of a file of rules, by the name of the alert or the record.
fn rules(file: &str) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path(file)).unwrap();
    let document: Value = serde_saphyr::from_str(&text).unwrap();
    let groups = document["groups"].as_array().unwrap();
    let rules = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap());
    rules
        .map(|rule| {
            let name = rule["alert"].as_str().or(rule["record"].as_str()).unwrap();
            (name.to_owned(), rule["expr"].as_str().unwrap().to_owned())
        })
        .collect()
}

/// The alerts of a file whose expressions hold.
async fn alerts(watched: &Watched, file: &str) -> BTreeSet<String> {
    let mut alerts = BTreeSet::new();
    for (alert, expression) in rules(file) {
        if !watched.query(&expression).await.is_empty() {
            alerts.insert(alert);
        }
    }
    alerts
}

/// About which of the label's values each expression holds.
async fn alerts_about(watched: &Watched, file: &str, label: &str) -> BTreeSet<(String, String)> {
    let mut alerts = BTreeSet::new();
    for (alert, expression) in rules(file) {
        for series in watched.query(&expression).await {
            let about = series["metric"][label].as_str().unwrap().to_owned();
            alerts.insert((alert.clone(), about));
        }
    }
    alerts
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[rstest]
#[case("stale_backups.yaml", 2)]
#[case("prometheus_backup.yaml", 2)]
#[case("restore_drills.yaml", 10)]
#[case("barman_plugin.yaml", 13)]
fn pasted_rules_load(#[case] file: &str, #[case] count: usize) {
    assert_eq!(rules(file).len(), count);
    let output = Command::new(tool("promtool"))
        .args(["check", "rules"])
        .arg(path(file))
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
}

#[tokio::test]
async fn stale_backups_are_alerted_about_whatever_the_reason() {
    type Story = fn(Observed) -> Observed;
    let stories: [(&str, Story, bool); 10] = [
        ("sound", |it| it.completed(8 * HOUR, 4), false),
        ("35 hours old", |it| it.completed(35 * HOUR, 4), false),
        ("37 hours old", |it| it.completed(37 * HOUR, 4), true),
        ("new", |it| it.known_for(10), false),
        ("never succeeded", |it| it, true),
        (
            "only ever failed",
            |it| it.failed(30 * HOUR).failed(6 * HOUR),
            true,
        ),
        (
            "failing since days",
            |it| it.completed(50 * HOUR, 4).failed(2 * HOUR),
            true,
        ),
        ("dated in the future", |it| it.completed(-5 * HOUR, 4), true),
        (
            "suspended and forgotten",
            |it| it.completed(50 * HOUR, 4).suspended(),
            true,
        ),
        (
            "blind since it was sound",
            |it| it.completed(50 * HOUR, 4).blind(49 * HOUR),
            true,
        ),
    ];
    let mut watched = Watched::start().await;
    for (story, make, stale) in stories {
        let now = Timestamp::now();
        let database = make(cnpg(now, "postgresql", "immich-db")).build();
        let media = make(cron_job(now, "immich", "immich-media-offsite-sync")).build();
        watched.show(vec![database, media]).await;
        let both = ["CNPGBackupStale", "ImmichMediaBackupStale"];
        let expected = if stale { set(&both) } else { set(&[]) };
        let found = alerts(&watched, "stale_backups.yaml").await;
        assert_eq!(found, expected, "{story}");
    }
    watched.prometheus.stop().await;
}

#[tokio::test]
async fn backups_of_prometheus_are_alerted_about_as_if_jobs_made_them() {
    let now = Timestamp::now();
    let job = || cron_job(now, "observability", "prometheus-backup");
    let (failed, missing) = ("PrometheusBackupFailed", "PrometheusBackupMissing");
    let stories: [(&str, AssetView, &[&str]); 9] = [
        ("by lifeboat, sound", moved(sound("main"), now), &[]),
        (
            "by lifeboat, failing",
            moved(failing("main"), now),
            &[failed, missing],
        ),
        ("by lifeboat, new", moved(unknown("main"), now), &[]),
        (
            "by a job, sound",
            job().completed(8 * HOUR, 20).build(),
            &[],
        ),
        (
            "by a job, missing",
            job().completed(26 * HOUR, 20).build(),
            &[missing],
        ),
        (
            "by a job, failed",
            job().completed(20 * HOUR, 20).failed(60).build(),
            &[failed],
        ),
        (
            "by a job, well again",
            job().failed(20 * HOUR).completed(60, 20).build(),
            &[],
        ),
        (
            "by a job, only failed",
            job().failed(20 * HOUR).build(),
            &[failed, missing],
        ),
        ("by a job, never", job().build(), &[missing]),
    ];
    let mut watched = Watched::start().await;
    for (story, asset, expected) in stories {
        watched.show(vec![asset]).await;
        let found = alerts(&watched, "prometheus_backup.yaml").await;
        assert_eq!(found, set(expected), "{story}");
    }
    watched.prometheus.stop().await;
}

#[tokio::test]
async fn drills_standbys_and_operators_are_alerted_about() {
    let now = Timestamp::now();
    let drill = || cron_job(now, "shop", "cnpg-restore-test");
    let database = || cnpg(now, "shop", "db");
    // A standby cluster: its leader is in recovery, and receives WAL.
    let standby = |change: fn(&mut lifeboat_core::InstanceReading)| {
        cnpg(now, "shop", "cnpg-disaster-recovery")
            .completed(8 * HOUR, 4)
            .with(|facts| {
                for instance in &mut facts.instances {
                    let reading = instance.reading.as_mut().unwrap().as_mut().unwrap();
                    (reading.in_recovery, reading.wal_receiver_up) = (Some(true), Some(true));
                    change(reading);
                }
            })
    };
    let unreachable = |observed: Observed| {
        observed.with(|facts| {
            for instance in &mut facts.instances {
                instance.reading = Some(Err("connection refused".to_owned()));
            }
        })
    };
    let stories: [(&str, AssetView, &[&str]); 16] = [
        (
            "operator up",
            operator(now, "cnpg-system", "cnpg", 1).build(),
            &[],
        ),
        (
            "operator down",
            operator(now, "cnpg-system", "cnpg", 0).build(),
            &["CNPGOperatorDown"],
        ),
        ("drill sound", drill().completed(8 * HOUR, 20).build(), &[]),
        (
            "drill failed",
            drill().completed(20 * HOUR, 20).failed(60).build(),
            &["CNPGRestoreTestFailed"],
        ),
        (
            "drill stale",
            drill().completed(49 * HOUR, 20).build(),
            &["CNPGRestoreTestStale"],
        ),
        (
            "drill never ran",
            drill().build(),
            &["CNPGRestoreTestStale"],
        ),
        ("drill new", drill().known_for(10).build(), &[]),
        (
            "backup sound",
            database().completed(8 * HOUR, 4).build(),
            &[],
        ),
        (
            "backup failed",
            database().completed(8 * HOUR, 4).failed(60).build(),
            &["CNPGBackupError"],
        ),
        (
            "backup well again",
            database().failed(20 * HOUR).completed(8 * HOUR, 4).build(),
            &[],
        ),
        ("backup never", database().build(), &["CNPGNoRecentBackup"]),
        (
            "backup only failed",
            database().failed(60).build(),
            &["CNPGBackupError", "CNPGNoRecentBackup"],
        ),
        ("standby sound", standby(|_| ()).build(), &[]),
        (
            "standby promoted",
            standby(|reading| reading.in_recovery = Some(false)).build(),
            &["CNPGDisasterRecoveryNotInRecovery"],
        ),
        (
            "standby cut off, which shows no lag",
            standby(|reading| reading.wal_receiver_up = Some(false)).build(),
            &["CNPGDisasterRecoveryWALReceiverDown"],
        ),
        (
            "standby unreachable",
            unreachable(standby(|_| ())).build(),
            &["CNPGDisasterRecoveryMetricsMissing"],
        ),
    ];
    let mut watched = Watched::start().await;
    for (story, asset, expected) in stories {
        watched.show(vec![asset]).await;
        let mut found = alerts(&watched, "restore_drills.yaml").await;
        if !story.starts_with("standby") {
            // There is no standby at all then, so its metrics are missing.
            assert!(
                found.remove("CNPGDisasterRecoveryMetricsMissing"),
                "{story}"
            );
        }
        assert_eq!(found, set(expected), "{story}");
    }
    watched.prometheus.stop().await;
}

#[tokio::test]
async fn clusters_with_the_barman_plugin_are_alerted_about_one_by_one() {
    let now = Timestamp::now();
    let named = |name: &str| cnpg(now, "shop", name);
    let sound = |name: &str| named(name).completed(8 * HOUR, 4);
    let pod = |name: &str, number: u32| format!("{name}-{number}");
    // Each cluster before and after something happened, and the alerts then.
    let stories: Vec<(&str, Observed, Observed, &[&str])> = vec![
        ("sound", sound("sound"), sound("sound"), &[]),
        (
            "new",
            named("new").known_for(5),
            named("new").known_for(6),
            &[],
        ),
        (
            "failed",
            sound("failed"),
            sound("failed").failed(1),
            &["CNPGBackupFailed"],
        ),
        (
            "first-failure",
            named("first-failure").known_for(5),
            named("first-failure").known_for(6).failed(1),
            &["CNPGBackupFailed"],
        ),
        (
            "failed-before",
            sound("failed-before").failed(60),
            sound("failed-before").failed(60),
            &[],
        ),
        (
            "old",
            sound("old"),
            named("old").completed(25 * HOUR, 4),
            &["CNPGBackupTooOld"],
        ),
        (
            "never",
            named("never"),
            named("never"),
            &["CNPGBackupTooOld"],
        ),
        (
            "blind",
            named("blind").completed(30 * HOUR, 4).blind(29 * HOUR),
            named("blind").completed(30 * HOUR, 4).blind(29 * HOUR),
            &["CNPGBackupTooOld"],
        ),
        (
            "slow",
            sound("slow"),
            named("slow").completed(8 * HOUR, 40),
            &["CNPGBackupHighDuration"],
        ),
        (
            "archiving",
            sound("archiving").archiver(&pod("archiving", 1), 2, 1),
            sound("archiving").archiver(&pod("archiving", 1), 12, 1),
            &["CNPGWALArchivingFailed"],
        ),
        (
            "hiccup",
            sound("hiccup").archiver(&pod("hiccup", 1), 2, 1),
            sound("hiccup").archiver(&pod("hiccup", 1), 3, 1),
            &[],
        ),
        (
            "switchover",
            sound("switchover").archiver(&pod("switchover", 1), 0, 1),
            sound("switchover").archiver(&pod("switchover", 2), 700, 1),
            &[],
        ),
        (
            "backlog",
            sound("backlog"),
            sound("backlog").archiver(&pod("backlog", 1), 0, 101),
            &["CNPGWALFilesAccumulating"],
        ),
    ];
    let (mut before, mut after, mut expected) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (name, first, second, alerts) in stories {
        before.push(first.build());
        after.push(second.build());
        expected.extend(
            alerts
                .iter()
                .map(|&alert| (alert.to_owned(), name.to_owned())),
        );
    }
    let mut watched = Watched::start().await;
    watched.show(before).await;
    // Twice, so that a series that has just begun has two samples to make an increase of.
    watched.show(after.clone()).await;
    watched.show(after).await;
    let mut found = alerts_about(&watched, "barman_plugin.yaml", "cluster").await;
    // The recording rule that has a value is not about anything wrong.
    let recorded = "cnpg:wal_archiving_rate_per_hour";
    let rates = found.iter().filter(|(rule, _)| rule == recorded).count();
    assert_eq!(rates, 13);
    found.retain(|(rule, _)| rule != recorded);
    assert_eq!(found, expected);
    watched.prometheus.stop().await;
}

/// A cluster whose object store a policy has looked into.
fn stored(now: Timestamp, name: &str, change: impl FnOnce(&mut ObjectStoreFacts)) -> Observed {
    let cluster = cnpg(now, "shop", name).completed(8 * HOUR, 4);
    cluster.stored(change)
}

#[tokio::test]
async fn object_stores_that_are_looked_into_are_alerted_about_and_recorded() {
    const SIZE: &str = "cnpg:backup_compression_ratio";
    const ESTIMATE: &str = "cnpg:backup_restore_time_estimate_seconds";
    let now = Timestamp::now();
    let down = ReadFailure {
        since: now - SignedDuration::from_mins(20),
        error: "connection refused".to_owned(),
        hint: None,
    };
    let all = || {
        vec![
            stored(now, "sound", |_| {}).build(),
            stored(now, "down", |store| store.failure = Some(down.clone())).build(),
            stored(now, "full", |store| store.capacity = Some(66 << 30)).build(),
        ]
    };
    let mut watched = Watched::start().await;
    watched.show(all()).await;
    watched.show(all()).await;
    let found = alerts_about(&watched, "barman_plugin.yaml", "cluster").await;
    let about = |name: &str| -> BTreeSet<&str> {
        let found = found.iter().filter(|(rule, _)| rule == name);
        found.map(|(_, cluster)| cluster.as_str()).collect()
    };
    assert_eq!(about("CNPGObjectStoreConnectionFailed"), ["down"].into());
    assert_eq!(about("CNPGBackupStorageSpaceLow"), ["full"].into());
    assert_eq!(about(SIZE), ["down", "full", "sound"].into());
    let rules = rules("barman_plugin.yaml");
    let ratio = watched.query(&rules[SIZE]).await;
    assert_eq!(ratio[0]["value"][1], "4");

    // The rule looks at whole five minutes only: at the end of those that are under way.
    let mut estimates = Vec::new();
    while estimates.is_empty() {
        watched.show(all()).await;
        let end = f64::from(300) * (Timestamp::now().as_duration().as_secs_f64() / 300.0).ceil();
        let answer = watched.prometheus.query(&rules[ESTIMATE], end).await;
        estimates = answer["result"].as_array().unwrap().clone();
    }
    for estimate in estimates {
        let seconds: f64 = estimate["value"][1].as_str().unwrap().parse().unwrap();
        assert!(seconds.is_finite() && seconds > 0.0, "{estimate}");
    }
    watched.prometheus.stop().await;
}
