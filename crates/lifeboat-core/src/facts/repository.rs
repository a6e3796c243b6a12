//! A repository of others, as it tells of itself when it is read.

use jiff::Timestamp;
use serde::Serialize;

/// What is known of a repository by reading it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RepositoryFacts {
    /// What the last reading that succeeded found; none before the first.
    pub reading: Option<RepositoryReading>,
    /// Why it can't be read; none if the last reading succeeded, or none was tried yet.
    pub failure: Option<ReadFailure>,
}

/// Why a repository can't be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadFailure {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub error: String,
    /// The next step.
    pub hint: Option<String>,
}

/// What a reading found. What could not be learnt is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RepositoryReading {
    /// When it was read.
    pub at: Timestamp,
    /// The repository's own identity.
    pub unique_id: String,
    /// Where it is, such as `s3: backups/kopia`. Never with secrets.
    pub storage: String,
    /// Who maintains it, `user@host`; none if nobody does.
    pub owner: Option<String>,
    /// What it takes in its store.
    pub physical_bytes: Option<u64>,
    /// What its contents come to before compression.
    pub logical_bytes: Option<u64>,
    /// How many contents it holds.
    pub objects: Option<u64>,
    /// What was given to be kept, by what of it is kept: 1 where nothing is there twice.
    pub deduplication_ratio: Option<f64>,
    /// The size of the contents before compression, by that after it: 1 where it gains nothing.
    pub compression_ratio: Option<f64>,
    /// What was copied there, by whom and from where.
    pub sources: Vec<SnapshotSource>,
}

/// Something that is copied to a repository again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SnapshotSource {
    /// `user@host:/path`.
    pub name: String,
    /// How many complete snapshots there are.
    pub snapshots: u64,
    /// The newest complete one.
    pub newest: Option<NewestSnapshot>,
    /// How many there are that were cut short.
    pub incomplete: u64,
    /// When the newest of those began.
    pub newest_incomplete_at: Option<Timestamp>,
}

/// The newest complete snapshot of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewestSnapshot {
    /// When it ended.
    pub at: Timestamp,
    /// What its files come to.
    pub bytes: u64,
    /// How many files it has.
    pub files: u64,
    /// How many files and folders could not be read.
    pub errors: u64,
}
