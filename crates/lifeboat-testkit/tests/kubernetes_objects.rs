//! A real API server takes every object of the builders as it is, and drops no field of it.
#![expect(clippy::panic, reason = "a panic in a helper is a failed test")]

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::http;
use lifeboat_testkit::kube_state_metrics::KubeStateMetrics;
use lifeboat_testkit::kubernetes_objects::{
    Backup, Cluster, CronJob, Deployment, InstancePod, Job, KopiaMaintenance, KubernetesObject,
    ObjectStore, Replication, ScheduledBackup,
};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_mins(1);

/// Asserts that everything in `built` is in `stored`, with the same value.
fn assert_holds(stored: &Value, built: &Value, path: &str) {
    match (built, stored) {
        (Value::Object(built), Value::Object(stored)) => {
            for (name, value) in built {
                let path = format!("{path}/{name}");
                let kept = stored.get(name);
                assert_holds(
                    kept.unwrap_or_else(|| panic!("{path} was dropped from {stored:#?}")),
                    value,
                    &path,
                );
            }
        }
        (Value::Array(built), Value::Array(stored)) => {
            assert_eq!(built.len(), stored.len(), "{path}");
            for (index, (built, stored)) in built.iter().zip(stored).enumerate() {
                assert_holds(stored, built, &format!("{path}/{index}"));
            }
        }
        _ => assert_eq!(stored, built, "{path}"),
    }
}

async fn assert_is_stored_whole(control_plane: &ControlPlane, object: &Value) -> Value {
    let stored = control_plane.apply(object).await;
    assert_holds(&stored, object, "");
    stored
}

/// An hour ago, and now.
fn times() -> (Timestamp, Timestamp) {
    let now = Timestamp::now();
    (now - SignedDuration::from_hours(1), now)
}

#[tokio::test]
async fn clusters_are_stored_whole() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("clusters").await;
    let (before, now) = times();
    let cluster = |name: &str| Cluster::new(&namespace, name);
    for object in [
        cluster("none"),
        cluster("in-tree")
            .instances(3)
            .ready_instances(2)
            .backed_up_in_tree("s3://backups/main")
            .server_name("other")
            .archiving(true, before)
            .backup_succeeded(before)
            .recoverability(Some(before), Some(now), Some(before)),
        cluster("plugin")
            .backed_up_by_plugin("store")
            .server_name("other")
            .archiving(false, before)
            .backup_started(before)
            .backup_failed(now),
        cluster("asleep").hibernated(now),
        cluster("replica").replica_of("main").primary("replica-2"),
    ] {
        assert_is_stored_whole(control_plane, &object.object()).await;
    }
}

#[tokio::test]
async fn backups_and_what_makes_them_are_stored_whole() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("backups").await;
    let (before, now) = times();
    let backup = |name: &str| Backup::new(&namespace, name, "main");
    let schedule = |name: &str| ScheduledBackup::new(&namespace, name, "main", "0 0 3 * * *");
    let store = |name: &str| ObjectStore::new(&namespace, name, "s3://backups/main");
    for object in [
        backup("new").object(),
        backup("running").running(before).object(),
        backup("plugin").method("plugin").running(before).object(),
        backup("stuck").phase("walArchivingFailing").object(),
        backup("completed")
            .scheduled_by("daily")
            .completed(before, now)
            .object(),
        backup("failed")
            .method("volumeSnapshot")
            .failed(before, now, "no space left")
            .object(),
        schedule("daily").scheduled(before, now).object(),
        schedule("suspended").by_plugin().suspended().object(),
        schedule("wrong").error("cannot be parsed").object(),
        store("empty")
            .endpoint("http://127.0.0.1:3900")
            .retention("30d")
            .object(),
        store("used")
            .recovery_window("main", Some(before), Some(now), None)
            .recovery_window("other", None, None, Some(now))
            .object(),
    ] {
        assert_is_stored_whole(control_plane, &object).await;
    }
}

#[tokio::test]
async fn the_misspelt_field_of_old_plugins_is_kept_where_their_definition_is() {
    let control_plane = ControlPlane::start().await;
    control_plane.install_misspelt_object_stores().await;
    let namespace = control_plane.create_namespace("old").await;
    let (before, now) = times();
    let store = ObjectStore::new(&namespace, "store", "s3://backups/main")
        .misspelt_recovery_window("main", Some(before), Some(now), None)
        .object();
    let stored = assert_is_stored_whole(&control_plane, &store).await;
    let window = &stored["status"]["serverRecoveryWindow"]["main"];
    assert!(window["lastSuccussfulBackupTime"].is_string(), "{stored:#}");
}

#[tokio::test]
async fn cron_jobs_and_jobs_are_stored_whole() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("jobs").await;
    let (before, now) = times();
    let cron_job = CronJob::new(&namespace, "dump", "0 3 * * *")
        .time_zone("Europe/Berlin")
        .suspended()
        .last_scheduled(before)
        .last_successful(now)
        .object();
    let cron_job = assert_is_stored_whole(control_plane, &cron_job).await;
    let hour = SignedDuration::from_hours(1);
    for object in [
        Job::of(&cron_job, before).succeeded(before, now),
        Job::of(&cron_job, before - hour).failed(before, now),
        Job::of(&cron_job, before - hour * 2).running(before),
        Job::by_hand(&cron_job, "manual").succeeded(before, now),
        Job::new(&namespace, "alone"),
    ] {
        assert_is_stored_whole(control_plane, &object.object()).await;
    }
    let jobs = control_plane
        .list("batch/v1", "Job", Some(&namespace))
        .await;
    assert_eq!(jobs.len(), 5);
}

#[tokio::test]
async fn kube_state_metrics_tells_of_a_cron_job_that_succeeded_but_not_of_one_that_never_did() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("metrics").await;
    let (before, now) = times();
    for object in [
        CronJob::new(&namespace, "good", "0 3 * * *").last_successful(now),
        CronJob::new(&namespace, "never", "0 3 * * *").last_scheduled(before),
    ] {
        control_plane.apply(&object.object()).await;
    }
    let metrics = KubeStateMetrics::start(control_plane).await;
    let url = format!("http://{}/metrics", metrics.target());
    let series = |metric: &str, name: &str| {
        format!("kube_cronjob_{metric}{{namespace=\"{namespace}\",cronjob=\"{name}\"}}")
    };
    let start = Instant::now();
    let text = loop {
        let text = http::request("GET", &url, &[], "").await.unwrap().text();
        if text.contains(&series("status_last_schedule_time", "never")) {
            break text;
        }
        assert!(start.elapsed() < PATIENCE, "{}\n{text}", metrics.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let successful = "status_last_successful_time";
    assert!(text.contains(&series(successful, "good")), "{text}");
    assert!(!text.contains(&series(successful, "never")), "{text}");
}

#[tokio::test]
async fn deployments_and_instances_are_stored_whole() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("pods").await;
    let (before, now) = times();
    let address = Ipv4Addr::new(127, 1, 2, 3);
    for object in [
        Deployment::new(&namespace, "cnpg-controller-manager", 2, 1).object(),
        InstancePod::primary(&namespace, "main", "main-1", address, before).object(),
        InstancePod::replica(&namespace, "main", "main-2", address, before)
            .not_ready(now)
            .object(),
        InstancePod::replica(&namespace, "main", "main-3", address, before)
            .phase("Pending")
            .object(),
    ] {
        assert_is_stored_whole(control_plane, &object).await;
    }
}

#[tokio::test]
async fn what_volsync_leaves_is_stored_whole() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("volsync").await;
    let (before, now) = times();
    let source = |name: &str| Replication::source(&namespace, name, "data").kopia("kopia");
    let restic = serde_json::json!({ "repository": "restic", "copyMethod": "Snapshot" });
    for object in [
        source("new").schedule("0 2 * * *"),
        source("waits")
            .schedule("0 2 * * *")
            .synchronised(before, now),
        source("goes-on")
            .manual("once")
            .synchronised(before, before)
            .synchronising(before)
            .mover_says("Failed", "no space left"),
        source("stopped").paused().stopped("no Secret", now),
        Replication::source(&namespace, "files", "files").mover("restic", &restic),
        Replication::destination(&namespace, "copy")
            .kopia("kopia")
            .manual("once"),
    ] {
        assert_is_stored_whole(control_plane, &object.object()).await;
    }
    let maintenance = KopiaMaintenance::new(&namespace, "daily", "kopia", "0 2 * * *")
        .last_maintained(before)
        .not_ready("ReconcileFailed", "no Secret", now);
    let maintenance = assert_is_stored_whole(control_plane, &maintenance.object()).await;
    // The API server fills in what VolSync's definition says.
    assert_eq!(maintenance["spec"]["failedJobsHistoryLimit"], 1);
    for object in [
        CronJob::of_maintenance(&maintenance).object(),
        CronJob::legacy_maintenance(&namespace, "shop", "kopia").object(),
        Job::of_maintenance(&maintenance)
            .succeeded(before, now)
            .object(),
    ] {
        assert_is_stored_whole(control_plane, &object).await;
    }
}
