//! A `Deployment`, such as that of an operator, with replicas that are available or not.

use serde_json::{Value, json};

use super::{KubernetesObject, new_object};

/// Builds a `Deployment`. No controller of the control plane touches it.
#[derive(Clone, Debug)]
pub struct Deployment(Value);

impl KubernetesObject for Deployment {
    fn json(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl Deployment {
    /// With `wanted` replicas, of which `available` are.
    #[must_use]
    pub fn new(namespace: &str, name: &str, wanted: u32, available: u32) -> Self {
        let labels = json!({ "app.kubernetes.io/name": name });
        let spec = json!({
            "replicas": wanted,
            "selector": { "matchLabels": labels },
            "template": {
                "metadata": { "labels": labels },
                "spec": { "containers": [{ "name": "manager", "image": name }] },
            },
        });
        let mut object = new_object("apps/v1", "Deployment", namespace, name, &spec);
        object["status"] = json!({
            "observedGeneration": 1,
            "replicas": wanted,
            "updatedReplicas": wanted,
            "readyReplicas": available,
            "availableReplicas": available,
            "unavailableReplicas": wanted.saturating_sub(available),
        });
        Self(object).label("app.kubernetes.io/name", name)
    }
}
