//! `Deployment` of `apps/v1`: whether an operator that makes backups is there.

use serde::Deserialize;

use super::{batch::PodTemplate, condition::Condition, metadata::Metadata, pod::Container};

/// `apps/v1` `Deployment`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// Name, labels.
    pub metadata: Metadata,
    /// What it is to be.
    #[serde(default)]
    pub spec: DeploymentSpec,
    /// What it is.
    #[serde(default)]
    pub status: DeploymentStatus,
}

/// `Deployment.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DeploymentSpec {
    /// Pods that are wanted; the API server's default is 1, and 0 means switched off on purpose.
    pub replicas: Option<i64>,
    /// What its pods run.
    pub template: PodTemplate,
}

impl DeploymentSpec {
    /// The containers of its pods, initial ones not included.
    #[must_use]
    pub fn containers(&self) -> &[Container] {
        &self.template.spec.containers
    }
}

/// `Deployment.status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DeploymentStatus {
    /// Pods that have been ready for long enough.
    pub available_replicas: i64,
    /// Pods that are ready.
    pub ready_replicas: i64,
    /// `Available`, `Progressing`, `ReplicaFailure`.
    pub conditions: Vec<Condition>,
}
