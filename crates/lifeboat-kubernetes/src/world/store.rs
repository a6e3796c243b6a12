//! The objects of one kind.

use std::{collections::BTreeMap, sync::Arc};

use crate::objects::{KubernetesObject, ObjectKey};

/// The objects of one kind, by namespace and name. Names are shared with the indexes.
#[derive(Clone, Debug, PartialEq)]
pub struct Store<K> {
    objects: BTreeMap<Arc<ObjectKey>, Arc<K>>,
}

impl<K> Default for Store<K> {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
        }
    }
}

impl<K: KubernetesObject> Store<K> {
    /// One object.
    #[must_use]
    pub fn get(&self, key: &ObjectKey) -> Option<&Arc<K>> {
        self.objects.get(key)
    }

    /// Every object, in order of namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<K>> {
        self.objects.values()
    }

    /// The key of every object, in order.
    pub fn keys(&self) -> impl Iterator<Item = &ObjectKey> {
        self.objects.keys().map(AsRef::as_ref)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Makes the name of an object that is to be put in that of the one that is known by it.
    pub(super) fn name(&self, object: &mut Arc<K>) {
        if let Some((known, _)) = self.objects.get_key_value(&object.identity().key) {
            // Nobody else has the object yet, so that nothing is copied.
            Arc::make_mut(object).identity_mut().key = Arc::clone(known);
        }
    }

    /// The last of those whose keys come before a key.
    pub(super) fn before(&self, key: &ObjectKey) -> Option<&Arc<K>> {
        let mut before = self.objects.range::<ObjectKey, _>(..key);
        before.next_back().map(|(_, object)| object)
    }

    /// Whether this changed anything.
    pub(super) fn insert(&mut self, mut object: Arc<K>) -> bool {
        self.name(&mut object);
        let key = &object.identity().key;
        if self.objects.get(key) == Some(&object) {
            return false;
        }
        self.objects.insert(Arc::clone(key), object);
        true
    }

    /// Whether it was there.
    pub(super) fn remove(&mut self, key: &ObjectKey) -> bool {
        self.objects.remove(key).is_some()
    }
}
