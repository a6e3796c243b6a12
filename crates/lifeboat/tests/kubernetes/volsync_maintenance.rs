//! Stories 29, 30 and 32: the upkeep of a Kopia repository, by the CronJobs and Jobs that carry it out.

use lifeboat_testkit::kubernetes_objects::{CronJob, Job, KopiaMaintenance, KubernetesObject};
use serde_json::json;

use crate::cron_scene::moment;
use crate::scene::Scene;
use crate::served::report;
use crate::volsync_scene::{operation, with_jobs};

const TTL: &str = "/spec/jobTemplate/spec/ttlSecondsAfterFinished";

/// The upkeep of `kopia`, for which nothing is due for long.
fn rarely(scene: &Scene) -> KopiaMaintenance {
    let due = scene.hours(-1);
    let schedule = due.strftime("%-M %-H %-d %-m *").to_string();
    KopiaMaintenance::new(&scene.namespace, "daily", "kopia", &schedule)
}

#[tokio::test]
async fn story_29_the_last_maintenance_is_told_to_be_too_old_after_three_days() {
    let (control_plane, scene) = Scene::new().await;
    let maintenance = control_plane.apply(&rarely(&scene).object()).await;
    let cron_job = CronJob::of_maintenance(&maintenance).last_successful(scene.begin);
    let cron_job = control_plane.apply(&cron_job.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_kopia(&served, &[]).await;
    scene.setup.set_clock("+71h 50m");
    served.wait_for_evaluation().await;
    scene.tells_of_kopia(&served, &[]).await;

    scene.setup.set_clock("+72h 1s");
    let asset = scene.tells_of_kopia(&served, &["maintained failing"]).await;
    let maintained = report(&asset, "maintained");
    assert_eq!(moment(&maintained["since"]), scene.hours(72));
    // What is remembered of it outlives a restart, and the CronJob's status.
    served.wait_until_told().await;
    served.terminate().await;
    control_plane.delete(&cron_job).await;
    let again = CronJob::of_maintenance(&maintenance);
    let again = control_plane.create(&again.object()).await;
    let served = scene.setup.start().await;
    let asset = scene.tells_of_kopia(&served, &["maintained failing"]).await;
    assert_eq!(
        moment(&report(&asset, "maintained")["since"]),
        scene.hours(72)
    );

    let success = json!({ "lastSuccessfulTime": scene.hours(72).to_string() });
    control_plane.patch_status(&again, &success).await;
    scene.tells_of_kopia(&served, &[]).await;
}

#[tokio::test]
async fn story_29_sound_twin_what_only_volsync_noted_counts_as_well() {
    let (control_plane, scene) = Scene::new().await;
    let noted = rarely(&scene).last_maintained(scene.hours(-1));
    let maintenance = control_plane.apply(&noted.object()).await;
    let cron_job = CronJob::of_maintenance(&maintenance);
    control_plane.apply(&cron_job.object()).await;
    let served = scene.setup.start().await;
    scene.setup.set_clock("+70h");
    served.wait_for_evaluation().await;
    scene.tells_of_kopia(&served, &[]).await;
}

#[tokio::test]
async fn story_30_failures_are_counted_though_their_jobs_are_cleaned_up() {
    let (control_plane, scene) = with_jobs().await;
    let maintenance = control_plane.apply(&scene.maintenance().object()).await;
    let failing = CronJob::of_maintenance(&maintenance)
        .outcome("fail")
        .field("/spec/failedJobsHistoryLimit", 1)
        .field(TTL, 1)
        .last_successful(scene.hours(-24));
    let cron_job = control_plane.apply(&failing.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_kopia(&served, &[]).await;
    for failures in 1..=3 {
        scene.pass_a_night(control_plane, &cron_job).await;
        let asset = scene
            .tells_of_kopia_that(&served, &["last_run failing"], |asset| {
                operation(asset, "maintenance")["failures"] == failures
            })
            .await;
        assert_eq!(operation(&asset, "backup"), &serde_json::Value::Null);
        scene.wait_until_jobs_are_gone(&served, control_plane).await;
    }
    served.wait_until_told().await;
    served.terminate().await;
    let served = scene.setup.start().await;
    let asset = scene.tells_of_kopia(&served, &["last_run failing"]).await;
    assert_eq!(operation(&asset, "maintenance")["failures"], 3);

    let outcome = json!({ "metadata": { "labels": { "outcome": null } } });
    let mended = json!({ "spec": { "jobTemplate": { "spec": { "template": outcome } } } });
    control_plane.patch(&cron_job, &mended).await;
    scene.pass_a_night(control_plane, &cron_job).await;
    let asset = scene.tells_of_kopia(&served, &[]).await;
    assert_eq!(operation(&asset, "maintenance")["failures"], 0);
}

#[tokio::test]
async fn story_30_sound_twin_runs_have_their_durations_also_those_by_hand() {
    let (control_plane, scene) = Scene::new().await;
    let cron_job = scene.maintain(control_plane, scene.minutes(-40)).await;
    let nightly =
        Job::of(&cron_job, scene.hours(-1)).succeeded(scene.hours(-1), scene.minutes(-40));
    control_plane.apply(&nightly.object()).await;
    let maintenance = control_plane.apply(&scene.maintenance().object()).await;
    let by_hand =
        Job::of_maintenance(&maintenance).succeeded(scene.minutes(-30), scene.minutes(-20));
    control_plane.apply(&by_hand.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_kopia(&served, &[]).await;
    let durations = "lifeboat_run_duration_seconds_";
    let lines = scene.lines(&served, &[durations]).await;
    let value = |suffix: &str| {
        let mut lines = lines.iter();
        let name = format!("{durations}{suffix}{{");
        let line = lines.find(|line| line.starts_with(&name) && line.contains("maintenance"));
        line.unwrap()
            .rsplit_once(' ')
            .unwrap()
            .1
            .parse::<f64>()
            .unwrap()
    };
    assert_eq!((value("count"), value("sum")), (2.0, 1800.0), "{lines:#?}");
}

#[tokio::test]
async fn story_32_a_cron_job_that_is_rewritten_again_and_again_is_told() {
    let (control_plane, scene) = Scene::new().await;
    let cron_job = scene.maintain(control_plane, scene.minutes(-40)).await;
    let served = scene.setup.start().await;
    scene.tells_of_kopia(&served, &[]).await;
    let rewrite = async |limit: i32| {
        let change = json!({ "spec": { "successfulJobsHistoryLimit": limit } });
        control_plane.patch(&cron_job, &change).await;
    };
    let changes = |asset: &serde_json::Value| report(asset, "settled")["facts"]["changes"].clone();
    for limit in 10..15 {
        rewrite(limit).await;
    }
    let asset = scene
        .tells_of_kopia_that(&served, &[], |asset| changes(asset) == 5)
        .await;
    assert_eq!(asset["status"], "ok");

    for limit in 20..23 {
        rewrite(limit).await;
    }
    let is_so = |asset: &serde_json::Value| changes(asset) == 8;
    scene
        .tells_of_kopia_that(&served, &["settled failing"], is_so)
        .await;
    served.wait_until_told().await;
    served.terminate().await;
    // What changed while nobody looked counts as well, and nothing counts twice.
    rewrite(30).await;
    let served = scene.setup.start().await;
    let is_so = |asset: &serde_json::Value| changes(asset) == 9;
    scene
        .tells_of_kopia_that(&served, &["settled failing"], is_so)
        .await;
    scene.setup.set_clock("+2h");
    scene.tells_of_kopia(&served, &[]).await;
}
