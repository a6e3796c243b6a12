//! Failures that VolSync hides behind a synchronisation that goes on.

use lifeboat_core::{Check, Operation, Outcome, Status};
use serde_json::json;

use super::{
    objects::{mover_failed, source, synchronised, synchronising, with},
    replay::Replay,
};

const DATA: &str = "ReplicationSource/shop/data";
const LOG: &str = "Connecting\n\u{1b}[31mERROR\u{1b}[0m: can't open repository\n";

#[test]
fn a_mover_that_fails_is_one_failed_run_of_its_synchronisation() {
    let begun = with(synchronised(20), synchronising(21));
    let mut replay = Replay::of([source(begun.clone())]);
    let seen = replay.look(DATA, "2026-11-21T02:01:00Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
    replay.apply(source(with(begun.clone(), mover_failed(LOG))));
    let seen = replay.look(DATA, "2026-11-21T02:05:00Z");
    assert_eq!(seen.troubles(), ["last_run failing"]);
    assert_eq!(
        seen.evidence(Check::LastRun),
        "the last backup failed at 2026-11-21T02:05:00Z: a mover of the synchronisation that began \
         at 2026-11-21T02:00:00Z failed, and VolSync starts it anew again and again; its log ends \
         with: Connecting; ERROR: can't open repository (hint: VolSync keeps the end of the mover's \
         log: `kubectl -n shop get replicationsource data -o \
         jsonpath='{.status.latestMoverStatus.logs}'`)"
    );
    // Each further attempt is of the same synchronisation, after a restart too.
    replay.restart();
    replay.apply(source(with(begun, mover_failed("once more"))));
    let seen = replay.look(DATA, "2026-11-21T02:59:00Z");
    assert_eq!(seen.counted(Operation::Backup, Outcome::Failed), 1);
    assert_eq!(seen.troubles(), ["last_run failing"]);
    // At least an hour, or three times what the longest took: it took ten minutes.
    let seen = replay.look(DATA, "2026-11-21T03:01:00Z");
    assert_eq!(seen.troubles(), ["last_run failing", "not_stuck failing"]);
    let evidence = seen.evidence(Check::NotStuck);
    assert!(evidence.contains("ReplicationSource/data"), "{evidence}");

    let ended = json!({"status": {"lastSyncTime": "2026-11-21T09:00:00Z",
        "lastSyncDuration": "7h0m0.2s"}});
    replay.apply(source(with(synchronised(21), ended)));
    let seen = replay.look(DATA, "2026-11-21T09:00:01Z");
    assert_eq!(seen.troubles(), Vec::<String>::new());
    assert_eq!(seen.counted(Operation::Backup, Outcome::Failed), 1);
    assert_eq!(seen.counted(Operation::Backup, Outcome::Inconclusive), 0);
}

#[test]
fn an_empty_volume_leaves_no_point_and_is_a_failure() {
    let logs = "=== Checking directory for content ===\n\
                == Directory is empty skipping backup ===";
    let empty = json!({"status": {"latestMoverStatus": {"result": "Successful", "logs": logs}}});
    let mut replay = Replay::of([source(synchronised(20))]);
    replay.look(DATA, "2026-11-20T12:00:00Z");
    replay.apply(source(with(synchronised(21), empty)));
    let seen = replay.look(DATA, "2026-11-21T02:10:01Z");
    assert!(seen.points().is_empty());
    assert_eq!(seen.troubles(), ["last_run failing"]);
    let evidence = seen.evidence(Check::LastRun);
    assert!(evidence.contains("the volume data was empty"), "{evidence}");
    let seen = replay.look(DATA, "2026-11-21T14:11:00Z");
    assert_eq!(seen.troubles(), ["fresh failing", "last_run failing"]);
}

#[test]
fn what_keeps_volsync_from_going_on_is_told() {
    let message = "Secret \"kopia\" not found.";
    let stopped = json!({"status": {"conditions": [{"type": "Synchronizing", "status": "False",
        "reason": "Error", "message": message, "lastTransitionTime": "2026-11-21T02:00:00Z"}]}});
    let mut replay = Replay::of([source(with(synchronising(21), stopped))]);
    let seen = replay.look(DATA, "2026-11-21T02:05:00Z");
    assert_eq!(seen.codes(), ["synchronisation_error"]);
    let finding = &seen.observation.facts.findings[0];
    assert_eq!(
        finding.message,
        "VolSync can't go on with ReplicationSource/data: Secret \"kopia\" not found."
    );
    let under_way = &seen.observation.facts.under_way[0];
    assert_eq!(under_way.phase, "Error");
    assert_eq!(under_way.message.as_deref(), Some(message));
    let seen = replay.look(DATA, "2026-11-21T08:01:00Z");
    assert_eq!(seen.status(Check::NotStuck), Status::Failing);
}
