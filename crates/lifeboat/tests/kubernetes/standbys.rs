//! Stories 45 to 47: a standby, as the exporter of the instance that follows tells of it.

use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::instance_exporter::{Behaviour, InstanceExporter, Samples};
use lifeboat_testkit::kubernetes_objects::{Cluster, InstancePod, KubernetesObject};
use serde_json::json;

use crate::cnpg_archiving::TWO_READINGS;
use crate::scene::Scene;
use crate::served::{Served, report};
use crate::telling::is_asked;

/// What is told of a database that nobody backs up yet: what was promoted needs backups of its own.
const NOT_BACKED_UP: [&str; 4] = [
    "ever_succeeded unknown",
    "fresh unknown",
    "last_run unknown",
    "scheduled failing",
];

/// The standby `db` of `original`, in step, and what its exporter says.
async fn in_step(scene: &Scene, control_plane: &ControlPlane) -> InstanceExporter {
    let mut samples = Samples::primary("db");
    samples.set_replication(true, 1.5, true);
    let exporter = InstanceExporter::start(samples);
    control_plane.apply(&standby(scene).object()).await;
    let (address, since) = (exporter.address(), scene.hours(-720));
    let pod = InstancePod::primary(&scene.namespace, "db", "db-1", address, since);
    control_plane.apply(&pod.object()).await;
    exporter
}

fn standby(scene: &Scene) -> Cluster {
    Cluster::new(&scene.namespace, "db").replica_of("original")
}

/// Waits until nothing is wrong with the standby, whose backups are paused all the while.
async fn is_in_step(scene: &Scene, served: &Served<'_>) {
    let asset = scene
        .tells_that(served, &[], |asset| {
            let ok = |check| report(asset, check)["status"] == "ok";
            ["standby_metrics", "in_recovery", "receiving", "replay_lag"]
                .into_iter()
                .all(ok)
        })
        .await;
    assert_eq!(asset["paused"], "a replica of original");
    assert_eq!(report(&asset, "fresh")["status"], "paused");
}

#[tokio::test]
async fn story_45_a_standby_that_is_cut_off_is_told_of_though_its_lag_reads_0() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let exporter = in_step(&scene, control_plane).await;
    let served = scene.setup.start().await;
    is_in_step(&scene, &served).await;

    exporter.update(|samples| samples.set_replication(true, 0.0, false));
    let cut_off = ["receiving failing", "replay_lag unknown"];
    let asset = scene.tells(&served, &cut_off).await;
    assert_eq!(asset["status"], "failing");
    assert_eq!(report(&asset, "replay_lag")["facts"]["lag_seconds"], 0.0);

    // Connected again, it has to catch up.
    exporter.update(|samples| samples.set_replication(true, 900.0, true));
    scene.tells(&served, &["replay_lag failing"]).await;
    exporter.update(|samples| samples.set_replication(true, 2.0, true));
    is_in_step(&scene, &served).await;
}

#[tokio::test]
async fn story_46_a_standby_that_was_promoted_is_told_of_until_somebody_says_it_was_meant() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let exporter = in_step(&scene, control_plane).await;
    let served = scene.setup.start().await;
    is_in_step(&scene, &served).await;
    served.wait_until_told().await;
    served.terminate().await;

    // While nobody looked, it was promoted by its description.
    let promoted = standby(&scene).field("/spec/replica/enabled", false);
    let promoted = control_plane.apply(&promoted.object()).await;
    exporter.update(|samples| samples.set_replication(false, 0.0, false));
    let served = scene.setup.start().await;
    let promoted_too = [&NOT_BACKED_UP[..], &["in_recovery failing"]].concat();
    let asset = scene
        .tells_that(&served, &promoted_too, |asset| {
            report(asset, "in_recovery")["facts"]["instance"] == "db-1"
        })
        .await;
    let hint = report(&asset, "in_recovery")["hint"].as_str().unwrap();
    assert!(hint.contains("lifeboat.dev/standby: \"false\""), "{hint}");

    let meant = json!({ "metadata": { "annotations": { "lifeboat.dev/standby": "false" } } });
    control_plane.patch(&promoted, &meant).await;
    scene
        .tells_that(&served, &NOT_BACKED_UP, |asset| {
            !is_asked(asset, "in_recovery")
        })
        .await;
}

#[tokio::test]
async fn story_47_a_standby_that_nobody_can_read_is_told_of() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let exporter = in_step(&scene, control_plane).await;
    let served = scene.setup.start().await;
    is_in_step(&scene, &served).await;

    exporter.behave(Behaviour::Reset);
    exporter.wait_for_scrapes(1, TWO_READINGS).await;
    let unread = [
        "in_recovery unknown",
        "receiving unknown",
        "replay_lag unknown",
        "standby_metrics failing",
    ];
    scene.tells(&served, &unread).await;
    exporter.behave(Behaviour::Healthy);
    is_in_step(&scene, &served).await;
}
