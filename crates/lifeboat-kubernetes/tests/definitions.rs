//! Kinds whose definitions come and go while Lifeboat runs.

mod common;

use common::{Eyes, backup, contact, in_touch};
use lifeboat_kubernetes::{
    Contact,
    objects::{Kind, ObjectKey},
};
use lifeboat_testkit::control_plane::ControlPlane;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_is_watched_when_its_definition_appears_and_no_longer_when_it_goes() {
    let control_plane = ControlPlane::start().await;
    let namespace = control_plane.create_namespace("late").await;
    let mut eyes = Eyes::open(&control_plane.administrators_kubeconfig(), &[]).await;
    eyes.wait_until_synced().await;
    let not_served = Some(Contact::NotServed);
    assert_eq!(contact(&eyes.world, Kind::Backup, ""), not_served);

    control_plane.install_custom_resource_definitions().await;
    control_plane.create(&backup(&namespace, "first")).await;
    let key = ObjectKey::new(&namespace, "first");
    eyes.wait("the new kind is watched", |world| {
        in_touch(world, Kind::Backup) && world.backups().get(&key).is_some()
    })
    .await;
    eyes.wait_until_synced().await;

    control_plane
        .delete(&json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "backups.postgresql.cnpg.io"},
        }))
        .await;
    eyes.wait("the kind is gone", |world| {
        contact(world, Kind::Backup, "") == not_served && world.backups().is_empty()
    })
    .await;
    assert!(in_touch(&eyes.world, Kind::Cluster));
    // Nobody asked for a kind that isn't there.
    let requests = control_plane.requests_by("administrator");
    let asked_in_vain = requests
        .iter()
        .filter(|request| request.code == 404 && request.resource == "clusters");
    assert!(asked_in_vain.count() < 10);
}
