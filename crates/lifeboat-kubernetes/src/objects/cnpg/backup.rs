//! `Backup` of `postgresql.cnpg.io/v1`.

use std::{collections::BTreeMap, ops::Deref, sync::Arc};

use serde::Deserialize;

use super::{BackupMethod, CLUSTER_LABEL, SCHEDULED_BACKUP_LABEL};
use crate::objects::{identity::Identity, metadata::Metadata, moment::OptionalMoment};

const IMMEDIATE_LABEL: &str = "cnpg.io/immediateBackup";

/// One base backup: asked for, under way, or done. There may be tens of thousands: what nothing asks
/// for isn't kept, and what it has in common with its neighbour is kept once for both.
///
/// Its traits are read as if they were fields of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Received")]
pub struct Backup {
    /// Its name and age; its labels and owners are told by the fields below.
    pub metadata: Identity,
    /// What most Backups of a schedule have in common.
    pub traits: Arc<BackupTraits>,
    /// What became of it.
    pub status: BackupStatus,
}

impl Deref for Backup {
    type Target = BackupTraits;

    fn deref(&self) -> &BackupTraits {
        &self.traits
    }
}

/// What most Backups of a schedule have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupTraits {
    /// The name of the `ScheduledBackup` that made it, if one did.
    pub scheduled_backup: Option<String>,
    /// Whether a `ScheduledBackup` owns it, which need not be the one that its label names.
    pub is_owned_by_schedule: bool,
    /// Whether it was made at once when its schedule was made, and not at a moment of it.
    pub is_immediate: bool,
    /// What is asked for.
    pub spec: BackupSpec,
    /// `status.phase`: `pending`, `started`, `running`, `finalizing`, `completed`, `failed`,
    /// `walArchivingFailing`, `invalid backup definition`; empty until the operator has seen it. Only
    /// `completed` and `failed` are final.
    pub phase: String,
    /// `status.method`: by what means it was taken.
    pub method: Option<BackupMethod>,
    /// `status.instanceID.podName`: the pod that it was taken from.
    pub pod_name: Option<String>,
}

impl Backup {
    /// The name of its Cluster, in the same namespace: `spec.cluster.name`, or else the label.
    #[must_use]
    pub fn cluster(&self) -> Option<&str> {
        Some(self.spec.cluster.name.as_str()).filter(|name| !name.is_empty())
    }

    /// The name of the `ScheduledBackup` that made it, if one did.
    #[must_use]
    pub fn scheduled_backup(&self) -> Option<&str> {
        self.scheduled_backup.as_deref()
    }

    /// Makes its traits those of a neighbour, if they are the same.
    pub(crate) fn share_with(&mut self, neighbour: &Self) {
        if self.traits == neighbour.traits {
            self.traits = Arc::clone(&neighbour.traits);
        }
    }
}

/// A Backup as it is sent.
#[derive(Deserialize)]
struct Received {
    metadata: Metadata,
    #[serde(default)]
    spec: BackupSpec,
    #[serde(default)]
    status: ReceivedStatus,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ReceivedStatus {
    phase: String,
    started_at: OptionalMoment,
    stopped_at: OptionalMoment,
    reconciliation_started_at: OptionalMoment,
    reconciliation_terminated_at: OptionalMoment,
    error: Option<Box<str>>,
    command_error: Option<Box<str>>,
    method: Option<BackupMethod>,
    backup_id: Option<Box<str>>,
    #[serde(rename = "instanceID")]
    instance_id: Option<InstanceReference>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct InstanceReference {
    pod_name: Option<String>,
}

impl From<Received> for Backup {
    fn from(received: Received) -> Self {
        let Received {
            metadata,
            mut spec,
            status,
        } = received;
        let mut labels = metadata.labels;
        if spec.cluster.name.is_empty() {
            spec.cluster.name = labels.remove(CLUSTER_LABEL).unwrap_or_default();
        }
        let traits = BackupTraits {
            scheduled_backup: labels.remove(SCHEDULED_BACKUP_LABEL),
            is_owned_by_schedule: metadata
                .owner_references
                .iter()
                .any(|owner| owner.kind == "ScheduledBackup"),
            is_immediate: labels
                .get(IMMEDIATE_LABEL)
                .is_some_and(|value| value == "true"),
            spec,
            phase: status.phase,
            method: status.method,
            pod_name: status.instance_id.and_then(|instance| instance.pod_name),
        };
        Self {
            metadata: metadata.identity,
            traits: Arc::new(traits),
            status: BackupStatus {
                started_at: status.started_at,
                stopped_at: status.stopped_at,
                reconciliation_started_at: status.reconciliation_started_at,
                reconciliation_terminated_at: status.reconciliation_terminated_at,
                error: status.error,
                command_error: status.command_error,
                backup_id: status.backup_id,
            },
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

/// `Backup.status`, without what is among its traits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupStatus {
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
    /// The name of its folder in the object store.
    pub backup_id: Option<Box<str>>,
}
