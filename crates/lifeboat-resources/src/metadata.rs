//! A document's metadata, with the fields that Kubernetes adds to it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, de::IgnoredAny};

use crate::values::{NamespaceName, ObjectName, Text};

/// What every document says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    from = "WrittenMetadata"
)]
#[schemars(!from)]
pub struct Metadata {
    /// The name. Kind, namespace and name together are used once only.
    pub name: Text<ObjectName>,
    /// The namespace.
    #[serde(default = "default_namespace")]
    pub namespace: Text<NamespaceName>,
    /// Labels, by which policies can select.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Remarks, which Lifeboat leaves alone.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

fn default_namespace() -> Text<NamespaceName> {
    Text(NamespaceName::default())
}

impl Metadata {
    /// `namespace/name`.
    #[must_use]
    pub fn qualified_name(&self) -> String {
        format!("{}/{}", self.namespace.0.as_str(), self.name.0.as_str())
    }
}

/// [`Metadata`] as it may be written. A document that was read from a cluster has more fields. They
/// are known by name, so that a slip in one of ours is still found.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "most fields are there to be known, not to be read"
)]
struct WrittenMetadata {
    name: Text<ObjectName>,
    #[serde(default = "default_namespace")]
    namespace: Text<NamespaceName>,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
    generate_name: Option<IgnoredAny>,
    uid: Option<IgnoredAny>,
    resource_version: Option<IgnoredAny>,
    generation: Option<IgnoredAny>,
    creation_timestamp: Option<IgnoredAny>,
    deletion_timestamp: Option<IgnoredAny>,
    deletion_grace_period_seconds: Option<IgnoredAny>,
    owner_references: Option<IgnoredAny>,
    finalizers: Option<IgnoredAny>,
    managed_fields: Option<IgnoredAny>,
    self_link: Option<IgnoredAny>,
}

impl From<WrittenMetadata> for Metadata {
    fn from(written: WrittenMetadata) -> Self {
        Self {
            name: written.name,
            namespace: written.namespace,
            labels: written.labels.unwrap_or_default(),
            annotations: written.annotations.unwrap_or_default(),
        }
    }
}
