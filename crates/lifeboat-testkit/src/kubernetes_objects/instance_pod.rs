//! The pod of an instance of a CloudNativePG cluster.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{KubernetesObject, new_object, time};
use crate::instance_exporter::PORT;

/// Builds a `Pod` with the labels and the status that CloudNativePG and a kubelet give it.
#[derive(Clone, Debug)]
pub struct InstancePod(Value);

impl KubernetesObject for InstancePod {
    fn json(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl InstancePod {
    /// The primary, which runs and is ready since `since`. Its address is that of an
    /// [`InstanceExporter`](crate::instance_exporter::InstanceExporter).
    #[must_use]
    pub fn primary(
        namespace: &str,
        cluster: &str,
        name: &str,
        address: Ipv4Addr,
        since: Timestamp,
    ) -> Self {
        Self::new(namespace, cluster, name, address, since).role("primary")
    }

    /// A replica, which runs and is ready since `since`.
    #[must_use]
    pub fn replica(
        namespace: &str,
        cluster: &str,
        name: &str,
        address: Ipv4Addr,
        since: Timestamp,
    ) -> Self {
        Self::new(namespace, cluster, name, address, since).role("replica")
    }

    fn new(
        namespace: &str,
        cluster: &str,
        name: &str,
        address: Ipv4Addr,
        since: Timestamp,
    ) -> Self {
        let spec = json!({
            "containers": [{
                "name": "postgres",
                "image": "postgresql",
                "ports": [
                    { "name": "postgresql", "containerPort": 5432 },
                    { "name": "metrics", "containerPort": PORT },
                    { "name": "status", "containerPort": 8000 },
                ],
            }],
        });
        let mut object = new_object("v1", "Pod", namespace, name, &spec);
        object["status"] = json!({
            "phase": "Running",
            "startTime": time(since),
            "podIP": address,
            "podIPs": [{ "ip": address }],
            "conditions": conditions(true, since),
        });
        Self(object)
            .label("cnpg.io/cluster", cluster)
            .label("cnpg.io/instanceName", name)
            .label("cnpg.io/podRole", "instance")
    }

    /// `primary` or `replica`.
    #[must_use]
    pub fn role(self, role: &str) -> Self {
        self.label("cnpg.io/instanceRole", role).label("role", role)
    }

    /// Not ready since `since`.
    #[must_use]
    pub fn not_ready(mut self, since: Timestamp) -> Self {
        self.0["status"]["conditions"] = conditions(false, since);
        self
    }

    /// `status.phase`, such as `Pending`; a pod that doesn't run has no address.
    #[must_use]
    pub fn phase(mut self, phase: &str) -> Self {
        let status = &mut self.0["status"];
        status["phase"] = phase.into();
        if phase == "Pending" {
            *status = json!({ "phase": phase });
        }
        self
    }
}

fn conditions(ready: bool, since: Timestamp) -> Value {
    let condition = |kind: &str, status: bool| {
        json!({
            "type": kind,
            "status": if status { "True" } else { "False" },
            "lastTransitionTime": time(since),
        })
    };
    json!([
        condition("Initialized", true),
        condition("Ready", ready),
        condition("ContainersReady", ready),
        condition("PodScheduled", true),
    ])
}
