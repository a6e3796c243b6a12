//! Stories of recovery points: lost, tidied up, or never any.

use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::kubernetes_objects::KubernetesObject;
use serde_json::{Value, json};

use crate::scene::{Scene, apply_all, name_of, newest, points, seconds};
use crate::served::{Served, report};

/// Three backups, a day apart, all of which the store accounts for.
async fn three_backups(scene: &Scene, control_plane: &ControlPlane) {
    apply_all(control_plane, &scene.sound_for_long()).await;
    let first = scene.completed(scene.hours(-49));
    control_plane.apply(&first.object()).await;
    account_from(scene, control_plane, -49).await;
}

/// The store's account begins with the backup of so many hours after the beginning.
async fn account_from(scene: &Scene, control_plane: &ControlPlane, hours: i64) {
    let first = scene.minutes(hours * 60 + 10);
    let store = scene.store(Some(first), Some(scene.minutes(-50)));
    control_plane.apply(&store.object()).await;
}

async fn delete_backups(scene: &Scene, control_plane: &ControlPlane, hours: &[i64]) {
    for hours in hours {
        let backup = scene.backup(scene.hours(*hours));
        control_plane.delete(&backup.object()).await;
    }
}

/// Waits until the store's account begins there.
async fn wait_for_account(scene: &Scene, served: &Served<'_>, hours: i64, told: &[&str]) -> Value {
    let first = seconds(scene.minutes(hours * 60 + 10));
    let asset = scene
        .tells_that(served, told, |asset| {
            asset["window"]["first"] == scene.minutes(hours * 60 + 10).to_string()
        })
        .await;
    let metric = scene.metric(served, "cnpg_collector_first_recoverability_point");
    assert_eq!(metric.await, Some(first));
    asset
}

const LOST: [&str; 1] = ["points_kept failing"];

#[tokio::test]
async fn story_14_backups_that_vanish_while_the_window_shrinks_are_a_loss() {
    let (control_plane, scene) = Scene::new().await;
    three_backups(&scene, control_plane).await;
    let served = scene.setup.start().await;
    let asset = wait_for_account(&scene, &served, -49, &[]).await;
    assert_eq!(points(&asset).len(), 3);

    // The operator deletes what it no longer finds; the plugin accounts for it a while later.
    delete_backups(&scene, control_plane, &[-49, -25]).await;
    account_from(&scene, control_plane, -1).await;
    let asset = wait_for_account(&scene, &served, -1, &LOST).await;
    let lost = &report(&asset, "points_kept")["facts"];
    assert_eq!(lost["count"], 2, "{asset:#}");
    assert_eq!(lost["newest"], name_of(scene.hours(-25)));
    assert_eq!(newest(&asset), name_of(scene.hours(-1)));
}

#[tokio::test]
async fn story_14_a_window_that_shrinks_long_after_the_objects_went_is_a_loss_as_well() {
    let (control_plane, scene) = Scene::new().await;
    three_backups(&scene, control_plane).await;
    let served = scene.setup.start().await;
    wait_for_account(&scene, &served, -49, &[]).await;
    delete_backups(&scene, control_plane, &[-49, -25]).await;
    // A Backup that comes later by the same watch shows that the deletions were seen.
    let running = scene.backup(scene.begin).running(scene.begin);
    control_plane.apply(&running.object()).await;
    scene
        .tells_that(&served, &[], |asset| {
            asset["under_way"].as_array().unwrap().len() == 1
        })
        .await;
    account_from(&scene, control_plane, -1).await;
    let asset = wait_for_account(&scene, &served, -1, &LOST).await;
    assert_eq!(report(&asset, "points_kept")["facts"]["count"], 2);
}

#[tokio::test]
async fn story_14_a_bucket_that_is_lost_is_told_though_nothing_is_left_to_say_so() {
    let (control_plane, scene) = Scene::new().await;
    three_backups(&scene, control_plane).await;
    let served = scene.setup.start().await;
    wait_for_account(&scene, &served, -49, &[]).await;
    let store = scene.store(None, None).object();
    control_plane
        .patch_status(&store, &json!({ "serverRecoveryWindow": null }))
        .await;
    delete_backups(&scene, control_plane, &[-49, -25, -1]).await;
    let told = ["fresh unknown", "points_kept failing"];
    let asset = scene.tells(&served, &told).await;
    assert_eq!(points(&asset), [""; 0]);
    assert_eq!(report(&asset, "points_kept")["facts"]["count"], 3);
    // It had backups, so it is not new: 36 hours after the newest one was made, it is stale.
    scene.setup.set_clock("+36h 1m");
    let told = ["fresh failing", "points_kept failing"];
    scene.tells(&served, &told).await;
}

#[tokio::test]
async fn story_14_sound_twin_what_retention_takes_is_no_loss() {
    let (control_plane, scene) = Scene::new().await;
    three_backups(&scene, control_plane).await;
    let store = scene.store(None, None).object();
    control_plane
        .patch(&store, &json!({ "spec": { "retentionPolicy": "2d" } }))
        .await;
    let served = scene.setup.start().await;
    wait_for_account(&scene, &served, -49, &[]).await;

    delete_backups(&scene, control_plane, &[-49]).await;
    let first = scene.minutes(-25 * 60 + 10).to_string();
    let window = json!({ "db": { "firstRecoverabilityPoint": first } });
    control_plane
        .patch_status(&store, &json!({ "serverRecoveryWindow": window }))
        .await;
    let asset = wait_for_account(&scene, &served, -25, &[]).await;
    assert_eq!(asset["retention_seconds"], 172_800.0);
    scene
        .tells_that(&served, &[], |asset| points(asset).len() == 2)
        .await;
}

#[tokio::test]
async fn story_14_sound_twin_objects_that_go_while_the_store_accounts_for_them_are_no_loss() {
    let (control_plane, scene) = Scene::new().await;
    three_backups(&scene, control_plane).await;
    let served = scene.setup.start().await;
    wait_for_account(&scene, &served, -49, &[]).await;
    // As with their schedule, whose Backups belong to it.
    delete_backups(&scene, control_plane, &[-49, -25, -1]).await;
    let asset = scene
        .tells_that(&served, &[], |asset| {
            newest(asset).starts_with("ObjectStore/store at ")
        })
        .await;
    assert_eq!(asset["window"]["source"], "ObjectStore/store");
    scene.setup.set_clock("+35h 11m");
    scene.tells(&served, &["fresh failing"]).await;
}

#[tokio::test]
async fn story_16_a_failed_backup_that_left_files_is_no_recovery_point() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    // Both have an id, so that there is a folder; the one's backup.info says FAILED, the other
    // has none yet.
    let id = |name: &str| json!(name);
    let failed = scene
        .failed(scene.minutes(-40), "the upload of data.tar failed")
        .field("/status/backupId", id("20261121T000000"));
    let running = scene
        .backup(scene.minutes(-20))
        .running(scene.minutes(-20))
        .field("/status/backupId", id("20261121T000100"));
    for backup in [failed, running] {
        control_plane.apply(&backup.object()).await;
    }
    let served = scene.setup.start().await;
    let asset = scene.tells(&served, &["last_run failing"]).await;
    let good = [name_of(scene.hours(-1)), name_of(scene.hours(-25))];
    assert_eq!(points(&asset), good);
    // They keep nothing fresh either.
    scene.setup.set_clock("+35h 11m");
    let told = ["fresh failing", "last_run failing", "not_stuck failing"];
    scene.tells(&served, &told).await;
}

#[tokio::test]
async fn story_16_sound_twin_the_same_backups_are_points_once_they_are_completed() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let at = scene.minutes(-20);
    control_plane.apply(&scene.completed(at).object()).await;
    let served = scene.setup.start().await;
    let asset = scene.tells(&served, &[]).await;
    assert_eq!(newest(&asset), name_of(at));
    scene.setup.set_clock("+35h 11m");
    scene.stays_silent(&served).await;
}
