//! Which objects of one kind belong to an object of another.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::objects::ObjectKey;

/// A relation from members to owners, readable from the owner's side. An owner need not exist:
/// its members may be seen first.
///
/// Names are shared between the two directions, and with the store: there may be tens of thousands of
/// members.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
    members: BTreeMap<Arc<ObjectKey>, BTreeSet<Arc<ObjectKey>>>,
    owners: BTreeMap<Arc<ObjectKey>, Box<[Arc<ObjectKey>]>>,
}

impl Index {
    /// Sets whom a member belongs to.
    pub(super) fn set(&mut self, member: &Arc<ObjectKey>, owners: BTreeSet<ObjectKey>) {
        let known = self
            .owners
            .get(member)
            .map(AsRef::as_ref)
            .unwrap_or_default();
        if known.iter().map(AsRef::as_ref).eq(&owners) {
            return;
        }
        self.remove(member);
        let owners: Box<[Arc<ObjectKey>]> = owners
            .into_iter()
            .map(|owner| self.join(member, owner))
            .collect();
        if !owners.is_empty() {
            self.owners.insert(Arc::clone(member), owners);
        }
    }

    /// Takes a member out.
    pub(super) fn remove(&mut self, member: &ObjectKey) {
        for owner in self.owners.remove(member).unwrap_or_default() {
            if let Some(members) = self.members.get_mut(&owner) {
                members.remove(member);
                if members.is_empty() {
                    self.members.remove(&owner);
                }
            }
        }
    }

    /// Adds a member to an owner's, and returns the owner's shared name.
    fn join(&mut self, member: &Arc<ObjectKey>, owner: ObjectKey) -> Arc<ObjectKey> {
        let known = self.members.get_key_value(&owner);
        let owner = known.map_or_else(|| Arc::new(owner), |(known, _)| Arc::clone(known));
        let members = self.members.entry(Arc::clone(&owner)).or_default();
        members.insert(Arc::clone(member));
        owner
    }

    /// The members of an owner, in order.
    pub(super) fn members<'index>(
        &'index self,
        owner: &ObjectKey,
    ) -> impl Iterator<Item = &'index ObjectKey> + use<'index> {
        let members = self.members.get(owner).into_iter().flatten();
        members.map(AsRef::as_ref)
    }
}
