//! A `CronJob`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{KubernetesObject, new_object, time};
use crate::control_plane::NODE;

/// Builds a `CronJob`. Where the controllers and kwok run, its Jobs run.
#[derive(Clone, Debug)]
pub struct CronJob(Value);

impl KubernetesObject for CronJob {
    fn json(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl CronJob {
    /// On a schedule of five fields, such as `0 3 * * *`.
    #[must_use]
    pub fn new(namespace: &str, name: &str, schedule: &str) -> Self {
        let spec = json!({
            "schedule": schedule,
            "jobTemplate": { "spec": pod_of_a_job(name) },
        });
        Self(new_object("batch/v1", "CronJob", namespace, name, &spec))
    }

    /// What becomes of its pods under kwok: `fail` or `hang`. By default, they succeed.
    #[must_use]
    pub fn outcome(self, outcome: &str) -> Self {
        let pointer = "/spec/jobTemplate/spec/template/metadata/labels/outcome";
        self.field(pointer, outcome)
    }

    /// Suspended on purpose.
    #[must_use]
    pub fn suspended(mut self) -> Self {
        self.0["spec"]["suspend"] = true.into();
        self
    }

    /// The zone in which the schedule is meant, such as `Europe/Berlin`.
    #[must_use]
    pub fn time_zone(mut self, name: &str) -> Self {
        self.0["spec"]["timeZone"] = name.into();
        self
    }

    /// When a Job was last made by the schedule.
    #[must_use]
    pub fn last_scheduled(mut self, at: Timestamp) -> Self {
        self.0["status"]["lastScheduleTime"] = time(at);
        self
    }

    /// When a Job last succeeded; absent if none ever did.
    #[must_use]
    pub fn last_successful(mut self, at: Timestamp) -> Self {
        self.0["status"]["lastSuccessfulTime"] = time(at);
        self
    }
}

/// The spec of a Job with one pod, on the node that kwok keeps.
pub(super) fn pod_of_a_job(name: &str) -> Value {
    json!({
        "backoffLimit": 0,
        "template": {
            "spec": {
                "nodeName": NODE,
                "restartPolicy": "Never",
                "containers": [{ "name": name, "image": "backup" }],
            },
        },
    })
}
