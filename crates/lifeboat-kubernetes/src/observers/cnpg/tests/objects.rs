//! Objects as people write them and as the operator leaves them, in namespace `shop`.

use serde_json::{Value, json};

/// A Cluster `db` that is backed up by the plugin into `ObjectStore/store`, made on the 19th.
pub(super) fn plugin_cluster() -> Value {
    json!({
        "kind": "Cluster",
        "metadata": {"namespace": "shop", "name": "db", "uid": "c-1",
            "creationTimestamp": "2026-11-19T00:00:00Z", "labels": {"team": "orders"}},
        "spec": {"instances": 2, "plugins": [{
            "name": "barman-cloud.cloudnative-pg.io", "isWALArchiver": true,
            "parameters": {"barmanObjectName": "store"}}]},
        "status": {"currentPrimary": "db-1", "phase": "Cluster in healthy state",
            "conditions": [condition("ContinuousArchiving", "True", "ContinuousArchivingSuccess")]},
    })
}

/// A Cluster `db` with a bucket of its own.
pub(super) fn in_tree_cluster() -> Value {
    let mut cluster = plugin_cluster();
    cluster["spec"] = json!({"instances": 2, "backup": {"retentionPolicy": "30d",
        "barmanObjectStore": {"destinationPath": "s3://backups/db", "endpointURL": "https://s3.example"}}});
    cluster
}

/// A Cluster `db` without any backups.
pub(super) fn bare_cluster() -> Value {
    let mut cluster = plugin_cluster();
    cluster["spec"] = json!({"instances": 1});
    cluster
}

pub(super) fn condition(kind: &str, status: &str, reason: &str) -> Value {
    json!({"type": kind, "status": status, "reason": reason, "message": reason,
        "lastTransitionTime": "2026-11-19T00:10:00Z"})
}

/// `ObjectStore/store`, with what it knows of `db`.
pub(super) fn object_store(first: Option<&str>, last: Option<&str>) -> Value {
    let mut window = json!({});
    if let Some(first) = first {
        window["firstRecoverabilityPoint"] = json!(first);
    }
    if let Some(last) = last {
        window["lastSuccessfulBackupTime"] = json!(last);
    }
    json!({
        "kind": "ObjectStore",
        "metadata": {"namespace": "shop", "name": "store", "uid": "o-1"},
        "spec": {"retentionPolicy": "30d", "configuration": {
            "destinationPath": "s3://backups/db", "endpointURL": "https://me:secret@s3.example"}},
        "status": {"serverRecoveryWindow": {"db": window}},
    })
}

/// `ScheduledBackup/daily` of `db` by the plugin, last scheduled at `last`.
pub(super) fn daily(last: Option<&str>) -> Value {
    let mut schedule = json!({
        "kind": "ScheduledBackup",
        "metadata": {"namespace": "shop", "name": "daily", "uid": "s-1",
            "creationTimestamp": "2026-11-19T00:00:00Z"},
        "spec": {"schedule": "0 0 3 * * *", "cluster": {"name": "db"}, "method": "plugin",
            "pluginConfiguration": {"name": "barman-cloud.cloudnative-pg.io"}},
    });
    if let Some(last) = last {
        schedule["status"] = json!({"lastScheduleTime": last, "lastCheckTime": last});
    }
    schedule
}

/// The Backup that `ScheduledBackup/daily` made at 03:00 of a day in November, with a status.
pub(super) fn nightly(day: u32, status: &Value) -> Value {
    json!({
        "kind": "Backup",
        "metadata": {"namespace": "shop", "name": format!("daily-202611{day:02}030000"),
            "uid": format!("b-{day}"), "creationTimestamp": format!("2026-11-{day:02}T03:00:00Z"),
            "labels": {"cnpg.io/cluster": "db", "cnpg.io/scheduled-backup": "daily",
                "cnpg.io/immediateBackup": "false"}},
        "spec": {"cluster": {"name": "db"}, "method": "plugin"},
        "status": status,
    })
}

/// A nightly Backup that took ten minutes.
pub(super) fn completed(day: u32) -> Value {
    nightly(
        day,
        &json!({"phase": "completed", "method": "plugin",
            "startedAt": format!("2026-11-{day:02}T03:00:05Z"),
            "stoppedAt": format!("2026-11-{day:02}T03:10:05Z")}),
    )
}

/// An instance's pod.
pub(super) fn pod(name: &str, role: &str) -> Value {
    json!({
        "kind": "Pod",
        "metadata": {"namespace": "shop", "name": name, "uid": name,
            "labels": {"cnpg.io/cluster": "db", "cnpg.io/instanceRole": role,
                "cnpg.io/podRole": "instance"}},
    })
}
