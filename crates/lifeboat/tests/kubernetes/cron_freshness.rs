//! Stories 19 to 21: CronJobs that never succeed, that are suspended, or whose last success grows old.

use lifeboat_testkit::kubernetes_objects::KubernetesObject;
use serde_json::json;

use crate::cron_scene::{NEW, moment, text};
use crate::scene::{Scene, seconds};
use crate::served::report;

const LAST_SUCCESS: &str = "kube_cronjob_status_last_successful_time";

#[tokio::test]
async fn story_19_a_cron_job_that_never_succeeded_in_two_days_is_told_of() {
    let (control_plane, scene) = Scene::new().await;
    let dump = control_plane.apply(&scene.nightly().object()).await;
    let served = scene.setup.start().await;
    let new = scene.tells_of_dump(&served, &NEW).await;
    assert_eq!(new["status"], "unknown");
    assert_eq!(scene.of_dump(&served, LAST_SUCCESS, "").await, None);

    // It starts every night, and nothing is left of what it started.
    let started = json!({ "lastScheduleTime": scene.hours(47).to_string() });
    control_plane.patch_status(&dump, &started).await;
    scene.setup.set_clock("+48h");
    let troubles = [
        "ever_succeeded failing",
        "fresh failing",
        "last_run unknown",
    ];
    let asset = scene.tells_of_dump(&served, &troubles).await;
    assert_eq!(report(&asset, "ever_succeeded")["reason"], "NeverSucceeded");
    // `time() - x > 36h` would be silent if it were absent.
    assert_eq!(scene.of_dump(&served, LAST_SUCCESS, "").await, Some(0.0));

    let succeeded = json!({ "lastSuccessfulTime": scene.hours(47).to_string() });
    control_plane.patch_status(&dump, &succeeded).await;
    scene.tells_of_dump(&served, &[]).await;
    let last = scene.of_dump(&served, LAST_SUCCESS, "").await;
    assert_eq!(last, Some(seconds(scene.hours(47))));
}

#[tokio::test]
async fn story_19_sound_twin_a_new_cron_job_has_time_for_its_first_success() {
    let (control_plane, scene) = Scene::new().await;
    let dump = control_plane.apply(&scene.nightly().object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_dump(&served, &NEW).await;
    scene.setup.set_clock("+22h");
    let waiting = scene.dump_at(&served, scene.hours(22)).await;
    assert_eq!(waiting["status"], "unknown", "{waiting:#}");
    let troubles = waiting["troubles"].as_array().unwrap().iter();
    assert!(
        troubles
            .clone()
            .all(|trouble| trouble["status"] == "unknown")
    );
    assert_eq!(troubles.count(), NEW.len());

    let first_night = json!({
        "lastScheduleTime": scene.hours(23).to_string(),
        "lastSuccessfulTime": scene.minutes(23 * 60 + 10).to_string(),
    });
    scene.setup.set_clock("+24h");
    control_plane.patch_status(&dump, &first_night).await;
    scene.tells_of_dump(&served, &[]).await;
    scene.dump_is_sound_at(&served, scene.hours(24)).await;
}

#[tokio::test]
async fn story_20_a_suspended_cron_job_is_told_of_and_then_goes_stale() {
    let (control_plane, scene) = Scene::new().await;
    let running = scene
        .nightly()
        .last_scheduled(scene.hours(-1))
        .last_successful(scene.minutes(-50));
    let dump = control_plane.apply(&running.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_dump(&served, &[]).await;
    let next = "kube_cronjob_next_schedule_time";
    let is_suspended = "kube_cronjob_spec_suspend";
    assert!(scene.of_dump(&served, next, "").await.is_some());
    assert_eq!(scene.of_dump(&served, is_suspended, "").await, Some(0.0));

    let suspend = |suspend: bool| json!({ "spec": { "suspend": suspend } });
    control_plane.patch(&dump, &suspend(true)).await;
    let asset = scene.tells_of_dump(&served, &["scheduled failing"]).await;
    let reason = &report(&asset, "scheduled")["reason"];
    assert_eq!(reason, "ScheduleSuspended");
    assert_eq!(scene.of_dump(&served, next, "").await, None);
    assert_eq!(scene.of_dump(&served, is_suspended, "").await, Some(1.0));
    scene.setup.set_clock("+36h");
    let stale = ["fresh failing", "scheduled failing"];
    scene.tells_of_dump(&served, &stale).await;

    control_plane.patch(&dump, &suspend(false)).await;
    let missed = ["fresh failing", "on_schedule failing"];
    scene.tells_of_dump(&served, &missed).await;
    let ran = json!({
        "lastScheduleTime": scene.hours(35).to_string(),
        "lastSuccessfulTime": scene.minutes(35 * 60 + 10).to_string(),
    });
    control_plane.patch_status(&dump, &ran).await;
    scene.tells_of_dump(&served, &[]).await;
}

#[tokio::test]
async fn story_20_sound_twin_one_that_is_paused_for_lifeboat_is_paused_and_not_green() {
    let (control_plane, scene) = Scene::new().await;
    let paused = scene
        .nightly()
        .suspended()
        .annotation("lifeboat.dev/suspend", "true")
        .last_successful(scene.hours(-30));
    control_plane.apply(&paused.object()).await;
    let served = scene.setup.start().await;
    let asset = scene.tells_of_dump(&served, &[]).await;
    assert_eq!(asset["status"], "paused");
    assert_eq!(report(&asset, "scheduled")["status"], "paused");
    // Its age is still shown.
    let age = asset["newest_good_recovery_point"]["age_seconds"].as_f64();
    assert!(age.unwrap() >= 108_000.0);
}

#[tokio::test]
async fn story_21_the_last_success_is_told_to_be_too_old_after_36_hours() {
    let (control_plane, scene) = Scene::new().await;
    let old = scene.rarely().last_successful(scene.begin);
    let dump = control_plane.apply(&old.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_dump(&served, &[]).await;
    scene.setup.set_clock("+35h 50m");
    scene
        .dump_is_sound_at(&served, scene.minutes(35 * 60 + 50))
        .await;

    scene.setup.set_clock("+36h 1s");
    let asset = scene.tells_of_dump(&served, &["fresh failing"]).await;
    let fresh = report(&asset, "fresh");
    assert_eq!(moment(&fresh["since"]), scene.hours(36));
    assert_eq!(fresh["facts"]["maximum_age_seconds"], 129_600.0);
    // The rule of the manual: time() - x > 36 * 60 * 60.
    let last = scene.of_dump(&served, LAST_SUCCESS, "").await;
    assert_eq!(last, Some(seconds(scene.begin)));

    let success = json!({ "lastSuccessfulTime": scene.hours(36).to_string() });
    control_plane.patch_status(&dump, &success).await;
    let sound = scene.tells_of_dump(&served, &[]).await;
    assert!(text(&sound, "fresh").contains("dump"), "{sound:#}");
}

#[tokio::test]
async fn story_21_sound_twin_one_that_succeeds_every_night_stays_silent() {
    let (control_plane, scene) = Scene::new().await;
    let sound = scene
        .nightly()
        .last_scheduled(scene.hours(-1))
        .last_successful(scene.minutes(-50));
    let dump = control_plane.apply(&sound.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_dump(&served, &[]).await;
    for night in [1, 2] {
        let due = night * 24 - 1;
        let ran = json!({
            "lastScheduleTime": scene.hours(due).to_string(),
            "lastSuccessfulTime": scene.minutes(due * 60 + 10).to_string(),
        });
        // Just before it is due, and when it has run.
        scene.setup.set_clock(&format!("+{}m", due * 60 - 5));
        scene
            .dump_is_sound_at(&served, scene.minutes(due * 60 - 5))
            .await;
        control_plane.patch_status(&dump, &ran).await;
        scene.setup.set_clock(&format!("+{}m", due * 60 + 10));
        scene
            .dump_is_sound_at(&served, scene.minutes(due * 60 + 10))
            .await;
    }
}
