//! All that is known of one asset.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_controller::{AssetView, View};
use lifeboat_core::{Facts, Integrity, Loss, Operation, PointVerification, RecoveryPoint};
use serde::{Deserialize, Serialize};

use super::kinds::{ArchivingReport, AvailabilityReport, InstanceReport, WindowReport};
use super::maintenance::MaintenanceReport;
use super::repository::RepositoryReport;
use super::service_levels::ServiceLevelReport;
use super::{AssetSummary, Point};
use crate::api::{Alert, AsOf, CheckReport, RunReport, seconds};

/// One asset with all of its checks and recovery points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssetDetail {
    /// Of which moment this is.
    #[serde(flatten)]
    pub as_of: AsOf,
    /// What the list says of it too.
    #[serde(flatten)]
    pub summary: AssetSummary,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Where it is and where its backups go.
    pub places: BTreeMap<String, String>,
    /// Since when it is known.
    pub first_seen_at: Timestamp,
    /// Every check's answer.
    pub checks: Vec<CheckReport>,
    /// Its operations: what is planned, and what came of it.
    pub operations: Vec<OperationDetail>,
    /// The last look at which recovery points are there.
    pub inventory: Option<Inventory>,
    /// Its recovery points, newest first.
    pub recovery_points: Vec<PointDetail>,
    /// The last loss of recovery points, while it matters.
    pub loss: Option<Loss>,
    /// The span that can be restored, if somebody else keeps account of it.
    pub window: Option<WindowReport>,
    /// How long recovery points are kept by those who made them, if that is set.
    pub retention_seconds: Option<f64>,
    /// How its archiving of WAL goes, where some is set up.
    pub archiving: Option<ArchivingReport>,
    /// The instances of a database.
    pub instances: Vec<InstanceReport>,
    /// Whether the program runs, for what is one.
    pub availability: Option<AvailabilityReport>,
    /// What a repository tells of itself, for what is one.
    pub repository: Option<RepositoryReport>,
    /// The upkeep of the repository that it is copied to, where there is any to know of.
    pub repository_maintenance: Option<MaintenanceReport>,
    /// How its objectives over thirty days are kept, where enough is known to judge.
    pub service_levels: Vec<ServiceLevelReport>,
    /// The alerts about it.
    pub alerts: Vec<Alert>,
}

/// One operation of an asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperationDetail {
    /// Which.
    pub operation: Operation,
    /// When it is due, as a cron expression; none if it is not planned.
    pub schedule: Option<String>,
    /// The time zone of the schedule.
    pub time_zone: Option<String>,
    /// When it starts next.
    pub next_at: Option<Timestamp>,
    /// The run that ended last.
    pub last_run: Option<RunReport>,
    /// The run that succeeded last.
    pub last_succeeded: Option<RunReport>,
    /// How many runs failed since then.
    pub failures: u32,
}

/// The last look at which recovery points are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// When.
    pub at: Timestamp,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

/// One recovery point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointDetail {
    /// What is said of it in short.
    #[serde(flatten)]
    pub point: Point,
    /// Whether one could restore all of it, as far as is known.
    pub good: bool,
    /// What was damaged when it was made.
    pub damage: Option<String>,
    /// Whether somebody asked for it to be kept.
    pub pinned: bool,
    /// What the last verification of it found.
    pub verification: Option<PointVerification>,
}

impl AssetDetail {
    /// Reports one asset of a view.
    #[must_use]
    pub fn new(view: &View, asset: &AssetView, as_of: AsOf) -> Self {
        let history = &asset.asset.history;
        let verdicts = asset.assessment.verdicts.iter();
        let id = &asset.asset.id;
        let places = asset.places.iter();
        let nothing = Facts::default();
        let facts = asset.asset.facts.as_deref().unwrap_or(&nothing);
        Self {
            as_of,
            summary: AssetSummary::new(asset, view.at),
            labels: asset.asset.labels.clone(),
            places: places
                .map(|(what, place)| ((*what).to_owned(), place.clone()))
                .collect(),
            first_seen_at: history.first_seen_at,
            checks: verdicts
                .map(|verdict| CheckReport::new(id, verdict, view.at))
                .collect(),
            operations: Operation::ALL
                .into_iter()
                .filter_map(|operation| OperationDetail::new(asset, operation))
                .collect(),
            inventory: history.inventory.as_ref().map(|inventory| Inventory {
                at: inventory.at,
                error: inventory.error.clone(),
            }),
            recovery_points: history
                .recovery_points
                .iter()
                .rev()
                .map(|point| PointDetail::new(point, view.at))
                .collect(),
            loss: history.loss.clone(),
            window: facts.window.as_deref().map(WindowReport::from),
            retention_seconds: facts.retention.map(seconds),
            archiving: facts.archiving.as_deref().map(ArchivingReport::from),
            instances: facts.instances.iter().map(InstanceReport::from).collect(),
            availability: facts.availability.as_deref().map(AvailabilityReport::from),
            repository: facts.repository.as_deref().map(RepositoryReport::from),
            repository_maintenance: MaintenanceReport::of_repository(view, asset),
            service_levels: ServiceLevelReport::all(&asset.assessment),
            alerts: Alert::sorted(view.alerts.iter().filter(|alert| &alert.key.asset == id)),
        }
    }
}

impl OperationDetail {
    /// None if it is neither planned nor has ever run.
    fn new(view: &AssetView, operation: Operation) -> Option<Self> {
        let history = view.asset.history.operation(operation);
        let planned = view.asset.planned.get(&operation);
        if history.is_none() && planned.is_none() {
            return None;
        }
        let schedule = planned.map(|planned| &planned.plan.schedule);
        let last = history.and_then(|history| history.last.as_deref());
        let succeeded = history.and_then(|history| history.last_succeeded.as_deref());
        Some(Self {
            operation,
            schedule: schedule.map(|schedule| schedule.expression().to_owned()),
            time_zone: schedule.map(|schedule| schedule.time_zone().to_owned()),
            next_at: view.next_starts.get(&operation).copied(),
            last_run: last.map(RunReport::from),
            last_succeeded: succeeded.map(RunReport::from),
            failures: history.map_or(0, |history| history.failures),
        })
    }
}

impl PointDetail {
    fn new(point: &RecoveryPoint, at: Timestamp) -> Self {
        Self {
            point: Point::new(point, at),
            good: point.is_good(),
            damage: match &point.integrity {
                Integrity::Whole => None,
                Integrity::Damaged(damage) => Some(damage.clone()),
            },
            pinned: point.pinned,
            verification: point.verification.as_deref().cloned(),
        }
    }
}
