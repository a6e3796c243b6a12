//! Stories of operators: the programs without which nobody makes backups.

use lifeboat_testkit::kubernetes_objects::{Deployment, KubernetesObject};
use rstest::rstest;

use crate::scene::Scene;
use crate::served::report;

/// The value of `lifeboat_operator_available` of the only operator in the namespace.
async fn available(scene: &Scene, served: &crate::served::Served<'_>) -> String {
    let lines = scene.lines(served, &["lifeboat_operator_available{"]).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines[0].rsplit(' ').next().unwrap().to_owned()
}

#[rstest]
#[case::operator("cnpg-controller-manager")]
#[case::plugin("barman-cloud")]
#[tokio::test]
async fn story_17_a_program_without_an_available_replica_is_told(#[case] name: &str) {
    let (control_plane, scene) = Scene::new().await;
    let deployment = |available| {
        let deployment = Deployment::new(&scene.namespace, name, 1, available);
        deployment.object()
    };
    control_plane.apply(&deployment(1)).await;
    let served = scene.setup.start().await;
    let operator = ("Operator", name);
    // The sound twin: it runs.
    let asset = scene.tells_of(&served, operator, &[], |_| true).await;
    assert_eq!(asset["status"], "ok");
    assert_eq!(available(&scene, &served).await, "1");

    control_plane.apply(&deployment(0)).await;
    let told = ["available failing"];
    let asset = scene.tells_of(&served, operator, &told, |_| true).await;
    assert_eq!(report(&asset, "available")["reason"], "Unavailable");
    assert_eq!(available(&scene, &served).await, "0");

    control_plane.apply(&deployment(1)).await;
    scene.tells_of(&served, operator, &[], |_| true).await;
}

#[tokio::test]
async fn story_17_a_program_that_was_scaled_to_nothing_is_told_with_the_reason() {
    let (control_plane, scene) = Scene::new().await;
    let scaled = Deployment::new(&scene.namespace, "cloudnative-pg", 0, 0);
    control_plane.apply(&scaled.object()).await;
    let served = scene.setup.start().await;
    let operator = ("Operator", "cloudnative-pg");
    let told = ["available failing"];
    let asset = scene.tells_of(&served, operator, &told, |_| true).await;
    let told = report(&asset, "available")["text"].as_str().unwrap();
    assert!(told.contains("scaled to"), "{told}");
}

#[tokio::test]
async fn story_17_sound_twin_one_of_two_replicas_is_enough() {
    let (control_plane, scene) = Scene::new().await;
    let name = "cnpg-controller-manager";
    let half = Deployment::new(&scene.namespace, name, 2, 1);
    control_plane.apply(&half.object()).await;
    // What has nothing to do with backups is no asset, whatever state it is in.
    let shop = Deployment::new(&scene.namespace, "shop", 1, 0);
    control_plane.apply(&shop.object()).await;
    let served = scene.setup.start().await;
    scene
        .tells_of(&served, ("Operator", name), &[], |_| true)
        .await;
    let list = served.api("assets").await;
    assert_eq!(list["assets"].as_array().unwrap().len(), 1);
}
