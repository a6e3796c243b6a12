//! Common to the tests: Clusters with what belongs to them, and what is seen of them.

use lifeboat_core::{Check, ObservedPoints, RecoveryPoint, Run};
use serde_json::Value;

use super::{
    objects::{completed, daily, object_store, plugin_cluster, pod},
    replay::{Replay, Seen},
};

pub(super) const NOON: &str = "2026-11-21T12:00:00Z";

pub(super) fn plugin_with(objects: impl IntoIterator<Item = Value>) -> Replay {
    let mut replay = Replay::of([plugin_cluster(), object_store(None, None)]);
    for object in objects {
        replay.apply(object);
    }
    replay
}

pub(super) fn points(seen: &Seen) -> Vec<RecoveryPoint> {
    match &seen.observation.points {
        ObservedPoints::Present(points) | ObservedPoints::Evident(points) => points.clone(),
    }
}

pub(super) fn names(seen: &Seen) -> Vec<String> {
    points(seen).into_iter().map(|point| point.name).collect()
}

pub(super) fn only_run(seen: &Seen) -> Run {
    assert_eq!(seen.observation.runs.len(), 1);
    seen.observation.runs[0].clone()
}

pub(super) const NONE: [Check; 0] = [];

pub(super) fn last(day: u32) -> String {
    format!("2026-11-{day:02}T03:00:00Z")
}

/// A plugin's Cluster with a daily schedule that last acted on a day, and these Backups.
pub(super) fn with_backups(day: u32, backups: impl IntoIterator<Item = Value>) -> Replay {
    let mut replay = Replay::of([
        plugin_cluster(),
        object_store(None, None),
        daily(Some(&last(day))),
    ]);
    for backup in backups {
        replay.apply(backup);
    }
    replay
}

pub(super) const SOUND: &str = "cnpg_collector_up{cluster=\"db\"} 1\n\
    cnpg_pg_stat_archiver_archived_count 120\ncnpg_pg_stat_archiver_failed_count 2\n\
    cnpg_pg_stat_archiver_last_archived_time 1795240800\n\
    cnpg_pg_stat_archiver_seconds_since_last_archival 60\n\
    cnpg_pg_stat_archiver_last_failed_time -1\n\
    cnpg_collector_pg_wal_archive_status{value=\"ready\"} 1\n\
    cnpg_collector_last_available_backup_timestamp 0\n";

/// A sound Cluster on the 21st, whose primary says this at 12:00.
pub(super) fn with_primary(text: &str) -> Replay {
    let mut replay = with_backups(21, [completed(20), completed(21), pod("db-1", "primary")]);
    replay.says("db-1", "2026-11-21T12:00:00Z", text);
    replay
}
