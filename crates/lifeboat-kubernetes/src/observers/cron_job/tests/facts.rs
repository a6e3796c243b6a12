//! Schedules, findings, places and promises of a `CronJob`.

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{Finding, ScheduleState, Severity};
use rstest::rstest;
use serde_json::{Value, json};

use super::builder::{at, cron_job, job, seen, spec};

const NOW: &str = "2026-11-21T12:00:00Z";

fn first_due(changes: Value) -> Option<Timestamp> {
    let facts = seen(spec(&cron_job(changes), &[], NOW)).1;
    let schedules = facts.schedules.unwrap();
    assert_eq!(schedules[0].name, "CronJob/dump");
    schedules[0].first_due()
}

#[rstest]
#[case::never_scheduled(json!({}), "2026-11-02T02:00:00Z")]
#[case::scheduled_today(
    json!({"status": {"lastScheduleTime": "2026-11-21T02:00:00Z"}}), "2026-11-22T02:00:00Z")]
#[case::missed_yesterday(
    json!({"status": {"lastScheduleTime": "2026-11-20T02:00:00Z"}}), "2026-11-21T02:00:00Z")]
#[case::a_status_older_than_the_object(
    json!({"metadata": {"creationTimestamp": "2026-11-21T10:00:00Z"},
        "status": {"lastScheduleTime": "2026-11-20T02:00:00Z"}}), "2026-11-22T02:00:00Z")]
#[case::by_its_zone(
    json!({"spec": {"timeZone": "Europe/Berlin"},
        "status": {"lastScheduleTime": "2026-11-21T01:00:00Z"}}), "2026-11-22T01:00:00Z")]
#[case::without_a_zone(
    json!({"spec": {"timeZone": null},
        "status": {"lastScheduleTime": "2026-11-21T02:00:00Z"}}), "2026-11-22T02:00:00Z")]
#[case::an_interval(
    json!({"spec": {"schedule": "@every 90m"},
        "status": {"lastScheduleTime": "2026-11-21T11:00:00Z"}}), "2026-11-21T12:30:00Z")]
fn the_first_due_moment_is_the_first_that_nothing_was_made_for(
    #[case] changes: Value,
    #[case] expected: &str,
) {
    assert_eq!(first_due(changes), Some(at(expected)));
}

#[test]
fn a_suspended_schedule_is_due_never_and_nobody_knows_since_when() {
    let facts = seen(spec(
        &cron_job(json!({"spec": {"suspend": true}})),
        &[],
        NOW,
    ))
    .1;
    let state = &facts.schedules.unwrap()[0].state;
    assert_eq!(*state, ScheduleState::Suspended { since: None });
}

fn findings(changes: Value, days: &[&str]) -> Vec<Finding> {
    let scheduled = json!({"status": {"lastScheduleTime": "2026-11-21T02:00:00Z"}});
    let mut merged = scheduled;
    super::builder::merge(&mut merged, changes);
    let jobs: Vec<_> = days.iter().map(|day| job(day, json!({}))).collect();
    seen(spec(&cron_job(merged), &jobs, NOW)).1.findings
}

#[rstest]
#[case::overlapping(
    json!({"spec": {"concurrencyPolicy": "Allow"}}), &["2026-11-20", "2026-11-21"],
    "overlapping_jobs", "Job/dump-2026-11-20, Job/dump-2026-11-21")]
#[case::overlapping_by_default(
    json!({"spec": {"concurrencyPolicy": null}}), &["2026-11-20", "2026-11-21"],
    "overlapping_jobs", "concurrencyPolicy is Allow")]
#[case::short_deadline(
    json!({"spec": {"startingDeadlineSeconds": 9}}), &[],
    "short_starting_deadline", "startingDeadlineSeconds is 9")]
#[case::many_missed(
    json!({"spec": {"schedule": "*/5 * * * *"}}), &[],
    "too_many_missed_starts", "more than 100 starts since 2026-11-21T02:00:00Z")]
#[case::no_failed_jobs(
    json!({"spec": {"failedJobsHistoryLimit": 0}}), &[],
    "no_job_history", "failedJobsHistoryLimit is 0")]
#[case::no_finished_jobs(
    json!({"spec": {"jobTemplate": {"spec": {"ttlSecondsAfterFinished": 0}}}}), &[],
    "no_job_history", "ttlSecondsAfterFinished is 0")]
#[case::an_annotation_with_a_slip(
    json!({"metadata": {"annotations": {"lifeboat.dev/maximum-age": "soon"}}}), &[],
    "annotation_unreadable", "lifeboat.dev/maximum-age")]
fn what_somebody_should_look_at_is_found(
    #[case] changes: Value,
    #[case] days: &[&str],
    #[case] code: &str,
    #[case] said: &str,
) {
    let findings = findings(changes, days);
    let [finding] = &findings[..] else {
        panic!("{findings:?}")
    };
    assert_eq!(finding.code, code);
    assert!(finding.message.contains("CronJob/dump"), "{finding:?}");
    assert!(finding.message.contains(said), "{finding:?}");
    assert!(
        finding.hint.as_ref().unwrap().contains("kubectl -n shop "),
        "{finding:?}"
    );
}

#[rstest]
#[case::nothing_odd(json!({}), &[])]
#[case::one_at_a_time(json!({"spec": {"concurrencyPolicy": "Allow"}}), &["2026-11-21"])]
#[case::it_replaces(json!({"spec": {"concurrencyPolicy": "Replace"}}), &["2026-11-20", "2026-11-21"])]
#[case::ten_seconds(json!({"spec": {"startingDeadlineSeconds": 10}}), &[])]
#[case::a_hundred_missed(json!({"spec": {"schedule": "*/6 * * * *"}}), &[])]
#[case::bounded(
    json!({"spec": {"schedule": "* * * * *", "startingDeadlineSeconds": 200}}), &[])]
#[case::suspended(json!({"spec": {"schedule": "* * * * *", "suspend": true}}), &[])]
#[case::one_failure_is_kept(
    json!({"spec": {"failedJobsHistoryLimit": 1, "successfulJobsHistoryLimit": 0}}), &[])]
fn what_is_in_order_is_not_found(#[case] changes: Value, #[case] days: &[&str]) {
    assert_eq!(findings(changes, days), []);
}

#[test]
fn places_tell_where_it_goes_and_nothing_secret() {
    let dump = cron_job(json!({"spec": {
        "timeZone": null,
        "jobTemplate": {"spec": {"template": {"spec": {"containers": [
            {"name": "a", "image": "amazon/aws-cli:2.18.0", "command": ["/bin/sh", "-c"],
             "env": [{"name": "AWS_SECRET_ACCESS_KEY", "value": "geheim"}],
             "args": ["export TOKEN=geheim\naws s3 sync /data s3://key:geheim@media/immich\n"]},
        ]}}}},
    }}));
    let places = spec(&dump, &[], NOW).places;
    let expected = [
        ("destination", "s3://media/immich"),
        ("image", "amazon/aws-cli:2.18.0"),
        ("schedule", "0 2 * * *"),
        (
            "time_zone",
            "UTC (assumed; that of kube-controller-manager is meant)",
        ),
    ];
    let shown: Vec<_> = places
        .iter()
        .map(|(what, place)| (*what, place.as_str()))
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn the_annotations_promise() {
    let spec = spec(
        &cron_job(json!({"metadata": {"annotations": {
            "lifeboat.dev/maximum-age": "26h", "lifeboat.dev/severity": "critical",
            "lifeboat.dev/suspend": "true",
        }}})),
        &[],
        NOW,
    );
    assert_eq!(spec.own.maximum_age, Some(SignedDuration::from_hours(26)));
    assert_eq!(spec.own.severity, Some(Severity::Critical));
    assert!(spec.suspended);
    assert_eq!(spec.labels["lifeboat.dev/backup"], "true");
}

#[test]
fn what_is_seen_does_not_change_with_the_time() {
    let dump = cron_job(json!({"status": {"lastScheduleTime": "2026-11-21T02:00:00Z"}}));
    let jobs = [job("2026-11-21", json!({}))];
    let (now, later) = (
        spec(&dump, &jobs, NOW),
        spec(&dump, &jobs, "2026-11-21T18:00:00Z"),
    );
    assert_eq!(now.places, later.places);
    assert_eq!(seen(now), seen(later));
}
