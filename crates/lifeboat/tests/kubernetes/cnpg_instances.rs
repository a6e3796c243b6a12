//! Stories of instances: replicas that export zeros, and exporters that hang.

use std::time::Duration;

use lifeboat_testkit::instance_exporter::{Behaviour, InstanceExporter, Samples};
use lifeboat_testkit::kubernetes_objects::{
    Cluster, InstancePod, KubernetesObject, ScheduledBackup,
};

use crate::cnpg_archiving::{TWO_READINGS, archiver, primary_pod, sound_primary};
use crate::scene::{Scene, apply_all, seconds};
use crate::served::report;
use crate::support::text;

#[tokio::test]
async fn story_07_replicas_that_export_zero_alarm_nobody_and_hide_nothing() {
    let (control_plane, scene) = Scene::with_exporters().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let cluster = scene.cluster().instances(3);
    control_plane.apply(&cluster.object()).await;
    let primary = sound_primary(&scene);
    let mut pods = vec![primary_pod(&scene, &primary)];
    // Each exports 0 for whatever it doesn't know, which is all that concerns backups.
    let replicas = [(); 2].map(|()| InstanceExporter::start(Samples::replica("db")));
    for (number, replica) in (2..).zip(&replicas) {
        let (name, since) = (format!("db-{number}"), scene.hours(-720));
        let address = replica.address();
        pods.push(InstancePod::replica(
            &scene.namespace,
            "db",
            &name,
            address,
            since,
        ));
    }
    for pod in pods {
        control_plane.apply(&pod.object()).await;
    }
    let served = scene.setup.start().await;
    for exporter in [&primary, &replicas[0], &replicas[1]] {
        exporter.wait_for_scrapes(1, TWO_READINGS).await;
    }
    let asset = scene
        .tells_that(&served, &[], |asset| {
            let instances = asset["instances"].as_array().unwrap();
            instances.len() == 3 && instances.iter().all(|instance| instance["error"].is_null())
        })
        .await;
    assert_eq!(asset["instances"][1]["role"], "replica", "{asset:#}");
    // One series for the cluster, and not a zero among them.
    let name = "cnpg_collector_last_available_backup_timestamp";
    let last = scene.metric(&served, name).await;
    assert_eq!(last, Some(seconds(scene.minutes(-50))));

    // What is really too old is told all the same.
    scene.setup.set_clock("+35h 11m");
    scene.tells(&served, &["fresh failing"]).await;
}

/// Objects of the cluster `other`, as sound as `db`, whose primary is read from an exporter.
async fn other_cluster(
    scene: &Scene,
    control_plane: &lifeboat_testkit::control_plane::ControlPlane,
    exporter: &InstanceExporter,
) {
    let (namespace, at) = (&scene.namespace, scene.hours(-1));
    let cluster = Cluster::new(namespace, "other")
        .backed_up_by_plugin("store")
        .archiving(true, scene.hours(-720));
    let schedule = at.strftime("%-S %-M %-H %-d %-m *").to_string();
    let schedule = ScheduledBackup::new(namespace, "other", "other", &schedule)
        .by_plugin()
        .scheduled(at, scene.hours(365 * 24));
    let backup = scene
        .completed(at)
        .field("/metadata/name", "other-first")
        .field("/spec/cluster/name", "other");
    let pod = InstancePod::primary(
        namespace,
        "other",
        "other-1",
        exporter.address(),
        scene.hours(-720),
    );
    for object in [
        cluster.object(),
        schedule.object(),
        backup.object(),
        pod.object(),
    ] {
        control_plane.apply(&object).await;
    }
}

const UNREAD: [&str; 3] = [
    "archive_backlog unknown",
    "archiving unknown",
    "ever_archived unknown",
];

#[tokio::test]
async fn one_exporter_that_hangs_hurts_only_its_own_cluster() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let [sound, hanging] = [(); 2].map(|()| sound_primary(&scene));
    hanging.behave(Behaviour::Hang);
    apply_all(control_plane, &scene.sound_for_long()).await;
    control_plane
        .apply(&primary_pod(&scene, &sound).object())
        .await;
    other_cluster(&scene, control_plane, &hanging).await;
    let served = scene.setup.start().await;
    hanging.wait_for_scrapes(1, TWO_READINGS).await;
    let other = ("CNPGCluster", "other");
    let asset = scene
        .tells_of(&served, other, &UNREAD, |asset| {
            let told = report(asset, "archiving")["text"].as_str().unwrap();
            told.contains("no answer")
        })
        .await;
    // Never green, however good all else is.
    assert_eq!(asset["status"], "unknown");
    assert!(text(&report(&asset, "archiving")["text"]).contains("other-1"));

    // The other goes on to be read, each time it is due.
    sound.update(|samples| archiver(samples, scene.minutes(-1), 120, 7));
    sound.wait_for_scrapes(1, TWO_READINGS).await;
    scene.tells(&served, &["archiving failing"]).await;
    let answers = served.api("assets").await;
    assert_eq!(answers["assets"].as_array().unwrap().len(), 2);

    hanging.behave(Behaviour::Healthy);
    hanging.wait_for_scrapes(1, TWO_READINGS).await;
    scene.tells_of(&served, other, &[], |_| true).await;
}

#[tokio::test]
async fn a_slow_exporter_is_read_all_the_same() {
    let (control_plane, scene) = Scene::with_exporters().await;
    let slow = sound_primary(&scene);
    slow.behave(Behaviour::Slow(Duration::from_secs(1)));
    apply_all(control_plane, &scene.sound_for_long()).await;
    control_plane
        .apply(&primary_pod(&scene, &slow).object())
        .await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;
}
