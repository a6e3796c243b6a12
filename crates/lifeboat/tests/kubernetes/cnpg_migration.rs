//! Stories of the move from backups by the operator itself to those by the plugin.

use jiff::{SignedDuration, Timestamp};
use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::kubernetes_objects::{Backup, Cluster, KubernetesObject, ScheduledBackup};
use serde_json::json;

use crate::cnpg_archiving::{primary_pod, sound_primary};
use crate::scene::{Scene, apply_all, findings, name_of, newest, points, seconds};
use crate::served::report;

/// The account of the operator, which stands still after the move: it ended ten days ago.
fn frozen(scene: &Scene, cluster: Cluster) -> Cluster {
    let (first, last) = (scene.hours(-720), scene.hours(-240));
    cluster.recoverability(Some(first), Some(last), None)
}

const LAST: &str = "cnpg_collector_last_available_backup_timestamp";

#[tokio::test]
async fn story_06_after_the_move_frozen_gauges_alarm_nobody_until_the_new_backups_stop() {
    let (control_plane, scene) = Scene::with_exporters().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let cluster = frozen(&scene, scene.cluster());
    control_plane.apply(&cluster.object()).await;
    let exporter = sound_primary(&scene);
    exporter.update(|samples| {
        samples.set_backups(Some(scene.hours(-720)), Some(scene.hours(-240)), None);
    });
    control_plane
        .apply(&primary_pod(&scene, &exporter).object())
        .await;
    let served = scene.setup.start().await;
    let asset = scene.tells(&served, &[]).await;
    assert_eq!(newest(&asset), name_of(scene.hours(-1)));
    // Pasted rules get a figure that has not frozen.
    let last = scene.metric(&served, LAST).await;
    assert_eq!(last, Some(seconds(scene.minutes(-50))));

    scene.setup.set_clock("+35h 11m");
    scene.tells(&served, &["fresh failing"]).await;
}

/// A Backup by the operator itself.
fn in_tree(scene: &Scene, at: Timestamp) -> Backup {
    let name = at.strftime("old-%Y%m%d%H%M%S").to_string();
    Backup::new(&scene.namespace, &name, "db").scheduled_by("old")
}

/// The schedule of the operator itself, once a day.
fn old_schedule(scene: &Scene, last: Timestamp) -> ScheduledBackup {
    let text = last.strftime("%-S %-M %-H * * *").to_string();
    let next = last + SignedDuration::from_hours(24);
    ScheduledBackup::new(&scene.namespace, "old", "db", &text).scheduled(last, next)
}

/// `db` in the middle of the move: both forms are set up, and both made backups.
async fn both_forms(scene: &Scene, control_plane: &ControlPlane) {
    apply_all(control_plane, &scene.sound()).await;
    let both = scene
        .cluster()
        .backed_up_in_tree("s3://backups/old")
        .recoverability(Some(scene.hours(-720)), Some(scene.minutes(-170)), None);
    let at = scene.hours(-3);
    let done = in_tree(scene, at).completed(at, scene.minutes(-170));
    let objects = [
        both.object(),
        old_schedule(scene, at).object(),
        done.object(),
    ];
    apply_all(control_plane, &objects).await;
}

#[tokio::test]
async fn story_06_sound_twin_both_forms_at_once_are_one_cluster_with_the_backups_of_both() {
    let (control_plane, scene) = Scene::new().await;
    both_forms(&scene, control_plane).await;
    let served = scene.setup.start().await;
    let asset = scene.tells(&served, &[]).await;
    assert_eq!(asset["findings"], json!([]));
    assert_eq!(points(&asset).len(), 3, "{asset:#}");
    assert_eq!(asset["schedules"].as_array().unwrap().len(), 2);
    // Of the two accounts that of the newest backup counts.
    assert_eq!(asset["window"]["source"], "ObjectStore/store");
    let last = scene.metric(&served, LAST).await;
    assert_eq!(last, Some(seconds(scene.minutes(-50))));
}

#[tokio::test]
async fn story_06_with_both_forms_either_of_them_keeps_the_cluster_fresh() {
    let (control_plane, scene) = Scene::new().await;
    both_forms(&scene, control_plane).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;
    // The plugin's schedule stops; the old one goes on.
    control_plane
        .apply(&scene.yearly().suspended().object())
        .await;
    scene.setup.set_clock("+45h 30m");
    let at = scene.hours(45);
    let done = in_tree(&scene, at).completed(at, scene.minutes(45 * 60 + 10));
    let objects = [old_schedule(&scene, at).object(), done.clone().object()];
    apply_all(control_plane, &objects).await;
    let done = at.strftime("old-%Y%m%d%H%M%S").to_string();
    scene
        .tells_that(&served, &[], |asset| newest(asset) == done)
        .await;
}

#[tokio::test]
async fn story_06_a_failure_of_the_old_form_is_told_and_the_end_of_it_leaves_no_trouble() {
    let (control_plane, scene) = Scene::new().await;
    both_forms(&scene, control_plane).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;
    let at = scene.minutes(-30);
    let failed = in_tree(&scene, at).failed(at, scene.minutes(-20), "exit status 2");
    control_plane.apply(&failed.object()).await;
    let asset = scene.tells(&served, &["last_run failing"]).await;
    assert_eq!(report(&asset, "last_run")["facts"]["failures"], 1);

    // The section goes, and its schedule is forgotten: that one can only fail from now on.
    let moved = frozen(&scene, scene.cluster()).object();
    control_plane.apply(&moved).await;
    scene
        .tells_that(&served, &["last_run failing"], |asset| {
            findings(asset) == ["schedule_method_not_set_up"]
        })
        .await;
    let old = old_schedule(&scene, scene.hours(-3)).object();
    control_plane.delete(&old).await;
    let done = scene.completed(scene.minutes(-15));
    control_plane.apply(&done.object()).await;
    let name = name_of(scene.minutes(-15));
    let asset = scene
        .tells_that(&served, &[], |asset| {
            newest(asset) == name && findings(asset).is_empty()
        })
        .await;
    assert_eq!(asset["window"]["source"], "ObjectStore/store");
}
