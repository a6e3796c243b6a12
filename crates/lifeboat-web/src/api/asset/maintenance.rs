//! The upkeep of what backups are kept in: what VolSync's status has fields for and never fills.

use jiff::Timestamp;
use lifeboat_controller::{AssetView, View};
use lifeboat_core::{AssetId, AssetKind, Facts, ObservedSchedule, Operation};
use serde::{Deserialize, Serialize};

use crate::api::{RunReport, seconds};

/// How the upkeep goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaintenanceReport {
    /// The asset that it is of.
    pub asset: AssetId,
    /// When one last succeeded.
    pub last_maintenance: Option<Timestamp>,
    /// How long that is ago.
    pub age_seconds: Option<f64>,
    /// When the next one is due: in the past if it was missed.
    pub next_scheduled_maintenance: Option<Timestamp>,
    /// How many have failed since the last one that succeeded.
    pub maintenance_failures: u32,
    /// The `CronJob` that carries it out, `namespace/name` where that is another one.
    pub maintenance_cron_job: Option<String>,
    /// The run that ended last, whatever came of it.
    pub last_run: Option<RunReport>,
    /// How often what carries it out was created, updated and deleted; none where nobody counts.
    pub changes: Option<ChangesReport>,
}

/// How often something was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesReport {
    /// How often one was made.
    pub created: u64,
    /// How often one was written anew.
    pub updated: u64,
    /// How often one was deleted.
    pub deleted: u64,
}

impl MaintenanceReport {
    /// None for what is not maintained.
    pub(super) fn new(view: &AssetView, at: Timestamp) -> Option<Self> {
        let asset = &view.asset;
        if asset.id.kind.operation() != Some(Operation::Maintenance) {
            return None;
        }
        let last = asset.history.last_succeeded_at(Operation::Maintenance, at);
        let runs = asset.history.operation(Operation::Maintenance);
        let changes = asset.definition_changes();
        Some(Self {
            asset: asset.id.clone(),
            last_maintenance: last,
            age_seconds: last.map(|last| seconds(at.duration_since(last))),
            next_scheduled_maintenance: asset.facts.as_deref().and_then(next),
            maintenance_failures: runs.map_or(0, |runs| runs.failures),
            maintenance_cron_job: view.places.get("cron_job").cloned(),
            last_run: runs
                .and_then(|runs| runs.last.as_deref())
                .map(RunReport::from),
            changes: changes.map(|changes| ChangesReport {
                created: changes.created,
                updated: changes.updated,
                deleted: changes.deleted,
            }),
        })
    }

    /// The upkeep of the repository that a volume is copied to, where there is any to know of.
    pub(super) fn of_repository(view: &View, source: &AssetView) -> Option<Self> {
        let id = &source.asset.id;
        if id.kind != AssetKind::ReplicationSource {
            return None;
        }
        let maintenance = AssetId {
            kind: AssetKind::KopiaMaintenance,
            name: source.places.get("repository")?.clone(),
            ..id.clone()
        };
        Self::new(view.asset(&maintenance)?, view.at)
    }
}

/// When the next one is due that others scheduled.
pub(super) fn next(facts: &Facts) -> Option<Timestamp> {
    let schedules = facts.schedules.iter().flatten();
    schedules.filter_map(ObservedSchedule::first_due).min()
}
