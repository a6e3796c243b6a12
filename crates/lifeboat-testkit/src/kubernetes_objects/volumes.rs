//! Claims of volumes, and sets of pods that have volumes of their own.

use serde_json::{Value, json};

use super::{KubernetesObject, new_object};

/// Builds a `PersistentVolumeClaim`, which nothing has bound.
#[derive(Clone, Debug)]
pub struct PersistentVolumeClaim(Value);

impl KubernetesObject for PersistentVolumeClaim {
    fn json(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl PersistentVolumeClaim {
    /// A claim of one gibibyte.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        let spec = json!({
            "accessModes": ["ReadWriteOnce"],
            "resources": { "requests": { "storage": "1Gi" } },
        });
        let object = new_object("v1", "PersistentVolumeClaim", namespace, name, &spec);
        Self(object)
    }
}

/// Builds a `StatefulSet` of one pod. Where no controller runs, its claims have to be made by hand.
#[derive(Clone, Debug)]
pub struct StatefulSet(Value);

impl KubernetesObject for StatefulSet {
    fn json(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl StatefulSet {
    /// A set whose pods get volumes by templates of these names.
    #[must_use]
    pub fn new(namespace: &str, name: &str, templates: &[&str]) -> Self {
        let template = |template: &&str| {
            json!({
                "metadata": { "name": template },
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": { "requests": { "storage": "1Gi" } },
                },
            })
        };
        let labels = json!({ "app": name });
        let spec = json!({
            "serviceName": name,
            "selector": { "matchLabels": labels },
            "template": {
                "metadata": { "labels": labels },
                "spec": { "containers": [{ "name": name, "image": name }] },
            },
            "volumeClaimTemplates": templates.iter().map(template).collect::<Vec<_>>(),
        });
        Self(new_object("apps/v1", "StatefulSet", namespace, name, &spec))
    }
}
