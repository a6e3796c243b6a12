//! Story 24: a `CronJob` that is deleted and made again, whose status is empty, and what is remembered of it.

use lifeboat_testkit::kubernetes_objects::KubernetesObject;
use serde_json::{Value, json};

use crate::cron_scene::NEW;
use crate::scene::{Scene, newest, points};

const LAST_SUCCESS: &str = "kube_cronjob_status_last_successful_time";

#[tokio::test]
async fn story_24_a_cron_job_made_again_keeps_its_past_and_its_age() {
    let (control_plane, scene) = Scene::with_jobs().await;
    let dump = control_plane.apply(&scene.nightly().object()).await;
    let served = scene.setup.start().await;
    scene.pass_a_night(control_plane, &dump).await;
    let before = scene
        .tells_of_dump_that(&served, &[], |asset| !points(asset).is_empty())
        .await;
    let last = scene.of_dump(&served, LAST_SUCCESS, "").await.unwrap();

    control_plane.delete(&dump).await;
    wait_until_gone(&scene, &served).await;
    scene.wait_until_jobs_are_gone(&served, control_plane).await;
    let again = control_plane.create(&scene.nightly().object()).await;
    assert!(again["status"]["lastSuccessfulTime"].is_null(), "{again:#}");
    let after = scene.tells_of_dump(&served, &[]).await;
    let taken_at = |asset: &Value| asset["newest_good_recovery_point"]["taken_at"].clone();
    assert_eq!(taken_at(&after), taken_at(&before));
    assert_eq!(after["first_seen_at"], before["first_seen_at"]);
    assert_eq!(scene.of_dump(&served, LAST_SUCCESS, "").await, Some(last));

    // Its age goes on: what was made again doesn't get another 36 hours.
    scene.setup.set_clock("+36h 1m");
    let stale = ["fresh failing", "on_schedule failing"];
    scene.tells_of_dump(&served, &stale).await;
}

#[tokio::test]
async fn story_24_a_cron_job_made_again_while_lifeboat_is_down_keeps_its_past() {
    let (control_plane, scene) = Scene::new().await;
    let old = scene
        .rarely()
        .last_scheduled(scene.hours(-1))
        .last_successful(scene.minutes(-50));
    let dump = control_plane.apply(&old.object()).await;
    let served = scene.setup.start().await;
    let before = scene.tells_of_dump(&served, &[]).await;
    served.wait_until_told().await;
    served.terminate().await;

    control_plane.delete(&dump).await;
    let again = control_plane.create(&scene.rarely().object()).await;
    assert_ne!(again["metadata"]["uid"], dump["metadata"]["uid"]);
    let served = scene.setup.start().await;
    let after = scene.tells_of_dump(&served, &[]).await;
    assert_eq!(newest(&after), newest(&before));
    scene.setup.set_clock("+35h 11m");
    scene.tells_of_dump(&served, &["fresh failing"]).await;
}

#[tokio::test]
async fn story_24_sound_twin_a_cron_job_that_is_deleted_for_good_is_not_spoken_of() {
    let (control_plane, scene) = Scene::new().await;
    let stale = scene.rarely().last_successful(scene.hours(-40));
    let dump = control_plane.apply(&stale.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_dump(&served, &["fresh failing"]).await;
    control_plane.delete(&dump).await;
    wait_until_gone(&scene, &served).await;
    let left = scene.lines(&served, &["lifeboat_", "kube_"]).await;
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test]
async fn story_24_sound_twin_a_cron_job_that_is_new_has_no_past() {
    let (control_plane, scene) = Scene::new().await;
    control_plane.apply(&scene.rarely().object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_dump(&served, &NEW).await;
    assert_eq!(scene.of_dump(&served, LAST_SUCCESS, "").await, None);
}

async fn wait_until_gone(scene: &Scene, served: &crate::served::Served<'_>) {
    served
        .wait_for(
            "dump is gone from the answers and from the metrics",
            async || {
                let lines = scene.lines(served, &["lifeboat_check_status"]).await;
                json!([scene.dump(served).await, lines])
            },
            |answer| *answer == json!([null, []]),
        )
        .await;
}
