//! Story 28: who maintains which Kopia repository, also from another namespace, and where nobody does.

use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::kubernetes_objects::{
    CronJob, KopiaMaintenance, KubernetesObject, Replication,
};
use serde_json::{Value, json};

use crate::cron_scene::text;
use crate::scene::{Scene, findings};
use crate::served::report;
use crate::volsync_scene::NOBODY;

#[tokio::test]
async fn story_28_a_repository_without_maintenance_is_told_and_how_to_maintain_it() {
    let (control_plane, scene) = Scene::new().await;
    control_plane.apply(&scene.synchronised().object()).await;
    let served = scene.setup.start().await;
    let asset = scene.tells_of_kopia(&served, &NOBODY).await;
    let scheduled = report(&asset, "scheduled");
    assert_eq!(scheduled["reason"], "Unscheduled");
    // The manifest in the hint is one that mends it.
    let hint = scheduled["hint"].as_str().unwrap();
    let (_, manifest) = hint.split_once("apiVersion").unwrap();
    let manifest = format!("apiVersion{manifest}");
    let maintenance = control_plane.apply_yaml(&manifest).await.remove(0);
    assert_eq!(maintenance["spec"]["repository"]["repository"], "kopia");
    let cron_job = CronJob::of_maintenance(&maintenance).last_successful(scene.minutes(-40));
    control_plane.apply(&cron_job.object()).await;
    scene.tells_of_kopia(&served, &[]).await;
    scene.tells_of_data(&served, &[]).await;

    // Without it, the repository has nobody again; what was done is remembered.
    control_plane.delete(&maintenance).await;
    let name = format!("kopia-maint-{}-0123456789abcdef", "kopia");
    let gone = json!({ "apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": { "namespace": scene.namespace, "name": name } });
    control_plane.delete(&gone).await;
    scene.tells_of_kopia(&served, &["scheduled failing"]).await;
}

#[tokio::test]
async fn story_28_sound_twin_what_another_namespace_maintains_is_sound_until_a_name_splits_it() {
    let control_plane = ControlPlane::start().await;
    control_plane.install_custom_resource_definitions().await;
    let scene = Scene::of_all_namespaces(&control_plane).await;
    let media = scene.elsewhere(&control_plane).await;
    let data = control_plane.apply(&scene.synchronised().object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_kopia(&served, &NOBODY).await;

    let cron_job = media.maintain(&control_plane, scene.minutes(-40)).await;
    let asset = scene.tells_of_kopia(&served, &[]).await;
    let maintainer = format!("KopiaMaintenance/{}/daily", media.namespace);
    assert_eq!(asset["places"]["maintained_by"], maintainer.as_str());
    assert!(
        text(&asset, "scheduled").starts_with(&maintainer),
        "{asset:#}"
    );
    media.tells_of_kopia(&served, &[]).await;

    // It isn't done there any more.
    let suspend = |suspend: bool| json!({ "spec": { "suspend": suspend } });
    control_plane.patch(&cron_job, &suspend(true)).await;
    scene.tells_of_kopia(&served, &["scheduled failing"]).await;
    control_plane.patch(&cron_job, &suspend(false)).await;
    scene.tells_of_kopia(&served, &[]).await;

    // Two repositories that have Secrets of one name.
    let named =
        |name: Value| json!({ "metadata": { "annotations": { "lifeboat.dev/repository": name } } });
    control_plane.patch(&data, &named("offsite".into())).await;
    scene.tells_of_kopia(&served, &["scheduled failing"]).await;
    control_plane.patch(&data, &named(Value::Null)).await;
    scene.tells_of_kopia(&served, &[]).await;

    // When the last one that uses it goes, nothing is left of it.
    control_plane.delete(&data).await;
    served
        .wait_for(
            "the repository is gone",
            async || scene.asset(&served, "KopiaMaintenance", "kopia").await,
            Value::is_null,
        )
        .await;
    let left = scene.lines(&served, &["lifeboat_check_status"]).await;
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test]
async fn what_maintains_is_no_backup_and_what_others_copy_with_needs_no_maintenance() {
    let (control_plane, scene) = Scene::new().await;
    let policy = json!({
        "apiVersion": "lifeboat.dev/v1alpha1",
        "kind": "BackupPolicy",
        "metadata": { "namespace": "policies", "name": "all-cron-jobs" },
        "spec": { "selector": { "kinds": ["CronJob"] } },
    });
    scene
        .setup
        .resource("policy", &serde_json::to_string(&policy).unwrap());
    scene.maintain(control_plane, scene.minutes(-40)).await;
    let restic = Replication::source(&scene.namespace, "files", "files")
        .mover("restic", &json!({ "repository": "restic" }))
        .schedule("0 0 1 1 *")
        .synchronised(scene.hours(-1), scene.minutes(-50));
    control_plane.apply(&restic.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_kopia(&served, &[]).await;
    let files = ("ReplicationSource", "files");
    scene.tells_of(&served, files, &[], |_| true).await;
    let assets = served.api("assets").await;
    let mut ids: Vec<&str> = assets["assets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|asset| asset["namespace"] == scene.namespace.as_str())
        .map(|asset| asset["kind"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, ["KopiaMaintenance", "ReplicationSource"]);
    let told = assets["findings"].to_string();
    assert!(!told.contains("unselected_backup_cron_job"), "{told}");
}

#[tokio::test]
async fn volsync_without_the_fork_hides_nothing() {
    let control_plane = ControlPlane::start().await;
    control_plane.install_upstream_volsync().await;
    let scene = Scene::of_all_namespaces(&control_plane).await;
    let restic = Replication::source(&scene.namespace, "data", "data")
        .mover("restic", &json!({ "repository": "restic" }))
        .synchronised(scene.hours(-1), scene.minutes(-50));
    control_plane.apply(&restic.object()).await;
    // Left over from the time when the fork was installed.
    let legacy = CronJob::legacy_maintenance(&scene.namespace, &scene.namespace, "kopia")
        .last_scheduled(scene.begin)
        .last_successful(scene.minutes(-40));
    control_plane.apply(&legacy.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_data(&served, &[]).await;
    let asset = scene.tells_of_kopia(&served, &[]).await;
    assert_eq!(findings(&asset), ["legacy_maintenance"]);

    // The fork is installed while Lifeboat runs.
    control_plane.install_custom_resource_definitions().await;
    let maintenance = KopiaMaintenance::new(&scene.namespace, "offsite", "offsite", "0 2 * * *");
    control_plane.apply(&maintenance.object()).await;
    let offsite = ("KopiaMaintenance", "offsite");
    let new = [
        "last_run unknown",
        "maintained unknown",
        "not_neglected unknown",
    ];
    scene.tells_of(&served, offsite, &new, |_| true).await;
}
