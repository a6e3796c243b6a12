//! Stories of schedules: nothing ever backed up, suspended, mistaken, deleted.

use jiff::{SignedDuration, ToSpan, Unit};
use lifeboat_testkit::kubernetes_objects::KubernetesObject;
use serde_json::{Value, json};

use crate::scene::{Scene, apply_all, findings, name_of, newest};
use crate::served::report;
use crate::support::text;

/// A cluster with a schedule that has not come up yet.
fn new_cluster(scene: &Scene) -> [Value; 3] {
    let daily = scene.hours(-1).strftime("%-S %-M %-H * * *").to_string();
    [
        scene.cluster().object(),
        scene.store(None, None).object(),
        scene.schedule(&daily).object(),
    ]
}

/// What is unknown of a cluster for as long as its first backup isn't due.
const TOO_EARLY: [&str; 3] = [
    "ever_succeeded unknown",
    "fresh unknown",
    "last_run unknown",
];

#[tokio::test]
async fn story_01_a_cluster_whose_backups_never_completed_is_told_and_never_green() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &new_cluster(&scene)).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &TOO_EARLY).await;

    // The first one, a day after the cluster, fails.
    scene.setup.set_clock("+40h");
    let at = scene.hours(23);
    apply_all(
        control_plane,
        &[
            scene.daily(at).object(),
            scene.failed(at, "exit status 1").object(),
        ],
    )
    .await;
    let never = [
        "ever_succeeded failing",
        "fresh failing",
        "last_run failing",
    ];
    let asset = scene.tells(&served, &never).await;
    assert_eq!(asset["status"], "failing");
    let evidence = report(&asset, "ever_succeeded");
    assert_eq!(evidence["reason"], "NeverSucceeded");
    // Of all ages that of a success that never was is the highest, not none.
    let last = scene.metric(&served, "cnpg_backup_last_success_timestamp");
    assert_eq!(last.await, Some(0.0));
}

#[tokio::test]
async fn story_01_not_even_a_backup_that_nobody_ever_began_is_passed_over() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &new_cluster(&scene)).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &TOO_EARLY).await;
    scene.setup.set_clock("+40h");
    let never = [
        "ever_succeeded failing",
        "fresh failing",
        "last_run unknown",
        "on_schedule failing",
    ];
    scene.tells(&served, &never).await;
}

#[tokio::test]
async fn story_01_sound_twin_the_first_backup_ends_the_waiting() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &new_cluster(&scene)).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &TOO_EARLY).await;
    scene.setup.set_clock("+40h");
    let at = scene.hours(23);
    apply_all(
        control_plane,
        &[scene.daily(at).object(), scene.completed(at).object()],
    )
    .await;
    scene.tells(&served, &[]).await;
}

#[tokio::test]
async fn story_08_a_suspended_schedule_is_told_and_then_the_backups_are_stale() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;

    control_plane
        .apply(&scene.yearly().suspended().object())
        .await;
    let asset = scene.tells(&served, &["scheduled failing"]).await;
    let scheduled = report(&asset, "scheduled");
    assert_eq!(scheduled["reason"], "ScheduleSuspended");
    assert_eq!(scheduled["facts"]["name"], "ScheduledBackup/daily");

    scene.setup.set_clock("+35h 11m");
    let both = ["fresh failing", "scheduled failing"];
    scene.tells(&served, &both).await;

    // It goes on, and all is well again.
    let at = scene.hours(35);
    apply_all(
        control_plane,
        &[scene.yearly().object(), scene.completed(at).object()],
    )
    .await;
    scene.tells(&served, &[]).await;
}

#[tokio::test]
async fn story_08_sound_twin_a_second_schedule_goes_on() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound()).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;

    let second = scene
        .daily(scene.hours(-1))
        .field("/metadata/name", "second");
    let first = scene.yearly().suspended();
    apply_all(control_plane, &[second.object(), first.object()]).await;
    scene
        .tells_that(&served, &[], |asset| {
            let schedules = asset["schedules"].as_array().unwrap();
            let mut states = schedules.iter().map(|schedule| &schedule["state"]);
            schedules.len() == 2 && states.any(|state| state == "suspended")
        })
        .await;
    scene.stays_silent(&served).await;
}

#[tokio::test]
async fn story_09_a_schedule_of_five_fields_is_explained() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound()).await;
    // Minute 3 of every hour, second 0: it last was within the last hour.
    let mut last = scene.begin.round(Unit::Minute).unwrap();
    while last > scene.begin || last.strftime("%M").to_string() != "03" {
        last -= 1.minute();
    }
    let next = last + SignedDuration::from_hours(1);
    let schedule = scene.schedule("0 3 * * *").scheduled(last, next);
    control_plane.apply(&schedule.object()).await;
    let served = scene.setup.start().await;
    let asset = scene.tells(&served, &[]).await;
    assert_eq!(findings(&asset), ["five_field_schedule"]);
    let finding = &asset["findings"][0];
    let message = text(&finding["message"]);
    assert!(
        message.contains("'0 3 * * *'") && message.contains("at minute 3 of every hour"),
        "{message}"
    );
    let hint = text(&finding["hint"]);
    assert!(hint.contains("\"0 0 3 * * *\""), "{hint}");
    let told = scene.lines(&served, &["lifeboat_findings"]).await;
    assert!(
        told.len() == 1 && told[0].contains("code=\"five_field_schedule\""),
        "{told:?}"
    );
}

#[tokio::test]
async fn story_09_sound_twin_a_schedule_of_six_fields_needs_no_words() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound()).await;
    let served = scene.setup.start().await;
    let asset = scene.tells(&served, &[]).await;
    assert_eq!(asset["findings"], json!([]));
    let told = scene.lines(&served, &["lifeboat_findings"]).await;
    assert_eq!(told, [""; 0]);
}

#[tokio::test]
async fn story_18_a_cluster_whose_schedule_was_deleted_is_told_of_and_then_stale() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let served = scene.setup.start().await;
    let asset = scene.tells(&served, &[]).await;
    assert_eq!(asset["findings"], json!([]));

    control_plane.delete(&scene.yearly().object()).await;
    let asset = scene.tells(&served, &["scheduled failing"]).await;
    assert_eq!(report(&asset, "scheduled")["reason"], "Unscheduled");
    assert_eq!(findings(&asset), ["no_schedule"]);
    let hint = text(&asset["findings"][0]["hint"]);
    assert!(hint.contains("kind: ScheduledBackup"), "{hint}");

    scene.setup.set_clock("+35h 11m");
    let both = ["fresh failing", "scheduled failing"];
    scene.tells(&served, &both).await;
}

#[tokio::test]
async fn story_18_sound_twin_a_schedule_that_is_replaced_leaves_no_trouble() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound()).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;
    let other = scene.yearly().field("/metadata/name", "other").object();
    control_plane.apply(&other).await;
    control_plane
        .delete(&scene.daily(scene.hours(-1)).object())
        .await;
    let asset = scene
        .tells_that(&served, &[], |asset| {
            let schedules = asset["schedules"].as_array().unwrap();
            schedules.len() == 1 && schedules[0]["name"] == "ScheduledBackup/other"
        })
        .await;
    assert_eq!(newest(&asset), name_of(scene.hours(-1)));
    assert_eq!(asset["findings"], json!([]));
}
