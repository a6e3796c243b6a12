//! The API's answers: the types that the server writes and the command line reads.
//!
//! Names are in `snake_case`, times in RFC 3339, and ages and lengths of time are numbers of seconds
//! whose names end in `_seconds`. Fields may be added; none changes its meaning.

mod alert;
mod asset;
mod check;
mod coverage;
mod finding;
mod incident;
mod lifeboat;
mod query;
mod run;
mod silence;

pub use alert::{Alert, AlertList, AlertQuery, AlertStateQuery};
pub use asset::{
    ArchiverReport, ArchivingReport, AssetCounts, AssetDetail, AssetList, AssetSummary,
    AvailabilityReport, BlindReport, ChangesReport, ConditionReport, InstanceReport,
    InstanceValues, Inventory, MaintenanceReport, NextRun, ObjectiveValues, OperationDetail, Point,
    PointDetail, Progress, RehearsalReport, RepositoryReport, RunningRun, ScheduleReport,
    ScheduleStateName, ServiceLevelReport, SourceReport, UnderWayReport, WindowReport,
};
pub use check::CheckReport;
pub use coverage::{
    CoverReport, CoverageCounts, CoverageList, CoverageQuery, CoverageReport, UnseenReport,
};
pub use finding::{FindingList, FindingReport};
pub use incident::{IncidentList, IncidentQuery, IncidentReport};
use jiff::{SignedDuration, Timestamp};
pub use lifeboat::{LedgerHealth, LifeboatHealth, NotifierHealth, ResourcesHealth};
pub use query::{AssetQuery, RunQuery};
pub use run::{RunList, RunReport, StartRun, StartedRun};
use serde::{Deserialize, Serialize};
pub use silence::{ChangedSilence, MakeSilence, SilenceList, SilenceQuery, SilenceReport};

/// From this age on, a view says nothing about now. The controller makes one every few seconds.
pub const STALE_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// How many runs or incidents are answered with if no limit is given.
pub const DEFAULT_LIMIT: u32 = 50;
/// How many runs or incidents are answered with at most.
pub const MAXIMUM_LIMIT: u32 = 1_000;

/// An answer that is an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// What is wrong.
    pub error: String,
    /// The next step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Of which moment an answer speaks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AsOf {
    /// The moment.
    pub at: Timestamp,
    /// How long ago that was when the server answered.
    pub view_age_seconds: f64,
    /// Whether that is too long ago to say anything about now.
    pub stale: bool,
}

impl AsOf {
    /// The moment of a view, as seen from another.
    #[must_use]
    pub fn new(at: Timestamp, now: Timestamp) -> Self {
        // A clock that was set back doesn't make a view younger than new.
        let age = now.duration_since(at).max(SignedDuration::ZERO);
        Self {
            at,
            view_age_seconds: seconds(age),
            stale: age > STALE_AFTER,
        }
    }
}

/// How many runs or incidents to answer with.
fn effective_limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(DEFAULT_LIMIT).clamp(1, MAXIMUM_LIMIT)
}

/// Seconds with milliseconds, which is what any of the times here is good for.
fn seconds(duration: SignedDuration) -> f64 {
    (duration.as_secs_f64() * 1_000.0).round() / 1_000.0
}
