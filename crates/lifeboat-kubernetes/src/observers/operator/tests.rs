//! What is concluded of operators' Deployments, with objects made by hand.

#![expect(
    clippy::needless_pass_by_value,
    reason = "JSON that is written in place reads best without a reference before it"
)]

use lifeboat_controller::{AssetSpec, Care};
use lifeboat_core::{
    AssetHistory, AssetId, Check, Status,
    assess::{Assessment, Asset, assess_asset},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Observer, OperatorObserver, Sight};
use crate::{
    event::{Event, Watch},
    objects::{
        Deployment, Kind, KubernetesObject, cnpg::Cluster, decode, volsync::ReplicationSource,
    },
    world::World,
};

const OPERATOR: &str = "ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0";
const PLUGIN: &str = "ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.14.0";

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

fn deployment(name: &str, image: &str, labels: Value, spec: Value, status: Value) -> Deployment {
    let mut object = json!({
        "metadata": {"namespace": "cnpg-system", "name": name, "labels": labels,
            "creationTimestamp": "2026-11-01T00:00:00Z"},
        "spec": {"replicas": 1, "template": {"spec": {"containers": [
            {"name": "proxy", "image": "quay.io/brancz/kube-rbac-proxy:v0.18.0"},
            {"name": "manager", "image": image}]}}},
        "status": status,
    });
    for (key, value) in spec.as_object().unwrap() {
        object["spec"][key] = value.clone();
    }
    decode::<Deployment>(object).unwrap().object
}

fn down(condition: Value) -> Value {
    json!({"availableReplicas": 0, "conditions": [condition]})
}

fn unavailable() -> Value {
    json!({"type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable",
        "message": "Deployment does not have minimum availability.",
        "lastTransitionTime": "2026-11-21T03:00:00Z"})
}

fn available() -> Value {
    json!({"availableReplicas": 1, "conditions": [{"type": "Available", "status": "True",
        "reason": "MinimumReplicasAvailable", "lastTransitionTime": "2026-11-01T00:01:00Z"}]})
}

fn world(deployments: &[Deployment]) -> World {
    let watch = Watch {
        kind: Kind::Deployment,
        namespace: None,
    };
    let mut world = World::new([watch.clone()]);
    for deployment in deployments {
        world.apply(Event::Applied(deployment.clone().into_object()));
    }
    let present = world.deployments().keys().cloned().collect();
    world.apply(Event::Synced { watch, present });
    world
}

fn sight(world: &World) -> Sight<'_> {
    Sight {
        world,
        readings: None,
        policies: &[],
        now: at("2026-11-21T04:00:00Z"),
    }
}

fn specs(deployments: &[Deployment]) -> Vec<AssetSpec> {
    let world = world(deployments);
    let sight = sight(&world);
    let assets = OperatorObserver.assets(&sight);
    assets
        .iter()
        .map(|id| OperatorObserver.observe(&sight, id).unwrap())
        .collect()
}

/// The verdicts on the one operator, seen at 04:00.
fn assessment(deployment: Deployment) -> Assessment {
    let now = at("2026-11-21T04:00:00Z");
    let spec = specs(&[deployment]).pop().unwrap();
    let Care::Observed(observation) = spec.care else {
        panic!("an operator is operated by others");
    };
    let mut history = AssetHistory::new(now);
    history.observe(&observation, now);
    let asset = Asset {
        id: spec.id,
        labels: spec.labels,
        own: spec.own.boxed(),
        suspended: spec.suspended,
        planned: std::collections::BTreeMap::new(),
        history,
        facts: Some(Box::new(observation.facts)),
        blind: None,
    };
    assess_asset(&asset, &[], now)
}

#[rstest]
#[case::operator("cnpg-controller-manager", OPERATOR)]
#[case::plugin("barman-cloud", PLUGIN)]
fn story_17_an_operator_without_an_available_replica_fails(
    #[case] name: &str,
    #[case] image: &str,
) {
    let status = down(unavailable());
    let assessment = assessment(deployment(name, image, json!({}), json!({}), status));
    let verdict = assessment.verdict(Check::Available).unwrap();
    assert_eq!(verdict.status, Status::Failing);
    assert_eq!(verdict.since, at("2026-11-21T03:00:00Z"));
    let said = format!("{:?}", verdict.evidence);
    assert!(
        said.contains("does not have minimum availability"),
        "{said}"
    );
}

#[test]
fn story_17_twin_an_operator_that_runs_is_fine_and_is_asked_nothing_else() {
    let running = deployment(
        "cnpg-controller-manager",
        OPERATOR,
        json!({}),
        json!({}),
        available(),
    );
    let assessment = assessment(running);
    let asked: Vec<_> = assessment
        .verdicts
        .iter()
        .map(|one| (one.check, one.status))
        .collect();
    assert_eq!(
        asked,
        [(Check::Available, Status::Ok), (Check::Seen, Status::Ok)]
    );
}

#[test]
fn story_17_twin_one_of_two_replicas_is_enough() {
    let spec = json!({"replicas": 2});
    let half = deployment(
        "cnpg-controller-manager",
        OPERATOR,
        json!({}),
        spec,
        available(),
    );
    let assessment = assessment(half);
    assert_eq!(assessment.status, Status::Ok);
}

#[rstest]
#[case::switched_off(
    json!({"replicas": 0}), available()["conditions"][0].clone(), "scaled to 0 replicas")]
#[case::refused(
    json!({}), json!({"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
        "message": "pods is forbidden: exceeded quota"}), "exceeded quota")]
#[case::halted(
    json!({}), json!({"type": "Progressing", "status": "False",
        "reason": "ProgressDeadlineExceeded", "message": "it has timed out"}), "timed out")]
fn why_none_is_available_is_told(#[case] spec: Value, #[case] condition: Value, #[case] why: &str) {
    let off = deployment(
        "cnpg-controller-manager",
        OPERATOR,
        json!({}),
        spec,
        down(condition),
    );
    let assessment = assessment(off);
    let verdict = assessment.verdict(Check::Available).unwrap();
    assert_eq!(verdict.status, Status::Failing);
    let said = format!("{:?}", verdict.evidence);
    assert!(said.contains(why), "{said}");
}

#[rstest]
#[case::by_image("db-operator", OPERATOR, json!({}), Some("CloudNativePG operator"))]
#[case::by_a_mirrored_image("x", "registry.local:5000/mirror/cloudnative-pg@sha256:0123", json!({}),
    Some("CloudNativePG operator"))]
#[case::by_label("x", "registry.local/pg-op:1", json!({"app.kubernetes.io/name": "cloudnative-pg"}),
    Some("CloudNativePG operator"))]
#[case::by_the_chart_name("cnpg-cloudnative-pg", "registry.local/pg-op:1", json!({}),
    Some("CloudNativePG operator"))]
#[case::by_name("cnpg-controller-manager", "registry.local/pg-op:1", json!({}),
    Some("CloudNativePG operator"))]
#[case::plugin("barman-cloud", PLUGIN, json!({}), Some("barman-cloud plugin"))]
#[case::plugin_by_name("cnpg-barman-plugin", "registry.local/x:1", json!({}), Some("barman-cloud plugin"))]
#[case::plugin_by_the_chart_name("cnpg-plugin-barman-cloud", "registry.local/x:1", json!({}),
    Some("barman-cloud plugin"))]
#[case::plugin_with_the_name_of_the_operator("x-cloudnative-pg", PLUGIN, json!({}),
    Some("barman-cloud plugin"))]
#[case::the_sidecar("x", "ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.14.0", json!({}), None)]
#[case::a_database("x", "ghcr.io/cloudnative-pg/postgresql:17", json!({}), None)]
#[case::a_pooler("app-pooler", "ghcr.io/cloudnative-pg/pgbouncer:1.24", json!({}), None)]
#[case::volsync("volsync", "quay.io/backube/volsync:0.16.0", json!({}), Some("VolSync operator"))]
#[case::volsync_of_the_fork("x", "ghcr.io/perfectra1n/volsync:v0.17.11", json!({}),
    Some("VolSync operator"))]
#[case::volsync_by_the_chart_name("backups-volsync", "registry.local/x:1", json!({}),
    Some("VolSync operator"))]
#[case::volsync_by_label("x", "registry.local/x:1", json!({"app.kubernetes.io/name": "volsync"}),
    Some("VolSync operator"))]
#[case::something_else("web", "nginx:1.29", json!({"app.kubernetes.io/name": "web"}), None)]
fn an_operator_is_recognised(
    #[case] name: &str,
    #[case] image: &str,
    #[case] labels: Value,
    #[case] system: Option<&str>,
) {
    let specs = specs(&[deployment(name, image, labels, json!({}), available())]);
    let found = specs.first().map(|spec| spec.places["system"].as_str());
    assert_eq!(found, system);
}

#[test]
fn the_syncthing_of_a_source_is_no_operator_though_it_has_the_image_of_one() {
    let image = "quay.io/backube/volsync:0.16.0";
    let mut syncthing = deployment("volsync-data", image, json!({}), json!({}), available());
    let owner = json!({"kind": "ReplicationSource", "name": "data", "controller": true});
    syncthing.metadata.owner_references = vec![serde_json::from_value(owner).unwrap()];
    assert!(specs(&[syncthing]).is_empty());
}

#[test]
fn its_places_are_system_image_and_version() {
    let specs = specs(&[deployment("x", OPERATOR, json!({}), json!({}), available())]);
    let shown: Vec<_> = specs[0]
        .places
        .iter()
        .map(|(what, place)| (*what, place.as_str()))
        .collect();
    let expected = [
        ("image", OPERATOR),
        ("system", "CloudNativePG operator"),
        ("version", "1.30.0"),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn one_that_is_opted_out_is_not_watched_and_not_missed() {
    let labels = json!({"lifeboat.dev/backup": "false"});
    let operator = deployment("x", OPERATOR, labels, json!({}), down(unavailable()));
    assert!(specs(std::slice::from_ref(&operator)).is_empty());
    assert_eq!(codes(&[operator], json!([])), Vec::<String>::new());
}

/// The findings' codes and the systems they are about, in a world with one cluster.
fn codes(deployments: &[Deployment], plugins: Value) -> Vec<String> {
    let mut world = world(deployments);
    let cluster =
        json!({"metadata": {"namespace": "shop", "name": "db"}, "spec": {"plugins": plugins}});
    let cluster = decode::<Cluster>(cluster).unwrap().object;
    world.apply(Event::Applied(cluster.into_object()));
    let findings = OperatorObserver.findings(&sight(&world)).into_iter();
    findings
        .map(|finding| {
            assert_eq!(finding.code, "operator_not_seen");
            assert!(finding.message.contains("Cluster/shop/db"), "{finding:?}");
            assert!(finding.hint.is_some(), "{finding:?}");
            finding.message
        })
        .collect()
}

#[test]
fn clusters_without_an_operator_in_sight_are_found() {
    let plugins = json!([{"name": "barman-cloud.cloudnative-pg.io",
        "parameters": {"barmanObjectName": "store"}}]);
    let found = codes(&[], plugins.clone());
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("CloudNativePG operator"), "{found:?}");
    assert!(found[1].contains("barman-cloud plugin"), "{found:?}");
    let operator = deployment("x", OPERATOR, json!({}), json!({}), available());
    let plugin = deployment("y", PLUGIN, json!({}), json!({}), available());
    assert_eq!(codes(std::slice::from_ref(&operator), json!([])).len(), 0);
    assert_eq!(codes(&[operator, plugin], plugins).len(), 0);
}

#[test]
fn volumes_that_nobody_copies_are_found() {
    let mut world = world(&[]);
    let source = json!({"metadata": {"namespace": "shop", "name": "data"}});
    let source = decode::<ReplicationSource>(source).unwrap().object;
    world.apply(Event::Applied(source.into_object()));
    let findings = OperatorObserver.findings(&sight(&world));
    let message = &findings[0].message;
    assert!(
        message.contains("the VolSync operator is seen"),
        "{message}"
    );
    assert!(message.contains("ReplicationSource/shop/data"), "{message}");
    assert_eq!(findings.len(), 1);
}

#[test]
fn nothing_is_missed_without_clusters_or_before_everything_was_listed() {
    let synced = world(&[]);
    assert_eq!(OperatorObserver.findings(&sight(&synced)), []);
    let mut unsynced = World::new([Watch {
        kind: Kind::Deployment,
        namespace: None,
    }]);
    let cluster = json!({"metadata": {"namespace": "shop", "name": "db"}});
    let cluster = decode::<Cluster>(cluster).unwrap().object;
    unsynced.apply(Event::Applied(cluster.into_object()));
    assert_eq!(OperatorObserver.findings(&sight(&unsynced)), []);
}

#[test]
fn story_40_an_operator_that_is_deleted_is_no_asset_any_more() {
    let operator = deployment("x", OPERATOR, json!({}), json!({}), available());
    let mut world = world(std::slice::from_ref(&operator));
    let id: AssetId = "Operator/cnpg-system/x".parse().unwrap();
    assert_eq!(
        OperatorObserver.assets(&sight(&world)),
        std::slice::from_ref(&id)
    );
    let object = operator.into_object().reference();
    assert_eq!(
        OperatorObserver.concerned(&sight(&world), &object),
        std::slice::from_ref(&id)
    );
    world.apply(Event::Deleted(object));
    assert_eq!(OperatorObserver.assets(&sight(&world)), []);
    assert!(OperatorObserver.observe(&sight(&world), &id).is_none());
}
