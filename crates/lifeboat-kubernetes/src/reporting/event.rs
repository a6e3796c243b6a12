//! An event about a change, as `events.k8s.io/v1` has it.

use lifeboat_core::Status;
use serde_json::{Value, json};

use super::changes::Change;
use crate::objects::Kind;

/// Who says so.
const CONTROLLER: &str = "lifeboat.dev/lifeboat";
/// What was done when it was noticed.
const ACTION: &str = "Assess";
/// The most characters of an object's name that an event's own name begins with.
const LONGEST_NAME: usize = 200;
/// The most bytes of `reportingInstance`.
const LONGEST_INSTANCE: usize = 128;

/// The event's body. It has a name of its own, made from `random`, so that a second attempt whose first
/// did succeed makes no second event.
pub(super) fn body(change: &Change, instance: &str, random: u64) -> Value {
    let Change { object, .. } = change;
    let key = &object.key;
    let stem = &key.name[..key.name.floor_char_boundary(LONGEST_NAME)];
    let instance = &instance[..instance.floor_char_boundary(LONGEST_INSTANCE)];
    json!({
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {
            "namespace": key.namespace,
            "name": format!("{stem}.{random:016x}"),
        },
        "eventTime": change.at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        "reportingController": CONTROLLER,
        "reportingInstance": instance,
        "action": ACTION,
        "reason": reason(change.status),
        "type": severity(change.status),
        "note": change.note,
        "regarding": {
            "apiVersion": api_version(object.kind),
            "kind": object.kind.name(),
            "namespace": key.namespace,
            "name": key.name,
            "uid": change.uid,
        },
    })
}

/// The collection that events of a namespace are made in.
pub(super) fn path(namespace: &str) -> String {
    format!("/apis/events.k8s.io/v1/namespaces/{namespace}/events")
}

const fn reason(status: Status) -> &'static str {
    match status {
        Status::Ok => "BackupOk",
        Status::Paused => "BackupPaused",
        Status::Unknown => "BackupUnknown",
        Status::Failing => "BackupFailing",
    }
}

const fn severity(status: Status) -> &'static str {
    match status {
        Status::Ok | Status::Paused => "Normal",
        Status::Unknown | Status::Failing => "Warning",
    }
}

/// As `kubectl describe` looks for it.
pub(super) fn api_version(kind: Kind) -> String {
    match kind.group() {
        "" => kind.version().to_owned(),
        group => format!("{group}/{}", kind.version()),
    }
}
