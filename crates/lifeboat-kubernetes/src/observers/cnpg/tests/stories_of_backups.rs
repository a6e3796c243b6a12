//! The failure stories of Backups that fail, block or never were, each with its sound twin.

use lifeboat_core::{Check, Status};
use rstest::rstest;
use serde_json::json;

use super::{
    common::{NONE, last, with_backups},
    objects::{completed, daily, nightly, object_store, plugin_cluster},
    replay::Replay,
};
use crate::objects::Kind;

#[test]
fn story_01_a_cluster_whose_backups_never_completed_is_never_green() {
    let failed = |day| {
        nightly(
            day,
            &json!({"phase": "failed", "error": "exit status 1",
        "stoppedAt": format!("2026-11-{day:02}T03:01:00Z")}),
        )
    };
    let mut replay = with_backups(20, [failed(19), failed(20)]);
    let seen = replay.at("2026-11-20T16:00:00Z");
    assert_eq!(seen.status(Check::EverSucceeded), Status::Failing);
    assert_eq!(seen.status(Check::Fresh), Status::Failing);
}

#[test]
fn story_01_not_even_if_no_backup_was_ever_made() {
    let mut replay = Replay::of([plugin_cluster(), object_store(None, None), daily(None)]);
    let early = replay.at("2026-11-19T01:00:00Z");
    assert_eq!(early.status(Check::EverSucceeded), Status::Unknown);
    let seen = replay.at("2026-11-20T16:00:00Z");
    assert_eq!(seen.status(Check::EverSucceeded), Status::Failing);
    assert_eq!(seen.status(Check::OnSchedule), Status::Failing);
}

#[test]
fn story_01_twin_the_first_backup_makes_it_green() {
    let mut replay = with_backups(20, [completed(19), completed(20)]);
    let seen = replay.at("2026-11-20T16:00:00Z");
    assert_eq!(seen.failing(), NONE);
    assert_eq!(seen.status(Check::EverSucceeded), Status::Ok);
}

#[test]
fn story_02_the_newest_backup_turns_36_hours_old() {
    let mut replay = with_backups(19, [completed(19)]);
    assert_eq!(
        replay.at("2026-11-20T15:10:05Z").status(Check::Fresh),
        Status::Ok
    );
    assert_eq!(
        replay.at("2026-11-20T15:10:06Z").status(Check::Fresh),
        Status::Failing
    );
    replay.apply(nightly(
        20,
        &json!({"phase": "completed", "startedAt": "2026-11-20T15:20:00Z",
        "stoppedAt": "2026-11-20T15:30:00Z"}),
    ));
    assert_eq!(
        replay.at("2026-11-20T15:31:00Z").status(Check::Fresh),
        Status::Ok
    );
}

#[test]
fn story_03_a_failed_backup_is_told_until_a_success_and_not_until_it_is_deleted() {
    let mut replay = with_backups(20, [completed(19)]);
    assert_eq!(replay.at("2026-11-20T03:00:00Z").failing(), NONE);
    replay.apply(nightly(
        20,
        &json!({"phase": "failed", "error": "while uploading",
        "commandError": "Traceback\n\nbotocore.ClientError: AccessDenied\n",
        "stoppedAt": "2026-11-20T03:01:00Z"}),
    ));
    let seen = replay.at("2026-11-20T03:01:30Z");
    assert_eq!(seen.failing(), [Check::LastRun]);
    let evidence = seen.evidence(Check::LastRun);
    assert!(
        evidence.contains("while uploading: Traceback; botocore.ClientError: AccessDenied"),
        "{evidence}"
    );
    assert!(evidence.contains("refuses the credentials"), "{evidence}");
    replay.delete(Kind::Backup, "daily-20261120030000");
    assert_eq!(
        replay.at("2026-11-20T04:00:00Z").failing(),
        [Check::LastRun]
    );
    replay.apply(completed(21));
    replay.apply(daily(Some(&last(21))));
    assert_eq!(replay.at("2026-11-21T03:11:00Z").failing(), NONE);
}

#[rstest]
#[case::story_04_by_plugin("started", "startedAt")]
#[case::story_04_with_the_operators_own_time("started", "reconciliationStartedAt")]
#[case::story_05_waiting_for_archiving("walArchivingFailing", "reconciliationStartedAt")]
#[case::in_tree("running", "reconciliationStartedAt")]
#[case::snapshot("finalizing", "reconciliationStartedAt")]
#[case::yet_unknown("somethingNew", "reconciliationStartedAt")]
fn story_04_05_the_backup_that_blocks_all_later_ones_is_named(
    #[case] phase: &str,
    #[case] since: &str,
) {
    let mut status = json!({"phase": phase});
    status[since] = json!("2026-11-20T03:00:05Z");
    let pending = |day, phase: &str| nightly(day, &json!({"phase": phase}));
    let mut replay = with_backups(
        22,
        [
            completed(19),
            nightly(20, &status),
            pending(21, "pending"),
            pending(22, ""),
        ],
    );
    // It took ten minutes before, so an hour is the limit.
    assert_eq!(
        replay.at("2026-11-20T04:00:00Z").status(Check::NotStuck),
        Status::Ok
    );
    let seen = replay.at("2026-11-20T04:01:00Z");
    assert_eq!(seen.status(Check::NotStuck), Status::Failing);
    let evidence = seen.evidence(Check::NotStuck);
    assert!(
        evidence.contains("Backup/daily-20261120030000"),
        "{evidence}"
    );
    let waiting: Vec<bool> = seen
        .observation
        .facts
        .under_way
        .iter()
        .map(|one| one.waiting)
        .collect();
    assert_eq!(waiting, [false, true, true]);
    replay.apply(completed(20));
    replay.delete(Kind::Backup, "daily-20261121030000");
    replay.delete(Kind::Backup, "daily-20261122030000");
    assert_eq!(
        replay.at("2026-11-20T04:02:00Z").status(Check::NotStuck),
        Status::Ok
    );
}

#[test]
fn story_05_a_backup_that_waits_for_archiving_says_so() {
    let mut replay = with_backups(20, [nightly(20, &json!({"phase": "walArchivingFailing"}))]);
    let mut cluster = plugin_cluster();
    cluster["status"]["conditions"] = json!([{"type": "ContinuousArchiving", "status": "False",
        "message": "unexpected failure invoking barman-cloud-wal-archive",
        "lastTransitionTime": "2026-11-20T02:00:00Z"}]);
    replay.apply(cluster);
    let seen = replay.at("2026-11-20T12:00:00Z");
    let message = seen.observation.facts.under_way[0].message.clone().unwrap();
    assert_eq!(
        message,
        "it doesn't begin before WAL is archived: unexpected failure invoking barman-cloud-wal-archive"
    );
    assert_eq!(seen.status(Check::NotStuck), Status::Failing);
    assert_eq!(seen.status(Check::Archiving), Status::Failing);
}
