//! What somebody says of coverage by annotations.

use rstest::rstest;

use super::*;

#[rstest]
#[case("a cache", "excused: a cache", 0)]
#[case(" ", NOTHING, 1)]
fn a_reason_excuses_and_an_empty_one_is_a_finding(
    #[case] reason: &str,
    #[case] expected: &str,
    #[case] found: usize,
) {
    let said = json!({ "annotations": { "lifeboat.dev/no-backup": reason } });
    let scene = Scene::new().claim_with("data", said);
    scene.claim_is("data", expected);
    let findings = findings::of(&scene.sight());
    assert_eq!(findings.len(), found, "{findings:?}");
    // What is covered needs no excuse.
    scene.source("data", json!({})).claim_is("data", BY_SOURCE);
}

#[test]
fn the_reason_of_a_set_or_a_cluster_holds_for_its_claims() {
    let said = json!({ "annotations": { "lifeboat.dev/no-backup": "can be made anew" } });
    let templates = json!([{ "metadata": { "name": "data" } }]);
    let scene = Scene::new()
        .set(said.clone(), json!({ "volumeClaimTemplates": templates }))
        .claim("data-db-0")
        .cluster(said);
    let expected = "excused: can be made anew";
    scene.claim_is("data-db-0", expected);
    scene.claim_is("pg-1", expected);
    let told = scene.tells(CoverageKind::StatefulSet, "db");
    assert_eq!(told.as_deref(), Some(expected));
    let told = scene.tells(CoverageKind::CnpgCluster, "pg");
    assert_eq!(told.as_deref(), Some(expected));
}

#[test]
fn what_says_to_cover_something_that_is_not_there_is_a_finding() {
    let covers = json!({ "labels": { "lifeboat.dev/backup": "true" },
        "annotations": { "lifeboat.dev/covers": "pvc/data, statefulset/dta" } });
    let scene = Scene::new()
        .claim("data")
        .cron_job("data", covers, json!({}));
    let findings = findings::of(&scene.sight());
    let messages: Vec<_> = findings.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "CronJob/dump in namespace shop says that it covers StatefulSet/dta, which does not exist \
          there"
        ]
    );
}
