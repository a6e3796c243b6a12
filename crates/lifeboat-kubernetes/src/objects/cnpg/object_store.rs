//! `ObjectStore` of `barmancloud.cnpg.io/v1`, the Barman Cloud plugin's own kind.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use crate::objects::{metadata::Metadata, moment};

/// A bucket, and what is known of the backups in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectStore {
    /// Name, labels.
    pub metadata: Metadata,
    /// Where it is.
    #[serde(default)]
    pub spec: ObjectStoreSpec,
    /// What lies in it.
    #[serde(default)]
    pub status: ObjectStoreStatus,
}

/// `ObjectStore.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ObjectStoreSpec {
    /// Where the bucket is. Credentials are not read.
    pub configuration: ObjectStoreConfiguration,
    /// How long backups are kept, such as `30d`.
    pub retention_policy: Option<String>,
}

/// `ObjectStore.spec.configuration`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ObjectStoreConfiguration {
    /// Such as `s3://bucket/path`.
    pub destination_path: String,
    /// The S3 endpoint, if it isn't Amazon's.
    #[serde(rename = "endpointURL")]
    pub endpoint_url: Option<String>,
}

/// `ObjectStore.status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ObjectStoreStatus {
    /// By server name (the folder within the destination).
    pub server_recovery_window: BTreeMap<String, RecoveryWindow>,
}

/// What can be restored of one server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RecoveryWindow {
    /// The end of the oldest backup.
    #[serde(deserialize_with = "moment::optional")]
    pub first_recoverability_point: Option<Timestamp>,
    /// As plugin versions write it that spell it right; see [`RecoveryWindow::last_success`].
    #[serde(deserialize_with = "moment::optional")]
    pub last_successful_backup_time: Option<Timestamp>,
    /// As older plugin versions write it.
    #[serde(
        rename = "lastSuccussfulBackupTime",
        deserialize_with = "moment::optional"
    )]
    pub last_successful_backup_time_misspelt: Option<Timestamp>,
    /// When a backup last failed.
    #[serde(deserialize_with = "moment::optional")]
    pub last_failed_backup_time: Option<Timestamp>,
}

impl RecoveryWindow {
    /// When a backup last succeeded, in whichever spelling is newer: after an upgrade of the
    /// plugin both may be there, and the misspelt one has stopped.
    #[must_use]
    pub fn last_success(&self) -> Option<Timestamp> {
        self.last_successful_backup_time
            .max(self.last_successful_backup_time_misspelt)
    }
}
