//! Archiving of WAL, as the cluster's condition and the primary's own counters tell it.

use jiff::{SignedDuration, Timestamp};

/// How the archiving of WAL goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Archiving {
    /// What the cluster's own condition says, if there is one.
    pub condition: Option<ArchivingCondition>,
    /// What the primary's exporter says, or why that isn't known; none where nobody is to read it.
    pub reading: Option<Result<ArchiverReading, String>>,
}

/// The condition `ContinuousArchiving` of a CloudNativePG cluster. It is written only when WAL is
/// archived, so its truth may be old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivingCondition {
    /// Whether archiving works.
    pub working: bool,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Why not.
    pub message: Option<String>,
}

/// The archiver's counters, as the primary's exporter has them.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchiverReading {
    /// The instance they were read from.
    pub instance: String,
    /// When.
    pub at: Timestamp,
    /// WAL files archived since the statistics were reset.
    pub archived: Option<u64>,
    /// Failures to archive since then.
    pub failed: Option<u64>,
    /// How many of those failures fell into the last `window`.
    pub failed_lately: u64,
    /// The span that `failed_lately` counts in.
    pub window: SignedDuration,
    /// When the last file was archived; none if none ever was.
    pub last_archived_at: Option<Timestamp>,
    /// When archiving last failed; none if it never did.
    pub last_failed_at: Option<Timestamp>,
    /// How many files wait to be archived.
    pub waiting_files: Option<u64>,
}
