//! Window: from when on a Cluster can be restored, by the account of its store.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{RecoveryPoint, RecoveryWindow};

use super::{
    destination::Destination,
    scene::{IN_TREE, SNAPSHOT, Scene},
};

/// Object and store note the end of the same backup a little apart.
const SAME_BACKUP: SignedDuration = SignedDuration::from_mins(1);

/// The accounts of all methods in use. Those of a method that was given up are frozen, and would
/// tell of backups that nobody makes any more.
pub(super) fn accounts(scene: &Scene<'_>, destination: &Destination<'_>) -> Vec<RecoveryWindow> {
    let accounts = [
        of_object_store(destination),
        of_cluster(scene, destination, IN_TREE),
        of_cluster(scene, destination, SNAPSHOT),
    ];
    accounts.into_iter().flatten().collect()
}

/// The account that knows of the newest backup.
pub(super) fn newest(accounts: &[RecoveryWindow]) -> Option<RecoveryWindow> {
    let accounts = accounts.iter();
    // Of equals the first: the store knows better than the Cluster.
    let newest = accounts.rev().max_by_key(|account| account.last_succeeded);
    newest.cloned()
}

/// Recovery points that only an account knows: those newer than every Backup that is there.
pub(super) fn points(accounts: &[RecoveryWindow], backups: &[RecoveryPoint]) -> Vec<RecoveryPoint> {
    let newest = backups.iter().map(|point| point.taken_at).max();
    let is_newer =
        |at: Timestamp| newest.is_none_or(|newest| at.duration_since(newest) > SAME_BACKUP);
    accounts
        .iter()
        .filter_map(|account| {
            let at = account.last_succeeded.filter(|at| is_newer(*at))?;
            let name = format!("{} at {at:.0}", account.source);
            Some(RecoveryPoint::of_others(name, at))
        })
        .collect()
}

fn of_object_store(destination: &Destination<'_>) -> Option<RecoveryWindow> {
    let plugin = destination.barman.as_ref()?;
    let store = plugin.store?;
    let window = store.status.server_recovery_window.get(plugin.server)?;
    told(RecoveryWindow {
        source: format!("ObjectStore/{}", store.metadata.name),
        first: window.first_recoverability_point,
        last_succeeded: window.last_success(),
        last_failed: window.last_failed_backup_time,
    })
}

/// The Cluster's own account, which it keeps only of backups without a plugin.
fn of_cluster(
    scene: &Scene<'_>,
    destination: &Destination<'_>,
    method: &str,
) -> Option<RecoveryWindow> {
    let status = &scene.cluster.status;
    let in_use = match method {
        IN_TREE => destination.in_tree.is_some(),
        _ => destination.snapshots,
    };
    if !in_use {
        return None;
    }
    // Older versions don't tell the methods apart, and knew only the one.
    let by_method = |times: &BTreeMap<String, Timestamp>, plain: Option<Timestamp>| {
        let unmarked = plain.filter(|_| times.is_empty() && method == IN_TREE);
        times.get(method).copied().or(unmarked)
    };
    told(RecoveryWindow {
        source: scene.called(),
        first: by_method(
            &status.first_recoverability_point_by_method,
            status.first_recoverability_point,
        ),
        last_succeeded: by_method(
            &status.last_successful_backup_by_method,
            status.last_successful_backup,
        ),
        last_failed: status.last_failed_backup,
    })
}

/// An account that says nothing is none.
fn told(window: RecoveryWindow) -> Option<RecoveryWindow> {
    let says = window
        .first
        .or(window.last_succeeded)
        .or(window.last_failed);
    says.map(|_| window)
}
