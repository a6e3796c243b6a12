//! The upkeep of one repository in one namespace: schedules, runs, and what is odd about it.

use lifeboat_core::{Check, Operation, Outcome, Status};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    objects::{
        cron_job, failed, job, maintained, maintenance, source, succeeded, synchronised, with,
    },
    replay::{Replay, at},
};
use crate::objects::Kind;

const KOPIA: &str = "KopiaMaintenance/shop/kopia";
const CRON_JOB: &str = "kopia-maint-daily-0123456789abcdef";

/// A source, a `KopiaMaintenance` and its `CronJob`, all sound on a day.
fn sound(day: u32) -> Replay {
    Replay::of([
        source(synchronised(day)),
        maintenance("shop", json!({})),
        cron_job("shop", maintained(day)),
    ])
}

#[test]
fn a_repository_that_is_maintained_is_sound() {
    let mut replay = sound(21);
    assert_eq!(replay.assets(), ["ReplicationSource/shop/data", KOPIA]);
    replay.apply(job("shop", 21, succeeded(21)));
    let seen = replay.look(KOPIA, "2026-11-21T12:00:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
    assert_eq!(seen.codes(), Vec::<&str>::new());
    let run = &seen.observation.runs[0];
    assert_eq!(run.operation, Operation::Maintenance);
    assert_eq!(run.duration().unwrap().as_secs(), 1200);
    assert_eq!(run.end.as_ref().unwrap().recovery_point, None);
    assert_eq!(run.scheduled_for, Some(at("2026-11-21T03:00:00Z")));
    for (place, expected) in [
        ("repository", "kopia"),
        ("cron_job", CRON_JOB),
        ("type", "s3"),
        ("used_by", "ReplicationSource/data"),
        ("maintained_by", "KopiaMaintenance/daily"),
        ("same_repository", ""),
        ("schedule", "0 3 * * *"),
    ] {
        assert_eq!(seen.place(place), expected, "{place}");
    }
}

#[test]
fn story_28_a_repository_that_nobody_maintains_has_no_schedule() {
    let mut replay = Replay::of([source(synchronised(21))]);
    let seen = replay.look(KOPIA, "2026-11-21T12:00:00Z");
    assert_eq!(
        seen.troubles(),
        [
            "maintained failing",
            "not_neglected failing",
            "scheduled failing",
            "last_run unknown"
        ]
    );
    assert_eq!(
        seen.evidence(Check::Scheduled),
        "no maintenance runs on a schedule"
    );
    replay.apply(maintenance("shop", json!({})));
    replay.apply(cron_job("shop", maintained(21)));
    let seen = replay.look(KOPIA, "2026-11-21T12:00:01Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
}

#[test]
fn story_29_the_last_maintenance_grows_old() {
    // Halted, so that nothing is missed.
    let halted = json!({"spec": {"suspend": true}});
    let mut replay = sound(18);
    replay.apply(maintenance("shop", halted.clone()));
    replay.apply(cron_job("shop", with(maintained(18), halted)));
    let seen = replay.look(KOPIA, "2026-11-21T03:19:00Z");
    assert_eq!(seen.troubles(), ["scheduled failing"]);
    let seen = replay.look(KOPIA, "2026-11-21T03:21:00Z");
    assert_eq!(seen.troubles(), ["maintained failing", "scheduled failing"]);
    assert_eq!(
        seen.evidence(Check::Scheduled),
        "KopiaMaintenance/daily is suspended"
    );
}

#[test]
fn story_30_failures_are_counted_though_one_job_is_kept() {
    let mut replay = sound(17);
    for day in [18, 19, 20] {
        replay.apply(cron_job(
            "shop",
            json!({"status": {
            "lastScheduleTime": format!("2026-11-{day}T03:00:00Z"),
            "lastSuccessfulTime": "2026-11-17T03:20:00Z"}}),
        ));
        replay.apply(job("shop", day, json!({})));
        replay.look(KOPIA, &format!("2026-11-{day}T03:00:01Z"));
        replay.apply(job("shop", day, failed(day)));
        replay.look(KOPIA, &format!("2026-11-{day}T03:30:01Z"));
        // One is kept: the one before goes.
        let before = format!("kopia-maint-daily-{}", day - 1);
        replay.delete(Kind::Job, "shop", &before);
    }
    replay.restart();
    let seen = replay.look(KOPIA, "2026-11-20T12:00:00Z");
    assert_eq!(seen.counted(Operation::Maintenance, Outcome::Failed), 3);
    assert_eq!(seen.troubles(), ["maintained failing", "last_run failing"]);
    let evidence = seen.evidence(Check::LastRun);
    assert!(evidence.contains("as did 2 before it"), "{evidence}");
    // A success that only the CronJob tells of takes them back.
    replay.apply(cron_job("shop", maintained(21)));
    let seen = replay.look(KOPIA, "2026-11-21T04:00:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
}

#[test]
fn story_32_a_cron_job_that_is_rewritten_again_and_again_is_unsettled() {
    let mut replay = sound(21);
    replay.look(KOPIA, "2026-11-21T04:00:00Z");
    for generation in 2..=8 {
        let minute = 4 * generation;
        let written = json!({"metadata": {"generation": generation}});
        replay.apply(cron_job("shop", with(maintained(21), written)));
        let seen = replay.look(KOPIA, &format!("2026-11-21T04:{minute:02}:00Z"));
        let is_settled = generation < 8;
        assert_eq!(seen.troubles().is_empty(), is_settled, "{generation}");
        replay.restart();
    }
    let seen = replay.look(KOPIA, "2026-11-21T04:33:00Z");
    assert_eq!(seen.troubles(), ["settled failing"]);
    let seen = replay.look(KOPIA, "2026-11-21T05:40:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
}

#[test]
fn what_a_source_says_of_the_maintenance_is_no_proof() {
    let claim = json!({"status": {"kopia": {"lastMaintenance": "2026-11-21T03:00:00Z",
        "kopiaMaintenance": "daily"}}});
    let mut replay = Replay::of([
        source(with(synchronised(21), claim)),
        maintenance("shop", json!({})),
        cron_job(
            "shop",
            json!({"status": {"lastScheduleTime": "2026-11-21T03:00:00Z"}}),
        ),
    ]);
    let seen = replay.look(KOPIA, "2026-11-21T12:00:00Z");
    assert_eq!(
        seen.troubles(),
        [
            "maintained failing",
            "not_neglected failing",
            "last_run unknown"
        ]
    );
}

#[rstest]
#[case::disabled(json!({"spec": {"enabled": false}}), "KopiaMaintenance/daily is suspended", None)]
#[case::suspended(json!({"spec": {"suspend": true}}), "KopiaMaintenance/daily is suspended", None)]
#[case::refused(
    json!({"spec": {"trigger": {"schedule": "@daily"}}, "status": {"conditions": [
        {"type": "Ready", "status": "False", "reason": "ReconcileFailed",
         "message": "Reconcile failed: invalid cron schedule format in trigger"}]}}),
    "the schedule '@daily' of KopiaMaintenance/daily can't be kept: VolSync made no CronJob for it: \
     Reconcile failed: invalid cron schedule format in trigger",
    None,
)]
#[case::silent(
    json!({}),
    "KopiaMaintenance/daily is kept, by the schedule '0 3 * * *'",
    Some("maintenance_without_cron_job"),
)]
#[case::odd(
    json!({"spec": {"trigger": {"schedule": "0 0 3 * * *"}}}),
    "the schedule '0 0 3 * * *' of KopiaMaintenance/daily can't be kept: the schedule '0 0 3 * * *' \
     can't be read",
    Some("maintenance_without_cron_job"),
)]
fn a_maintenance_without_its_cron_job(
    #[case] changes: Value,
    #[case] evidence: &str,
    #[case] finding: Option<&str>,
) {
    let mut replay = Replay::of([source(synchronised(21)), maintenance("shop", changes)]);
    let seen = replay.look(KOPIA, "2026-11-01T00:05:00Z");
    let told = seen.evidence(Check::Scheduled);
    assert!(told.starts_with(evidence), "{told}");
    assert_eq!(seen.codes(), finding.into_iter().collect::<Vec<_>>());
}

#[test]
fn one_without_its_cron_job_misses_its_schedule() {
    let mut replay = Replay::of([maintenance("shop", json!({}))]);
    let seen = replay.look(KOPIA, "2026-11-01T03:11:00Z");
    assert_eq!(seen.status(Check::OnSchedule), Status::Failing);
}

#[test]
fn one_that_is_asked_for_by_hand_has_no_schedule_to_miss() {
    let by_hand = json!({"spec": {"trigger": {"schedule": null, "manual": "now"}},
        "status": {"lastMaintenanceTime": "2026-11-18T12:00:00Z", "conditions": [
            {"type": "Ready", "status": "False", "reason": "CronJobCreationFailed"}]}});
    let mut replay = Replay::of([source(synchronised(20)), maintenance("shop", by_hand)]);
    let seen = replay.look(KOPIA, "2026-11-21T11:00:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
    assert!(seen.assessment.verdict(Check::Scheduled).is_none());
    let end = "2026-11-21T11:30:00Z";
    replay.apply(json!({
        "kind": "Job",
        "metadata": {"namespace": "shop", "name": "kopia-maint-manual-0123456789abcdef",
            "uid": "job-1",
            "labels": {"volsync.backube/kopia-maintenance": "true",
                "volsync.backube/maintenance-type": "manual",
                "volsync.backube/maintenance-name": "daily"},
            "ownerReferences": [{"kind": "KopiaMaintenance", "name": "daily",
                "uid": "maintenance-shop", "controller": true}]},
        "status": {"startTime": "2026-11-21T11:10:00Z", "completionTime": end, "conditions": [
            {"type": "Complete", "status": "True", "lastTransitionTime": end}]},
    }));
    let manual = "kopia-maint-manual-0123456789abcdef";
    assert_eq!(replay.concerned(Kind::Job, "shop", manual), [KOPIA]);
    let seen = replay.look(KOPIA, "2026-11-24T11:00:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
    assert_eq!(seen.counted(Operation::Maintenance, Outcome::Succeeded), 1);
}

#[test]
fn what_volsync_suspended_itself_is_told() {
    let suspended = json!({"spec": {"suspend": true}});
    let mut replay = sound(21);
    replay.apply(cron_job("shop", with(maintained(21), suspended)));
    let seen = replay.look(KOPIA, "2026-11-21T12:00:00Z");
    assert_eq!(seen.codes(), ["maintenance_suspended_after_failures"]);
    assert_eq!(seen.troubles(), ["scheduled failing"]);
}

#[test]
fn a_job_that_hangs_is_stuck() {
    let mut replay = sound(20);
    replay.apply(cron_job(
        "shop",
        json!({"status": {
        "lastScheduleTime": "2026-11-21T03:00:00Z",
        "lastSuccessfulTime": "2026-11-20T03:20:00Z"}}),
    ));
    replay.apply(job("shop", 21, json!({})));
    let seen = replay.look(KOPIA, "2026-11-21T08:59:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
    let seen = replay.look(KOPIA, "2026-11-21T09:01:00Z");
    assert_eq!(seen.troubles(), ["not_stuck failing"]);
}

#[test]
fn the_words_on_the_maintenance_hold_for_its_repository() {
    let own = json!({"metadata": {"labels": {"team": "shop"}, "annotations": {
        "lifeboat.dev/maintenance-age": "6h", "lifeboat.dev/severity": "bad"}}});
    let mut replay = sound(21);
    replay.apply(maintenance("shop", own));
    let seen = replay.look(KOPIA, "2026-11-21T12:00:00Z");
    assert_eq!(seen.troubles(), ["maintained failing"]);
    assert_eq!(seen.codes(), ["annotation_unreadable"]);
    assert_eq!(seen.spec.labels["team"], "shop");
}

#[test]
fn what_changes_concerns_its_repository() {
    let mut replay = sound(21);
    replay.apply(job("shop", 21, json!({})));
    assert_eq!(
        replay.concerned(Kind::Job, "shop", "kopia-maint-daily-21"),
        [KOPIA]
    );
    assert_eq!(replay.concerned(Kind::CronJob, "shop", CRON_JOB), [KOPIA]);
    // Of a Job that is gone nobody knows whose it was.
    assert_eq!(replay.concerned(Kind::Job, "shop", "gone"), [KOPIA]);
    assert_eq!(
        replay.concerned(Kind::Job, "other", "gone"),
        Vec::<String>::new()
    );
    // A source that synchronises changes nothing of who maintains what.
    let before = replay.arrangement();
    replay.apply(source(synchronised(22)));
    assert_eq!(replay.arrangement(), before);
    replay.delete(Kind::ReplicationSource, "shop", "data");
    assert_ne!(replay.arrangement(), before);
    replay.delete(Kind::KopiaMaintenance, "shop", "daily");
    assert_eq!(replay.assets(), [KOPIA]);
    replay.delete(Kind::CronJob, "shop", CRON_JOB);
    assert_eq!(replay.assets(), Vec::<String>::new());
    assert!(replay.find(KOPIA, "2026-11-21T12:00:00Z").is_none());
}
