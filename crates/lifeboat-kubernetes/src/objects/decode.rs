//! Turns an object as the API server sent it into one of ours, losing as little as possible.
//!
//! A part of an unexpected type must not hide the object: the part is left out and named in
//! `problems`. Only an object without a usable name is lost, and that is an error with a text.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

/// An object, and what of it could not be understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded<K> {
    /// The object, without the parts that `problems` names.
    pub object: K,
    /// One sentence for each part that was left out, such as
    /// `spec.instances: invalid type: string "three", expected i64`.
    pub problems: Vec<String>,
}

/// Parts left out of one object before it is given up.
const MAXIMUM_PROBLEMS: usize = 32;

/// Decodes an object. An error means that nothing useful can be made of it.
///
/// ```
/// use lifeboat_kubernetes::objects::{decode, cnpg::Cluster};
/// let decoded = decode::<Cluster>(serde_json::json!({
///     "metadata": {"namespace": "shop", "name": "orders"},
///     "spec": {"instances": "three"},
/// })).unwrap();
/// assert_eq!(decoded.object.metadata.name, "orders");
/// assert!(decoded.problems[0].starts_with("spec.instances: "));
/// ```
pub fn decode<K: DeserializeOwned>(mut value: Value) -> Result<Decoded<K>, String> {
    drop_nulls(&mut value);
    let mut problems = Vec::new();
    loop {
        let error = match serde_path_to_error::deserialize::<_, K>(&value) {
            Ok(object) => return Ok(Decoded { object, problems }),
            Err(error) => error,
        };
        let problem = format!("{}: {}", error.path(), error.inner());
        problems.push(problem);
        if problems.len() > MAXIMUM_PROBLEMS || !remove(&mut value, error.path()) {
            return Err(problems.join("; "));
        }
    }
}

/// `null` means the same as absent everywhere in the Kubernetes API.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Removes what lies at the path; false if nothing does, or if it is the whole object.
fn remove(value: &mut Value, path: &Path) -> bool {
    let steps: Vec<&Segment> = path
        .iter()
        .take_while(|segment| matches!(segment, Segment::Seq { .. } | Segment::Map { .. }))
        .collect();
    let Some((last, parents)) = steps.split_last() else {
        return false;
    };
    let mut parent = value;
    for step in parents {
        let child = match step {
            Segment::Map { key } => parent.get_mut(key.as_str()),
            Segment::Seq { index } => parent.get_mut(*index),
            _ => None,
        };
        let Some(child) = child else { return false };
        parent = child;
    }
    match (last, parent) {
        (Segment::Map { key }, Value::Object(fields)) => fields.remove(key).is_some(),
        (Segment::Seq { index }, Value::Array(items)) if *index < items.len() => {
            items.remove(*index);
            true
        }
        _ => false,
    }
}
