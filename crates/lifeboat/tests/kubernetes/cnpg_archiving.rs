//! Stories of archiving, as the exporter of the primary tells it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::instance_exporter::{InstanceExporter, Samples};
use lifeboat_testkit::kubernetes_objects::{InstancePod, KubernetesObject};
use serde_json::{Value, json};

use crate::scene::{Scene, apply_all};
use crate::served::report;
use crate::support::text;

/// Each exporter is read every half a minute.
pub(crate) const TWO_READINGS: Duration = Duration::from_mins(3);

/// What the archiver of a primary counts: files archived, the last at a moment, and failures.
pub(crate) fn archiver(samples: &mut Samples, last: Timestamp, archived: u32, failed: u32) {
    let failure = (failed > 0).then(|| last - SignedDuration::from_hours(24));
    samples.set_archiver(last, (archived, Some(last)), (failed, failure));
}

/// The exporter of a primary that has archived until a minute ago, and fails now and then.
pub(crate) fn sound_primary(scene: &Scene) -> InstanceExporter {
    let mut samples = Samples::primary("db");
    archiver(&mut samples, scene.minutes(-1), 120, 2);
    samples.set_wal_files(1.0, 20.0);
    InstanceExporter::start(samples)
}

/// The pod of the primary of `db`.
pub(crate) fn primary_pod(scene: &Scene, exporter: &InstanceExporter) -> InstancePod {
    let (address, since) = (exporter.address(), scene.hours(-720));
    InstancePod::primary(&scene.namespace, "db", "db-1", address, since)
}

async fn with_primary(scene: &Scene, control_plane: &ControlPlane, exporter: &InstanceExporter) {
    apply_all(control_plane, &scene.sound_for_long()).await;
    let pod = primary_pod(scene, exporter).object();
    control_plane.apply(&pod).await;
}

#[tokio::test]
async fn story_10_more_than_three_failures_in_five_minutes_are_told_until_they_end() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let exporter = sound_primary(&scene);
    with_primary(&scene, control_plane, &exporter).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;
    let failures = scene.metric(&served, "cnpg_wal_archive_failed_total").await;
    assert_eq!(failures, Some(2.0));

    exporter.update(|samples| archiver(samples, scene.minutes(-1), 120, 6));
    exporter.wait_for_scrapes(1, TWO_READINGS).await;
    let asset = scene.tells(&served, &["archiving failing"]).await;
    assert_eq!(report(&asset, "archiving")["facts"]["failed_lately"], 4);
    assert_eq!(report(&asset, "archiving_burn")["status"], "failing");
    let failures = scene.metric(&served, "cnpg_wal_archive_failed_total").await;
    assert_eq!(failures, Some(6.0));

    // Ten minutes later it has not failed again.
    scene.setup.set_clock("+10m");
    exporter.update(|samples| archiver(samples, scene.minutes(9), 130, 6));
    exporter.wait_for_scrapes(1, TWO_READINGS).await;
    scene.tells(&served, &[]).await;
}

#[tokio::test]
async fn story_10_failures_that_go_on_burn_the_months_budget_and_that_is_told_until_they_end() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let exporter = sound_primary(&scene);
    with_primary(&scene, control_plane, &exporter).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;

    // One failure every four minutes, and each file gets through in the end: what looks at five minutes
    // alone never sees four.
    for (minute, failed) in [(4, 3), (8, 4), (12, 5)] {
        fail_once_more(&scene, &exporter, minute, failed).await;
        scene
            .tells_that(&served, &[], |asset| {
                asset["archiving"]["reading"]["failed"] == failed
            })
            .await;
    }
    fail_once_more(&scene, &exporter, 16, 6).await;
    let asset = scene
        .tells_that(&served, &[], |asset| {
            let checks = ["archiving_burn", "archiving_burn_slow"];
            checks.map(|check| is(asset, check, "failing")) == [true; 2]
        })
        .await;
    // It only warns: nothing is lost yet.
    assert_eq!(asset["status"], "ok");
    let told = text(&report(&asset, "archiving_burn")["text"]);
    assert!(
        told.contains("the error budget of a target of 99.9% burns"),
        "{told}"
    );
    let rates = scene.lines(&served, &["lifeboat_slo_burn_rate"]).await;
    assert_eq!(rates.len(), 7, "{rates:#?}");
    let alert = "CNPGWALArchivingBudgetBurnFast";
    served.wait_for_alert(alert, "pending").await;

    fail_once_more(&scene, &exporter, 20, 7).await;
    let firing = served.wait_for_alert(alert, "firing").await;
    assert_eq!(firing["severity"], "critical");

    // Hours later it has not failed again. The alert fires on for five minutes, lest it comes and goes.
    scene.setup.set_clock("+7h");
    exporter.update(|samples| archiver(samples, scene.minutes(7 * 60 - 1), 210, 7));
    exporter.wait_for_scrapes(1, TWO_READINGS).await;
    scene
        .tells_that(&served, &[], |asset| is(asset, "archiving_burn", "ok"))
        .await;
    scene.setup.set_clock("+8h");
    served.wait_for_alert(alert, "resolved").await;
}

/// Whether a check has this status: while nothing is counted, it has none.
fn is(asset: &Value, check: &str, status: &str) -> bool {
    let mut checks = asset["checks"].as_array().unwrap().iter();
    checks.any(|one| one["check"] == check && one["status"] == status)
}

/// A few minutes later, another file was archived at the second attempt.
async fn fail_once_more(scene: &Scene, exporter: &InstanceExporter, minute: i64, failed: u32) {
    scene.setup.set_clock(&format!("+{minute}m"));
    let last = scene.minutes(minute - 1);
    exporter.update(|samples| archiver(samples, last, 118 + failed, failed));
    exporter.wait_for_scrapes(1, TWO_READINGS).await;
}

#[tokio::test]
async fn story_10_sound_twin_three_failures_in_five_minutes_are_an_accident() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let exporter = sound_primary(&scene);
    with_primary(&scene, control_plane, &exporter).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;
    exporter.update(|samples| archiver(samples, scene.minutes(-1), 121, 5));
    exporter.wait_for_scrapes(1, TWO_READINGS).await;
    scene
        .tells_that(&served, &[], |asset| {
            report(asset, "archiving")["facts"]["failed_lately"] == 3
                && report(asset, "archiving_burn")["facts"]["pairs"][0]["long"]["failed"] == 3
                && report(asset, "archiving_burn")["status"] == "ok"
        })
        .await;
}

#[tokio::test]
async fn story_11_gauges_of_minus_one_mean_that_nothing_was_ever_archived() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let exporter = InstanceExporter::start(Samples::primary("db"));
    with_primary(&scene, control_plane, &exporter).await;
    // The condition is only written when something is archived.
    let cluster = scene.cluster().object();
    control_plane
        .patch_status(&cluster, &json!({ "conditions": null }))
        .await;
    let served = scene.setup.start().await;
    scene.tells(&served, &["ever_archived unknown"]).await;
    scene.setup.set_clock("+20m");
    let asset = scene.tells(&served, &["ever_archived failing"]).await;
    assert_eq!(report(&asset, "ever_archived")["reason"], "NeverArchived");

    exporter.update(|samples| archiver(samples, scene.minutes(19), 1, 0));
    exporter.wait_for_scrapes(1, TWO_READINGS).await;
    scene.tells(&served, &[]).await;
}

#[tokio::test]
async fn story_11_sound_twin_where_nothing_is_to_be_archived_nothing_is_missed() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let exporter = InstanceExporter::start(Samples::primary("db"));
    with_primary(&scene, control_plane, &exporter).await;
    let cluster = scene.cluster().field("/spec/plugins", json!([])).object();
    control_plane.apply(&cluster).await;
    scene.setup.set_clock("+20m");
    let served = scene.setup.start().await;
    exporter.wait_for_scrapes(1, TWO_READINGS).await;
    let asset = scene.tells(&served, &[]).await;
    let checks = asset["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["check"] != "ever_archived"));
}

#[tokio::test]
async fn story_12_more_than_100_files_that_wait_are_told() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let exporter = sound_primary(&scene);
    exporter.update(|samples| samples.set_wal_files(240.0, 3.0));
    with_primary(&scene, control_plane, &exporter).await;
    let served = scene.setup.start().await;
    let asset = scene.tells(&served, &["archive_backlog failing"]).await;
    let evidence = &report(&asset, "archive_backlog")["facts"];
    assert_eq!(
        (&evidence["waiting"], &evidence["limit"]),
        (&240.into(), &100.into())
    );
    let pending = scene.metric(&served, "cnpg_wal_files_pending").await;
    assert_eq!(pending, Some(240.0));

    exporter.update(|samples| samples.set_wal_files(0.0, 243.0));
    exporter.wait_for_scrapes(1, TWO_READINGS).await;
    scene.tells(&served, &[]).await;
    let pending = scene.metric(&served, "cnpg_wal_files_pending").await;
    assert_eq!(pending, Some(0.0));
}

#[tokio::test]
async fn story_12_sound_twin_100_files_that_wait_are_a_busy_minute() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let exporter = sound_primary(&scene);
    exporter.update(|samples| samples.set_wal_files(100.0, 3.0));
    with_primary(&scene, control_plane, &exporter).await;
    let served = scene.setup.start().await;
    let asset = scene.tells(&served, &[]).await;
    let evidence = &report(&asset, "archive_backlog")["facts"];
    assert_eq!(evidence["waiting"], 100);
}

#[tokio::test]
async fn story_10_the_reason_of_the_condition_is_told_with_the_failures() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let exporter = sound_primary(&scene);
    with_primary(&scene, control_plane, &exporter).await;
    let failing = scene.cluster().archiving(false, scene.minutes(0));
    control_plane.apply(&failing.object()).await;
    let served = scene.setup.start().await;
    let asset = scene.tells(&served, &["archiving failing"]).await;
    let told = text(&report(&asset, "archiving")["text"]);
    assert!(told.contains("ContinuousArchivingFailing"), "{told}");
    // It goes on to be counted, since some of it gets through.
    let archived = scene.metric(&served, "cnpg_wal_files_archived_total").await;
    assert_eq!(archived, Some(120.0));
}
