//! What can't be seen, and what follows from it.

use rstest::rstest;

use super::*;

#[rstest]
#[case(Kind::ReplicationSource)]
#[case(Kind::CronJob)]
#[case(Kind::StatefulSet)]
fn without_sight_of_what_may_cover_it_a_claim_is_unknown(#[case] kind: Kind) {
    let scene = Scene::without_sight_of(kind).claim("data");
    let told = scene.tells(CoverageKind::PersistentVolumeClaim, "data");
    let told = told.unwrap();
    assert!(
        told.starts_with("unknown: the permission to list and watch"),
        "{told}"
    );
    if kind != Kind::ReplicationSource {
        scene.source("data", json!({})).claim_is("data", BY_SOURCE);
    }
}

#[test]
fn claims_that_cannot_be_listed_are_told_to_be_unseen() {
    let templates = json!([{ "metadata": { "name": "data" } }]);
    let scene = Scene::without_sight_of(Kind::PersistentVolumeClaim)
        .set(json!({}), json!({ "volumeClaimTemplates": templates }));
    let coverage = scene.survey();
    let why = &coverage.unseen[&CoverageKind::PersistentVolumeClaim];
    assert!(why.contains("persistentvolumeclaims"), "{why}");
    let told = scene.tells(CoverageKind::StatefulSet, "db").unwrap();
    assert_eq!(told, format!("unknown: {why}"));
}

#[test]
fn kinds_that_the_api_does_not_serve_are_nothing_unseen() {
    let scene = Scene::new();
    let mut world = World::new(Watch::all(&BTreeSet::new()));
    for watch in Watch::all(&BTreeSet::new()) {
        let contact = Contact::NotServed;
        world.apply(Event::Contact { watch, contact });
    }
    let scene = Scene { world, ..scene }.claim("data");
    scene.claim_is("data", NOTHING);
    assert!(scene.survey().unseen.is_empty());
}
