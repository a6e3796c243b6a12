//! Decoding of objects as API servers send them.

use serde_json::json;

use super::{
    Deployment, Pod,
    batch::{CronJob, Job},
    cnpg::{Backup, Cluster, ObjectStore, ScheduledBackup},
    decode,
};

#[test]
fn the_zero_time_and_null_are_no_time() {
    let decoded = decode::<ObjectStore>(json!({
        "metadata": {"name": "bucket", "namespace": "shop", "creationTimestamp": null},
        "status": {"serverRecoveryWindow": {"orders": {
            "firstRecoverabilityPoint": "0001-01-01T00:00:00Z",
            "lastFailedBackupTime": null,
            "lastSuccussfulBackupTime": "2026-08-01T03:00:00Z",
        }}},
    }))
    .unwrap();
    assert_eq!(decoded.problems, Vec::<String>::new());
    assert_eq!(decoded.object.metadata.creation_timestamp.get(), None);
    let window = &decoded.object.status.server_recovery_window["orders"];
    assert_eq!(window.first_recoverability_point, None);
    assert_eq!(window.last_failed_backup_time, None);
    assert_eq!(
        window.last_success(),
        Some("2026-08-01T03:00:00Z".parse().unwrap())
    );
}

#[test]
fn the_newer_spelling_wins_if_both_are_there() {
    let decoded = decode::<ObjectStore>(json!({
        "metadata": {"name": "bucket"},
        "status": {"serverRecoveryWindow": {"orders": {
            "lastSuccessfulBackupTime": "2026-08-02T03:00:00Z",
            "lastSuccussfulBackupTime": "2026-08-01T03:00:00Z",
        }}},
    }))
    .unwrap();
    let window = &decoded.object.status.server_recovery_window["orders"];
    assert_eq!(
        window.last_success(),
        Some("2026-08-02T03:00:00Z".parse().unwrap())
    );
}

#[test]
fn fields_of_unexpected_types_are_left_out_and_named() {
    let decoded = decode::<Cluster>(json!({
        "metadata": {"name": "orders", "namespace": "shop", "labels": {"size": 3, "team": "shop"}},
        "spec": {
            "instances": "three",
            "plugins": [7, {"name": "barman-cloud.cloudnative-pg.io", "isWALArchiver": true,
                "parameters": {"barmanObjectName": "bucket"}}],
        },
        "status": {"conditions": "none", "phase": "Cluster in healthy state",
            "lastSuccessfulBackup": "yesterday"},
    }))
    .unwrap();
    let cluster = decoded.object;
    assert_eq!(cluster.spec.instances, None);
    assert_eq!(
        cluster.barman_plugin().unwrap().object_store(),
        Some("bucket")
    );
    assert_eq!(cluster.status.phase, "Cluster in healthy state");
    assert_eq!(cluster.metadata.label("team"), Some("shop"));
    let named: Vec<&str> = decoded
        .problems
        .iter()
        .map(|problem| problem.split(':').next().unwrap())
        .collect();
    for part in [
        "metadata.labels.size",
        "spec.instances",
        "spec.plugins[0]",
        "status.conditions",
        "status.lastSuccessfulBackup",
    ] {
        assert!(named.contains(&part), "{part} is missing in {named:?}");
    }
    assert_eq!(named.len(), 5);
}

#[test]
fn a_metadata_without_a_name_is_an_error() {
    let error = decode::<Pod>(json!({"metadata": {"namespace": "shop"}})).unwrap_err();
    assert!(error.contains("name"), "{error}");
    decode::<Pod>(json!("a text")).unwrap_err();
    decode::<Pod>(json!({"metadata": {"name": ["a", "list"]}})).unwrap_err();
}

#[test]
fn a_cluster_with_both_kinds_of_backup() {
    let cluster = decode::<Cluster>(json!({
        "metadata": {"name": "orders", "namespace": "shop", "uid": "u", "generation": 4,
            "managedFields": [{"manager": "kubectl"}],
            "annotations": {"cnpg.io/hibernation": "on",
                "kubectl.kubernetes.io/last-applied-configuration": "{}"}},
        "spec": {
            "instances": 3,
            "backup": {"retentionPolicy": "30d", "target": "primary", "volumeSnapshot": {},
                "barmanObjectStore": {"destinationPath": "s3://b/p", "endpointURL": "http://s3"}},
            "replica": {"enabled": true, "source": "elsewhere", "self": "here", "primary": "there"},
            "bootstrap": {"recovery": {"source": "elsewhere"}},
            "monitoring": {"tls": {"enabled": true}},
            "externalClusters": [{"name": "elsewhere", "plugin": {"name": "p",
                "parameters": {"barmanObjectName": "bucket"}}}],
        },
        "status": {"timelineID": 2, "readyInstances": 3, "systemID": "7",
            "lastSuccessfulBackupByMethod": {"barmanObjectStore": "2026-08-01T03:00:00Z"},
            "conditions": [{"type": "ContinuousArchiving", "status": "True"}]},
    }))
    .unwrap();
    assert_eq!(cluster.problems, Vec::<String>::new());
    let cluster = cluster.object;
    let backup = cluster.spec.backup.unwrap();
    assert_eq!(
        backup.barman_object_store.unwrap().endpoint_url.unwrap(),
        "http://s3"
    );
    assert!(backup.volume_snapshot.is_some());
    let replica = cluster.spec.replica.unwrap();
    assert_eq!(replica.self_name.as_deref(), Some("here"));
    assert!(cluster.spec.bootstrap.unwrap().recovery.is_some());
    assert!(cluster.spec.monitoring.unwrap().tls.enabled);
    assert_eq!(cluster.spec.external_clusters[0].name, "elsewhere");
    assert_eq!(cluster.status.timeline_id, Some(2));
    assert!(cluster.status.conditions[0].is_true());
    assert_eq!(cluster.status.last_successful_backup_by_method.len(), 1);
    assert_eq!(cluster.metadata.annotations.len(), 1);
}

#[test]
fn backups_name_their_cluster_and_their_schedule() {
    let backup = decode::<Backup>(json!({
        "metadata": {"name": "b", "labels": {"cnpg.io/cluster": "other",
            "cnpg.io/scheduled-backup": "daily"}},
        "spec": {"cluster": {"name": "orders"}, "method": "plugin"},
        "status": {"phase": "completed", "instanceID": {"podName": "orders-1"}, "majorVersion": 17},
    }))
    .unwrap();
    assert_eq!(backup.problems, Vec::<String>::new());
    let backup = backup.object;
    assert_eq!(backup.cluster(), Some("orders"));
    assert_eq!(backup.scheduled_backup(), Some("daily"));
    assert!(!backup.is_immediate);
    assert_eq!(backup.pod_name.as_deref(), Some("orders-1"));
    let labelled = json!({"metadata": {"name": "b", "labels": {"cnpg.io/cluster": "orders",
        "cnpg.io/immediateBackup": "true"}}});
    let labelled = decode::<Backup>(labelled).unwrap().object;
    assert_eq!(
        (labelled.cluster(), labelled.is_immediate),
        (Some("orders"), true)
    );
}

#[test]
fn jobs_know_their_cron_job_and_whether_a_person_made_them() {
    let job = decode::<Job>(json!({
        "metadata": {"name": "j", "annotations": {"cronjob.kubernetes.io/instantiate": "manual"},
            "ownerReferences": [{"kind": "CronJob", "name": "dump", "uid": "u", "controller": true}]},
        "status": {"failed": 1, "conditions": [{"type": "Failed", "status": "True",
            "lastTransitionTime": "2026-08-01T03:00:00Z"}]},
    }))
    .unwrap()
    .object;
    assert_eq!(job.cron_job(), Some("dump"));
    assert!(job.is_manual);
    assert!(job.status.true_condition("Failed").is_some());
    assert!(job.status.true_condition("Complete").is_none());
}

#[test]
fn the_other_kinds_decode() {
    let cron_job = decode::<CronJob>(json!({
        "metadata": {"name": "dump"},
        "spec": {"schedule": "0 3 * * *", "timeZone": "Europe/Berlin", "suspend": true,
            "jobTemplate": {"spec": {"template": {"spec": {"containers": [
                {"name": "c", "image": "postgres:17", "command": ["pg_dump"]}]}}}}},
        "status": {"active": [{"name": "dump-1", "uid": "u"}]},
    }))
    .unwrap()
    .object;
    assert_eq!(cron_job.spec.containers()[0].command, ["pg_dump"]);
    assert_eq!(cron_job.status.active[0].name, "dump-1");

    let pod = decode::<Pod>(json!({
        "metadata": {"name": "orders-1"},
        "spec": {"containers": [{"ports": [{"containerPort": 5432, "name": "postgresql"},
            {"containerPort": 9187, "name": "metrics"}]}]},
        "status": {"podIP": "10.0.0.7", "phase": "Running", "conditions": [
            {"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "True"}]},
    }))
    .unwrap()
    .object;
    assert_eq!(pod.port("metrics"), Some(9187));
    assert_eq!(pod.status.pod_ip.as_deref(), Some("10.0.0.7"));
    assert!(pod.is_ready());

    let deployment = decode::<Deployment>(json!({
        "metadata": {"name": "operator"},
        "spec": {"replicas": 0, "template": {"spec": {"containers": [{"image": "i"}]}}},
        "status": {"availableReplicas": 1},
    }))
    .unwrap()
    .object;
    assert_eq!(deployment.spec.replicas, Some(0));
    assert_eq!(deployment.spec.containers()[0].image, "i");

    let scheduled = decode::<ScheduledBackup>(json!({
        "metadata": {"name": "daily"},
        "spec": {"schedule": "0 0 3 * * *", "cluster": {"name": "orders"}, "immediate": true},
        "status": {"nextScheduleTime": "2026-08-02T03:00:00Z"},
    }))
    .unwrap()
    .object;
    assert_eq!(scheduled.spec.cluster.name, "orders");
    assert!(scheduled.status.next_schedule_time.is_some());
}
