//! What every object carries: its name, its age, its labels, and who owns it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::moment;

/// The annotation in which `kubectl apply` keeps a copy of the whole object. Nothing here reads it,
/// and it would double what an object takes.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The part of `metav1.ObjectMeta` that Lifeboat uses. The resource version is not kept: it
/// changes with every write, also with those that change nothing here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// `metadata.name`; the one thing an object can't do without.
    pub name: String,
    /// `metadata.namespace`; empty for objects without one.
    #[serde(default)]
    pub namespace: String,
    /// `metadata.uid`: tells an object from its namesake that was there before.
    #[serde(default)]
    pub uid: String,
    /// `metadata.creationTimestamp`.
    #[serde(default, deserialize_with = "moment::optional")]
    pub creation_timestamp: Option<Timestamp>,
    /// `metadata.deletionTimestamp`: set while the object is going away.
    #[serde(default, deserialize_with = "moment::optional")]
    pub deletion_timestamp: Option<Timestamp>,
    /// `metadata.generation`: counts the changes of the spec.
    #[serde(default)]
    pub generation: Option<i64>,
    /// `metadata.labels`.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// `metadata.annotations`, without the copy that `kubectl apply` leaves.
    #[serde(default, deserialize_with = "annotations")]
    pub annotations: BTreeMap<String, String>,
    /// `metadata.ownerReferences`.
    #[serde(default)]
    pub owner_references: Vec<OwnerReference>,
}

impl Metadata {
    /// A label's value.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.get(name).map(String::as_str)
    }

    /// An annotation's value.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.get(name).map(String::as_str)
    }

    /// The owner that manages the object; there is at most one.
    #[must_use]
    pub fn controller(&self) -> Option<&OwnerReference> {
        self.owner_references.iter().find(|owner| owner.controller)
    }
}

/// The part of `metav1.OwnerReference` that Lifeboat uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OwnerReference {
    /// The owner's kind, such as `CronJob`.
    pub kind: String,
    /// The owner's name, in the namespace of what it owns.
    pub name: String,
    /// The owner's `metadata.uid`.
    pub uid: String,
    /// Whether this owner manages the object.
    pub controller: bool,
}

fn annotations<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let mut annotations = BTreeMap::deserialize(deserializer)?;
    annotations.remove(LAST_APPLIED);
    Ok(annotations)
}
