//! CronJobs that rehearse a restore, with Jobs that the controllers of Kubernetes really run.

use lifeboat_testkit::kubernetes_objects::{CronJob, KubernetesObject};
use serde_json::{Value, json};

use crate::scene::{Scene, seconds};
use crate::served::{Served, report};
use crate::telling::is_asked;

const NAME: &str = "cnpg-restore-test";

/// A rehearsal each night, which nobody labelled: its name says it.
fn nightly(scene: &Scene) -> CronJob {
    let due = scene.hours(-1);
    let schedule = due.strftime("%-M %-H * * *").to_string();
    CronJob::new(&scene.namespace, NAME, &schedule)
}

async fn tells_of_it(scene: &Scene, served: &Served<'_>, troubles: &[&str]) -> Value {
    let asset = ("RestoreTest", NAME);
    scene.tells_of(served, asset, troubles, |_| true).await
}

/// The one value that this family has of the `CronJob` or of one of its Jobs.
async fn value_of(scene: &Scene, served: &Served<'_>, family: &str) -> Option<f64> {
    let lines = scene.lines(served, &[family]).await;
    let mut lines = lines.iter().filter(|line| line.contains(NAME));
    let value = lines.next()?.rsplit_once(' ')?.1.parse().ok();
    assert_eq!(lines.next(), None);
    value
}

#[tokio::test]
async fn a_rehearsal_that_fails_is_told_of_until_one_succeeds() {
    let (control_plane, scene) = Scene::with_jobs().await;
    let failing = nightly(&scene)
        .outcome("fail")
        .field("/spec/jobTemplate/spec/ttlSecondsAfterFinished", 1)
        .last_successful(scene.hours(-24));
    let cron_job = control_plane.apply(&failing.object()).await;
    let served = scene.setup.start().await;
    let asset = tells_of_it(&scene, &served, &[]).await;
    assert_eq!(report(&asset, "rehearsed")["status"], "ok");
    // Nothing is to be restored from a rehearsal.
    assert!(!is_asked(&asset, "fresh"));
    assert_eq!(scene.asset(&served, "CronJob", NAME).await, Value::Null);

    scene.pass_a_night(control_plane, &cron_job).await;
    let asset = tells_of_it(&scene, &served, &["last_run failing"]).await;
    assert_eq!(asset["rehearsal"]["rehearsal_failures"], 1);
    let last = "kube_cronjob_status_last_successful_time";
    let succeeded = value_of(&scene, &served, last).await;
    assert_eq!(succeeded, Some(seconds(scene.hours(-24))));
    let failed = value_of(&scene, &served, "kube_job_status_failed").await;
    assert_eq!(failed, Some(1.0));

    // The failure is told for as long as nothing succeeds, though its Job is cleaned up.
    scene.wait_until_jobs_are_gone(&served, control_plane).await;
    tells_of_it(&scene, &served, &["last_run failing"]).await;
    let outcome = json!({ "metadata": { "labels": { "outcome": null } } });
    let mended = json!({ "spec": { "jobTemplate": { "spec": { "template": outcome } } } });
    control_plane.patch(&cron_job, &mended).await;
    scene.pass_a_night(control_plane, &cron_job).await;
    tells_of_it(&scene, &served, &[]).await;
    let failed = value_of(&scene, &served, "kube_job_status_failed").await;
    assert_eq!(failed, Some(0.0));
}

#[tokio::test]
async fn a_rehearsal_of_long_ago_is_told_of_after_eight_days_and_a_restart() {
    let (control_plane, scene) = Scene::new().await;
    let due = scene.hours(-1);
    let schedule = due.strftime("%-M %-H %-d %-m *").to_string();
    let rarely = CronJob::new(&scene.namespace, NAME, &schedule).last_successful(scene.begin);
    let cron_job = control_plane.apply(&rarely.object()).await;
    let served = scene.setup.start().await;
    tells_of_it(&scene, &served, &[]).await;
    served.wait_until_told().await;
    served.terminate().await;

    // Its status is empty then.
    control_plane.delete(&cron_job).await;
    let again = CronJob::new(&scene.namespace, NAME, &schedule);
    control_plane.create(&again.object()).await;
    let served = scene.setup.start().await;
    scene.setup.set_clock("+191h 50m");
    served.wait_for_evaluation().await;
    tells_of_it(&scene, &served, &[]).await;
    scene.setup.set_clock("+192h 1s");
    tells_of_it(&scene, &served, &["rehearsed failing"]).await;
}

#[tokio::test]
async fn what_opts_out_is_none() {
    let (control_plane, scene) = Scene::new().await;
    let none = nightly(&scene).label("lifeboat.dev/restore-test", "false");
    control_plane.apply(&none.object()).await;
    let served = scene.setup.start().await;
    served.wait_for_evaluation().await;
    assert_eq!(scene.asset(&served, "RestoreTest", NAME).await, Value::Null);
    assert_eq!(scene.asset(&served, "CronJob", NAME).await, Value::Null);
}
