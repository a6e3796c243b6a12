//! Which objects of one kind belong to an object of another.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::store::Store;
use crate::objects::{KubernetesObject, ObjectKey};

/// A relation from members to owners, read from the owner's side. An owner need not exist: its
/// members may be seen first.
///
/// Names are shared with the store: there may be tens of thousands of members. Whom a member belonged
/// to before is told by the object that the store still holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
    members: BTreeMap<ObjectKey, BTreeSet<Arc<ObjectKey>>>,
}

impl Index {
    /// Takes in a member that is about to be put into its store, where it has its name from.
    pub(super) fn set<K: KubernetesObject>(
        &mut self,
        store: &Store<K>,
        member: &K,
        owners: impl Fn(&K) -> BTreeSet<ObjectKey>,
    ) {
        let key = &member.identity().key;
        let before = store.get(key).map(|known| owners(known));
        let before = before.unwrap_or_default();
        let after = owners(member);
        for owner in before.difference(&after) {
            self.leave(key, owner);
        }
        for owner in after.difference(&before) {
            let members = self.members.entry(owner.clone()).or_default();
            members.insert(Arc::clone(key));
        }
    }

    /// Takes out a member that is about to be taken out of its store.
    pub(super) fn remove<K: KubernetesObject>(
        &mut self,
        store: &Store<K>,
        member: &ObjectKey,
        owners: impl Fn(&K) -> BTreeSet<ObjectKey>,
    ) {
        let known = store.get(member).into_iter();
        for owner in known.flat_map(|known| owners(known)) {
            self.leave(member, &owner);
        }
    }

    fn leave(&mut self, member: &ObjectKey, owner: &ObjectKey) {
        if let Some(members) = self.members.get_mut(owner) {
            members.remove(member);
            if members.is_empty() {
                self.members.remove(owner);
            }
        }
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
