//! Synchronisations that succeed, and their schedules.

use lifeboat_core::{Check, Operation, Outcome, Status};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    objects::{source, synchronised, synchronising, with},
    replay::{Replay, at},
};

const DATA: &str = "ReplicationSource/shop/data";

#[test]
fn a_success_is_a_point_and_a_run_with_its_duration() {
    let mut replay = Replay::of([source(synchronised(21))]);
    let seen = replay.look(DATA, "2026-11-21T12:00:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
    assert_eq!(seen.points()[0].taken_at, at("2026-11-21T02:10:00Z"));
    let run = &seen.observation.runs[0];
    assert_eq!(run.started_at, at("2026-11-21T02:00:01Z"));
    assert_eq!(run.end.as_ref().unwrap().at, at("2026-11-21T02:10:00Z"));
    assert_eq!(seen.place("mover"), "kopia");
    assert_eq!(seen.place("repository"), "kopia");
    assert_eq!(seen.place("volume"), "PersistentVolumeClaim/data");
}

#[test]
fn a_synchronisation_counts_once_from_its_beginning_to_its_end_and_after_a_restart() {
    let mut replay = Replay::of([source(synchronising(20))]);
    let seen = replay.look(DATA, "2026-11-20T02:05:00Z");
    assert_eq!(seen.observation.facts.under_way[0].phase, "SyncInProgress");
    // It began at 02:00:00; the duration is told in fractions, the end in seconds.
    let ended = json!({"status": {"lastSyncDuration": "10m0.412s"}});
    replay.apply(source(with(synchronised(20), ended.clone())));
    let seen = replay.look(DATA, "2026-11-20T02:10:01Z");
    assert!(seen.observation.facts.under_way.is_empty());
    assert_eq!(seen.counted(Operation::Backup, Outcome::Succeeded), 1);
    assert_eq!(seen.counted(Operation::Backup, Outcome::Inconclusive), 0);
    replay.restart();
    let seen = replay.look(DATA, "2026-11-20T03:00:00Z");
    assert_eq!(seen.counted(Operation::Backup, Outcome::Succeeded), 1);
    let next = with(with(synchronised(20), ended), synchronising(21));
    replay.apply(source(next));
    let seen = replay.look(DATA, "2026-11-21T02:00:01Z");
    assert_eq!(seen.counted(Operation::Backup, Outcome::Succeeded), 1);
    replay.apply(source(synchronised(21)));
    let seen = replay.look(DATA, "2026-11-21T02:10:01Z");
    assert_eq!(seen.counted(Operation::Backup, Outcome::Succeeded), 2);
}

#[test]
fn a_source_that_is_made_again_keeps_the_age_of_its_namesake() {
    let mut replay = Replay::of([source(synchronised(20))]);
    replay.look(DATA, "2026-11-20T12:00:00Z");
    let anew = json!({"metadata": {"uid": "source-2",
        "creationTimestamp": "2026-11-20T13:00:00Z"}});
    replay.apply(source(with(anew, synchronising(20))));
    let seen = replay.look(DATA, "2026-11-21T14:11:00Z");
    assert_eq!(seen.status(Check::Fresh), Status::Failing);
    assert_eq!(seen.status(Check::EverSucceeded), Status::Ok);
}

#[test]
fn what_was_missed_is_told() {
    let mut replay = Replay::of([source(synchronised(21))]);
    let seen = replay.look(DATA, "2026-11-22T02:09:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
    // VolSync is down: nothing begins.
    let seen = replay.look(DATA, "2026-11-22T02:11:00Z");
    assert_eq!(seen.troubles(), ["on_schedule failing"]);
}

#[test]
fn a_new_source_is_to_begin_at_once() {
    let mut replay = Replay::of([source(json!({}))]);
    let seen = replay.look(DATA, "2026-11-01T00:09:00Z");
    assert_eq!(seen.status(Check::OnSchedule), Status::Ok);
    let seen = replay.look(DATA, "2026-11-01T00:11:00Z");
    assert_eq!(seen.status(Check::OnSchedule), Status::Failing);
    replay.apply(source(
        json!({"status": {"lastSyncStartTime": "2026-11-01T00:12:00Z"}}),
    ));
    let seen = replay.look(DATA, "2026-11-01T00:13:00Z");
    assert_eq!(seen.status(Check::OnSchedule), Status::Ok);
}

#[rstest]
#[case::a_name("@daily", Status::Ok)]
#[case::a_zone("CRON_TZ=Europe/Berlin 0 3 * * *", Status::Ok)]
#[case::another_zone("TZ=Europe/Berlin 0 3 * * *", Status::Ok)]
#[case::no_zone("TZ=Atlantis 0 3 * * *", Status::Failing)]
#[case::six_fields("0 0 3 * * *", Status::Failing)]
#[case::never("0 3 31 2 *", Status::Failing)]
fn schedules_are_read_as_volsync_reads_them(#[case] text: &str, #[case] expected: Status) {
    let schedule = json!({"spec": {"trigger": {"schedule": text}}});
    let mut replay = Replay::of([source(with(synchronised(21), schedule))]);
    let seen = replay.look(DATA, "2026-11-21T12:00:00Z");
    assert_eq!(
        seen.status(Check::Scheduled),
        expected,
        "{}",
        seen.evidence(Check::Scheduled)
    );
}

#[rstest]
#[case::by_hand(json!({"schedule": null, "manual": "once"}), "by hand")]
#[case::without_a_trigger(Value::Null, "again and again, without a schedule")]
fn where_there_is_no_schedule_age_alone_counts(#[case] trigger: Value, #[case] told: &str) {
    let changes = json!({"spec": {"trigger": trigger}});
    let mut replay = Replay::of([source(with(synchronised(20), changes))]);
    let seen = replay.look(DATA, "2026-11-21T12:00:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
    assert!(seen.assessment.verdict(Check::Scheduled).is_none());
    assert_eq!(seen.place("trigger"), told);
    let seen = replay.look(DATA, "2026-11-21T14:11:00Z");
    assert_eq!(seen.troubles(), ["fresh failing"]);
}

#[test]
fn a_schedule_beside_a_manual_trigger_is_never_kept() {
    let changes = json!({"spec": {"trigger": {"manual": "once"}}});
    let mut replay = Replay::of([source(with(synchronised(21), changes))]);
    let seen = replay.look(DATA, "2026-11-21T12:00:00Z");
    assert_eq!(seen.codes(), ["schedule_not_kept"]);
    assert!(seen.assessment.verdict(Check::Scheduled).is_none());
}

#[rstest]
#[case("restic", "restic-config")]
#[case("rclone", "")]
fn other_movers_need_no_maintenance(#[case] mover: &str, #[case] secret: &str) {
    let mover = json!({"spec": {"kopia": null, mover: {"repository": secret}}});
    let mut replay = Replay::of([source(with(synchronised(21), mover))]);
    assert_eq!(replay.assets(), [DATA]);
    let seen = replay.look(DATA, "2026-11-21T12:00:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
}

#[test]
fn one_that_says_that_it_is_no_backup_is_left_alone() {
    let own = json!({"metadata": {"labels": {"lifeboat.dev/backup": "false"}},
        "spec": {"kopia": null, "restic": {}}});
    let replay = Replay::of([source(own)]);
    assert_eq!(replay.assets(), Vec::<String>::new());
    assert!(replay.find(DATA, "2026-11-21T12:00:00Z").is_none());
}

#[rstest]
#[case::rsync("rsyncTLS", Value::Null, false, 0)]
#[case::kopia("kopia", json!({"schedule": "0 4 * * *"}), false, 1)]
#[case::by_hand("kopia", json!({"manual": "restore-once"}), true, 1)]
fn a_destination_by_its_trigger(
    #[case] mover: &str,
    #[case] trigger: Value,
    #[case] is_paused: bool,
    #[case] under_way: usize,
) {
    let destination = with(
        json!({"kind": "ReplicationDestination",
            "metadata": {"namespace": "shop", "name": "copy", "uid": "destination-1",
                "creationTimestamp": "2026-11-20T00:00:00Z"},
            "spec": {"trigger": trigger, mover: {"destinationPVC": "copy"}}}),
        synchronising(21),
    );
    let mut replay = Replay::of([destination]);
    let seen = replay.look("ReplicationDestination/shop/copy", "2026-11-21T12:00:00Z");
    assert_eq!(seen.observation.facts.paused.is_some(), is_paused);
    // What waits for a source to call isn't stuck, however long.
    assert_eq!(seen.observation.facts.under_way.len(), under_way);
    assert_eq!(seen.assessment.status == Status::Paused, is_paused);
}
