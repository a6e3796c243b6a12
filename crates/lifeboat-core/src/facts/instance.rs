//! Instances of a database, as their own exporters describe them.

use jiff::Timestamp;

/// One instance of a database.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Its name: that of its pod.
    pub name: String,
    /// What it is by its labels.
    pub role: InstanceRole,
    /// What its exporter says, or why that isn't known; none where nobody is to read it.
    pub reading: Option<Result<InstanceReading, String>>,
}

/// What an instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceRole {
    /// It takes writes, or leads the recovery of a replica cluster.
    Primary,
    /// It follows.
    Replica,
    /// Its labels don't say.
    Unknown,
}

impl InstanceRole {
    /// The role's name, as in labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Replica => "replica",
            Self::Unknown => "unknown",
        }
    }
}

/// What an instance's exporter says. What it doesn't say is none.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceReading {
    /// When it was read.
    pub at: Timestamp,
    /// Whether the exporter could speak to its PostgreSQL.
    pub collector_up: Option<bool>,
    /// Whether the last collection met an error.
    pub last_collection_error: Option<bool>,
    /// Whether it is in recovery.
    pub in_recovery: Option<bool>,
    /// Whether it receives WAL by streaming.
    pub wal_receiver_up: Option<bool>,
    /// How far its replay lies behind, in seconds: 0 also for a standby that is cut off.
    pub replication_lag_seconds: Option<f64>,
    /// WAL files that wait to be archived.
    pub wal_files_ready: Option<u64>,
    /// WAL files that were archived and are still there.
    pub wal_files_done: Option<u64>,
    /// WAL files archived since the statistics were reset.
    pub wal_archived: Option<u64>,
    /// Failures to archive since then.
    pub wal_failed: Option<u64>,
}
