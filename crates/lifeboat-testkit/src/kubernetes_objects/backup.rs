//! A `Backup` of CloudNativePG.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{BARMAN_PLUGIN, KubernetesObject, new_object, time};

/// Builds a `Backup`; one that no operator has seen yet, unless told otherwise.
#[derive(Clone, Debug)]
pub struct Backup(Value);

impl KubernetesObject for Backup {
    fn json(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl Backup {
    /// A backup of `cluster` by the operator itself (`barmanObjectStore`), as `kubectl` makes it.
    #[must_use]
    pub fn new(namespace: &str, name: &str, cluster: &str) -> Self {
        let spec = json!({ "cluster": { "name": cluster } });
        let object = new_object("postgresql.cnpg.io/v1", "Backup", namespace, name, &spec);
        Self(object).method("barmanObjectStore")
    }

    /// How it is made: `barmanObjectStore`, `volumeSnapshot` or `plugin`.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.0["spec"]["method"] = method.into();
        if method == "plugin" {
            self.0["spec"]["pluginConfiguration"] = json!({ "name": BARMAN_PLUGIN });
        }
        self
    }

    /// Made by a `ScheduledBackup`: its labels.
    #[must_use]
    pub fn scheduled_by(self, scheduled_backup: &str) -> Self {
        let cluster = self.0["spec"]["cluster"]["name"].clone();
        self.label("cnpg.io/cluster", cluster.as_str().unwrap_or_default())
            .label("cnpg.io/immediateBackup", "false")
            .label("cnpg.io/scheduled-backup", scheduled_backup)
    }

    /// `status.phase`, such as `running` or `walArchivingFailing`.
    #[must_use]
    pub fn phase(mut self, phase: &str) -> Self {
        self.0["status"]["phase"] = phase.into();
        let method = self.0["spec"]["method"].clone();
        self.0["status"]["method"] = method;
        self
    }

    /// `status.reconciliationStartedAt`, which operators from 1.29 on write at the start.
    #[must_use]
    pub fn reconciled_from(mut self, at: Timestamp) -> Self {
        self.0["status"]["reconciliationStartedAt"] = time(at);
        self
    }

    /// `status.reconciliationTerminatedAt`, which operators from 1.29 on write at the end.
    #[must_use]
    pub fn reconciled_to(mut self, at: Timestamp) -> Self {
        self.0["status"]["reconciliationTerminatedAt"] = time(at);
        self
    }

    /// Under way since `at`: phase `running`, or `started` for one by the plugin, which never
    /// says `running`. `startedAt` is not written before the end.
    #[must_use]
    pub fn running(self, at: Timestamp) -> Self {
        let by_plugin = self.0["spec"]["method"] == "plugin";
        self.phase(if by_plugin { "started" } else { "running" })
            .reconciled_from(at)
    }

    /// Completed, with the status of the operator of today.
    #[must_use]
    pub fn completed(self, started: Timestamp, stopped: Timestamp) -> Self {
        let mut done = self
            .phase("completed")
            .reconciled_from(started)
            .reconciled_to(stopped);
        let status = &mut done.0["status"];
        status["startedAt"] = time(started);
        status["stoppedAt"] = time(stopped);
        status["backupId"] = started.strftime("%Y%m%dT%H%M%S").to_string().into();
        status["backupName"] = started.strftime("backup-%Y%m%d%H%M%S").to_string().into();
        status["beginWal"] = "000000010000000000000004".into();
        status["endWal"] = "000000010000000000000005".into();
        status["online"] = true.into();
        done
    }

    /// Failed, as the operator of today leaves it: without `startedAt` and `stoppedAt`.
    #[must_use]
    pub fn failed(self, started: Timestamp, ended: Timestamp, error: &str) -> Self {
        let mut done = self
            .phase("failed")
            .reconciled_from(started)
            .reconciled_to(ended);
        done.0["status"]["error"] = error.into();
        done
    }
}
