//! The words of Lifeboat as pure types and functions: no I/O, no clock, no Kubernetes.
//!
//! Everything here can be tested with a table and simulated over years in a second, because time
//! always comes in as an argument.
//!
//! ```text
//! asset, run, recovery_point, history     what there is, and what happened
//! facts, observation                      what others are seen to do, and how it joins that
//! policy, selector, schedule              what is promised, and when it is due
//! scheduling                              what to run now
//! check, verdict, assess                  what that means: ok, failing, unknown or paused
//! evidence, next_step                     why, and what to do first
//! alert, matcher, silence                 what people are told, since when, and what they are not
//! slo                                     what was kept over thirty days, and how fast budgets burn
//! coverage                                what holds data, and which backup covers it
//! retention                               which backups to keep
//! ```

mod alert;
pub mod assess;
mod asset;
mod check;
mod coverage;
mod duration;
mod error_text;
mod evidence;
mod facts;
mod growth;
mod history;
mod matcher;
mod next_step;
mod observation;
mod policy;
mod recovery_point;
pub mod retention;
mod run;
mod schedule;
pub mod scheduling;
mod selector;
mod silence;
pub mod slo;
mod small_map;
mod stored_points;
mod upkeep;
mod verdict;

pub use alert::{
    AlertInstance, AlertKey, AlertState, DurationTotals, Incident, IncidentTotals, Suppressor,
};
pub use asset::{AssetId, AssetIdError, AssetKind};
pub use check::Check;
pub use coverage::{
    Coverage, CoverageChanges, CoverageKind, CoverageMeans, CoverageMemory, CoverageState,
    CoverageStatus, CoverageSubject, JudgedCoverage, KnownCoverage, SubjectCoverage,
    UnknownCoverageKind,
};
pub use duration::{DurationError, HumanDuration, parse_duration};
pub use error_text::readable_causes;
pub use evidence::{Evidence, StuckUnderWay};
pub use facts::{
    ArchiverReading, Archiving, ArchivingCondition, Availability, ClaimedBackup, Definition, Facts,
    Finding, Instance, InstanceReading, InstanceRole, NewestSnapshot, ObjectStoreFacts,
    ObservedSchedule, ReadFailure, RecoveryWindow, RepositoryFacts, RepositoryReading,
    ScheduleState, SnapshotSource, Standby, StandbyRole, StoreReading, StoredBackup, StoredState,
    StoredWal, TransferPace, UnderWay, WalGap, system,
};
pub use growth::{RepositorySizes, SizeReading};
pub use history::{
    AssetHistory, CLOCK_TOLERANCE, DURATION_BOUNDS, Inventory, Loss, OperationHistory, RunTotals,
    later,
};
pub use matcher::{AlertLabel, MatchOperator, Matcher, MatcherError};
pub use next_step::next_step;
pub use observation::{Observation, Observed, ObservedPoints};
pub use policy::{
    Effective, KopiaRepositoryPolicy, ObjectStorePolicy, ObjectiveOverrides, Objectives, Policy,
    Severity,
};
pub use recovery_point::{Integrity, PointVerification, RecoveryPoint};
pub use run::{Operation, Outcome, Run, RunEnd, RunId, RunTrigger};
pub use schedule::{Schedule, ScheduleError};
pub use selector::{LabelOperator, LabelRequirement, Selector, Subject};
pub use silence::{Silence, SilenceState};
pub use small_map::SmallMap;
pub use upkeep::{DefinitionChanges, Upkeep};
pub use verdict::{Status, Verdict};
