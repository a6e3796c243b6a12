//! The definitions of the custom resources, made from the types that documents are read into.

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::{
    columns::{self, Column},
    schema::structural,
    status::{BackupPolicyStatus, PrometheusBackupStatus},
    validation::Validation,
};
use crate::{BackupPolicy, BackupPolicySpec, PrometheusBackup, PrometheusBackupSpec};

/// The API group of all of them.
pub const GROUP: &str = "lifeboat.dev";

/// The version of all of them.
pub const VERSION: &str = "v1alpha1";

/// A kind of custom resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomResource {
    /// [`PrometheusBackup`].
    PrometheusBackup,
    /// [`BackupPolicy`].
    BackupPolicy,
}

/// A namespace has 63 characters at most, so from here on an instance would be too long whatever
/// the namespace is. Which one it is, only the strict reader sees.
const NAME_FOR_INSTANCE: Validation = Validation::fixed(
    "has(self.spec.repository.instance) || size(self.metadata.name) <= 98",
    "namespace and name together are too long for the name of an instance: give a shorter one as \
     spec.repository.instance",
);

impl CustomResource {
    /// All of them, by name.
    pub const ALL: [Self; 2] = [Self::BackupPolicy, Self::PrometheusBackup];

    /// The kind, as objects have it.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::PrometheusBackup => PrometheusBackup::KIND,
            Self::BackupPolicy => BackupPolicy::KIND,
        }
    }

    /// The name by which the API server lists objects, such as `prometheusbackups`.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::PrometheusBackup => "prometheusbackups",
            Self::BackupPolicy => "backuppolicies",
        }
    }

    /// Names that are shorter to type.
    #[must_use]
    pub const fn short_names(self) -> &'static [&'static str] {
        match self {
            Self::PrometheusBackup => &["prombackup"],
            Self::BackupPolicy => &["bpol"],
        }
    }

    /// The `CustomResourceDefinition` (`apiextensions.k8s.io/v1`).
    #[must_use]
    pub fn definition(self) -> Value {
        let (kind, plural) = (self.kind(), self.plural());
        json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {
                "name": format!("{plural}.{GROUP}"),
                "labels": {"app.kubernetes.io/name": "lifeboat"},
            },
            "spec": {
                "group": GROUP,
                "names": {
                    "kind": kind,
                    "listKind": format!("{kind}List"),
                    "plural": plural,
                    "singular": kind.to_ascii_lowercase(),
                    "shortNames": self.short_names(),
                    "categories": ["lifeboat"],
                },
                "scope": "Namespaced",
                "versions": [{
                    "name": VERSION,
                    "served": true,
                    "storage": true,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": self.columns(),
                    "schema": {"openAPIV3Schema": self.schema()},
                }],
            },
        })
    }

    const fn columns(self) -> &'static [Column] {
        match self {
            Self::PrometheusBackup => columns::PROMETHEUS_BACKUP,
            Self::BackupPolicy => columns::BACKUP_POLICY,
        }
    }

    fn schema(self) -> Value {
        match self {
            Self::PrometheusBackup => {
                object_schema::<PrometheusBackupSpec, PrometheusBackupStatus>(&[NAME_FOR_INSTANCE])
            }
            Self::BackupPolicy => object_schema::<BackupPolicySpec, BackupPolicyStatus>(&[]),
        }
    }
}

/// The schema of a whole object.
fn object_schema<Spec: JsonSchema, Status: JsonSchema>(validations: &[Validation]) -> Value {
    let spec = structural::<Spec>();
    let mut schema = json!({
        "type": "object",
        "description": spec["description"],
        "required": ["spec"],
        "properties": {
            "apiVersion": {
                "type": "string",
                "description": "The version of the format.",
            },
            "kind": {
                "type": "string",
                "description": "What the document describes.",
            },
            "metadata": {"type": "object"},
            "spec": spec,
            "status": structural::<Status>(),
        },
    });
    if !validations.is_empty() {
        schema["x-kubernetes-validations"] = json!(validations);
    }
    schema
}

/// Definitions as YAML that `kubectl apply` takes, with `---` between them.
pub fn definitions_yaml(resources: &[CustomResource]) -> Result<String, serde_saphyr::ser::Error> {
    let mut text = String::from("# Made by `lifeboat crds` from the types that it reads.\n");
    for resource in resources {
        text.push_str("---\n");
        text.push_str(&serde_saphyr::to_string(&resource.definition())?);
    }
    Ok(text)
}
