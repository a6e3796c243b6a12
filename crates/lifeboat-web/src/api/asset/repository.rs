//! What a repository of others tells of itself.

use jiff::Timestamp;
use lifeboat_core::{RepositoryFacts, RepositoryReading, SnapshotSource};
use serde::{Deserialize, Serialize};

/// A repository, as it was last read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepositoryReport {
    /// When it was last read; none before the first time.
    pub read_at: Option<Timestamp>,
    /// Why it can't be read, while that is so.
    pub error: Option<String>,
    /// Since when it can't be read.
    pub failing_since: Option<Timestamp>,
    /// Where it is.
    pub storage: Option<String>,
    /// Who maintains it, `user@host`.
    pub owner: Option<String>,
    /// What it takes in its store, in bytes.
    pub physical_bytes: Option<u64>,
    /// What its contents come to before compression, in bytes.
    pub logical_bytes: Option<u64>,
    /// How many contents it holds.
    pub objects: Option<u64>,
    /// What was given to be kept, by what of it is kept.
    pub deduplication_ratio: Option<f64>,
    /// The size of the contents before compression, by that after it.
    pub compression_ratio: Option<f64>,
    /// What is copied there.
    pub sources: Vec<SourceReport>,
}

/// Something that is copied to a repository again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReport {
    /// `user@host:/path`.
    pub source: String,
    /// How many complete snapshots there are.
    pub snapshots: u64,
    /// How many were cut short.
    pub incomplete: u64,
    /// When the newest complete one ended.
    pub newest_at: Option<Timestamp>,
    /// What its files come to, in bytes.
    pub bytes: Option<u64>,
    /// How many files it has.
    pub files: Option<u64>,
    /// How many files and folders it lacks.
    pub errors: Option<u64>,
}

impl From<&RepositoryFacts> for RepositoryReport {
    fn from(facts: &RepositoryFacts) -> Self {
        let reading = facts.reading.as_ref();
        let failure = facts.failure.as_ref();
        let number = |of: fn(&RepositoryReading) -> Option<u64>| reading.and_then(of);
        Self {
            read_at: reading.map(|reading| reading.at),
            error: failure.map(|failure| failure.error.clone()),
            failing_since: failure.map(|failure| failure.since),
            storage: reading.map(|reading| reading.storage.clone()),
            owner: reading.and_then(|reading| reading.owner.clone()),
            physical_bytes: number(|reading| reading.physical_bytes),
            logical_bytes: number(|reading| reading.logical_bytes),
            objects: number(|reading| reading.objects),
            deduplication_ratio: reading.and_then(|reading| reading.deduplication_ratio),
            compression_ratio: reading.and_then(|reading| reading.compression_ratio),
            sources: reading.map_or_else(Vec::new, |reading| {
                reading.sources.iter().map(SourceReport::from).collect()
            }),
        }
    }
}

impl From<&SnapshotSource> for SourceReport {
    fn from(source: &SnapshotSource) -> Self {
        let newest = source.newest.as_ref();
        Self {
            source: source.name.clone(),
            snapshots: source.snapshots,
            incomplete: source.incomplete,
            newest_at: newest.map(|newest| newest.at),
            bytes: newest.map(|newest| newest.bytes),
            files: newest.map(|newest| newest.files),
            errors: newest.map(|newest| newest.errors),
        }
    }
}
