//! Objects to be judged, and what the strict reader says of them.

use lifeboat_resources::{
    BackupPolicy, LoadError, PrometheusBackup, Resources, SourceFile, custom_resources::ObjectError,
};
use serde_json::{Value, json};

/// A `PrometheusBackup` with nothing but what is required.
pub(crate) fn backup() -> Value {
    json!({
        "apiVersion": "lifeboat.dev/v1alpha1",
        "kind": "PrometheusBackup",
        "metadata": {"name": "main", "namespace": "default"},
        "spec": {
            "prometheus": {"url": "http://127.0.0.1:9090", "dataDirectory": "/prometheus"},
            "repository": {"url": "s3://backups/prometheus"},
        },
    })
}

/// A `BackupPolicy` that asks for nothing.
pub(crate) fn policy() -> Value {
    json!({
        "apiVersion": "lifeboat.dev/v1alpha1",
        "kind": "BackupPolicy",
        "metadata": {"name": "gold", "namespace": "default"},
        "spec": {},
    })
}

/// The object with another value at a path such as `spec.repository.url`.
pub(crate) fn with(mut object: Value, path: &str, value: Value) -> Value {
    let mut place = &mut object;
    for name in path.split('.') {
        place = match name.parse::<usize>() {
            Ok(number) if place.is_array() => &mut place[number],
            _ => &mut place[name],
        };
    }
    *place = value;
    object
}

/// What is wrong with an object, if anything is. Read as a file and as an object, it must be the
/// same.
pub(crate) fn complaint(object: &Value) -> Option<String> {
    let file = SourceFile {
        path: "object.json".into(),
        content: Ok(object.to_string().into_bytes()),
    };
    let of_file = Resources::read(&[file]).err();
    let of_object: Option<ObjectError> = match object["kind"].as_str() {
        Some("BackupPolicy") => BackupPolicy::from_object(object).err(),
        _ => PrometheusBackup::from_object(object).err(),
    };
    let in_file: Vec<&str> = of_file
        .iter()
        .flat_map(LoadError::problems)
        .map(|problem| problem.message.as_str())
        .collect();
    let in_object: Vec<&str> = of_object
        .iter()
        .flat_map(ObjectError::problems)
        .map(|problem| problem.message.as_str())
        .collect();
    let sorted = |mut messages: Vec<&str>| {
        messages.sort_unstable();
        messages.join("\n")
    };
    assert_eq!(sorted(in_file), sorted(in_object), "{object}");
    of_object.map(|error| error.to_string())
}
