//! The objects of the tests, as VolSync and Kubernetes write them.

use serde_json::{Value, json};

/// A `ReplicationSource` in the namespace `shop` that copies daily at 02:00 with Kopia.
pub(super) fn source(changes: Value) -> Value {
    with(
        json!({
            "kind": "ReplicationSource",
            "metadata": {
                "namespace": "shop", "name": "data", "uid": "source-1",
                "creationTimestamp": "2026-11-01T00:00:00Z",
            },
            "spec": {
                "sourcePVC": "data",
                "trigger": {"schedule": "0 2 * * *"},
                "kopia": {"repository": "kopia", "retain": {"daily": 7}},
            },
        }),
        changes,
    )
}

/// The status of one that was synchronised at 02:00 of a day, in ten minutes.
pub(super) fn synchronised(day: u32) -> Value {
    json!({"status": {
        "lastSyncStartTime": null,
        "lastSyncTime": format!("2026-11-{day:02}T02:10:00Z"),
        "lastSyncDuration": "9m59.412s",
        "nextSyncTime": format!("2026-11-{:02}T02:00:00Z", day + 1),
        "latestMoverStatus": {"result": "Successful", "logs": "Created snapshot"},
        "conditions": [{"type": "Synchronizing", "status": "False", "reason": "WaitingForSchedule",
            "message": "Waiting for next scheduled synchronization",
            "lastTransitionTime": format!("2026-11-{day:02}T02:10:00Z")}],
    }})
}

/// The status of one that has synchronised since 02:00 of a day.
pub(super) fn synchronising(day: u32) -> Value {
    json!({"status": {
        "lastSyncStartTime": format!("2026-11-{day:02}T02:00:00Z"),
        "conditions": [{"type": "Synchronizing", "status": "True", "reason": "SyncInProgress",
            "message": "Synchronization in-progress",
            "lastTransitionTime": format!("2026-11-{day:02}T02:00:00Z")}],
    }})
}

/// The status of one whose last mover failed.
pub(super) fn mover_failed(logs: &str) -> Value {
    json!({"status": {"latestMoverStatus": {"result": "Failed", "logs": logs}}})
}

/// A `KopiaMaintenance` for the Secret `kopia`, daily at 03:00.
pub(super) fn maintenance(namespace: &str, changes: Value) -> Value {
    with(
        json!({
            "kind": "KopiaMaintenance",
            "metadata": {
                "namespace": namespace, "name": "daily", "uid": format!("maintenance-{namespace}"),
                "creationTimestamp": "2026-11-01T00:00:00Z",
            },
            "spec": {
                "repository": {"repository": "kopia", "repositoryType": "s3"},
                "trigger": {"schedule": "0 3 * * *"},
                "schedule": "0 2 * * *",
                "enabled": true,
            },
        }),
        changes,
    )
}

/// The `CronJob` that VolSync makes for it.
pub(super) fn cron_job(namespace: &str, changes: Value) -> Value {
    with(
        json!({
            "kind": "CronJob",
            "metadata": {
                "namespace": namespace, "name": "kopia-maint-daily-0123456789abcdef",
                "uid": format!("cron-{namespace}"), "generation": 1,
                "creationTimestamp": "2026-11-01T00:00:10Z",
                "labels": {"volsync.backube/kopia-maintenance": "true",
                    "volsync.backube/maintenance-name": "daily"},
                "ownerReferences": [{"kind": "KopiaMaintenance", "name": "daily",
                    "uid": format!("maintenance-{namespace}"), "controller": true}],
            },
            "spec": {
                "schedule": "0 3 * * *", "concurrencyPolicy": "Forbid", "suspend": false,
                "failedJobsHistoryLimit": 1,
                "jobTemplate": {"spec": {"template": {"spec": {"containers": [{
                    "name": "kopia-maintenance", "image": "ghcr.io/perfectra1n/volsync:v0.17.11",
                    "env": [{"name": "DIRECTION", "value": "maintenance"}],
                    "envFrom": [{"secretRef": {"name": "kopia"}}],
                }]}}}},
            },
        }),
        changes,
    )
}

/// The status of one whose Job of 03:00 succeeded on a day.
pub(super) fn maintained(day: u32) -> Value {
    json!({"status": {
        "lastScheduleTime": format!("2026-11-{day:02}T03:00:00Z"),
        "lastSuccessfulTime": format!("2026-11-{day:02}T03:20:00Z"),
    }})
}

/// One as earlier versions of the fork made it, for the Secret `kopia` of the namespace `shop`.
pub(super) fn legacy_cron_job(changes: Value) -> Value {
    with(
        json!({
            "kind": "CronJob",
            "metadata": {
                "namespace": "volsync-system", "name": "kopia-maintenance-0123456789abcdef",
                "uid": "cron-legacy", "generation": 1,
                "creationTimestamp": "2026-11-01T00:00:10Z",
                "labels": {"volsync.backube/kopia-maintenance": "true",
                    "volsync.backube/repository-hash": "0123456789abcdef",
                    "volsync.backube/source-namespace": "another"},
                "annotations": {"volsync.backube/repository-config": "kopia",
                    "volsync.backube/source-namespace": "shop"},
            },
            "spec": {
                "schedule": "0 2 * * *", "concurrencyPolicy": "Forbid",
                "jobTemplate": {"spec": {"template": {"spec": {"containers": [{
                    "name": "kopia-maintenance",
                    "envFrom": [{"secretRef": {"name": "maintenance-shop-kopia"}}],
                }]}}}},
            },
        }),
        changes,
    )
}

/// A Job that the `CronJob` of a namespace made for 03:00 of a day, and that has begun.
pub(super) fn job(namespace: &str, day: u32, status: Value) -> Value {
    let due = format!("2026-11-{day:02}T03:00:00Z");
    let mut job = json!({
        "kind": "Job",
        "metadata": {
            "namespace": namespace, "name": format!("kopia-maint-daily-{day}"),
            "uid": format!("job-{namespace}-{day}"), "creationTimestamp": due,
            "annotations": {"batch.kubernetes.io/cronjob-scheduled-timestamp": due},
            "ownerReferences": [{"kind": "CronJob", "name": "kopia-maint-daily-0123456789abcdef",
                "uid": format!("cron-{namespace}"), "controller": true}],
        },
        "status": {"startTime": due, "active": 1, "ready": 1},
    });
    merge(&mut job, json!({ "status": status }));
    job
}

pub(super) fn succeeded(day: u32) -> Value {
    let end = format!("2026-11-{day:02}T03:20:00Z");
    json!({"active": 0, "completionTime": end, "succeeded": 1, "conditions": [
        {"type": "Complete", "status": "True", "lastTransitionTime": end}]})
}

pub(super) fn failed(day: u32) -> Value {
    json!({"active": 0, "failed": 6, "conditions": [
        {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded",
         "message": "Job has reached the specified backoff limit",
         "lastTransitionTime": format!("2026-11-{day:02}T03:30:00Z")}]})
}

pub(super) fn with(mut object: Value, changes: Value) -> Value {
    merge(&mut object, changes);
    object
}

/// As JSON merge patches do it, but `null` stays: it means the same as absent here.
fn merge(target: &mut Value, changes: Value) {
    match (target, changes) {
        (Value::Object(target), Value::Object(changes)) => {
            for (key, change) in changes {
                merge(target.entry(key).or_insert(Value::Null), change);
            }
        }
        (target, change) => *target = change,
    }
}
