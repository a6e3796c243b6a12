//! Objects as operators leave them in a cluster, status included: for
//! [`ControlPlane::apply`](crate::control_plane::ControlPlane::apply) and `create`.
//!
//! One file for each kind. Nothing here runs an operator: a status is what a test says, in the
//! form that the operator gives it. `creationTimestamp` and `uid` are the API server's alone.

mod backup;
mod cluster;
mod cron_job;
mod deployment;
mod instance_pod;
mod job;
mod kopia_maintenance;
mod object_store;
mod replication;
mod scheduled_backup;
mod volumes;

pub use backup::Backup;
pub use cluster::{Cluster, HEALTHY};
pub use cron_job::CronJob;
pub use deployment::Deployment;
pub use instance_pod::InstancePod;
pub use job::Job;
pub use kopia_maintenance::KopiaMaintenance;
pub use object_store::ObjectStore;
pub use replication::Replication;
pub use scheduled_backup::ScheduledBackup;
pub use volumes::{PersistentVolumeClaim, StatefulSet};

use jiff::{Timestamp, Unit};
use serde_json::{Value, json};

/// The name by which clusters and backups refer to the Barman Cloud plugin.
pub const BARMAN_PLUGIN: &str = "barman-cloud.cloudnative-pg.io";

/// What all of these builders can do.
pub trait KubernetesObject: Sized {
    /// The object as it is so far.
    fn json(&mut self) -> &mut Value;

    /// The finished object.
    #[must_use]
    fn object(mut self) -> Value {
        self.json().take()
    }

    /// Sets a label.
    #[must_use]
    fn label(mut self, name: &str, value: &str) -> Self {
        self.json()["metadata"]["labels"][name] = value.into();
        self
    }

    /// Sets an annotation.
    #[must_use]
    fn annotation(mut self, name: &str, value: &str) -> Self {
        self.json()["metadata"]["annotations"][name] = value.into();
        self
    }

    /// Sets a field that no method is for, such as `("/spec/suspend", true)`; what leads to it is
    /// made.
    #[must_use]
    fn field(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        let mut target = self.json();
        for key in pointer.split('/').skip(1) {
            target = &mut target[key];
        }
        *target = value.into();
        self
    }

    /// Makes another object, as the API server returned it, the owner and controller of this one.
    ///
    /// # Panics
    /// When the owner has no `uid`: it was not made yet.
    #[must_use]
    fn owned_by(mut self, owner: &Value) -> Self {
        let uid = &owner["metadata"]["uid"];
        assert!(uid.is_string(), "an owner has no uid: {owner}");
        self.json()["metadata"]["ownerReferences"] = json!([{
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": uid,
            "controller": true,
            "blockOwnerDeletion": true,
        }]);
        self
    }
}

/// The beginning of every object.
fn new_object(api_version: &str, kind: &str, namespace: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": api_version,
        "kind": kind,
        "metadata": { "namespace": namespace, "name": name },
        "spec": spec,
    })
}

/// A time as Kubernetes writes it: RFC 3339, to the second.
fn time(at: Timestamp) -> Value {
    let second = at
        .round(Unit::Second)
        .unwrap_or_else(|error| panic!("{at} has no whole second: {error}"));
    second.to_string().into()
}

fn condition(kind: &str, status: bool, reason: &str, message: &str, at: Timestamp) -> Value {
    json!({
        "type": kind,
        "status": if status { "True" } else { "False" },
        "reason": reason,
        "message": message,
        "lastTransitionTime": time(at),
    })
}

/// Puts a condition in the place of the one of its type, or adds it.
fn set_condition(object: &mut Value, condition: Value) {
    let conditions = &mut object["status"]["conditions"];
    if conditions.is_null() {
        *conditions = json!([]);
    }
    if let Some(conditions) = conditions.as_array_mut() {
        conditions.retain(|other| other["type"] != condition["type"]);
        conditions.push(condition);
    }
}
