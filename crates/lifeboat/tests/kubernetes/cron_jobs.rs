//! Stories 22 and 23, and Jobs made by hand: with Jobs that the controllers of Kubernetes really run.

use lifeboat_testkit::kubernetes_objects::{Job, KubernetesObject};
use serde_json::{Value, json};

use crate::cron_scene::text;
use crate::scene::{Scene, points};
use crate::served::report;
use crate::support::run;

const FAILURES: &str = "lifeboat_run_failures";
const RUNS: &str = "lifeboat_runs_total";
const TTL: &str = "/spec/jobTemplate/spec/ttlSecondsAfterFinished";

#[tokio::test]
async fn story_22_failures_are_counted_though_their_jobs_are_cleaned_up() {
    let (control_plane, scene) = Scene::with_jobs().await;
    let failing = scene
        .nightly()
        .outcome("fail")
        .field(TTL, 1)
        .last_successful(scene.hours(-24));
    let dump = control_plane.apply(&failing.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_dump(&served, &[]).await;
    for failures in 1..=3 {
        scene.pass_a_night(control_plane, &dump).await;
        let asset = scene
            .tells_of_dump_that(&served, &["last_run failing"], |asset| {
                backups(asset)["failures"] == failures
            })
            .await;
        let error = asset["last_backup"]["error"].as_str().unwrap();
        assert!(error.starts_with("BackoffLimitExceeded"), "{error}");
        scene.wait_until_jobs_are_gone(&served, control_plane).await;
    }
    assert_eq!(scene.of_dump(&served, FAILURES, "").await, Some(3.0));
    let failed = "outcome=\"failed\"";
    assert_eq!(scene.of_dump(&served, RUNS, failed).await, Some(3.0));

    // Neither a restart nor the absence of every Job makes it good.
    served.terminate().await;
    let served = scene.setup.start().await;
    let asset = scene.tells_of_dump(&served, &["last_run failing"]).await;
    assert_eq!(backups(&asset)["failures"], 3);

    let outcome = json!({ "metadata": { "labels": { "outcome": null } } });
    let mended = json!({ "spec": { "jobTemplate": { "spec": { "template": outcome } } } });
    control_plane.patch(&dump, &mended).await;
    scene.pass_a_night(control_plane, &dump).await;
    scene.tells_of_dump(&served, &[]).await;
    assert_eq!(scene.of_dump(&served, FAILURES, "").await, Some(0.0));
    assert_eq!(scene.of_dump(&served, RUNS, failed).await, Some(3.0));
}

#[tokio::test]
async fn story_22_sound_twin_successes_outlive_their_jobs() {
    let (control_plane, scene) = Scene::with_jobs().await;
    let dump = control_plane
        .apply(&scene.nightly().field(TTL, 1).object())
        .await;
    let served = scene.setup.start().await;
    for successes in 1..=2 {
        scene.pass_a_night(control_plane, &dump).await;
        scene
            .tells_of_dump_that(&served, &[], |asset| points(asset).len() == successes)
            .await;
        scene.wait_until_jobs_are_gone(&served, control_plane).await;
    }
    served.terminate().await;
    let served = scene.setup.start().await;
    let asset = scene.tells_of_dump(&served, &[]).await;
    assert_eq!(points(&asset).len(), 2, "{asset:#}");
    let succeeded = "outcome=\"succeeded\"";
    assert_eq!(scene.of_dump(&served, RUNS, succeeded).await, Some(2.0));
    assert_eq!(scene.of_dump(&served, FAILURES, "").await, Some(0.0));
}

#[tokio::test]
async fn story_23_a_job_that_hangs_is_told_to_be_stuck() {
    let (control_plane, scene) = Scene::with_jobs().await;
    let hanging = scene
        .nightly()
        .outcome("hang")
        .last_successful(scene.hours(-1));
    let dump = control_plane.apply(&hanging.object()).await;
    scene.pass_a_night(control_plane, &dump).await;
    let served = scene.setup.start().await;
    scene
        .tells_of_dump_that(&served, &[], |asset| {
            asset["under_way"][0]["phase"] == "active"
        })
        .await;
    // Of what never ran before their eyes, nobody knows how long it takes: six hours are allowed.
    scene.setup.set_clock("+5h 50m");
    scene.dump_is_sound_at(&served, scene.minutes(350)).await;

    scene.setup.set_clock("+6h 1m");
    let asset = scene.tells_of_dump(&served, &["not_stuck failing"]).await;
    let jobs = scene.jobs(control_plane).await;
    let name = jobs[0]["metadata"]["name"].as_str().unwrap();
    let said = text(&asset, "not_stuck");
    assert!(said.contains(&format!("Job/{name}")), "{said}");
    let hint = report(&asset, "not_stuck")["hint"].as_str().unwrap();
    assert!(hint.contains(name), "{hint}");

    control_plane.delete(&jobs[0]).await;
    let asset = scene.tells_of_dump(&served, &["last_run unknown"]).await;
    assert_eq!(asset["last_backup"]["outcome"], "inconclusive");
}

#[tokio::test]
async fn story_23_sound_twin_a_job_may_take_three_times_as_long_as_ever() {
    let (control_plane, scene) = Scene::new().await;
    let sound = scene
        .rarely()
        .last_scheduled(scene.hours(-1))
        .last_successful(scene.hours(-22));
    let dump = control_plane.apply(&sound.object()).await;
    let earlier = Job::of(&dump, scene.hours(-25)).succeeded(scene.hours(-25), scene.hours(-22));
    let now = Job::of(&dump, scene.hours(-1)).running(scene.hours(-1));
    for job in [earlier, now] {
        control_plane.apply(&job.object()).await;
    }
    let served = scene.setup.start().await;
    scene
        .tells_of_dump_that(&served, &[], |asset| asset["under_way"][0].is_object())
        .await;
    // Three times three hours, of which one is over.
    scene.setup.set_clock("+7h 50m");
    scene.dump_is_sound_at(&served, scene.minutes(470)).await;
    scene.setup.set_clock("+8h 1m");
    scene.tells_of_dump(&served, &["not_stuck failing"]).await;
}

#[tokio::test]
async fn a_job_made_by_hand_counts_as_a_run_of_its_cron_job() {
    let (control_plane, scene) = Scene::with_jobs().await;
    let old = scene.rarely().last_successful(scene.hours(-40));
    control_plane.apply(&old.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_dump(&served, &["fresh failing"]).await;

    let mut kubectl = control_plane.kubectl();
    kubectl.args(["create", "job", "by-hand", "--from", "cronjob/dump"]);
    kubectl.args(["--namespace", &scene.namespace]);
    run(&mut kubectl).exits(0);
    let asset = scene
        .tells_of_dump_that(&served, &[], |asset| {
            asset["last_backup"]["outcome"] == "succeeded"
        })
        .await;
    assert_eq!(asset["last_backup"]["trigger"], "manual");
    assert_eq!(points(&asset)[0], "Job/by-hand");
}

/// What is told of the backups of an asset.
fn backups(asset: &Value) -> &Value {
    let operations = asset["operations"].as_array().unwrap();
    let mut operations = operations.iter();
    operations
        .find(|operation| operation["operation"] == "backup")
        .unwrap_or(&Value::Null)
}
