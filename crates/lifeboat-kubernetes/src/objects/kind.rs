//! The kinds of objects that Lifeboat watches, and where the API serves them.

use std::fmt;

use super::cnpg::CLUSTER_LABEL;

/// A kind of object that Lifeboat watches. All of them live in namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `postgresql.cnpg.io/v1` `Cluster`.
    Cluster,
    /// `postgresql.cnpg.io/v1` `Backup`.
    Backup,
    /// `postgresql.cnpg.io/v1` `ScheduledBackup`.
    ScheduledBackup,
    /// `barmancloud.cnpg.io/v1` `ObjectStore`.
    ObjectStore,
    /// `batch/v1` `CronJob`.
    CronJob,
    /// `batch/v1` `Job`.
    Job,
    /// `v1` `Pod`, only those of `CloudNativePG` instances.
    Pod,
    /// `apps/v1` `Deployment`.
    Deployment,
    /// `volsync.backube/v1alpha1` `ReplicationSource`.
    ReplicationSource,
    /// `volsync.backube/v1alpha1` `ReplicationDestination`.
    ReplicationDestination,
    /// `volsync.backube/v1alpha1` `KopiaMaintenance`, of the fork with the Kopia mover.
    KopiaMaintenance,
    /// `v1` `PersistentVolumeClaim`.
    PersistentVolumeClaim,
    /// `apps/v1` `StatefulSet`.
    StatefulSet,
    /// `lifeboat.dev/v1alpha1` `PrometheusBackup`.
    PrometheusBackup,
    /// `lifeboat.dev/v1alpha1` `BackupPolicy`.
    BackupPolicy,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Cluster,
        Self::Backup,
        Self::ScheduledBackup,
        Self::ObjectStore,
        Self::CronJob,
        Self::Job,
        Self::Pod,
        Self::Deployment,
        Self::ReplicationSource,
        Self::ReplicationDestination,
        Self::KopiaMaintenance,
        Self::PersistentVolumeClaim,
        Self::StatefulSet,
        Self::PrometheusBackup,
        Self::BackupPolicy,
    ];

    /// The API group; empty for the core group.
    #[must_use]
    pub fn group(self) -> &'static str {
        match self {
            Self::Cluster | Self::Backup | Self::ScheduledBackup => "postgresql.cnpg.io",
            Self::ObjectStore => "barmancloud.cnpg.io",
            Self::CronJob | Self::Job => "batch",
            Self::Pod | Self::PersistentVolumeClaim => "",
            Self::Deployment | Self::StatefulSet => "apps",
            Self::ReplicationSource | Self::ReplicationDestination | Self::KopiaMaintenance => {
                "volsync.backube"
            }
            Self::PrometheusBackup | Self::BackupPolicy => "lifeboat.dev",
        }
    }

    /// The API version.
    #[must_use]
    pub fn version(self) -> &'static str {
        match self {
            Self::ReplicationSource
            | Self::ReplicationDestination
            | Self::KopiaMaintenance
            | Self::PrometheusBackup
            | Self::BackupPolicy => "v1alpha1",
            _ => "v1",
        }
    }

    /// The resource's name, as in URLs and roles.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Cluster => "clusters",
            Self::Backup => "backups",
            Self::ScheduledBackup => "scheduledbackups",
            Self::ObjectStore => "objectstores",
            Self::CronJob => "cronjobs",
            Self::Job => "jobs",
            Self::Pod => "pods",
            Self::Deployment => "deployments",
            Self::ReplicationSource => "replicationsources",
            Self::ReplicationDestination => "replicationdestinations",
            Self::KopiaMaintenance => "kopiamaintenances",
            Self::PersistentVolumeClaim => "persistentvolumeclaims",
            Self::StatefulSet => "statefulsets",
            Self::PrometheusBackup => "prometheusbackups",
            Self::BackupPolicy => "backuppolicies",
        }
    }

    /// The kind's name, as in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "Cluster",
            Self::Backup => "Backup",
            Self::ScheduledBackup => "ScheduledBackup",
            Self::ObjectStore => "ObjectStore",
            Self::CronJob => "CronJob",
            Self::Job => "Job",
            Self::Pod => "Pod",
            Self::Deployment => "Deployment",
            Self::ReplicationSource => "ReplicationSource",
            Self::ReplicationDestination => "ReplicationDestination",
            Self::KopiaMaintenance => "KopiaMaintenance",
            Self::PersistentVolumeClaim => "PersistentVolumeClaim",
            Self::StatefulSet => "StatefulSet",
            Self::PrometheusBackup => "PrometheusBackup",
            Self::BackupPolicy => "BackupPolicy",
        }
    }

    /// The resource with its group, as in the names of custom resource definitions and in error
    /// messages: `backups.postgresql.cnpg.io`, `pods`.
    #[must_use]
    pub fn resource(self) -> String {
        match self.group() {
            "" => self.plural().to_owned(),
            group => format!("{}.{group}", self.plural()),
        }
    }

    /// The name of the custom resource definition without which the API does not serve it.
    #[must_use]
    pub fn custom_resource_definition(self) -> Option<String> {
        match self {
            Self::Cluster
            | Self::Backup
            | Self::ScheduledBackup
            | Self::ObjectStore
            | Self::ReplicationSource
            | Self::ReplicationDestination
            | Self::KopiaMaintenance
            | Self::PrometheusBackup
            | Self::BackupPolicy => Some(self.resource()),
            Self::CronJob
            | Self::Job
            | Self::Pod
            | Self::Deployment
            | Self::PersistentVolumeClaim
            | Self::StatefulSet => None,
        }
    }

    /// The label selector of the watch; absent: every object.
    #[must_use]
    pub fn label_selector(self) -> Option<&'static str> {
        (self == Self::Pod).then_some(CLUSTER_LABEL)
    }

    /// The path of the collection, in one namespace or in all.
    #[must_use]
    pub fn path(self, namespace: Option<&str>) -> String {
        let root = match self.group() {
            "" => "/api/v1".to_owned(),
            group => format!("/apis/{group}/{}", self.version()),
        };
        match namespace {
            Some(namespace) => format!("{root}/namespaces/{namespace}/{}", self.plural()),
            None => format!("{root}/{}", self.plural()),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
