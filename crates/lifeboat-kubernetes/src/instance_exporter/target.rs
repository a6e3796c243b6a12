//! Which pods are asked for their figures, and where.

use std::{fmt, net::IpAddr};

use crate::{
    objects::{KubernetesObject, ObjectKey, Pod, cnpg::Cluster},
    world::World,
};

/// The name of the exporter's port.
const PORT_NAME: &str = "metrics";
/// The exporter's port, if the pod names none.
const PORT: u16 = 9187;

/// A pod that is asked for its figures.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The pod.
    pub pod: ObjectKey,
    /// Its Cluster.
    pub cluster: ObjectKey,
    /// The pod's address.
    pub address: IpAddr,
    /// The exporter's port.
    pub port: u16,
    /// Whether the exporter speaks TLS.
    pub tls: bool,
}

impl Target {
    /// Every pod of every Cluster that can be asked: one that runs, isn't going away, and has an
    /// address. That it isn't ready is no reason not to ask.
    #[must_use]
    pub fn all(world: &World) -> Vec<Self> {
        let clusters = world.clusters().iter();
        clusters
            .flat_map(|cluster| {
                let pods = world.pods_of(&cluster.key());
                pods.filter_map(|pod| Self::of(cluster, pod))
            })
            .collect()
    }

    fn of(cluster: &Cluster, pod: &Pod) -> Option<Self> {
        let going = pod.metadata.deletion_timestamp.get().is_some();
        if going || pod.status.phase != "Running" {
            return None;
        }
        let monitoring = cluster.spec.monitoring.as_ref();
        Some(Self {
            pod: pod.key(),
            cluster: cluster.key(),
            address: pod.status.pod_ip.as_ref()?.parse().ok()?,
            port: pod.port(PORT_NAME).unwrap_or(PORT),
            tls: monitoring.is_some_and(|monitoring| monitoring.tls.enabled),
        })
    }

    /// The URL of the figures.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        let socket = std::net::SocketAddr::new(self.address, self.port);
        format!("{scheme}://{socket}/metrics")
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at {}", self.pod, self.url())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Event, objects::decode};

    fn put<K: KubernetesObject>(world: &mut World, value: Value) {
        let object = decode::<K>(value).unwrap().object;
        world.apply(Event::Applied(object.into_object()));
    }

    fn pod(name: &str, cluster: &str, status: &Value) -> Value {
        json!({
            "metadata": {"namespace": "shop", "name": name, "labels": {"cnpg.io/cluster": cluster}},
            "status": status,
        })
    }

    #[test]
    fn pods_that_run_are_asked_in_the_way_that_their_cluster_wants() {
        let mut world = World::default();
        put::<Cluster>(
            &mut world,
            json!({"metadata": {"namespace": "shop", "name": "plain"}}),
        );
        put::<Cluster>(
            &mut world,
            json!({
                "metadata": {"namespace": "shop", "name": "secret"},
                "spec": {"monitoring": {"tls": {"enabled": true}}},
            }),
        );
        let running = json!({"phase": "Running", "podIP": "10.0.0.1"});
        put::<Pod>(&mut world, pod("plain-1", "plain", &running));
        let mut named = pod(
            "secret-1",
            "secret",
            &json!({"phase": "Running", "podIP": "fd00::1"}),
        );
        named["spec"] =
            json!({"containers": [{"ports": [{"name": "metrics", "containerPort": 9}]}]});
        put::<Pod>(&mut world, named);
        let pending = json!({"phase": "Pending"});
        put::<Pod>(&mut world, pod("plain-2", "plain", &pending));
        let mut going = pod("plain-3", "plain", &running);
        going["metadata"]["deletionTimestamp"] = json!("2026-08-01T03:00:00Z");
        put::<Pod>(&mut world, going);
        put::<Pod>(&mut world, pod("stray-1", "unknown", &running));

        let urls: Vec<String> = Target::all(&world).iter().map(Target::url).collect();
        let expected = [
            "http://10.0.0.1:9187/metrics",
            "https://[fd00::1]:9/metrics",
        ];
        assert_eq!(urls, expected);
    }
}
