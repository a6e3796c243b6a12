//! What only some kinds of assets have: archiving, instances, a recovery window, a program that runs.

use jiff::Timestamp;
use lifeboat_core::{
    ArchiverReading, Archiving, Availability, Instance, InstanceReading, RecoveryWindow,
};
use serde::{Deserialize, Serialize};

use crate::api::seconds;

/// How the archiving of WAL goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArchivingReport {
    /// What the cluster's condition `ContinuousArchiving` says, if there is one.
    pub condition: Option<ConditionReport>,
    /// What the exporter of the instance that archives says.
    pub reading: Option<ArchiverReport>,
    /// Why that isn't known, if it was tried.
    pub error: Option<String>,
}

/// What a condition says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionReport {
    /// Whether archiving works, by its account.
    pub working: bool,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Why not.
    pub message: Option<String>,
}

/// The archiver's counters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArchiverReport {
    /// The instance they were read from.
    pub instance: String,
    /// When.
    pub at: Timestamp,
    /// WAL files archived since the statistics were reset.
    pub archived: Option<u64>,
    /// Failures to archive since then.
    pub failed: Option<u64>,
    /// How many of those fell into the last `window_seconds`.
    pub failed_lately: u64,
    /// The span that `failed_lately` counts in.
    pub window_seconds: f64,
    /// When the last file was archived; none if none ever was.
    pub last_archived_at: Option<Timestamp>,
    /// When archiving last failed; none if it never did.
    pub last_failed_at: Option<Timestamp>,
    /// How many files wait to be archived.
    pub waiting_files: Option<u64>,
}

/// One instance of a database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceReport {
    /// Its name: that of its pod.
    pub name: String,
    /// `primary`, `replica` or `unknown`.
    pub role: String,
    /// What its exporter says; none where that isn't read or can't be.
    pub reading: Option<InstanceValues>,
    /// Why it can't be read, if it was tried.
    pub error: Option<String>,
}

/// What an instance's exporter says. What it doesn't say is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceValues {
    /// When it was read.
    pub at: Timestamp,
    /// Whether the exporter could speak to its `PostgreSQL`.
    pub collector_up: Option<bool>,
    /// Whether it is in recovery.
    pub in_recovery: Option<bool>,
    /// Whether it receives WAL by streaming.
    pub wal_receiver_up: Option<bool>,
    /// How far its replay lies behind: 0 also for a standby that is cut off.
    pub replication_lag_seconds: Option<f64>,
    /// WAL files that wait to be archived.
    pub wal_files_ready: Option<u64>,
}

/// The span that can be restored, as somebody else keeps account of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowReport {
    /// Who says so, such as `ObjectStore/backups`.
    pub source: String,
    /// The first moment that can be restored.
    pub first: Option<Timestamp>,
    /// When the last good backup was made.
    pub last_succeeded: Option<Timestamp>,
    /// When a backup last failed.
    pub last_failed: Option<Timestamp>,
}

/// Whether a program runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailabilityReport {
    /// How many replicas are available.
    pub available: u32,
    /// How many there should be.
    pub desired: u32,
    /// Since when none is available, if that is known.
    pub unavailable_since: Option<Timestamp>,
    /// Why, in its own words.
    pub message: Option<String>,
}

impl From<&Archiving> for ArchivingReport {
    fn from(archiving: &Archiving) -> Self {
        let (reading, error) = told(archiving.reading.as_ref());
        Self {
            condition: archiving
                .condition
                .as_ref()
                .map(|condition| ConditionReport {
                    working: condition.working,
                    since: condition.since,
                    message: condition.message.clone(),
                }),
            reading: reading.map(ArchiverReport::from),
            error,
        }
    }
}

impl From<&ArchiverReading> for ArchiverReport {
    fn from(reading: &ArchiverReading) -> Self {
        Self {
            instance: reading.instance.clone(),
            at: reading.at,
            archived: reading.archived,
            failed: reading.failed,
            failed_lately: reading.failed_lately,
            window_seconds: seconds(reading.window),
            last_archived_at: reading.last_archived_at,
            last_failed_at: reading.last_failed_at,
            waiting_files: reading.waiting_files,
        }
    }
}

impl From<&Instance> for InstanceReport {
    fn from(instance: &Instance) -> Self {
        let (reading, error) = told(instance.reading.as_ref());
        Self {
            name: instance.name.clone(),
            role: instance.role.name().to_owned(),
            reading: reading.map(InstanceValues::from),
            error,
        }
    }
}

impl From<&InstanceReading> for InstanceValues {
    fn from(reading: &InstanceReading) -> Self {
        Self {
            at: reading.at,
            collector_up: reading.collector_up,
            in_recovery: reading.in_recovery,
            wal_receiver_up: reading.wal_receiver_up,
            replication_lag_seconds: reading.replication_lag_seconds,
            wal_files_ready: reading.wal_files_ready,
        }
    }
}

impl From<&RecoveryWindow> for WindowReport {
    fn from(window: &RecoveryWindow) -> Self {
        Self {
            source: window.source.clone(),
            first: window.first,
            last_succeeded: window.last_succeeded,
            last_failed: window.last_failed,
        }
    }
}

impl From<&Availability> for AvailabilityReport {
    fn from(availability: &Availability) -> Self {
        Self {
            available: availability.available,
            desired: availability.desired,
            unavailable_since: availability.unavailable_since,
            message: availability.message.clone(),
        }
    }
}

/// What was read, or why it could not be.
fn told<T>(reading: Option<&Result<T, String>>) -> (Option<&T>, Option<String>) {
    match reading {
        Some(Ok(reading)) => (Some(reading), None),
        Some(Err(error)) => (None, Some(error.clone())),
        None => (None, None),
    }
}
