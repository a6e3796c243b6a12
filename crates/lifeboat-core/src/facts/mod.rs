//! Facts: what an observer sees of an asset right now. What happened is history; this is not.

mod archiving;
mod definition;
mod instance;
mod object_store;
mod repository;
mod schedule;
mod standby;
pub mod system;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

pub use archiving::{ArchiverReading, Archiving, ArchivingCondition};
pub use definition::Definition;
pub use instance::{Instance, InstanceReading, InstanceRole};
pub use object_store::{
    ClaimedBackup, ObjectStoreFacts, StoreReading, StoredBackup, StoredState, StoredWal,
    TransferPace, WalGap,
};
pub use repository::{
    NewestSnapshot, ReadFailure, RepositoryFacts, RepositoryReading, SnapshotSource,
};
pub use schedule::{ObservedSchedule, ScheduleState};
pub use standby::{Standby, StandbyRole};

/// What an observer sees of an asset that others operate. The default is an asset of which nothing
/// is seen but that it exists. What only some kinds have is boxed: there are ten thousand of these.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Why it is paused on purpose, in a few words: such as `hibernated`.
    pub paused: Option<String>,
    /// Its schedules; none for what has no use of any, such as an operator.
    pub schedules: Option<Vec<ObservedSchedule>>,
    /// How its archiving of WAL goes; none where none is set up.
    pub archiving: Option<Box<Archiving>>,
    /// Whether the program runs; none for what is no program.
    pub availability: Option<Box<Availability>>,
    /// The backups that have not ended, oldest first.
    pub under_way: Vec<UnderWay>,
    /// From when on it can be restored, by those who keep account of it.
    pub window: Option<Box<RecoveryWindow>>,
    /// How long recovery points are kept, if that is set.
    pub retention: Option<SignedDuration>,
    /// Whether it is a standby of another database.
    pub standby: StandbyRole,
    /// The instances of a database.
    pub instances: Vec<Instance>,
    /// When a maintenance or a rehearsal last succeeded, by those who note it.
    pub succeeded_at: Option<Timestamp>,
    /// What carries the asset's operation out, where its changes are counted.
    pub definitions: Vec<Definition>,
    /// What a repository tells of itself; none for what is no repository.
    pub repository: Option<Box<RepositoryFacts>>,
    /// The complete backups that should be in its object store, by the account of those who made them.
    pub claimed: Vec<ClaimedBackup>,
    /// What is known of that store by asking it; none where nobody asks.
    pub object_store: Option<Box<ObjectStoreFacts>>,
    /// What somebody should look at, though no promise is broken by it.
    pub findings: Vec<Finding>,
}

impl Facts {
    /// What the last reading of a repository found; none for what is no repository, or was not read.
    #[must_use]
    pub fn reading(&self) -> Option<&RepositoryReading> {
        self.repository.as_ref()?.reading.as_ref()
    }

    /// Whether they are of a repository that was not read yet, so that they say nothing of it.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        let repository = self.repository.as_ref();
        repository.is_some_and(|repository| repository.reading.is_none())
    }
}

/// A backup that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnderWay {
    /// Its name, such as `Backup/db-20261121030000`.
    pub name: String,
    /// Its phase, as its operator calls it.
    pub phase: String,
    /// Since when it is under way, or waits.
    pub since: Timestamp,
    /// Whether it waits for the one before it.
    pub waiting: bool,
    /// What is said of it, if anything.
    pub message: Option<String>,
}

/// Whether a program runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Availability {
    /// What people call the program: one of [`system`].
    pub system: String,
    /// How many instances are available.
    pub available: u32,
    /// How many there should be.
    pub desired: u32,
    /// Since when none is available, if that is known.
    pub unavailable_since: Option<Timestamp>,
    /// Why, in its own words.
    pub message: Option<String>,
}

/// The span that can be restored, as somebody else keeps account of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecoveryWindow {
    /// Who says so, such as `ObjectStore/backups`.
    pub source: String,
    /// The first moment that can be restored.
    pub first: Option<Timestamp>,
    /// When the last good backup was made.
    pub last_succeeded: Option<Timestamp>,
    /// When a backup last failed.
    pub last_failed: Option<Timestamp>,
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// What kind of finding it is, such as `five_field_schedule`.
    pub code: &'static str,
    /// What was found, in a sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}
