//! Which objects of one kind belong to an object of another.

use std::collections::{BTreeMap, BTreeSet};

use crate::objects::ObjectKey;

/// A relation from members to owners, readable from the owner's side. An owner need not exist:
/// its members may be seen first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
    members: BTreeMap<ObjectKey, BTreeSet<ObjectKey>>,
    owners: BTreeMap<ObjectKey, BTreeSet<ObjectKey>>,
}

impl Index {
    /// Sets whom a member belongs to. None at all takes it out.
    pub(super) fn set(&mut self, member: &ObjectKey, owners: BTreeSet<ObjectKey>) {
        if self.owners.get(member) == Some(&owners) {
            return;
        }
        for owner in self.owners.remove(member).unwrap_or_default() {
            if let Some(members) = self.members.get_mut(&owner) {
                members.remove(member);
                if members.is_empty() {
                    self.members.remove(&owner);
                }
            }
        }
        for owner in &owners {
            let members = self.members.entry(owner.clone()).or_default();
            members.insert(member.clone());
        }
        if !owners.is_empty() {
            self.owners.insert(member.clone(), owners);
        }
    }

    /// The members of an owner, in order.
    pub(super) fn members<'index>(
        &'index self,
        owner: &ObjectKey,
    ) -> impl Iterator<Item = &'index ObjectKey> + use<'index> {
        self.members.get(owner).into_iter().flatten()
    }
}
