//! `Cluster` of `postgresql.cnpg.io/v1`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{BARMAN_OBJECT_NAME, BARMAN_PLUGIN};
use crate::objects::{condition::Condition, metadata::Metadata, moment};

/// A PostgreSQL cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// Name, labels, annotations (`cnpg.io/hibernation` among them).
    pub metadata: Metadata,
    /// What it is to be.
    #[serde(default)]
    pub spec: ClusterSpec,
    /// What it is.
    #[serde(default)]
    pub status: ClusterStatus,
}

impl Cluster {
    /// The Barman Cloud plugin's entry, if it is configured and enabled.
    #[must_use]
    pub fn barman_plugin(&self) -> Option<&Plugin> {
        let mut plugins = self.spec.plugins.iter();
        plugins.find(|plugin| plugin.name == BARMAN_PLUGIN && plugin.is_enabled())
    }
}

/// `Cluster.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClusterSpec {
    /// Instances that are wanted; the operator's default is 1.
    pub instances: Option<i64>,
    /// Backups without a plugin.
    pub backup: Option<BackupConfiguration>,
    /// Plugins, the Barman Cloud plugin among them.
    pub plugins: Vec<Plugin>,
    /// Whether it is a replica of another cluster.
    pub replica: Option<ReplicaConfiguration>,
    /// What it was made from.
    pub bootstrap: Option<Bootstrap>,
    /// How it is watched.
    pub monitoring: Option<Monitoring>,
    /// Other clusters that it knows.
    pub external_clusters: Vec<ExternalCluster>,
}

/// `Cluster.spec.backup`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BackupConfiguration {
    /// The bucket of backups without a plugin (goes away in CloudNativePG 1.31).
    pub barman_object_store: Option<BarmanObjectStore>,
    /// Backups as volume snapshots.
    pub volume_snapshot: Option<VolumeSnapshotConfiguration>,
    /// How long backups are kept, such as `30d`, `4w` or `3m`.
    pub retention_policy: Option<String>,
    /// `primary` or `prefer-standby` (default).
    pub target: Option<String>,
}

/// `barmanObjectStore`: where backups lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BarmanObjectStore {
    /// Such as `s3://bucket/path`.
    pub destination_path: String,
    /// The S3 endpoint, if it isn't Amazon's.
    #[serde(rename = "endpointURL")]
    pub endpoint_url: Option<String>,
    /// The folder within the destination; absent: the cluster's name.
    pub server_name: Option<String>,
}

/// `Cluster.spec.backup.volumeSnapshot`; that it is there is what matters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VolumeSnapshotConfiguration {
    /// The class of the snapshots.
    pub class_name: Option<String>,
}

/// An entry of `Cluster.spec.plugins`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Plugin {
    /// The plugin's name, such as `barman-cloud.cloudnative-pg.io`.
    pub name: String,
    /// Absent means true.
    pub enabled: Option<bool>,
    /// Whether the plugin archives write-ahead logs.
    #[serde(rename = "isWALArchiver")]
    pub is_wal_archiver: bool,
    /// The plugin's own settings.
    pub parameters: BTreeMap<String, String>,
}

impl Plugin {
    /// Whether the plugin is enabled; it is, unless the opposite is said.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled.unwrap_or(true)
    }

    /// The name of the `ObjectStore` that the Barman Cloud plugin uses.
    #[must_use]
    pub fn object_store(&self) -> Option<&str> {
        self.parameters.get(BARMAN_OBJECT_NAME).map(String::as_str)
    }

    /// The folder within the destination; absent: the cluster's name.
    #[must_use]
    pub fn server_name(&self) -> Option<&str> {
        self.parameters.get("serverName").map(String::as_str)
    }
}

/// `Cluster.spec.replica`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ReplicaConfiguration {
    /// Replica or not, in the form without `primary`.
    pub enabled: Option<bool>,
    /// The external cluster that it follows.
    pub source: String,
    /// The cluster that is primary in a distributed topology.
    pub primary: Option<String>,
    /// What this cluster is called in that topology; absent: its name.
    #[serde(rename = "self")]
    pub self_name: Option<String>,
}

/// `Cluster.spec.bootstrap`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Bootstrap {
    /// There if the cluster was made from a backup.
    pub recovery: Option<Recovery>,
}

/// `Cluster.spec.bootstrap.recovery`; that it is there is what matters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Recovery {
    /// The external cluster whose backups were used.
    pub source: Option<String>,
}

/// `Cluster.spec.monitoring`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Monitoring {
    /// Encryption of the instances' metrics.
    pub tls: MonitoringTls,
}

/// `Cluster.spec.monitoring.tls`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MonitoringTls {
    /// Whether metrics are served over TLS.
    pub enabled: bool,
}

/// An entry of `Cluster.spec.externalClusters`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalCluster {
    /// Its name in this list.
    pub name: String,
    /// Whether it says how to connect to it. How, is nobody's business here.
    #[serde(
        rename = "connectionParameters",
        deserialize_with = "has_connection_parameters"
    )]
    pub has_connection_parameters: bool,
    /// Its backups, without a plugin.
    pub barman_object_store: Option<BarmanObjectStore>,
    /// Its backups, with a plugin.
    pub plugin: Option<ExternalClusterPlugin>,
}

fn has_connection_parameters<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let parameters: Option<BTreeMap<String, Value>> = Option::deserialize(deserializer)?;
    Ok(parameters.is_some_and(|parameters| !parameters.is_empty()))
}

/// `Cluster.spec.externalClusters[].plugin`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalClusterPlugin {
    /// The plugin's name.
    pub name: String,
    /// The plugin's own settings.
    pub parameters: BTreeMap<String, String>,
}

/// `Cluster.status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClusterStatus {
    /// A sentence; `Cluster in healthy state` is the healthy one.
    pub phase: String,
    /// Why it is in this phase.
    pub phase_reason: String,
    /// Instances that there are.
    pub instances: i64,
    /// Instances that are ready.
    pub ready_instances: i64,
    /// The pod that is primary.
    pub current_primary: String,
    /// The pod that is to be primary.
    pub target_primary: String,
    /// The timeline; it rises with each promotion.
    #[serde(rename = "timelineID")]
    pub timeline_id: Option<i64>,
    /// PostgreSQL's system identifier.
    #[serde(rename = "systemID")]
    pub system_id: Option<String>,
    /// Deprecated, and frozen after a migration to the plugin: not a source of truth there.
    #[serde(deserialize_with = "moment::optional")]
    pub first_recoverability_point: Option<Timestamp>,
    /// Deprecated; by `barmanObjectStore` or `volumeSnapshot`.
    #[serde(deserialize_with = "moment::map")]
    pub first_recoverability_point_by_method: BTreeMap<String, Timestamp>,
    /// Deprecated, and frozen after a migration to the plugin.
    #[serde(deserialize_with = "moment::optional")]
    pub last_successful_backup: Option<Timestamp>,
    /// Deprecated; by `barmanObjectStore` or `volumeSnapshot`.
    #[serde(deserialize_with = "moment::map")]
    pub last_successful_backup_by_method: BTreeMap<String, Timestamp>,
    /// Deprecated; never cleared by a later success.
    #[serde(deserialize_with = "moment::optional")]
    pub last_failed_backup: Option<Timestamp>,
    /// `ContinuousArchiving`, `LastBackupSucceeded`, `Ready` and others.
    pub conditions: Vec<Condition>,
}
