//! A `Cluster` of CloudNativePG.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{BARMAN_PLUGIN, KubernetesObject, condition, new_object, set_condition, time};

/// The phase of a cluster that lacks nothing.
pub const HEALTHY: &str = "Cluster in healthy state";

/// Builds a `Cluster`: of one instance, healthy, and without backups unless told otherwise.
#[derive(Clone, Debug)]
pub struct Cluster(Value);

impl KubernetesObject for Cluster {
    fn json(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl Cluster {
    /// A cluster whose primary is `<name>-1`.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        let spec = json!({ "storage": { "size": "1Gi" } });
        let (group, kind) = ("postgresql.cnpg.io/v1", "Cluster");
        Self(new_object(group, kind, namespace, name, &spec))
            .instances(1)
            .ready_instances(1)
            .primary(&format!("{name}-1"))
            .phase(HEALTHY)
    }

    /// How many instances it is to have, and has.
    #[must_use]
    pub fn instances(mut self, count: u32) -> Self {
        self.0["spec"]["instances"] = count.into();
        self.0["status"]["instances"] = count.into();
        self.ready_instances(count)
    }

    /// How many of its instances are ready.
    #[must_use]
    pub fn ready_instances(mut self, count: u32) -> Self {
        self.0["status"]["readyInstances"] = count.into();
        self
    }

    /// Backups by the operator itself, to `destination`, such as `s3://backups/main`.
    #[must_use]
    pub fn backed_up_in_tree(mut self, destination: &str) -> Self {
        self.0["spec"]["backup"]["barmanObjectStore"] = json!({
            "destinationPath": destination,
            "s3Credentials": {
                "accessKeyId": { "name": "credentials", "key": "id" },
                "secretAccessKey": { "name": "credentials", "key": "secret" },
            },
        });
        self
    }

    /// Backups and WAL by the plugin, to an `ObjectStore`.
    #[must_use]
    pub fn backed_up_by_plugin(mut self, object_store: &str) -> Self {
        self.0["spec"]["plugins"] = json!([{
            "name": BARMAN_PLUGIN,
            "enabled": true,
            "isWALArchiver": true,
            "parameters": { "barmanObjectName": object_store },
        }]);
        self
    }

    /// The folder in the object store, if it is not named after the cluster; comes after the
    /// method that says how it is backed up.
    #[must_use]
    pub fn server_name(mut self, name: &str) -> Self {
        let spec = &mut self.0["spec"];
        if spec["plugins"].is_array() {
            spec["plugins"][0]["parameters"]["serverName"] = name.into();
        } else {
            spec["backup"]["barmanObjectStore"]["serverName"] = name.into();
        }
        self
    }

    /// Hibernated on purpose: no instance runs.
    #[must_use]
    pub fn hibernated(self, at: Timestamp) -> Self {
        self.annotation("cnpg.io/hibernation", "on")
            .ready_instances(0)
            .condition("cnpg.io/hibernation", true, "Hibernated", at)
    }

    /// A replica cluster that follows the external cluster `source`.
    #[must_use]
    pub fn replica_of(mut self, source: &str) -> Self {
        self.0["spec"]["replica"] = json!({ "enabled": true, "source": source });
        self.0["spec"]["externalClusters"] = json!([{
            "name": source,
            "connectionParameters": { "host": format!("{source}-rw"), "user": "streaming_replica" },
        }]);
        self
    }

    /// `status.phase`, a sentence.
    #[must_use]
    pub fn phase(mut self, phase: &str) -> Self {
        self.0["status"]["phase"] = phase.into();
        self
    }

    /// The instance that is the primary and is to be.
    #[must_use]
    pub fn primary(mut self, instance: &str) -> Self {
        self.0["status"]["currentPrimary"] = instance.into();
        self.0["status"]["targetPrimary"] = instance.into();
        self
    }

    /// Any condition, in the place of the one of its type.
    #[must_use]
    pub fn condition(mut self, kind: &str, status: bool, reason: &str, since: Timestamp) -> Self {
        let condition = condition(kind, status, reason, reason, since);
        set_condition(&mut self.0, condition);
        self
    }

    /// Whether the last call of `archive_command` succeeded, and since when that is so. True, too,
    /// where no backup is configured.
    #[must_use]
    pub fn archiving(self, works: bool, since: Timestamp) -> Self {
        let reason = if works {
            "ContinuousArchivingSuccess"
        } else {
            "ContinuousArchivingFailing"
        };
        self.condition("ContinuousArchiving", works, reason, since)
    }

    /// A backup runs: `LastBackupSucceeded` is False then.
    #[must_use]
    pub fn backup_started(self, at: Timestamp) -> Self {
        self.condition("LastBackupSucceeded", false, "BackupStarted", at)
    }

    /// The last backup succeeded.
    #[must_use]
    pub fn backup_succeeded(self, at: Timestamp) -> Self {
        self.condition("LastBackupSucceeded", true, "LastBackupSucceeded", at)
    }

    /// The last backup failed.
    #[must_use]
    pub fn backup_failed(self, at: Timestamp) -> Self {
        self.condition("LastBackupSucceeded", false, "LastBackupFailed", at)
    }

    /// The deprecated fields on backups by the operator itself; the plugin leaves them as they
    /// were.
    #[must_use]
    pub fn recoverability(
        mut self,
        first: Option<Timestamp>,
        last_successful: Option<Timestamp>,
        last_failed: Option<Timestamp>,
    ) -> Self {
        for (name, at) in [
            ("firstRecoverabilityPoint", first),
            ("lastSuccessfulBackup", last_successful),
            ("lastFailedBackup", last_failed),
        ] {
            if let Some(at) = at {
                self.0["status"][name] = time(at);
            }
        }
        self
    }
}
