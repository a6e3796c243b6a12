//! A `Job`, of a `CronJob` or made by hand, with the status that the Job controller gives it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cron_job::pod_of_a_job;
use super::{KubernetesObject, condition, new_object, set_condition, time};

/// Builds a `Job`. Where the controllers run, they write its status.
#[derive(Clone, Debug)]
pub struct Job(Value);

impl KubernetesObject for Job {
    fn json(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl Job {
    /// A Job of no one.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        let spec = pod_of_a_job("backup");
        Self(new_object("batch/v1", "Job", namespace, name, &spec))
    }

    /// A Job that a `CronJob`, as the API server returned it, made for the time `scheduled`, with
    /// the name that its controller would give it.
    #[must_use]
    pub fn of(cron_job: &Value, scheduled: Timestamp) -> Self {
        let minutes = scheduled.as_second() / 60;
        let at = scheduled.to_string();
        Self::of_cron_job(cron_job, &minutes.to_string())
            .annotation("batch.kubernetes.io/cronjob-scheduled-timestamp", &at)
    }

    /// A Job that a person made from a `CronJob` (`kubectl create job --from`).
    #[must_use]
    pub fn by_hand(cron_job: &Value, suffix: &str) -> Self {
        Self::of_cron_job(cron_job, suffix)
            .annotation("cronjob.kubernetes.io/instantiate", "manual")
    }

    fn of_cron_job(cron_job: &Value, suffix: &str) -> Self {
        let text = |field: &str| cron_job["metadata"][field].as_str().unwrap_or_default();
        let name = format!("{}-{suffix}", text("name"));
        Self::new(text("namespace"), &name).owned_by(cron_job)
    }

    /// Runs since `started`.
    #[must_use]
    pub fn running(mut self, started: Timestamp) -> Self {
        self.0["status"] = json!({
            "startTime": time(started),
            "active": 1,
            "ready": 1,
            "terminating": 0,
            "uncountedTerminatedPods": {},
        });
        self
    }

    /// Ran from `started` to `completed`, and succeeded.
    #[must_use]
    pub fn succeeded(mut self, started: Timestamp, completed: Timestamp) -> Self {
        self.0["status"] = json!({
            "startTime": time(started),
            "completionTime": time(completed),
            "succeeded": 1,
            "ready": 0,
            "terminating": 0,
            "uncountedTerminatedPods": {},
        });
        let message = "Reached expected number of succeeded pods";
        self.conclude(
            ["SuccessCriteriaMet", "Complete"],
            "CompletionsReached",
            message,
            completed,
        )
    }

    /// Ran from `started` to `ended`, and failed: it has no completion time.
    #[must_use]
    pub fn failed(mut self, started: Timestamp, ended: Timestamp) -> Self {
        self.0["status"] = json!({
            "startTime": time(started),
            "failed": 1,
            "ready": 0,
            "terminating": 0,
            "uncountedTerminatedPods": {},
        });
        let message = "Job has reached the specified backoff limit";
        self.conclude(
            ["FailureTarget", "Failed"],
            "BackoffLimitExceeded",
            message,
            ended,
        )
    }

    /// The two conditions that the API server wants together.
    fn conclude(mut self, kinds: [&str; 2], reason: &str, message: &str, at: Timestamp) -> Self {
        for kind in kinds {
            let mut condition = condition(kind, true, reason, message, at);
            condition["lastProbeTime"] = time(at);
            set_condition(&mut self.0, condition);
        }
        self
    }
}
