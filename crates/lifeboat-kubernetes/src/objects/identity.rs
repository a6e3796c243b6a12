//! What tells an object from all others, and how long it is there.

use std::{ops::Deref, sync::Arc};

use super::{moment::OptionalMoment, reference::ObjectKey, uid::Uid};

/// The part of `metav1.ObjectMeta` that every kind needs. Kinds of which there may be tens of
/// thousands keep no more of it.
///
/// Its name and namespace are read as if they were fields of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Name and namespace, shared with whatever knows the object by them.
    pub key: Arc<ObjectKey>,
    /// `metadata.uid`: tells an object from its namesake that was there before.
    pub uid: Uid,
    /// `metadata.creationTimestamp`.
    pub creation_timestamp: OptionalMoment,
    /// `metadata.deletionTimestamp`: set while the object is going away.
    pub deletion_timestamp: OptionalMoment,
}

impl Deref for Identity {
    type Target = ObjectKey;

    fn deref(&self) -> &ObjectKey {
        &self.key
    }
}
