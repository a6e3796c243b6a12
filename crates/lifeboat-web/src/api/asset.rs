//! `GET /api/v1/assets` and `GET /api/v1/assets/{kind}/{namespace}/{name}`.

mod detail;
mod kinds;
mod maintenance;
mod observed;
mod rehearsal;
mod repository;
mod service_levels;
mod summary;

pub use detail::{AssetDetail, Inventory, OperationDetail, PointDetail};
pub use kinds::{
    ArchiverReport, ArchivingReport, AvailabilityReport, ConditionReport, InstanceReport,
    InstanceValues, WindowReport,
};
use lifeboat_controller::View;
use lifeboat_core::Status;
pub use maintenance::{ChangesReport, MaintenanceReport};
pub use observed::{BlindReport, ScheduleReport, ScheduleStateName, UnderWayReport};
pub use rehearsal::RehearsalReport;
pub use repository::{RepositoryReport, SourceReport};
use serde::{Deserialize, Serialize};
pub use service_levels::ServiceLevelReport;
pub use summary::{AssetSummary, NextRun, ObjectiveValues, Point, Progress, RunningRun};

use super::{Alert, AsOf, AssetQuery, LifeboatHealth};

/// All assets as of one moment, with what else there is to know at that moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssetList {
    /// Of which moment this is.
    #[serde(flatten)]
    pub as_of: AsOf,
    /// How many assets have which status.
    pub counts: AssetCounts,
    /// The assets, in order of their identity.
    pub assets: Vec<AssetSummary>,
    /// The alerts that are pending, firing or lately resolved.
    pub alerts: Vec<Alert>,
    /// How Lifeboat itself is.
    pub lifeboat: LifeboatHealth,
}

/// How many assets have which status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetCounts {
    /// As promised.
    pub ok: usize,
    /// Not as promised.
    pub failing: usize,
    /// Not known either way.
    pub unknown: usize,
    /// Suspended on purpose.
    pub paused: usize,
}

impl AssetCounts {
    /// Counts statuses.
    #[must_use]
    pub fn of(statuses: impl IntoIterator<Item = Status>) -> Self {
        let mut counts = Self::default();
        for status in statuses {
            *match status {
                Status::Ok => &mut counts.ok,
                Status::Failing => &mut counts.failing,
                Status::Unknown => &mut counts.unknown,
                Status::Paused => &mut counts.paused,
            } += 1;
        }
        counts
    }

    /// All of them.
    #[must_use]
    pub const fn total(self) -> usize {
        self.ok + self.failing + self.unknown + self.paused
    }
}

impl AssetList {
    /// Reports a view.
    #[must_use]
    pub fn new(view: &View, as_of: AsOf) -> Self {
        Self::selected(view, &AssetQuery::default(), as_of)
    }

    /// Reports the assets of a view that a query fits, and the alerts about them.
    #[must_use]
    pub fn selected(view: &View, query: &AssetQuery, as_of: AsOf) -> Self {
        let assets: Vec<AssetSummary> = view
            .assets
            .iter()
            .filter(|asset| query.fits(&asset.asset.id, asset.assessment.status))
            .map(|asset| AssetSummary::new(asset, view.at))
            .collect();
        let alerts = view.alerts.iter().filter(|alert| {
            // One about an asset that has just gone has no status to ask for.
            let status = view.asset(&alert.key.asset).map(|it| it.assessment.status);
            status.map_or_else(
                || *query == AssetQuery::default(),
                |status| query.fits(&alert.key.asset, status),
            )
        });
        Self {
            as_of,
            counts: AssetCounts::of(assets.iter().map(|asset| asset.status)),
            assets,
            alerts: Alert::sorted(alerts),
            lifeboat: LifeboatHealth::from(view),
        }
    }
}
