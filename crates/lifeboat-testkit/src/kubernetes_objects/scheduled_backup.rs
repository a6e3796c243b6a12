//! A `ScheduledBackup` of CloudNativePG.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{BARMAN_PLUGIN, KubernetesObject, new_object, time};

/// Builds a `ScheduledBackup`.
#[derive(Clone, Debug)]
pub struct ScheduledBackup(Value);

impl KubernetesObject for ScheduledBackup {
    fn json(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl ScheduledBackup {
    /// Backs `cluster` up on a schedule of six fields, seconds first, such as `0 0 3 * * *`.
    #[must_use]
    pub fn new(namespace: &str, name: &str, cluster: &str, schedule: &str) -> Self {
        let spec = json!({
            "cluster": { "name": cluster },
            "schedule": schedule,
            "suspend": false,
            "backupOwnerReference": "none",
            "method": "barmanObjectStore",
        });
        let (group, kind) = ("postgresql.cnpg.io/v1", "ScheduledBackup");
        Self(new_object(group, kind, namespace, name, &spec))
    }

    /// By the plugin and not by the operator itself.
    #[must_use]
    pub fn by_plugin(mut self) -> Self {
        self.0["spec"]["method"] = "plugin".into();
        self.0["spec"]["pluginConfiguration"] = json!({ "name": BARMAN_PLUGIN });
        self
    }

    /// Suspended on purpose.
    #[must_use]
    pub fn suspended(mut self) -> Self {
        self.0["spec"]["suspend"] = true.into();
        self
    }

    /// When the operator last made a backup by this schedule, whatever became of it, and when it
    /// is to make the next one.
    #[must_use]
    pub fn scheduled(mut self, last: Timestamp, next: Timestamp) -> Self {
        self.0["status"]["lastCheckTime"] = time(last);
        self.0["status"]["lastScheduleTime"] = time(last);
        self.0["status"]["nextScheduleTime"] = time(next);
        self
    }

    /// Why the operator can't follow it (`status.error`, from 1.29 on).
    #[must_use]
    pub fn error(mut self, error: &str) -> Self {
        self.0["status"]["error"] = error.into();
        self
    }
}
