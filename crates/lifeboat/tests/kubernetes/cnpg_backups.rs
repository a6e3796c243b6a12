//! Stories of Backups: stale, failed, stuck, or running as they should.

use jiff::Timestamp;
use lifeboat_testkit::kubernetes_objects::{Backup, Cluster, KubernetesObject, ScheduledBackup};
use serde_json::Value;

use crate::scene::{Scene, apply_all, name_of, newest, seconds};
use crate::served::report;
use crate::support::text;

/// The names of what has not ended.
fn under_way(asset: &Value) -> Vec<&str> {
    let under_way = asset["under_way"].as_array().unwrap();
    under_way
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn story_02_the_newest_backup_turns_36_hours_old_until_the_next_one_succeeds() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;

    scene.setup.set_clock("+35h 9m");
    scene.stays_silent(&served).await;

    scene.setup.set_clock("+35h 11m");
    let stale = scene.tells(&served, &["fresh failing"]).await;
    let fresh = report(&stale, "fresh");
    assert_eq!(fresh["since"], scene.minutes(35 * 60 + 10).to_string());
    assert_eq!(fresh["facts"]["recovery_point"], name_of(scene.hours(-1)));
    let last = scene
        .metric(&served, "cnpg_collector_last_available_backup_timestamp")
        .await;
    assert_eq!(last, Some(seconds(scene.minutes(-50))));

    let next = scene.completed(scene.hours(35));
    control_plane.apply(&next.object()).await;
    let next = name_of(scene.hours(35));
    scene
        .tells_that(&served, &[], |asset| newest(asset) == next)
        .await;
}

#[tokio::test]
async fn story_02_sound_twin_a_backup_each_day_is_silent_for_days() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound()).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;
    for day in 1..4 {
        let at = scene.hours(24 * day - 1);
        scene.setup.set_clock(&format!("+{}h 15m", 24 * day - 1));
        control_plane.apply(&scene.daily(at).object()).await;
        control_plane.apply(&scene.completed(at).object()).await;
        let name = name_of(at);
        scene
            .tells_that(&served, &[], |asset| newest(asset) == name)
            .await;
    }
}

const DENIED: &str = "can't execute backup: exit status 1: AccessDenied";

#[tokio::test]
async fn story_03_a_failed_backup_is_told_until_a_success_and_not_until_its_object_is_deleted() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;
    let failures = "cnpg_backup_failed_total";
    assert_eq!(scene.metric(&served, failures).await, Some(0.0));

    let failed = scene.failed(scene.minutes(-15), DENIED).object();
    control_plane.apply(&failed).await;
    let asset = scene.tells(&served, &["last_run failing"]).await;
    let told = text(&report(&asset, "last_run")["text"]);
    assert!(told.contains("AccessDenied"), "{told}");
    assert_eq!(scene.metric(&served, failures).await, Some(1.0));
    let ended = Some(seconds(scene.minutes(-5)));
    let metric = "cnpg_collector_last_failed_backup_timestamp";
    assert_eq!(scene.metric(&served, metric).await, ended);

    control_plane.delete(&failed).await;
    // What comes later by the same watch shows that the deletion was seen.
    let running = scene.backup(scene.minutes(-4)).running(scene.minutes(-4));
    control_plane.apply(&running.object()).await;
    let asset = scene
        .tells_that(&served, &["last_run failing"], |asset| {
            under_way(asset).len() == 1
        })
        .await;
    assert!(text(&report(&asset, "last_run")["text"]).contains("AccessDenied"));
    assert_eq!(scene.metric(&served, failures).await, Some(1.0));

    scene.setup.set_clock("+10m");
    let done = scene.completed(scene.minutes(-4));
    control_plane.apply(&done.object()).await;
    scene.tells(&served, &[]).await;
    assert_eq!(scene.metric(&served, failures).await, Some(1.0));
}

#[tokio::test]
async fn story_03_sound_twin_a_backup_that_succeeds_is_silent_and_counts_no_failure() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;

    let done = scene.completed(scene.minutes(-15));
    control_plane.apply(&done.object()).await;
    let name = name_of(scene.minutes(-15));
    scene
        .tells_that(&served, &[], |asset| newest(asset) == name)
        .await;
    let failures = scene.metric(&served, "cnpg_backup_failed_total").await;
    assert_eq!(failures, Some(0.0));
}

#[tokio::test]
async fn story_04_a_plugin_backup_that_stays_started_is_named_with_those_that_it_blocks() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let blocker = scene.backup(scene.begin).running(scene.begin);
    let pending = scene.backup(scene.minutes(1)).phase("pending");
    let unseen = scene.backup(scene.minutes(2));
    for backup in [blocker, pending, unseen] {
        control_plane.apply(&backup.object()).await;
    }
    let served = scene.setup.start().await;
    let asset = scene
        .tells_that(&served, &[], |asset| under_way(asset).len() == 3)
        .await;
    assert_eq!(asset["under_way"][0]["phase"], "started");

    // The others took ten minutes, so that an hour is the limit.
    scene.setup.set_clock("+55m");
    scene.stays_silent(&served).await;
    scene.setup.set_clock("+3h");
    let asset = scene.tells(&served, &["not_stuck failing"]).await;
    let stuck = report(&asset, "not_stuck");
    let blocker = format!("Backup/{}", name_of(scene.begin));
    assert_eq!(stuck["facts"]["name"], blocker.as_str());
    assert_eq!(stuck["facts"]["waiting"], 2);
    assert_eq!(stuck["since"], scene.hours(1).to_string());
    assert!(text(&stuck["text"]).contains(&blocker), "{stuck}");
}

#[tokio::test]
async fn story_04_sound_twin_a_plugin_backup_that_ends_blocks_nobody() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let backup = scene.backup(scene.begin).running(scene.begin);
    control_plane.apply(&backup.object()).await;
    let served = scene.setup.start().await;
    scene
        .tells_that(&served, &[], |asset| under_way(asset).len() == 1)
        .await;
    scene.setup.set_clock("+3h");
    scene.tells(&served, &["not_stuck failing"]).await;
    let done = scene.completed(scene.begin);
    control_plane.apply(&done.object()).await;
    scene
        .tells_that(&served, &[], |asset| under_way(asset).is_empty())
        .await;
}

/// A cluster that the operator backs up itself, whose archiving works or not since an hour, and
/// one of its Backups.
fn in_tree(scene: &Scene, archives: bool, at: Timestamp) -> ([Value; 3], Backup) {
    let namespace = &scene.namespace;
    let last = scene.hours(-1);
    let cluster = Cluster::new(namespace, "db")
        .backed_up_in_tree("s3://backups/shop")
        .archiving(archives, scene.hours(-1));
    let schedule = last.strftime("%-S %-M %-H %-d %-m *").to_string();
    let schedule = ScheduledBackup::new(namespace, "daily", "db", &schedule)
        .scheduled(last, scene.hours(365 * 24));
    let backup = |at| Backup::new(namespace, &name_of(at), "db").scheduled_by("daily");
    let before = backup(scene.hours(-2)).completed(scene.hours(-2), scene.minutes(-110));
    (
        [cluster.object(), schedule.object(), before.object()],
        backup(at),
    )
}

#[tokio::test]
async fn story_05_an_in_tree_backup_that_waits_for_archiving_is_named_with_the_reason() {
    let (control_plane, scene) = Scene::new().await;
    let (objects, backup) = in_tree(&scene, false, scene.begin);
    apply_all(control_plane, &objects).await;
    let blocker = backup
        .phase("walArchivingFailing")
        .reconciled_from(scene.begin);
    control_plane.apply(&blocker.object()).await;
    let later = Backup::new(&scene.namespace, &name_of(scene.minutes(1)), "db");
    control_plane.apply(&later.phase("pending").object()).await;
    let served = scene.setup.start().await;
    // Without exporters nobody knows whether anything was ever archived: the condition says now.
    let archiving = ["archiving failing", "ever_archived unknown"];
    scene
        .tells_that(&served, &archiving, |asset| under_way(asset).len() == 2)
        .await;

    scene.setup.set_clock("+3h");
    let [failing, ever] = archiving;
    let asset = scene
        .tells(&served, &[failing, ever, "not_stuck failing"])
        .await;
    let stuck = report(&asset, "not_stuck");
    let blocker = format!("Backup/{}", name_of(scene.begin));
    assert_eq!(stuck["facts"]["name"], blocker.as_str());
    assert_eq!(stuck["facts"]["phase"], "walArchivingFailing");
    let message = text(&stuck["facts"]["message"]);
    assert!(message.contains("before WAL is archived"), "{message}");
}

#[tokio::test]
async fn story_05_sound_twin_an_in_tree_backup_that_does_not_wait_is_silent() {
    let (control_plane, scene) = Scene::new().await;
    let (objects, backup) = in_tree(&scene, true, scene.begin);
    apply_all(control_plane, &objects).await;
    let backup = backup.running(scene.begin);
    control_plane.apply(&backup.clone().object()).await;
    let served = scene.setup.start().await;
    scene
        .tells_that(&served, &[], |asset| under_way(asset).len() == 1)
        .await;
    scene.setup.set_clock("+30m");
    let done = backup.completed(scene.begin, scene.minutes(20)).object();
    control_plane.apply(&done).await;
    scene
        .tells_that(&served, &[], |asset| under_way(asset).is_empty())
        .await;
    scene.setup.set_clock("+3h");
    scene.stays_silent(&served).await;
}

#[tokio::test]
async fn story_13_the_condition_that_reads_false_while_a_backup_runs_alarms_nobody() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let cluster = scene.cluster().backup_started(scene.begin);
    control_plane.apply(&cluster.object()).await;
    let running = scene.backup(scene.begin).running(scene.begin);
    control_plane.apply(&running.object()).await;
    let served = scene.setup.start().await;
    scene
        .tells_that(&served, &[], |asset| under_way(asset).len() == 1)
        .await;
    scene.stays_silent(&served).await;
}

#[tokio::test]
async fn story_13_its_opposite_a_backup_that_has_failed_is_told() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let cluster = scene.cluster().backup_failed(scene.minutes(-5));
    control_plane.apply(&cluster.object()).await;
    let failed = scene.failed(scene.minutes(-15), DENIED);
    control_plane.apply(&failed.object()).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &["last_run failing"]).await;
}
