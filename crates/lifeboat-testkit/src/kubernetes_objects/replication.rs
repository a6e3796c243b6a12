//! A `ReplicationSource` or a `ReplicationDestination` of VolSync, with the status that it gives them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{KubernetesObject, condition, new_object, set_condition, time};

/// Builds a `ReplicationSource` or a `ReplicationDestination`.
#[derive(Clone, Debug)]
pub struct Replication(Value);

impl KubernetesObject for Replication {
    fn json(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl Replication {
    /// A `ReplicationSource` that copies a claim away.
    #[must_use]
    pub fn source(namespace: &str, name: &str, claim: &str) -> Self {
        Self::new(
            "ReplicationSource",
            namespace,
            name,
            &json!({ "sourcePVC": claim }),
        )
    }

    /// A `ReplicationDestination`.
    #[must_use]
    pub fn destination(namespace: &str, name: &str) -> Self {
        Self::new("ReplicationDestination", namespace, name, &json!({}))
    }

    fn new(kind: &str, namespace: &str, name: &str, spec: &Value) -> Self {
        Self(new_object(
            "volsync.backube/v1alpha1",
            kind,
            namespace,
            name,
            spec,
        ))
    }

    /// With Kopia, to the repository that a Secret tells of.
    #[must_use]
    pub fn kopia(self, secret: &str) -> Self {
        self.mover("kopia", &json!({ "repository": secret }))
    }

    /// With another mover, such as `restic`.
    #[must_use]
    pub fn mover(mut self, name: &str, spec: &Value) -> Self {
        self.0["spec"][name] = spec.clone();
        self
    }

    /// On a schedule of five fields.
    #[must_use]
    pub fn schedule(self, text: &str) -> Self {
        self.field("/spec/trigger/schedule", text)
    }

    /// Each time that this text is another.
    #[must_use]
    pub fn manual(self, text: &str) -> Self {
        self.field("/spec/trigger/manual", text)
    }

    /// Halted on purpose.
    #[must_use]
    pub fn paused(self) -> Self {
        self.field("/spec/paused", true)
    }

    /// It last synchronised from `began` to `ended`, and waits.
    #[must_use]
    pub fn synchronised(mut self, began: Timestamp, ended: Timestamp) -> Self {
        let took = ended.duration_since(began) + SignedDuration::from_millis(250);
        let status = &mut self.0["status"];
        status["lastSyncTime"] = time(ended);
        status["lastSyncDuration"] = go_duration(took).into();
        if let Some(status) = status.as_object_mut() {
            status.remove("lastSyncStartTime");
        }
        let message = "Waiting for next scheduled synchronization";
        self.mover_says("Successful", "snapshot created").condition(
            false,
            "WaitingForSchedule",
            message,
            ended,
        )
    }

    /// It synchronises since then.
    #[must_use]
    pub fn synchronising(mut self, since: Timestamp) -> Self {
        self.0["status"]["lastSyncStartTime"] = time(since);
        self.condition(true, "SyncInProgress", "Synchronization in-progress", since)
    }

    /// What the last mover Job came to, `Successful` or `Failed`, and the end of its log.
    #[must_use]
    pub fn mover_says(self, result: &str, logs: &str) -> Self {
        self.field(
            "/status/latestMoverStatus",
            json!({ "result": result, "logs": logs }),
        )
    }

    /// VolSync can't go on since then.
    #[must_use]
    pub fn stopped(self, message: &str, since: Timestamp) -> Self {
        self.condition(false, "Error", message, since)
    }

    fn condition(mut self, status: bool, reason: &str, message: &str, at: Timestamp) -> Self {
        let condition = condition("Synchronizing", status, reason, message, at);
        set_condition(&mut self.0, condition);
        self
    }
}

/// A length of time as Go writes it, such as `1m2.25s`.
fn go_duration(length: SignedDuration) -> String {
    let (minutes, seconds) = (length.as_secs() / 60, length.as_secs() % 60);
    let milliseconds = length.subsec_millis();
    match minutes {
        0 => format!("{seconds}.{milliseconds:03}s"),
        _ => format!("{minutes}m{seconds}.{milliseconds:03}s"),
    }
}
