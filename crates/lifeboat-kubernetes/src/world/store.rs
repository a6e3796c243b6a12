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

    /// The name of an object, shared with the one that is known by it.
    pub(super) fn name_of(&self, object: &K) -> Arc<ObjectKey> {
        let key = object.key();
        let known = self.objects.get_key_value(&key);
        known.map_or_else(|| Arc::new(key), |(known, _)| Arc::clone(known))
    }

    /// Whether this changed anything.
    pub(super) fn insert(&mut self, key: Arc<ObjectKey>, object: Arc<K>) -> bool {
        if self.objects.get(&key) == Some(&object) {
            return false;
        }
        self.objects.insert(key, object);
        true
    }

    /// Puts in an object that no index knows; whether this changed anything.
    pub(super) fn put(&mut self, object: Arc<K>) -> bool {
        self.insert(self.name_of(&object), object)
    }

    /// Whether it was there.
    pub(super) fn remove(&mut self, key: &ObjectKey) -> bool {
        self.objects.remove(key).is_some()
    }
}
