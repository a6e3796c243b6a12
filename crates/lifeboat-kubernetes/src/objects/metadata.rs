//! What every object carries: its name, its age, its labels, and who owns it.

use std::{
    collections::BTreeMap,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use serde::Deserialize;

use super::{identity::Identity, moment::OptionalMoment, reference::ObjectKey, uid::Uid};

/// The annotation in which `kubectl apply` keeps a copy of the whole object. Nothing here reads it,
/// and it would double what an object takes.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The part of `metav1.ObjectMeta` that Lifeboat uses. The resource version is not kept: it
/// changes with every write, also with those that change nothing here.
///
/// The object's identity is read as if its fields were among these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Received")]
pub struct Metadata {
    /// What every kind needs: name, namespace, `uid` and age.
    pub identity: Identity,
    /// `metadata.generation`: counts the changes of the spec.
    pub generation: Option<i64>,
    /// `metadata.labels`.
    pub labels: BTreeMap<String, String>,
    /// `metadata.annotations`, without the copy that `kubectl apply` leaves.
    pub annotations: BTreeMap<String, String>,
    /// `metadata.ownerReferences`.
    pub owner_references: Vec<OwnerReference>,
}

impl Deref for Metadata {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.identity
    }
}

impl DerefMut for Metadata {
    fn deref_mut(&mut self) -> &mut Identity {
        &mut self.identity
    }
}

/// Metadata as it is sent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Received {
    /// The one thing an object can't do without.
    name: String,
    /// Empty for objects without one.
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    uid: Uid,
    #[serde(default)]
    creation_timestamp: OptionalMoment,
    #[serde(default)]
    deletion_timestamp: OptionalMoment,
    #[serde(default)]
    generation: Option<i64>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    #[serde(default)]
    owner_references: Vec<OwnerReference>,
}

impl From<Received> for Metadata {
    fn from(received: Received) -> Self {
        let mut annotations = received.annotations;
        annotations.remove(LAST_APPLIED);
        Self {
            identity: Identity {
                key: Arc::new(ObjectKey::new(received.namespace, received.name)),
                uid: received.uid,
                creation_timestamp: received.creation_timestamp,
                deletion_timestamp: received.deletion_timestamp,
            },
            generation: received.generation,
            labels: received.labels,
            annotations,
            owner_references: received.owner_references,
        }
    }
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
    pub uid: Uid,
    /// Whether this owner manages the object.
    pub controller: bool,
}
