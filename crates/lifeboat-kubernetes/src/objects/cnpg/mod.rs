//! CloudNativePG's objects, and those of its Barman Cloud plugin.

mod backup;
mod cluster;
mod method;
mod object_store;
mod scheduled_backup;

pub use backup::{
    Backup, BackupSpec, BackupStatus, BackupTraits, ClusterReference, PluginConfiguration,
};
pub use cluster::{
    BackupConfiguration, BarmanObjectStore, Bootstrap, Cluster, ClusterSpec, ClusterStatus,
    ExternalCluster, ExternalClusterPlugin, Monitoring, MonitoringTls, Plugin, Recovery,
    ReplicaConfiguration, VolumeSnapshotConfiguration,
};
pub use method::BackupMethod;
pub use object_store::{
    ObjectStore, ObjectStoreConfiguration, ObjectStoreSpec, ObjectStoreStatus, RecoveryWindow,
};
pub use scheduled_backup::{ScheduledBackup, ScheduledBackupSpec, ScheduledBackupStatus};

/// The label that names the Cluster of a pod or Backup.
pub const CLUSTER_LABEL: &str = "cnpg.io/cluster";
/// The label that names the `ScheduledBackup` of a Backup.
pub const SCHEDULED_BACKUP_LABEL: &str = "cnpg.io/scheduled-backup";
/// The name under which the Barman Cloud plugin is configured.
pub const BARMAN_PLUGIN: &str = "barman-cloud.cloudnative-pg.io";
/// The plugin's parameter that names the `ObjectStore`.
pub const BARMAN_OBJECT_NAME: &str = "barmanObjectName";
