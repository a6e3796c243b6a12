//! Sources that are paused: VolSync goes on to say that a paused Kopia source succeeds.

use lifeboat_core::{Check, Operation, Outcome, Status};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    objects::{mover_failed, source, synchronised, synchronising, with},
    replay::Replay,
};

const DATA: &str = "ReplicationSource/shop/data";

fn paused() -> Value {
    json!({"spec": {"paused": true}})
}

/// What VolSync writes of a paused source at 02:00 of a day.
fn idly_done(day: u32) -> Value {
    let done = json!({"status": {"lastSyncTime": format!("2026-11-{day:02}T02:00:00Z"),
        "lastSyncDuration": "842.117ms"}});
    with(synchronised(day), done)
}

#[test]
fn a_paused_kopia_source_is_paused_and_makes_no_points() {
    let mut replay = Replay::of([source(synchronised(20))]);
    replay.look(DATA, "2026-11-20T12:00:00Z");
    replay.apply(source(with(synchronised(20), paused())));
    let seen = replay.look(DATA, "2026-11-20T12:00:01Z");
    assert_eq!(seen.assessment.status, Status::Paused);
    assert_eq!(seen.counted(Operation::Backup, Outcome::Inconclusive), 0);
    for day in [21, 22] {
        replay.apply(source(with(synchronising(day), paused())));
        replay.look(DATA, &format!("2026-11-{day}T02:00:00Z"));
        replay.apply(source(with(idly_done(day), paused())));
        let seen = replay.look(DATA, &format!("2026-11-{day}T02:00:01Z"));
        assert!(seen.points().is_empty());
        assert_eq!(seen.assessment.status, Status::Paused);
    }
    // Its age is that of the last one that copied anything.
    replay.apply(source(idly_done(22)));
    let seen = replay.look(DATA, "2026-11-22T12:00:00Z");
    assert_eq!(seen.troubles(), ["fresh failing"]);
    assert_eq!(seen.codes(), ["nothing_copied"]);
    assert_eq!(seen.counted(Operation::Backup, Outcome::Succeeded), 1);
    assert_eq!(seen.counted(Operation::Backup, Outcome::Inconclusive), 0);
    replay.apply(source(synchronised(23)));
    let seen = replay.look(DATA, "2026-11-23T12:00:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
    assert_eq!(seen.codes(), Vec::<&str>::new());
    assert_eq!(seen.counted(Operation::Backup, Outcome::Succeeded), 2);
}

#[test]
fn one_that_is_paused_amid_a_synchronisation_did_not_succeed() {
    let mut replay = Replay::of([source(with(synchronised(20), synchronising(21)))]);
    replay.look(DATA, "2026-11-21T02:05:00Z");
    let cut_short = json!({"status": {"lastSyncTime": "2026-11-21T02:05:01Z",
        "lastSyncDuration": "5m1.2s"}});
    replay.apply(source(with(with(synchronised(21), cut_short), paused())));
    let seen = replay.look(DATA, "2026-11-21T02:05:01Z");
    assert!(seen.points().is_empty());
    assert_eq!(seen.counted(Operation::Backup, Outcome::Inconclusive), 1);
    assert_eq!(seen.counted(Operation::Backup, Outcome::Succeeded), 1);
}

#[test]
fn a_failure_that_a_pause_covers_up_is_no_success() {
    // The sync that failed is called done within the pause; then it goes on.
    let covered = with(synchronised(21), mover_failed("no space left"));
    let mut replay = Replay::of([source(covered)]);
    let seen = replay.look(DATA, "2026-11-21T12:00:00Z");
    assert!(seen.points().is_empty());
    assert_eq!(seen.codes(), ["nothing_copied"]);
}

#[test]
fn other_movers_wait_while_they_are_paused_so_that_what_they_did_counts() {
    let restic = json!({"spec": {"kopia": null, "restic": {"repository": "restic"}}});
    let changes = with(with(synchronised(20), paused()), restic);
    let mut replay = Replay::of([source(changes)]);
    let seen = replay.look(DATA, "2026-11-20T12:00:00Z");
    assert_eq!(seen.points().len(), 1);
    assert_eq!(seen.assessment.status, Status::Paused);
    assert_eq!(seen.counted(Operation::Backup, Outcome::Succeeded), 1);
}

#[test]
fn syncthing_never_ends_and_makes_no_points() {
    let syncthing = json!({"spec": {"kopia": null, "trigger": null, "syncthing": {}}});
    let mut replay = Replay::of([source(with(synchronising(1), syncthing))]);
    let seen = replay.look(DATA, "2026-11-21T12:00:00Z");
    assert_eq!(seen.assessment.status, Status::Paused);
    assert!(seen.observation.facts.under_way.is_empty());
}

#[rstest]
#[case("1.8s", 0)]
#[case("2s", 1)]
#[case("1h2m3.5s", 1)]
#[case("soon", 1)]
fn what_took_no_time_copied_nothing(#[case] took: &str, #[case] points: usize) {
    let changes = json!({"status": {"lastSyncDuration": took}});
    let mut replay = Replay::of([source(with(synchronised(21), changes))]);
    let seen = replay.look(DATA, "2026-11-21T12:00:00Z");
    assert_eq!(seen.points().len(), points);
    assert_eq!(seen.status(Check::OnSchedule), Status::Ok);
}
