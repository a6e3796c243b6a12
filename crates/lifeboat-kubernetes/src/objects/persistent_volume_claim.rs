//! `PersistentVolumeClaim` of `v1`: a volume that may need a backup.

use serde::Deserialize;

use super::metadata::Metadata;

/// `v1` `PersistentVolumeClaim`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersistentVolumeClaim {
    /// Name, labels, annotations, owners.
    pub metadata: Metadata,
    /// What is claimed.
    #[serde(default)]
    pub spec: PersistentVolumeClaimSpec,
    /// What was given.
    #[serde(default)]
    pub status: PersistentVolumeClaimStatus,
}

/// `PersistentVolumeClaim.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PersistentVolumeClaimSpec {
    /// The class of the volume; empty: none, by wish.
    pub storage_class_name: Option<String>,
}

/// `PersistentVolumeClaim.status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PersistentVolumeClaimStatus {
    /// `Pending`, `Bound` or `Lost`.
    pub phase: String,
}
