//! Claims of volumes, and what covers them.

use lifeboat_core::{AssetKind, Selector};
use rstest::rstest;

use super::*;

#[test]
fn a_claim_that_nothing_names_is_uncovered_since_it_was_made() {
    let scene = Scene::new().claim("data").source("other", json!({}));
    scene.claim_is("data", NOTHING);
    let coverage = scene.survey();
    assert_eq!(coverage.subjects.len(), 1);
    assert_eq!(coverage.subjects[0].evident_since, Some(at(MADE)));
}

#[rstest]
#[case(json!({}), BY_SOURCE)]
#[case(json!({ "trigger": null }), BY_SOURCE)]
#[case(json!({ "trigger": { "schedule": "@daily" } }), BY_SOURCE)]
#[case(json!({ "paused": true }), "uncovered: ReplicationSource/copy is paused")]
#[case(json!({ "trigger": { "manual": "now" } }),
    "uncovered: ReplicationSource/copy copies only when somebody asks (spec.trigger.manual)")]
fn a_source_covers_its_claim_if_it_copies_again_and_again(
    #[case] spec: Value,
    #[case] expected: &str,
) {
    Scene::new()
        .claim("data")
        .source("data", spec)
        .claim_is("data", expected);
}

#[test]
fn a_mirror_of_a_volume_covers_nothing() {
    let spec = json!({ "sourcePVC": "data", "syncthing": {} });
    let scene = Scene::new().claim("data").put::<ReplicationSource>(
        "copy",
        LATER,
        json!({ "metadata": {}, "spec": spec }),
    );
    let why =
        "only keeps another volume in step, by syncthing: what is deleted here is deleted there";
    scene.claim_is("data", &format!("uncovered: ReplicationSource/copy {why}"));
}

#[test]
fn a_source_with_an_unusable_schedule_covers_nothing() {
    let scene = Scene::new()
        .claim("data")
        .source("data", json!({ "trigger": { "schedule": "every day" } }));
    let told = scene.tells(CoverageKind::PersistentVolumeClaim, "data");
    let told = told.unwrap();
    assert!(
        told.starts_with("uncovered: ReplicationSource/copy has a schedule that can't be read: "),
        "{told}"
    );
}

#[test]
fn what_is_covered_is_so_since_its_cover_was_made() {
    let scene = Scene::new().claim("data").source("data", json!({}));
    assert_eq!(
        scene.survey().subjects[0].evident_since,
        Some(at(LATER)),
        "the cover is younger"
    );
}

#[rstest]
#[case(backup(), json!({}), BY_CRON_JOB)]
#[case(json!({}), json!({}), NOTHING)]
#[case(backup(), json!({ "suspend": true }), "uncovered: CronJob/dump is suspended")]
#[case(json!({ "annotations": { "lifeboat.dev/covers": "pvc/data" } }), json!({}),
    "uncovered: CronJob/dump is not known as a backup (label it lifeboat.dev/backup=true)")]
// It says itself what it covers: the volume it mounts is where its backups go.
#[case(json!({ "labels": { "lifeboat.dev/backup": "true" },
    "annotations": { "lifeboat.dev/covers": "" } }), json!({}), NOTHING)]
#[case(json!({ "labels": { "lifeboat.dev/backup": "true" },
    "annotations": { "lifeboat.dev/covers": "pvc/other, pvc/data" } }), json!({}), BY_CRON_JOB)]
fn a_cron_job_that_is_a_backup_covers_what_it_mounts(
    #[case] metadata: Value,
    #[case] spec: Value,
    #[case] expected: &str,
) {
    Scene::new()
        .claim("data")
        .cron_job("data", metadata, spec)
        .claim_is("data", expected);
}

#[test]
fn a_policy_that_selects_a_cron_job_makes_it_a_cover() {
    let mut scene = Scene::new()
        .claim("data")
        .cron_job("data", json!({}), json!({}));
    scene.claim_is("data", NOTHING);
    scene.policies = vec![Policy {
        selector: Selector {
            kinds: vec![AssetKind::CronJob],
            ..Selector::default()
        },
        ..Policy::default()
    }];
    scene.claim_is("data", BY_CRON_JOB);
}

#[test]
fn what_volsync_made_for_itself_is_not_told_of() {
    let owner =
        |kind: &str| json!([{ "kind": kind, "name": "copy", "uid": "1", "controller": true }]);
    let made_by = json!({ "app.kubernetes.io/created-by": "volsync" });
    let scene = Scene::new()
        .claim_with(
            "volsync-src-copy-cache",
            json!({ "ownerReferences": owner("ReplicationSource") }),
        )
        .claim_with(
            "volsync-copy-dst-dest",
            json!({ "ownerReferences": owner("ReplicationDestination"), "labels": made_by }),
        )
        .claim_with(
            "vs-prime-1234",
            json!({ "ownerReferences": owner("PersistentVolumeClaim"), "labels": made_by }),
        );
    assert_eq!(scene.survey().subjects, []);
    // The label alone is no proof: anybody can write it.
    let scene = scene.claim_with("data", json!({ "labels": made_by }));
    scene.claim_is("data", NOTHING);
}

#[rstest]
#[case(json!({}), "covered by Prometheus/shop/main")]
#[case(json!({ "suspend": true }), "uncovered: PrometheusBackup/main is suspended")]
fn a_prometheus_backup_covers_what_it_says(#[case] more: Value, #[case] expected: &str) {
    let mut spec = json!({ "schedule": "0 3 * * *",
        "prometheus": { "url": "http://127.0.0.1:9090", "dataDirectory": "/prometheus" },
        "repository": { "url": "/backups" } });
    merge(&mut spec, more);
    let covers = json!({ "annotations": { "lifeboat.dev/covers": "pvc/data" } });
    let document = json!({ "apiVersion": "lifeboat.dev/v1alpha1", "kind": "PrometheusBackup",
        "metadata": covers, "spec": spec });
    Scene::new()
        .claim("data")
        .put::<PrometheusBackup>("main", LATER, document)
        .claim_is("data", expected);
}
