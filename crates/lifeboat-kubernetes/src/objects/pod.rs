//! `Pod` of `v1`: those of database instances, for their exporters.

use serde::{Deserialize, Deserializer};

use super::{
    condition::Condition,
    environment::{self, SecretReference},
    metadata::Metadata,
};

/// `v1` `Pod`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pod {
    /// Name, labels.
    pub metadata: Metadata,
    /// Its containers.
    #[serde(default)]
    pub spec: PodSpec,
    /// Where and how it runs.
    #[serde(default)]
    pub status: PodStatus,
}

impl Pod {
    /// Whether the pod answers, as its readiness probe sees it.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        Condition::find(&self.status.conditions, "Ready").is_some_and(Condition::is_true)
    }

    /// The number of the container port of a name, such as `metrics`.
    #[must_use]
    pub fn port(&self, name: &str) -> Option<u16> {
        self.spec
            .containers
            .iter()
            .flat_map(|container| &container.ports)
            .find(|port| port.name == name)
            .map(|port| port.container_port)
    }
}

/// `Pod.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodSpec {
    /// The containers, initial ones not included.
    pub containers: Vec<Container>,
}

/// A container of a pod, or of a template of pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its image, as it was written.
    pub image: String,
    /// What replaces the image's entry point.
    pub command: Vec<String>,
    /// The arguments.
    pub args: Vec<String>,
    /// The ports that it names.
    pub ports: Vec<ContainerPort>,
    /// The Secrets that its environment is taken from as a whole.
    #[serde(deserialize_with = "environment::sources")]
    pub env_from: Vec<SecretReference>,
    /// The Secrets that single variables are taken from, each once.
    #[serde(deserialize_with = "environment::variables")]
    pub env: Vec<SecretReference>,
}

impl Container {
    /// The names of the Secrets that its environment is taken from, as a whole ones first.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let references = self.env_from.iter().chain(&self.env);
        references.map(|reference| reference.name.as_str())
    }
}

/// A port of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContainerPort {
    /// Its name; may be empty.
    pub name: String,
    /// Its number within the pod.
    pub container_port: u16,
}

/// `Pod.status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodStatus {
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    pub phase: String,
    /// The pod's address; absent until it has one.
    #[serde(rename = "podIP")]
    pub pod_ip: Option<String>,
    /// Only `Ready`: the others change more often, and nothing asks for them.
    #[serde(deserialize_with = "only_ready")]
    pub conditions: Vec<Condition>,
}

fn only_ready<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Condition>, D::Error> {
    let mut conditions = Vec::<Condition>::deserialize(deserializer)?;
    conditions.retain(|condition| condition.condition_type == "Ready");
    Ok(conditions)
}
