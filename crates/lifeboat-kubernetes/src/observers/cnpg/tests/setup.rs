//! Set-up: places, methods, pauses, findings, and what a change concerns.

use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    common::{NOON, names, plugin_with},
    objects::{bare_cluster, completed, daily, in_tree_cluster, object_store, plugin_cluster, pod},
    replay::Replay,
};
use crate::objects::Kind;

#[test]
fn places_are_those_of_the_store_in_use_without_secrets() {
    let replay = plugin_with([daily(None)]);
    let places = replay.spec(NOON).places;
    let shown: Vec<(&str, &str)> = places
        .iter()
        .map(|(place, value)| (*place, value.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("destination", "s3://backups/db"),
            ("endpoint", "https://s3.example"),
            ("method", "plugin"),
            ("primary", "db-1"),
            ("retention", "30d"),
            ("schedule", "0 0 3 * * *"),
            ("server", "db"),
        ]
    );
    let places = Replay::of([in_tree_cluster()]).spec(NOON).places;
    assert_eq!(places["method"], "in-tree");
    assert_eq!(places["destination"], "s3://backups/db");
    assert_eq!(replay.spec(NOON).labels["team"], "orders");
}

#[test]
fn while_methods_change_both_count() {
    let mut cluster = in_tree_cluster();
    cluster["spec"]["plugins"] = plugin_cluster()["spec"]["plugins"].clone();
    cluster["status"]["lastSuccessfulBackup"] = json!("2026-11-18T03:10:00Z");
    cluster["status"]["firstRecoverabilityPoint"] = json!("2026-11-01T03:10:00Z");
    let mut in_tree = completed(20);
    in_tree["spec"]["method"] = json!("barmanObjectStore");
    let store = object_store(Some("2026-11-20T03:10:00Z"), Some("2026-11-21T09:00:00Z"));
    let mut replay = Replay::of([cluster, in_tree, completed(21), store]);
    let seen = replay.at(NOON);
    assert_eq!(
        names(&seen),
        [
            "daily-20261120030000",
            "daily-20261121030000",
            "ObjectStore/store at 2026-11-21T09:00:00Z",
        ]
    );
    assert_eq!(
        seen.observation.facts.window.unwrap().source,
        "ObjectStore/store"
    );
    assert_eq!(replay.spec(NOON).places["method"], "in-tree and plugin");
}

#[test]
fn a_store_speaks_for_the_server_that_the_plugin_names() {
    let mut cluster = plugin_cluster();
    cluster["spec"]["plugins"][0]["parameters"]["serverName"] = json!("db-v2");
    let store = object_store(Some("2026-11-01T03:10:00Z"), Some("2026-11-21T03:10:00Z"));
    let seen = Replay::of([cluster, store]).at(NOON);
    assert_eq!(
        (names(&seen), seen.observation.facts.window),
        (Vec::new(), None)
    );
}

#[test]
fn snapshots_know_no_retention_and_archive_nothing() {
    let mut cluster = bare_cluster();
    cluster["spec"]["backup"] =
        json!({"retentionPolicy": "30d", "volumeSnapshot": {"className": "fast"}});
    let mut backup = completed(21);
    backup["spec"]["method"] = json!("volumeSnapshot");
    let seen = Replay::of([cluster, backup]).at(NOON);
    assert_eq!(names(&seen), ["daily-20261121030000"]);
    assert_eq!(seen.observation.facts.retention, None);
    assert_eq!(seen.observation.facts.archiving, None);
}

#[rstest]
#[case::annotation(&json!({"cnpg.io/hibernation": "on"}), &json!([]), Some("hibernated"))]
#[case::condition(&json!({}), &json!([{"type": "cnpg.io/hibernation", "status": "True"}]), Some("hibernated"))]
#[case::awake(&json!({"cnpg.io/hibernation": "off"}), &json!([{"type": "cnpg.io/hibernation", "status": "False"}]), None)]
fn a_hibernated_cluster_is_paused(
    #[case] annotations: &Value,
    #[case] conditions: &Value,
    #[case] expected: Option<&str>,
) {
    let mut cluster = plugin_cluster();
    cluster["metadata"]["annotations"] = annotations.clone();
    cluster["status"]["conditions"] = conditions.clone();
    let seen = Replay::of([cluster, object_store(None, None)]).at(NOON);
    assert_eq!(seen.observation.facts.paused.as_deref(), expected);
    assert_eq!(seen.finding("no_schedule").is_none(), expected.is_some());
}

#[rstest]
#[case::enabled(&json!({"enabled": true, "source": "main"}), Some("a replica of main"))]
#[case::other_is_primary(&json!({"primary": "main", "source": "main-east"}), Some("a replica of main-east"))]
#[case::self_named(&json!({"primary": "db", "self": "db-west", "source": "db"}), Some("a replica of db"))]
#[case::disabled(&json!({"enabled": false, "source": "main"}), None)]
#[case::is_primary(&json!({"primary": "db", "source": "main"}), None)]
fn a_replica_cluster_without_backups_of_its_own_is_paused(
    #[case] replica: &Value,
    #[case] expected: Option<&str>,
) {
    let mut cluster = plugin_cluster();
    cluster["spec"]["replica"] = replica.clone();
    let mut replay = Replay::of([cluster, object_store(None, None)]);
    assert_eq!(
        replay.at(NOON).observation.facts.paused.as_deref(),
        expected
    );
    replay.apply(daily(None));
    assert_eq!(replay.at(NOON).observation.facts.paused, None);
}

fn codes(objects: impl IntoIterator<Item = Value>) -> Vec<&'static str> {
    Replay::of(objects).at(NOON).codes()
}

#[test]
fn a_cluster_that_needs_no_backup_is_paused_until_it_has_some() {
    let excused = |reason: &str| {
        let mut cluster = bare_cluster();
        cluster["metadata"]["annotations"] = json!({ "lifeboat.dev/no-backup": reason });
        cluster
    };
    let mut replay = Replay::of([excused("made anew each night")]);
    assert!(replay.spec(NOON).suspended);
    assert_eq!(replay.at(NOON).codes(), Vec::<&str>::new());
    // Backups that are made are watched over.
    replay.apply(completed(21));
    assert!(!replay.spec(NOON).suspended);
    let replay = Replay::of([excused("")]);
    assert!(!replay.spec(NOON).suspended);
    assert_eq!(
        codes([excused("")]),
        ["annotation_unreadable", "no_backup_configured"]
    );
}

#[test]
fn what_is_set_up_amiss_is_found() {
    let store = || object_store(None, None);
    assert_eq!(codes([bare_cluster()]), ["no_backup_configured"]);
    assert_eq!(codes([bare_cluster(), completed(21)]), Vec::<&str>::new());
    assert_eq!(
        codes([plugin_cluster(), store(), daily(None)]),
        Vec::<&str>::new()
    );
    assert_eq!(
        codes([plugin_cluster(), daily(None)]),
        ["object_store_missing"]
    );
    let mut schedule = daily(None);
    schedule["spec"]["method"] = json!("barmanObjectStore");
    assert_eq!(
        codes([plugin_cluster(), store(), schedule]),
        ["schedule_method_not_set_up"]
    );
    let mut schedule = daily(None);
    schedule["status"] = json!({"error": "backups.postgresql.cnpg.io \"daily-x\" already exists"});
    assert_eq!(
        codes([plugin_cluster(), store(), schedule]),
        ["schedule_error"]
    );
    let mut backup = completed(21);
    backup["metadata"]["labels"] = json!({});
    assert_eq!(
        codes([plugin_cluster(), store(), daily(None), backup]),
        ["backup_name_taken"]
    );
    let mut unreadable = store();
    unreadable["spec"]["retentionPolicy"] = json!("a month");
    assert_eq!(
        codes([plugin_cluster(), unreadable, daily(None)]),
        ["retention_unreadable"]
    );
    let mut fenced = plugin_cluster();
    fenced["metadata"]["annotations"] = json!({"cnpg.io/fencedInstances": "[\"db-2\"]"});
    assert_eq!(
        codes([fenced.clone(), store(), daily(None)]),
        ["instances_fenced"]
    );
    fenced["metadata"]["annotations"] = json!({"cnpg.io/fencedInstances": "[]"});
    assert_eq!(codes([fenced, store(), daily(None)]), Vec::<&str>::new());
}

#[test]
fn annotations_of_the_cluster_set_its_objectives() {
    let mut cluster = plugin_cluster();
    cluster["metadata"]["annotations"] = json!({"lifeboat.dev/maximum-age": "2h",
        "lifeboat.dev/suspend": "true", "lifeboat.dev/severity": "terrible",
        "lifeboat.dev/backup": "false"});
    let mut replay = Replay::of([cluster, object_store(None, None), daily(None)]);
    let spec = replay.spec(NOON);
    assert_eq!(spec.own.maximum_age, Some(SignedDuration::from_hours(2)));
    assert!(spec.suspended);
    assert_eq!(
        replay.at(NOON).codes(),
        ["annotation_unreadable", "annotation_without_effect"]
    );
}

#[test]
fn a_schedule_for_a_cluster_that_isnt_there_is_found() {
    let mut schedule = daily(None);
    schedule["spec"]["cluster"]["name"] = json!("gone");
    let replay = Replay::of([plugin_cluster(), schedule]);
    let findings = replay.fleet_findings();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].code, "schedule_without_cluster");
    assert!(
        findings[0].message.contains("ScheduledBackup/daily")
            && findings[0].message.contains("Cluster/gone")
    );
    assert_eq!(
        Replay::of([plugin_cluster(), daily(None)]).fleet_findings(),
        []
    );
}

#[test]
fn a_change_concerns_the_clusters_that_it_could_belong_to() {
    let mut other = plugin_cluster();
    other["metadata"]["name"] = json!("other");
    other["spec"]["plugins"] = json!([]);
    let replay = plugin_with([other, daily(None), completed(21), pod("db-1", "primary")]);
    let (db, both) = (
        vec!["CNPGCluster/shop/db"],
        vec!["CNPGCluster/shop/db", "CNPGCluster/shop/other"],
    );
    assert_eq!(replay.concerned(Kind::Cluster, "db"), db);
    assert_eq!(replay.concerned(Kind::Backup, "daily-20261121030000"), db);
    assert_eq!(replay.concerned(Kind::Backup, "deleted"), both);
    assert_eq!(replay.concerned(Kind::Pod, "db-1"), db);
    assert_eq!(replay.concerned(Kind::Pod, "deleted"), both);
    assert_eq!(replay.concerned(Kind::ScheduledBackup, "daily"), both);
    assert_eq!(replay.concerned(Kind::ObjectStore, "store"), db);
    assert_eq!(replay.concerned(Kind::CronJob, "db"), Vec::<String>::new());
}
