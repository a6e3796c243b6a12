//! Objects for the tests of observers, read as from an API server.

use serde_json::Value;

use crate::objects::{KubernetesObject, Object, decode};

/// An object of this kind, all of which has to be understood.
pub(super) fn decoded<K: KubernetesObject>(object: Value) -> Object {
    let decoded = decode::<K>(object).unwrap();
    assert!(decoded.problems.is_empty(), "{:?}", decoded.problems);
    decoded.object.into_object()
}
