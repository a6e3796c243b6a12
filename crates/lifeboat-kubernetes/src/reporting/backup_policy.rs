//! What the status of a `BackupPolicy` says.

use lifeboat_controller::{AssetView, View};
use lifeboat_core::{Policy, Status, Subject};
use lifeboat_resources::custom_resources::BackupPolicyStatus;

use super::condition::{accepted, condition};

/// The status of a policy, or of one that can't be used.
pub(super) fn status(
    policy: Result<&Policy, &str>,
    view: &View,
    generation: Option<i64>,
    before: &BackupPolicyStatus,
) -> BackupPolicyStatus {
    let saying = accepted(policy.err());
    let conditions = vec![condition(saying, generation, &before.conditions, view.at)];
    let Ok(policy) = policy else {
        return BackupPolicyStatus {
            observed_generation: generation,
            conditions,
            ..BackupPolicyStatus::default()
        };
    };
    let is_selected = |view: &&AssetView| {
        policy.selector.selects(Subject {
            asset: &view.asset.id,
            labels: &view.asset.labels,
        })
    };
    let selected: Vec<Status> = view
        .assets
        .iter()
        .filter(is_selected)
        .map(|view| view.assessment.status)
        .collect();
    let count = |wanted: Status| {
        let found = selected.iter().filter(|status| **status == wanted).count();
        Some(u32::try_from(found).unwrap_or(u32::MAX))
    };
    BackupPolicyStatus {
        observed_generation: generation,
        assets: Some(u32::try_from(selected.len()).unwrap_or(u32::MAX)),
        failing: count(Status::Failing),
        unknown: count(Status::Unknown),
        paused: count(Status::Paused),
        conditions,
    }
}
