//! `Backup` of `postgresql.cnpg.io/v1`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{BackupMethod, CLUSTER_LABEL, SCHEDULED_BACKUP_LABEL};
use crate::objects::{
    identity::Identity,
    metadata::Metadata,
    moment::OptionalMoment,
    shared_text::{SharedText, share},
};

const IMMEDIATE_LABEL: &str = "cnpg.io/immediateBackup";

/// One base backup: asked for, under way, or done. There may be tens of thousands: what nothing asks
/// for isn't kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Received")]
pub struct Backup {
    /// Its name and age; its labels and owners are told by the fields below.
    pub metadata: Identity,
    /// The name of the `ScheduledBackup` that made it, if one did.
    pub scheduled_backup: Option<SharedText>,
    /// Whether a `ScheduledBackup` owns it, which need not be the one that its label names.
    pub is_owned_by_schedule: bool,
    /// Whether it was made at once when its schedule was made, and not at a moment of it.
    pub is_immediate: bool,
    /// What is asked for.
    pub spec: BackupSpec,
    /// What became of it.
    pub status: BackupStatus,
}

impl Backup {
    /// The name of its Cluster, in the same namespace: `spec.cluster.name`, or else the label.
    #[must_use]
    pub fn cluster(&self) -> Option<&str> {
        Some(&*self.spec.cluster.name).filter(|name| !name.is_empty())
    }

    /// The name of the `ScheduledBackup` that made it, if one did.
    #[must_use]
    pub fn scheduled_backup(&self) -> Option<&str> {
        self.scheduled_backup.as_deref()
    }

    /// Makes it use the copies that its neighbour has of the texts that are the same in both.
    pub(crate) fn share_texts_with(&mut self, neighbour: &Self) {
        share(&mut self.scheduled_backup, &neighbour.scheduled_backup);
        share(&mut self.spec.cluster, &neighbour.spec.cluster);
        share(&mut self.status.phase, &neighbour.status.phase);
        share(&mut self.status.instance_id, &neighbour.status.instance_id);
    }
}

/// A Backup as it is sent.
#[derive(Deserialize)]
struct Received {
    metadata: Metadata,
    #[serde(default)]
    spec: BackupSpec,
    #[serde(default)]
    status: BackupStatus,
}

impl From<Received> for Backup {
    fn from(received: Received) -> Self {
        let metadata = received.metadata;
        let mut spec = received.spec;
        let mut labels = metadata.labels;
        if spec.cluster.name.is_empty() {
            spec.cluster.name = labels.remove(CLUSTER_LABEL).unwrap_or_default().into();
        }
        Self {
            metadata: metadata.identity,
            scheduled_backup: labels.remove(SCHEDULED_BACKUP_LABEL).map(Into::into),
            is_owned_by_schedule: metadata
                .owner_references
                .iter()
                .any(|owner| owner.kind == "ScheduledBackup"),
            is_immediate: labels
                .get(IMMEDIATE_LABEL)
                .is_some_and(|value| value == "true"),
            spec,
            status: received.status,
        }
    }
}

/// `Backup.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BackupSpec {
    /// Whose backup it is.
    pub cluster: ClusterReference,
    /// By what means; `barmanObjectStore` if nothing is said.
    pub method: Option<BackupMethod>,
}

/// A reference to a Cluster in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ClusterReference {
    /// The Cluster's name.
    pub name: SharedText,
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
    pub phase: SharedText,
    /// When it began; written only at the end.
    pub started_at: OptionalMoment,
    /// When it ended; written only at the end.
    pub stopped_at: OptionalMoment,
    /// When the operator took it up (CloudNativePG 1.29 and later).
    pub reconciliation_started_at: OptionalMoment,
    /// When the operator was done with it (CloudNativePG 1.29 and later).
    pub reconciliation_terminated_at: OptionalMoment,
    /// Why it failed.
    pub error: Option<Box<str>>,
    /// What the backup command wrote.
    pub command_error: Option<Box<str>>,
    /// By what means it was taken.
    pub method: Option<BackupMethod>,
    /// The name of its folder in the object store.
    pub backup_id: Option<Box<str>>,
    /// The pod that it was taken from.
    #[serde(rename = "instanceID")]
    pub instance_id: InstanceReference,
}

/// `Backup.status.instanceID`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct InstanceReference {
    /// The pod's name.
    pub pod_name: Option<SharedText>,
}
