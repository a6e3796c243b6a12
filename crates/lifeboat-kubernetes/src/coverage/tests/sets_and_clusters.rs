//! Sets of pods and Clusters, with the claims that are theirs.

use rstest::rstest;

use super::*;

#[test]
fn a_set_is_covered_when_all_of_its_claims_are() {
    let set = CoverageKind::StatefulSet;
    let scene = Scene::new().two_claims();
    let told = scene.tells(set, "db").unwrap();
    assert_eq!(
        told,
        "uncovered: none of its 2 claims has a backup: data-db-0, wal-db-0"
    );
    let scene = scene.source("data-db-0", json!({}));
    let told = scene.tells(set, "db").unwrap();
    assert_eq!(told, "uncovered: 1 of its 2 claims has no backup: wal-db-0");
    scene.claim_is("data-db-0", BY_SOURCE);
    // One that was scaled down to fewer pods still has its data.
    let scene = scene.claim("data-db-17").cron_job(
        "other",
        json!({ "labels": { "lifeboat.dev/backup": "true" },
            "annotations": { "lifeboat.dev/covers": "statefulset/db" } }),
        json!({}),
    );
    let told = scene.tells(set, "db").unwrap();
    assert_eq!(
        told,
        "covered by CronJob/shop/dump, ReplicationSource/shop/copy"
    );
    scene.claim_is("data-db-17", BY_CRON_JOB);
}

#[test]
fn a_set_without_volumes_holds_nothing() {
    let templates = json!([{ "metadata": { "name": "data" } }]);
    let scene = Scene::new().set(json!({}), json!({ "volumeClaimTemplates": templates }));
    assert_eq!(scene.survey().subjects, []);
}

#[test]
fn a_set_holds_what_its_pods_share() {
    let volumes = json!([{ "persistentVolumeClaim": { "claimName": "shared" } }]);
    let template = json!({ "spec": { "containers": [], "volumes": volumes } });
    let scene = Scene::new()
        .set(json!({}), json!({ "template": template }))
        .claim("shared");
    let told = scene.tells(CoverageKind::StatefulSet, "db").unwrap();
    assert_eq!(told, "uncovered: its claim shared has no backup");
}

#[rstest]
#[case(json!({}), "covered by CNPGCluster/shop/pg")]
#[case(json!({ "suspend": true }), "uncovered: ScheduledBackup/daily is suspended")]
#[case(json!({ "method": "plugin" }),
    "uncovered: ScheduledBackup/daily asks for the method plugin, which is not set up")]
#[case(json!({ "cluster": { "name": "other" } }),
    "uncovered: Cluster/pg knows where its backups go, but no ScheduledBackup makes any")]
fn a_cluster_and_its_claims_are_covered_if_something_makes_its_backups(
    #[case] schedule: Value,
    #[case] expected: &str,
) {
    let scene = Scene::new().cluster(json!({})).schedule(schedule);
    let told = scene.tells(CoverageKind::CnpgCluster, "pg");
    assert_eq!(told.as_deref(), Some(expected));
    scene.claim_is("pg-1", expected);
}

#[test]
fn claims_of_a_cluster_that_is_gone_say_so() {
    let scene = Scene::new().claim_with("pg-1", json!({ "labels": { "cnpg.io/cluster": "pg" } }));
    scene.claim_is(
        "pg-1",
        "uncovered: Cluster/pg, whose volume it is, is not there",
    );
}

#[test]
fn a_cron_job_can_cover_a_cluster() {
    let covers = json!({ "labels": { "lifeboat.dev/backup": "true" },
        "annotations": { "lifeboat.dev/covers": "cluster/pg" } });
    let scene = Scene::new()
        .cluster(json!({}))
        .cron_job("other", covers, json!({}));
    let told = scene.tells(CoverageKind::CnpgCluster, "pg");
    assert_eq!(told.as_deref(), Some(BY_CRON_JOB));
    scene.claim_is("pg-1", BY_CRON_JOB);
}

#[test]
fn subjects_are_in_order() {
    let scene = Scene::new()
        .two_claims()
        .cluster(json!({}))
        .schedule(json!({}));
    let coverage = scene.survey();
    assert!(coverage.subjects.is_sorted_by_key(|one| &one.subject));
    assert_eq!(coverage.subjects.len(), 5);
}
