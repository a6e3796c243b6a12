//! `BackupPolicy`: what is promised for which assets.

use std::collections::BTreeMap;

use lifeboat_core::{AssetKind, Policy, Selector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    backup::ObjectivesSpec,
    metadata::Metadata,
    rules::{Breach, of_objectives},
};

/// Objectives for the assets that a selector fits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BackupPolicySpec {
    /// Which assets it is for. Without it, all of them.
    pub selector: SelectorSpec,
    /// Between policies that fit the same asset the higher number wins; then the one whose
    /// namespace and name sort first.
    pub priority: i32,
    /// What is promised. An asset's own resource comes first, and what no policy says has a default.
    pub objectives: ObjectivesSpec,
    /// Whether its assets are paused: nothing runs on schedule, and nothing alerts.
    pub suspend: bool,
}

/// Which assets a policy is for. An empty list or map asks for nothing, so it fits everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SelectorSpec {
    /// One of these kinds.
    pub kinds: Vec<KindSpec>,
    /// One of these namespaces.
    pub namespaces: Vec<String>,
    /// One of these names.
    pub names: Vec<String>,
    /// All of these labels.
    pub match_labels: BTreeMap<String, String>,
}

/// A kind of asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum KindSpec {
    /// A Prometheus's own database.
    Prometheus,
}

impl From<KindSpec> for AssetKind {
    fn from(kind: KindSpec) -> Self {
        match kind {
            KindSpec::Prometheus => Self::Prometheus,
        }
    }
}

/// A policy, as a document describes it. All that it says has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupPolicy {
    metadata: Metadata,
    spec: BackupPolicySpec,
}

impl BackupPolicy {
    /// The document's kind.
    pub const KIND: &'static str = "BackupPolicy";

    pub(crate) fn new(metadata: Metadata, spec: BackupPolicySpec) -> Result<Self, Vec<Breach>> {
        let breaches: Vec<Breach> = of_objectives(&spec.objectives).collect();
        if breaches.is_empty() {
            Ok(Self { metadata, spec })
        } else {
            Err(breaches)
        }
    }

    /// Its name and namespace.
    #[must_use]
    pub const fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// What it asks for.
    #[must_use]
    pub const fn spec(&self) -> &BackupPolicySpec {
        &self.spec
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let selector = &self.spec.selector;
        Policy {
            name: self.metadata.qualified_name(),
            selector: Selector {
                kinds: selector.kinds.iter().copied().map(Into::into).collect(),
                namespaces: selector.namespaces.clone(),
                names: selector.names.clone(),
                labels: selector.match_labels.clone(),
            },
            priority: self.spec.priority,
            overrides: self.spec.objectives.overrides(),
            suspend: self.spec.suspend,
        }
    }
}
