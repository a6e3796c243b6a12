//! What VolSync's documentation asks about the maintenance of Kopia, asked of a real Prometheus.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;
mod watched;

use jiff::Timestamp;
use serde_json::Value;
use support::{DAY, HOUR, Observed, kopia_maintenance, kopia_repository, kopia_source};
use watched::Watched;

const SUCCESS_RATE: &str = "\
    sum(rate(volsync_kopia_maintenance_operations_total[1h])) by (repository) \
    / \
    (sum(rate(volsync_kopia_maintenance_operations_total[1h])) by (repository) \
    + sum(rate(volsync_kopia_maintenance_cronjob_failures_total[1h])) by (repository))";
const TIME_SINCE: &str = "time() - volsync_kopia_maintenance_last_run_timestamp_seconds";
const DURATION: &str = "\
    histogram_quantile(0.95, rate(volsync_kopia_maintenance_duration_seconds_bucket[1d]))";
const GROWTH: &str = "rate(volsync_kopia_repository_size_bytes[1d])";
const ANNOTATION: &str = "changes(volsync_kopia_maintenance_last_run_timestamp_seconds[5m]) > 0";
const NO_CRON_JOB: &str = "\
    sum by (obj_namespace) (volsync_kopia_operation_success_total) \
    unless \
    sum by (obj_namespace) (volsync_kopia_maintenance_cronjob_created_total > 0)";

/// The one value of an answer.
fn value(answer: &[Value]) -> f64 {
    let [series] = answer else {
        unreachable!("one series was expected: {answer:?}")
    };
    series["value"][1].as_str().unwrap().parse().unwrap()
}

fn is_close(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance
}

#[tokio::test]
async fn the_questions_about_maintenance_are_answered() {
    let mut watched = Watched::start().await;
    let now = Timestamp::now();
    let upkeep = |now| kopia_maintenance(now, "volsync-system", "kopia-config");
    let repository = |now| kopia_repository(now, "volsync-system", "kopia-config");
    // A past that is long beside what follows: near 0, Prometheus takes rates for lower ones.
    let past = |mut upkeep: Observed| {
        for days in 3..13 {
            upkeep = upkeep.completed(days * DAY, 40).failed(days * DAY - HOUR);
        }
        upkeep.completed(2 * DAY, 40)
    };
    let before = past(upkeep(now));
    watched
        .show(vec![before.build(), repository(now).build()])
        .await;

    assert!(watched.query(ANNOTATION).await.is_empty());
    assert!(is_close(
        value(&watched.query(TIME_SINCE).await),
        172_800.0,
        60.0
    ));

    // Three more succeed and one more fails: what happened between two looks.
    let after = past(upkeep(now))
        .completed(28 * HOUR, 40)
        .failed(26 * HOUR)
        .completed(20 * HOUR, 40)
        .completed(3 * HOUR, 40);
    let grown = repository(now).read(|reading| reading.physical_bytes = Some(12 << 30));
    watched.show(vec![after.build(), grown.build()]).await;

    let rate = watched.query(SUCCESS_RATE).await;
    assert_eq!(rate[0]["metric"]["repository"], "kopia-config");
    assert!(is_close(value(&rate), 0.75, 1e-9), "{rate:?}");
    assert!(is_close(
        value(&watched.query(TIME_SINCE).await),
        10_800.0,
        60.0
    ));
    // Three took 40 minutes and one a minute: the largest lie between half an hour and an hour.
    let duration = value(&watched.query(DURATION).await);
    assert!((1_800.0..=3_600.0).contains(&duration), "{duration}");
    assert!(value(&watched.query(GROWTH).await) > 0.0);
    assert_eq!(watched.query(ANNOTATION).await.len(), 1);
    watched.prometheus.stop().await;
}

#[tokio::test]
async fn an_old_maintenance_is_found() {
    type Story = fn(Observed) -> Observed;
    let stories: [(&str, Story, bool); 6] = [
        ("sound", |it| it.completed(8 * HOUR, 4), false),
        ("three days", |it| it.completed(73 * HOUR, 4), true),
        (
            "failing since",
            |it| it.completed(74 * HOUR, 4).failed(8 * HOUR),
            true,
        ),
        ("never", |it| it, true),
        ("new", |it| it.known_for(60), false),
        ("dated in the future", |it| it.completed(-5 * HOUR, 4), true),
    ];
    let mut watched = Watched::start().await;
    for (story, make, is_old) in stories {
        let upkeep = kopia_maintenance(Timestamp::now(), "volsync-system", "kopia-config");
        watched.show(vec![make(upkeep).build()]).await;
        let found = watched.query(&format!("({TIME_SINCE}) > 259200")).await;
        assert_eq!(!found.is_empty(), is_old, "{story}: {found:?}");
    }
    watched.prometheus.stop().await;
}

#[tokio::test]
async fn a_namespace_whose_repository_nobody_maintains_is_found() {
    let mut watched = Watched::start().await;
    let now = Timestamp::now();
    let source = |namespace| kopia_source(now, namespace, "data", "kopia-config").completed(60, 4);
    let elsewhere = |namespace| {
        kopia_maintenance(now, namespace, "kopia-config").with(|facts| facts.definitions.clear())
    };
    let nobody = kopia_maintenance(now, "alone", "kopia-config").with(|facts| {
        facts.definitions.clear();
        facts.schedules = Some(Vec::new());
    });
    watched
        .show(vec![
            source("volsync-system").build(),
            kopia_maintenance(now, "volsync-system", "kopia-config").build(),
            source("media").build(),
            elsewhere("media").build(),
            source("alone").build(),
            nobody.build(),
        ])
        .await;
    let found = watched.query(NO_CRON_JOB).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["metric"]["obj_namespace"], "alone");
    watched.prometheus.stop().await;
}

#[tokio::test]
async fn a_repository_that_tells_of_itself_is_not_counted_beside_its_jobs() {
    let mut watched = Watched::start().await;
    let now = Timestamp::now();
    let by_jobs = kopia_maintenance(now, "volsync-system", "kopia-config").completed(60, 4);
    let same = kopia_repository(now, "volsync-system", "kopia-config")
        .completed(60, 4)
        .completed(25 * HOUR, 4);
    let other = kopia_repository(now, "volsync-system", "elsewhere").completed(90, 4);
    watched
        .show(vec![by_jobs.build(), same.build(), other.build()])
        .await;
    let total = watched
        .query("sum by (repository) (volsync_kopia_maintenance_operations_total)")
        .await;
    let of = |repository: &str| {
        let mut series = total.iter();
        let one = series.find(|series| series["metric"]["repository"] == repository);
        one.unwrap()["value"][1].clone()
    };
    assert_eq!(of("kopia-config"), "1");
    assert_eq!(of("elsewhere"), "1");
    watched.prometheus.stop().await;
}

#[tokio::test]
async fn whether_a_repository_can_be_read_is_told() {
    let mut watched = Watched::start().await;
    let now = Timestamp::now();
    let sound = kopia_repository(now, "volsync-system", "sound");
    let locked = kopia_repository(now, "volsync-system", "locked").unreadable(30);
    watched.show(vec![sound.build(), locked.build()]).await;
    for (repository, expected) in [("sound", 1.0), ("locked", 0.0)] {
        let query = format!("volsync_kopia_repository_connectivity{{repository=\"{repository}\"}}");
        assert!(is_close(value(&watched.query(&query).await), expected, 0.0));
        // What it held is not undone by nobody looking.
        let query =
            format!("volsync_kopia_repository_objects_total{{repository=\"{repository}\"}}");
        assert!(is_close(value(&watched.query(&query).await), 4_200.0, 0.0));
    }
    watched.prometheus.stop().await;
}
