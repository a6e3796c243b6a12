//! Observations: seen once, twice, late or after a restart, they come to the same history.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod points;
mod runs;

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{
    AssetHistory, AssetId, Integrity, Observation, ObservedPoints, Operation, Outcome,
    RecoveryPoint, Run, RunEnd, RunId, RunTrigger,
};

/// A moment of 2026-11-20, in hours.
fn hour(hours: i64) -> Timestamp {
    let midnight: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    midnight + SignedDuration::from_hours(hours)
}

fn asset() -> AssetId {
    "CNPGCluster/postgresql/immich-db".parse().unwrap()
}

/// A backup that began at an hour and took one.
fn run(name: &str, began: i64, outcome: Option<Outcome>) -> Run {
    Run {
        id: RunId::of_object("Backup", name, &format!("uid-of-{name}")),
        asset: asset(),
        operation: Operation::Backup,
        trigger: RunTrigger::Schedule,
        scheduled_for: None,
        attempt: 1,
        started_at: hour(began),
        end: outcome.map(|outcome| RunEnd {
            error: (outcome == Outcome::Failed).then(|| format!("{name} failed")),
            ..RunEnd::plain(hour(began + 1), outcome)
        }),
    }
}

fn point(name: &str, taken: i64) -> RecoveryPoint {
    RecoveryPoint {
        name: name.to_owned(),
        taken_at: hour(taken),
        bytes: None,
        integrity: Integrity::Whole,
        verification: None,
        pinned: false,
    }
}

fn seen(runs: &[Run]) -> Observation {
    Observation {
        runs: runs.to_vec(),
        ..Observation::default()
    }
}

fn present(points: &[RecoveryPoint]) -> Observation {
    Observation {
        points: ObservedPoints::Present(points.to_vec()),
        ..Observation::default()
    }
}

/// What the ledger keeps of a history: everything, as JSON.
fn after_a_restart(history: &AssetHistory) -> AssetHistory {
    let mut restored = history.clone();
    for operation in restored.operations.values_mut() {
        let stored = serde_json::to_string(operation).unwrap();
        *operation = serde_json::from_str(&stored).unwrap();
    }
    restored
}
