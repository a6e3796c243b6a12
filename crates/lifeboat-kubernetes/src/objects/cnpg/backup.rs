//! `Backup` of `postgresql.cnpg.io/v1`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::{CLUSTER_LABEL, SCHEDULED_BACKUP_LABEL};
use crate::objects::{metadata::Metadata, moment};

/// One base backup: asked for, under way, or done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Backup {
    /// Name, labels.
    pub metadata: Metadata,
    /// What is asked for.
    #[serde(default)]
    pub spec: BackupSpec,
    /// What became of it.
    #[serde(default)]
    pub status: BackupStatus,
}

impl Backup {
    /// The name of its Cluster, in the same namespace: `spec.cluster.name`, or else the label.
    #[must_use]
    pub fn cluster(&self) -> Option<&str> {
        let named = Some(self.spec.cluster.name.as_str()).filter(|name| !name.is_empty());
        named.or_else(|| self.metadata.label(CLUSTER_LABEL))
    }

    /// The name of the `ScheduledBackup` that made it, if one did.
    #[must_use]
    pub fn scheduled_backup(&self) -> Option<&str> {
        self.metadata.label(SCHEDULED_BACKUP_LABEL)
    }
}

/// `Backup.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BackupSpec {
    /// Whose backup it is.
    pub cluster: ClusterReference,
    /// `barmanObjectStore` (default), `volumeSnapshot` or `plugin`.
    pub method: Option<String>,
    /// `primary` or `prefer-standby`; absent: as the Cluster has it.
    pub target: Option<String>,
    /// The plugin, if the method is `plugin`.
    pub plugin_configuration: Option<PluginConfiguration>,
}

/// A reference to a Cluster in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ClusterReference {
    /// The Cluster's name.
    pub name: String,
}

/// `pluginConfiguration` of a Backup or `ScheduledBackup`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PluginConfiguration {
    /// The plugin's name.
    pub name: String,
    /// Settings for this backup.
    pub parameters: BTreeMap<String, String>,
}

/// `Backup.status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BackupStatus {
    /// `pending`, `started`, `running`, `finalizing`, `completed`, `failed`, `walArchivingFailing`,
    /// `invalid backup definition`; empty until the operator has seen it. Only `completed` and
    /// `failed` are final.
    pub phase: String,
    /// When it began; written only at the end.
    #[serde(deserialize_with = "moment::optional")]
    pub started_at: Option<Timestamp>,
    /// When it ended; written only at the end.
    #[serde(deserialize_with = "moment::optional")]
    pub stopped_at: Option<Timestamp>,
    /// When the operator took it up (CloudNativePG 1.29 and later).
    #[serde(deserialize_with = "moment::optional")]
    pub reconciliation_started_at: Option<Timestamp>,
    /// When the operator was done with it (CloudNativePG 1.29 and later).
    #[serde(deserialize_with = "moment::optional")]
    pub reconciliation_terminated_at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<String>,
    /// What the backup command wrote.
    pub command_error: Option<String>,
    /// `barmanObjectStore`, `volumeSnapshot` or `plugin`.
    pub method: Option<String>,
    /// The folder below `base/`, such as `20260801T030000`.
    pub backup_id: Option<String>,
    /// The name given to the backup tool.
    pub backup_name: Option<String>,
    /// The first write-ahead log file that it needs.
    pub begin_wal: Option<String>,
    /// The last write-ahead log file that it needs.
    pub end_wal: Option<String>,
    /// Where it begins.
    #[serde(rename = "beginLSN")]
    pub begin_lsn: Option<String>,
    /// Where it ends.
    #[serde(rename = "endLSN")]
    pub end_lsn: Option<String>,
    /// Where it lies; empty for backups by plugin.
    pub destination_path: Option<String>,
    /// The S3 endpoint; empty for backups by plugin.
    #[serde(rename = "endpointURL")]
    pub endpoint_url: Option<String>,
    /// The folder within the destination; empty for backups by plugin.
    pub server_name: Option<String>,
    /// The pod that it was taken from.
    #[serde(rename = "instanceID")]
    pub instance_id: Option<InstanceReference>,
    /// Whether it was taken while the database ran.
    pub online: Option<bool>,
    /// PostgreSQL's major version.
    pub major_version: Option<i64>,
    /// The snapshots of a backup by volume snapshot.
    pub snapshot_backup_status: SnapshotBackupStatus,
    /// What a plugin says: `timeline`, `version`, `name`, `displayName`, `clusterUID`, `pluginName`.
    pub plugin_metadata: BTreeMap<String, String>,
}

/// `Backup.status.instanceID`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct InstanceReference {
    /// The pod's name.
    pub pod_name: Option<String>,
    /// The identity of its container; changes when the container is restarted.
    #[serde(rename = "ContainerID")]
    pub container_id: Option<String>,
}

/// `Backup.status.snapshotBackupStatus`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SnapshotBackupStatus {
    /// One for each volume.
    pub elements: Vec<SnapshotElement>,
}

/// An entry of `Backup.status.snapshotBackupStatus.elements`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SnapshotElement {
    /// The name of the `VolumeSnapshot`.
    pub name: String,
    /// `PG_DATA`, `PG_WAL` or `PG_TABLESPACE`.
    #[serde(rename = "type")]
    pub element_type: String,
    /// The tablespace's name.
    pub tablespace_name: Option<String>,
}
