//! The failure stories of recovery points: frozen, lost, or from the future, each with its sound twin.

use lifeboat_core::{Check, Status};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    common::{NONE, last, with_backups},
    objects::{completed, daily, in_tree_cluster, nightly, object_store, plugin_cluster},
    replay::Replay,
};
use crate::objects::Kind;

/// After the move the Cluster keeps what it knew of the bucket before.
fn frozen() -> Value {
    let mut cluster = plugin_cluster();
    cluster["status"]["lastSuccessfulBackup"] = json!("2026-11-18T03:10:00Z");
    cluster["status"]["lastSuccessfulBackupByMethod"] =
        json!({"barmanObjectStore": "2026-11-18T03:10:00Z"});
    cluster["status"]["firstRecoverabilityPoint"] = json!("2026-11-01T03:10:00Z");
    cluster
}

#[test]
fn story_06_after_the_move_to_the_plugin_frozen_figures_alarm_nobody() {
    let mut replay = with_backups(21, [completed(20), completed(21)]);
    replay.apply(frozen());
    let seen = replay.at("2026-11-21T12:00:00Z");
    assert_eq!(seen.failing(), NONE);
    assert_eq!(seen.observation.facts.window, None);
}

#[test]
fn story_06_and_it_goes_stale_only_when_the_new_backups_stop() {
    let mut replay = with_backups(20, [completed(20)]);
    replay.apply(frozen());
    assert_eq!(
        replay.at("2026-11-21T15:00:00Z").status(Check::Fresh),
        Status::Ok
    );
    assert_eq!(
        replay.at("2026-11-21T16:00:00Z").status(Check::Fresh),
        Status::Failing
    );
}

#[rstest]
#[case::spelt_right("lastSuccessfulBackupTime")]
#[case::misspelt("lastSuccussfulBackupTime")]
fn story_06_the_store_knows_of_backups_whose_objects_are_gone(#[case] field: &str) {
    let mut replay = with_backups(21, []);
    let mut store = object_store(Some("2026-11-01T03:10:00Z"), None);
    store["status"]["serverRecoveryWindow"]["db"][field] = json!("2026-11-21T03:10:05Z");
    replay.apply(store);
    let seen = replay.at("2026-11-21T12:00:00Z");
    assert_eq!(seen.failing(), NONE);
    let newest = seen
        .history
        .newest_good_point("2026-11-21T12:00:00Z".parse().unwrap())
        .unwrap();
    assert_eq!(newest.name, "ObjectStore/store at 2026-11-21T03:10:05Z");
}

#[test]
fn story_14_backups_that_vanish_while_the_window_shrinks_are_a_loss() {
    let mut replay = with_backups(21, [completed(19), completed(20), completed(21)]);
    replay.apply(object_store(
        Some("2026-11-19T03:10:05Z"),
        Some("2026-11-21T03:10:05Z"),
    ));
    assert_eq!(replay.at("2026-11-21T12:00:00Z").failing(), NONE);
    replay.delete(Kind::Backup, "daily-20261119030000");
    replay.delete(Kind::Backup, "daily-20261120030000");
    replay.apply(object_store(
        Some("2026-11-21T03:10:05Z"),
        Some("2026-11-21T03:10:05Z"),
    ));
    let seen = replay.at("2026-11-21T12:01:00Z");
    assert_eq!(seen.failing(), [Check::PointsKept]);
    let evidence = seen.evidence(Check::PointsKept);
    assert!(
        evidence.contains("2 recovery points") && evidence.contains("daily-20261120030000"),
        "{evidence}"
    );
}

#[test]
fn story_14_a_lost_bucket_is_a_loss_even_if_nothing_is_left_to_say_so() {
    let mut replay = with_backups(21, [completed(20), completed(21)]);
    replay.apply(object_store(
        Some("2026-11-20T03:10:05Z"),
        Some("2026-11-21T03:10:05Z"),
    ));
    assert_eq!(replay.at("2026-11-21T12:00:00Z").failing(), NONE);
    replay.delete(Kind::Backup, "daily-20261120030000");
    replay.delete(Kind::Backup, "daily-20261121030000");
    replay.apply(object_store(None, None));
    let seen = replay.at("2026-11-21T12:01:00Z");
    assert_eq!(seen.status(Check::PointsKept), Status::Failing);
}

#[test]
fn story_14_twin_objects_that_go_with_their_schedule_are_no_loss_while_the_store_covers_them() {
    let mut replay = with_backups(21, [completed(20), completed(21)]);
    replay.apply(object_store(
        Some("2026-11-20T03:10:05Z"),
        Some("2026-11-21T03:10:05Z"),
    ));
    assert_eq!(replay.at("2026-11-21T12:00:00Z").failing(), NONE);
    replay.delete(Kind::ScheduledBackup, "daily");
    replay.delete(Kind::Backup, "daily-20261120030000");
    replay.delete(Kind::Backup, "daily-20261121030000");
    let seen = replay.at("2026-11-21T12:01:00Z");
    assert_eq!(seen.status(Check::PointsKept), Status::Ok);
    assert_eq!(seen.status(Check::Fresh), Status::Ok);
}

#[test]
fn story_14_twin_what_retention_takes_is_no_loss() {
    let mut replay = with_backups(21, [completed(19), completed(20), completed(21)]);
    let mut store = object_store(Some("2026-11-19T03:10:05Z"), Some("2026-11-21T03:10:05Z"));
    store["spec"]["retentionPolicy"] = json!("2d");
    replay.apply(store.clone());
    assert_eq!(replay.at("2026-11-21T12:00:00Z").failing(), NONE);
    replay.delete(Kind::Backup, "daily-20261119030000");
    store["status"]["serverRecoveryWindow"]["db"]["firstRecoverabilityPoint"] =
        json!("2026-11-20T03:10:05Z");
    replay.apply(store);
    assert_eq!(replay.at("2026-11-21T12:01:00Z").failing(), NONE);
}

#[test]
fn story_25_a_backup_from_the_future_is_told_and_makes_nothing_green() {
    let mut replay = with_backups(
        19,
        [nightly(
            19,
            &json!({"phase": "completed",
        "startedAt": "2036-11-19T03:00:00Z", "stoppedAt": "2036-11-19T03:10:00Z"}),
        )],
    );
    let seen = replay.at("2026-11-20T16:00:00Z");
    assert_eq!(seen.status(Check::Clock), Status::Failing);
    assert_eq!(seen.status(Check::Fresh), Status::Failing);
    assert_eq!(seen.status(Check::EverSucceeded), Status::Failing);
}

#[test]
fn an_in_tree_cluster_is_judged_by_its_own_account_as_well() {
    let mut cluster = in_tree_cluster();
    cluster["status"]["lastSuccessfulBackupByMethod"] =
        json!({"barmanObjectStore": "2026-11-21T03:10:00Z"});
    cluster["status"]["firstRecoverabilityPointByMethod"] =
        json!({"barmanObjectStore": "2026-11-01T03:10:00Z"});
    let mut schedule = daily(Some(&last(21)));
    schedule["spec"]["method"] = json!("barmanObjectStore");
    let mut replay = Replay::of([cluster, schedule]);
    let seen = replay.at("2026-11-21T12:00:00Z");
    assert_eq!((seen.failing(), seen.codes()), (Vec::new(), Vec::new()));
    assert_eq!(seen.observation.facts.window.unwrap().source, "Cluster/db");
}

#[test]
fn story_40_a_cluster_that_is_deleted_is_no_asset_any_more() {
    let mut replay = with_backups(21, [completed(21)]);
    assert_eq!(replay.assets(), ["CNPGCluster/shop/db"]);
    replay.delete(Kind::Cluster, "db");
    assert_eq!(replay.assets(), [""; 0]);
    assert!(replay.find("2026-11-21T12:00:00Z").is_none());
}
