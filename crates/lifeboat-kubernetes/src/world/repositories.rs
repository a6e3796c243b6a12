//! Which objects use or maintain which Kopia repository.

use std::collections::{BTreeMap, BTreeSet};

use crate::objects::{Kind, ObjectKey, ObjectRef};

/// What an object says of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    /// The Secret that tells where the repository is.
    pub(crate) repository: ObjectKey,
    /// What people call the repository, if the object says so.
    pub(crate) called: Option<String>,
}

/// The repositories that objects mention, readable from both sides.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Repositories {
    mentions: BTreeMap<ObjectRef, Mention>,
    members: BTreeMap<ObjectKey, BTreeSet<ObjectRef>>,
    revision: u64,
}

impl Repositories {
    /// Sets what an object says; none takes it out.
    pub(super) fn set(&mut self, object: ObjectRef, mention: Option<Mention>) {
        if self.mentions.get(&object) == mention.as_ref() {
            return;
        }
        self.revision += 1;
        if let Some(before) = self.mentions.remove(&object)
            && let Some(members) = self.members.get_mut(&before.repository)
        {
            members.remove(&object);
            if members.is_empty() {
                self.members.remove(&before.repository);
            }
        }
        if let Some(mention) = mention {
            let members = self.members.entry(mention.repository.clone()).or_default();
            members.insert(object.clone());
            self.mentions.insert(object, mention);
        }
    }

    /// Changes whenever another object mentions a repository, or the same object another one.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Every repository that is mentioned, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &ObjectKey> {
        self.members.keys()
    }

    /// The objects that mention a repository, kind by kind.
    pub(crate) fn members(&self, repository: &ObjectKey) -> impl Iterator<Item = &ObjectRef> {
        self.members.get(repository).into_iter().flatten()
    }

    /// What the objects that mention a repository call it.
    pub(crate) fn names(&self, repository: &ObjectKey) -> BTreeSet<&str> {
        let members = self.members(repository);
        members
            .filter_map(|object| self.mentions.get(object)?.called.as_deref())
            .collect()
    }

    /// The repository that an object mentions.
    pub(crate) fn of(&self, object: &ObjectRef) -> Option<&ObjectKey> {
        Some(&self.mentions.get(object)?.repository)
    }

    /// The repositories that objects of a kind mention in a namespace.
    pub(crate) fn mentioned_in(
        &self,
        namespace: &str,
        kind: Kind,
    ) -> impl Iterator<Item = &ObjectKey> {
        let first = ObjectRef {
            kind,
            key: ObjectKey::new(namespace, ""),
        };
        self.mentions
            .range(first..)
            .take_while(move |(object, _)| object.kind == kind && object.key.namespace == namespace)
            .map(|(_, mention)| &mention.repository)
    }
}
