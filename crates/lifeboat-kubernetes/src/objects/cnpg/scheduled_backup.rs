//! `ScheduledBackup` of `postgresql.cnpg.io/v1`.

use jiff::Timestamp;
use serde::Deserialize;

use super::{ClusterReference, PluginConfiguration};
use crate::objects::{metadata::Metadata, moment};

/// What makes Backups on a schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduledBackup {
    /// Name, labels.
    pub metadata: Metadata,
    /// When, and of what.
    #[serde(default)]
    pub spec: ScheduledBackupSpec,
    /// When it last acted.
    #[serde(default)]
    pub status: ScheduledBackupStatus,
}

/// `ScheduledBackup.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ScheduledBackupSpec {
    /// **Six** cron fields, seconds first; with five fields it means something else than in cron.
    pub schedule: String,
    /// Suspended: no new Backups.
    pub suspend: bool,
    /// A first Backup at once.
    pub immediate: bool,
    /// Whose backups it makes.
    pub cluster: ClusterReference,
    /// `barmanObjectStore` (default), `volumeSnapshot` or `plugin`.
    pub method: Option<String>,
    /// `primary` or `prefer-standby`; absent: as the Cluster has it.
    pub target: Option<String>,
    /// Who owns the Backups: `none` (default), `self` or `cluster`.
    pub backup_owner_reference: Option<String>,
    /// The plugin, if the method is `plugin`.
    pub plugin_configuration: Option<PluginConfiguration>,
}

/// `ScheduledBackup.status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ScheduledBackupStatus {
    /// When the operator last looked at the schedule.
    #[serde(deserialize_with = "moment::optional")]
    pub last_check_time: Option<Timestamp>,
    /// When a Backup was last made. Not that it succeeded.
    #[serde(deserialize_with = "moment::optional")]
    pub last_schedule_time: Option<Timestamp>,
    /// When the next Backup is to be made.
    #[serde(deserialize_with = "moment::optional")]
    pub next_schedule_time: Option<Timestamp>,
    /// Why the schedule can't be followed.
    pub error: Option<String>,
}
