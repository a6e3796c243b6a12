//! What the fork `perfectra1n/volsync` adds to VolSync's definitions, true to its Go types.
//!
//! The fork publishes no Go module that could be fetched. So the fields that anybody here reads or
//! writes are declared as its `api/v1alpha1` has them, with its patterns, defaults and limits; of
//! others the API server keeps what is written.

use serde_json::{Value, json};

/// What the fork asks of a schedule: five fields of numbers, or a name.
const SCHEDULE: &str = r"^(@(annually|yearly|monthly|weekly|daily|hourly))|((((\d+,)*\d+|(\d+(\/|-)\d+)|\*(\/\d+)?)\s?){5})$";

/// Adds the Kopia mover to the definitions of `ReplicationSource` and `ReplicationDestination`.
pub(super) fn add_kopia(definition: &mut Value) {
    let (spec, status) = match definition["spec"]["names"]["kind"].as_str() {
        Some("ReplicationSource") => (source(), source_status()),
        Some("ReplicationDestination") => (destination(), destination_status()),
        _ => return,
    };
    let schema = &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let properties = &mut schema["properties"];
    for (part, kopia) in [("spec", spec), ("status", status)] {
        let fields = &mut properties[part]["properties"];
        assert!(fields.is_object(), "VolSync's {part} has no properties");
        fields["kopia"] = kopia;
    }
}

/// The definition of `KopiaMaintenance`.
pub(super) fn kopia_maintenance() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": { "name": "kopiamaintenances.volsync.backube" },
        "spec": {
            "group": "volsync.backube",
            "scope": "Namespaced",
            "names": {
                "kind": "KopiaMaintenance",
                "listKind": "KopiaMaintenanceList",
                "plural": "kopiamaintenances",
                "singular": "kopiamaintenance",
            },
            "versions": [{
                "name": "v1alpha1",
                "served": true,
                "storage": true,
                "subresources": { "status": {} },
                "schema": { "openAPIV3Schema": {
                    "type": "object",
                    "properties": { "spec": maintenance(), "status": maintenance_status() },
                } },
            }],
        },
    })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn count() -> Value {
    json!({ "type": "integer", "format": "int32" })
}

/// An object of which these fields are declared, and others are kept.
fn open(properties: &Value) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "x-kubernetes-preserve-unknown-fields": true,
    })
}

fn custom_ca() -> Value {
    let properties = json!({ "configMapName": text(), "key": text(), "secretName": text() });
    json!({ "type": "object", "properties": properties })
}

fn source() -> Value {
    let retain = ["hourly", "daily", "weekly", "monthly", "yearly", "latest"];
    let retain: serde_json::Map<String, Value> = retain
        .into_iter()
        .map(|name| (name.to_owned(), count()))
        .collect();
    open(&json!({
        "repository": text(),
        "customCA": custom_ca(),
        "retain": { "type": "object", "properties": retain },
        "compression": text(),
        "parallelism": count(),
        "copyMethod": { "type": "string", "enum": ["Direct", "None", "Clone", "Snapshot"] },
        "cacheStorageClassName": text(),
        "username": text(),
        "hostname": text(),
        "sourcePathOverride": text(),
        "additionalArgs": { "type": "array", "items": text() },
    }))
}

fn source_status() -> Value {
    let properties = json!({
        "lastMaintenance": time(),
        "nextScheduledMaintenance": time(),
        "maintenanceFailures": { "type": "integer" },
        "kopiaMaintenance": text(),
        "lastConfiguredMetadataCacheSizeLimitMB": count(),
        "lastConfiguredContentCacheSizeLimitMB": count(),
    });
    json!({ "type": "object", "properties": properties })
}

fn destination() -> Value {
    let identity = ["sourceName", "sourceNamespace", "sourcePVCName"];
    let identity: serde_json::Map<String, Value> = identity
        .into_iter()
        .map(|name| (name.to_owned(), text()))
        .collect();
    open(&json!({
        "repository": text(),
        "customCA": custom_ca(),
        "destinationPVC": text(),
        "copyMethod": { "type": "string", "enum": ["Direct", "None", "Clone", "Snapshot"] },
        "restoreAsOf": { "type": "string", "format": "date-time" },
        "previous": count(),
        "sourceIdentity": { "type": "object", "properties": identity },
        "username": text(),
        "hostname": text(),
    }))
}

fn destination_status() -> Value {
    open(&json!({ "requestedIdentity": text(), "snapshotsFound": count() }))
}

fn maintenance() -> Value {
    let mut spec = open(&json!({
        "repository": {
            "type": "object",
            "required": ["repository"],
            "properties": {
                "repository": { "type": "string", "minLength": 1 },
                "repositoryType": text(),
                "customCA": custom_ca(),
            },
        },
        "trigger": {
            "type": "object",
            "properties": {
                "manual": text(),
                "schedule": { "type": "string", "pattern": SCHEDULE },
            },
        },
        "schedule": { "type": "string", "pattern": SCHEDULE, "default": "0 2 * * *" },
        "enabled": { "type": "boolean", "default": true },
        "suspend": { "type": "boolean" },
        "successfulJobsHistoryLimit":
            { "type": "integer", "format": "int32", "minimum": 0, "default": 3 },
        "failedJobsHistoryLimit":
            { "type": "integer", "format": "int32", "minimum": 0, "default": 1 },
        "activeDeadlineSeconds":
            { "type": "integer", "format": "int64", "minimum": 600, "default": 10_800 },
        "serviceAccountName": text(),
    }));
    spec["required"] = json!(["repository"]);
    spec
}

fn maintenance_status() -> Value {
    let condition = json!({
        "type": "object",
        "required": ["lastTransitionTime", "message", "reason", "status", "type"],
        "properties": {
            "type": text(),
            "status": { "type": "string", "enum": ["True", "False", "Unknown"] },
            "reason": { "type": "string", "minLength": 1 },
            "message": text(),
            "lastTransitionTime": time(),
            "observedGeneration": { "type": "integer", "format": "int64", "minimum": 0 },
        },
    });
    let properties = json!({
        "observedGeneration": { "type": "integer", "format": "int64" },
        "activeCronJob": text(),
        "lastReconcileTime": time(),
        "lastMaintenanceTime": time(),
        "nextScheduledMaintenance": time(),
        "maintenanceFailures": count(),
        "lastManualSync": text(),
        "conditions": { "type": "array", "items": condition },
    });
    json!({ "type": "object", "properties": properties })
}
