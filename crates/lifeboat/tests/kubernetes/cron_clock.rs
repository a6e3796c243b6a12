//! Stories 25 and 26: successes that lie in the future, and schedules that can't be kept.

use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::kubernetes_objects::{CronJob, KubernetesObject};
use serde_json::json;

use crate::cron_scene::{BACKUP, NEW, text};
use crate::scene::{Scene, seconds};

const LAST_SUCCESS: &str = "kube_cronjob_status_last_successful_time";

#[tokio::test]
async fn story_25_a_success_in_the_future_is_told_and_makes_nothing_green() {
    let (control_plane, scene) = Scene::new().await;
    let next_year = scene.hours(365 * 24);
    let ahead = scene.rarely().last_successful(next_year);
    let dump = control_plane.apply(&ahead.object()).await;
    let served = scene.setup.start().await;
    let [ever_succeeded, fresh, last_run] = NEW;
    let unknown = ["clock failing", ever_succeeded, fresh, last_run];
    let asset = scene.tells_of_dump(&served, &unknown).await;
    let said = text(&asset, "clock");
    assert!(said.contains(&next_year.to_string()), "{said}");
    assert_eq!(scene.of_dump(&served, LAST_SUCCESS, "").await, None);
    // A negative age would be silent for a year.
    scene.setup.set_clock("+37h");
    let overdue = [
        "clock failing",
        "ever_succeeded failing",
        "fresh failing",
        last_run,
    ];
    scene.tells_of_dump(&served, &overdue).await;
    assert_eq!(scene.of_dump(&served, LAST_SUCCESS, "").await, Some(0.0));

    let mended = json!({ "lastSuccessfulTime": scene.hours(36).to_string() });
    control_plane.patch_status(&dump, &mended).await;
    scene.tells_of_dump(&served, &[]).await;
}

#[tokio::test]
async fn story_25_a_success_in_the_future_hides_no_earlier_one() {
    let (control_plane, scene) = Scene::new().await;
    let good = scene.rarely().last_successful(scene.hours(-2));
    let dump = control_plane.apply(&good.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_dump(&served, &[]).await;
    let success_at = |hours| json!({ "lastSuccessfulTime": scene.hours(hours).to_string() });
    control_plane.patch_status(&dump, &success_at(500)).await;
    scene.tells_of_dump(&served, &["clock failing"]).await;
    let last = scene.of_dump(&served, LAST_SUCCESS, "").await;
    assert_eq!(last, Some(seconds(scene.hours(-2))));
    // The old success grows old all the same.
    scene.setup.set_clock("+35h");
    let stale = ["clock failing", "fresh failing"];
    scene.tells_of_dump(&served, &stale).await;
    // Nothing stays behind when the status is mended.
    control_plane.patch_status(&dump, &success_at(34)).await;
    scene.tells_of_dump(&served, &[]).await;
}

#[tokio::test]
async fn story_25_sound_twin_clocks_may_differ_by_minutes() {
    let (control_plane, scene) = Scene::new().await;
    let ahead = scene.rarely().last_successful(scene.minutes(4));
    control_plane.apply(&ahead.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_dump(&served, &[]).await;
}

#[tokio::test]
async fn story_25_sound_twin_what_lay_in_the_future_of_a_clock_that_was_behind_is_good() {
    let (control_plane, scene) = Scene::new().await;
    let ahead = scene.rarely().last_successful(scene.hours(1));
    control_plane.apply(&ahead.object()).await;
    let served = scene.setup.start().await;
    let [ever_succeeded, fresh, last_run] = NEW;
    let unknown = ["clock failing", ever_succeeded, fresh, last_run];
    scene.tells_of_dump(&served, &unknown).await;
    scene.setup.set_clock("+2h");
    scene.tells_of_dump(&served, &[]).await;
}

#[tokio::test]
async fn story_26_a_schedule_that_never_comes_is_told_of() {
    let (control_plane, scene) = Scene::new().await;
    let never = CronJob::new(&scene.namespace, "dump", "0 3 30 2 *")
        .label(BACKUP, "true")
        .last_successful(scene.hours(-1));
    let dump = control_plane.apply(&never.object()).await;
    let served = scene.setup.start().await;
    let asset = scene.tells_of_dump(&served, &["scheduled failing"]).await;
    let said = text(&asset, "scheduled");
    assert!(said.contains("no moment that ever comes"), "{said}");
    let next = "kube_cronjob_next_schedule_time";
    assert_eq!(scene.of_dump(&served, next, "").await, None);

    let mended = json!({ "spec": { "schedule": "0 3 28 2 *" } });
    control_plane.patch(&dump, &mended).await;
    scene.tells_of_dump(&served, &[]).await;
}

/// So these can only come from an API server that let them through long ago; the observer's own tests
/// have them.
#[tokio::test]
async fn story_26_what_cannot_be_parsed_is_refused_by_the_api_server() {
    let (control_plane, scene) = Scene::new().await;
    for (schedule, zone) in [
        ("0 3 * *", "UTC"),
        ("daily", "UTC"),
        ("TZ=Europe/Berlin 0 3 * * *", "UTC"),
        ("0 3 * * *", "Europe/Atlantis"),
    ] {
        let cron_job = CronJob::new(&scene.namespace, "dump", schedule).time_zone(zone);
        assert_eq!(status_of_making(control_plane, &scene, cron_job).await, 422);
    }
}

#[tokio::test]
async fn story_26_sound_twin_what_the_api_server_takes_is_understood() {
    let (control_plane, scene) = Scene::new().await;
    let accepted = [
        ("@daily", "UTC"),
        ("@every 12h", "UTC"),
        ("0 3 * * SUN", "America/New_York"),
        ("*/30 1-5 * JAN-DEC ?", "Asia/Kolkata"),
        ("0 3 * * *", "Etc/GMT+5"),
    ];
    for (number, (schedule, zone)) in accepted.into_iter().enumerate() {
        let cron_job = CronJob::new(&scene.namespace, &format!("dump-{number}"), schedule)
            .time_zone(zone)
            .label(BACKUP, "true")
            .last_scheduled(scene.begin)
            .last_successful(scene.begin);
        control_plane.apply(&cron_job.object()).await;
    }
    let served = scene.setup.start().await;
    for number in 0..accepted.len() {
        let name = format!("dump-{number}");
        scene
            .tells_of(&served, ("CronJob", &name), &[], |asset| {
                asset["schedules"][0]["state"] == "active"
            })
            .await;
    }
}

/// The API server's answer to a new object.
async fn status_of_making(control_plane: &ControlPlane, scene: &Scene, new: CronJob) -> u16 {
    let path = format!("/apis/batch/v1/namespaces/{}/cronjobs", scene.namespace);
    let body = new.object().to_string().into();
    let answer = control_plane
        .request("POST", &path, Some(("application/json", body)))
        .await;
    answer.status
}
