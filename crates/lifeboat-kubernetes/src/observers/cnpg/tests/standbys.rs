//! Standbys: Clusters that follow another, by what their instances say.

use lifeboat_core::{Check, Status};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    common::NOON,
    objects::{bare_cluster, pod},
    replay::{Replay, Seen},
};

/// A Cluster `db` that follows `original`, with what a test says of that one.
fn standby(original: &Value) -> Value {
    let mut cluster = bare_cluster();
    let mut other = json!({"name": "original"});
    for (key, value) in original.as_object().unwrap() {
        other[key] = value.clone();
    }
    cluster["spec"]["replica"] = json!({"enabled": true, "source": "original"});
    cluster["spec"]["externalClusters"] = json!([other]);
    cluster
}

fn streaming() -> Value {
    standby(
        &json!({"connectionParameters": {"host": "original-rw.shop", "user": "streaming_replica"}}),
    )
}

fn from_an_archive() -> Value {
    standby(&json!({"barmanObjectStore": {"destinationPath": "s3://backups/original"}}))
}

/// What its first instance says: is it in recovery, does it receive, how far behind is it?
fn exposition(in_recovery: u8, receives: u8, lag: f64) -> String {
    format!(
        "cnpg_collector_up{{cluster=\"db\"}} 1\ncnpg_pg_replication_in_recovery {in_recovery}\n\
         cnpg_pg_replication_is_wal_receiver_up {receives}\ncnpg_pg_replication_lag {lag}\n"
    )
}

fn with(cluster: Value) -> Replay {
    Replay::of([cluster, pod("db-1", "primary"), pod("db-2", "replica")])
}

fn says(cluster: Value, text: &str) -> Seen {
    let mut replay = with(cluster);
    replay.says("db-1", NOON, text);
    replay.at(NOON)
}

/// What is told of it as a standby.
fn statuses(seen: &Seen) -> Vec<(Check, Status)> {
    let verdicts = seen.assessment.verdicts.iter();
    let own = verdicts.filter(|verdict| verdict.check.is_of_standby());
    own.map(|verdict| (verdict.check, verdict.status)).collect()
}

const ALL_OK: [(Check, Status); 4] = [
    (Check::StandbyMetrics, Status::Ok),
    (Check::InRecovery, Status::Ok),
    (Check::Receiving, Status::Ok),
    (Check::ReplayLag, Status::Ok),
];

#[test]
fn a_standby_is_judged_though_its_backups_are_paused() {
    let seen = says(streaming(), &exposition(1, 1, 2.5));
    assert_eq!(statuses(&seen), ALL_OK);
    assert_eq!(seen.assessment.status, Status::Paused);
    assert_eq!(seen.status(Check::Fresh), Status::Paused);
    assert_eq!(
        seen.evidence(Check::InRecovery),
        "db-1 is in recovery and follows original"
    );
}

#[test]
fn story_45_a_standby_that_is_cut_off_is_told_of_though_its_lag_reads_nothing() {
    let seen = says(streaming(), &exposition(1, 0, 0.0));
    assert_eq!(seen.failing(), [Check::Receiving]);
    assert_eq!(seen.assessment.status, Status::Failing);
    assert_eq!(seen.status(Check::ReplayLag), Status::Unknown);
    assert_eq!(
        seen.evidence(Check::ReplayLag),
        "db-1 lies 0s behind; promised is 5m at most; but it receives no WAL, so it can't know how far \
         it really is"
    );
}

#[test]
fn story_46_a_standby_that_takes_writes_was_promoted() {
    let seen = says(streaming(), &exposition(0, 0, 0.0));
    assert_eq!(seen.status(Check::InRecovery), Status::Failing);
}

#[test]
fn story_46_one_that_was_promoted_by_its_description_is_remembered_as_a_standby() {
    let mut replay = with(streaming());
    replay.says("db-1", NOON, &exposition(1, 1, 0.0));
    assert_eq!(replay.at(NOON).failing(), []);
    let mut promoted = streaming();
    promoted["spec"]["replica"]["enabled"] = json!(false);
    replay.apply(promoted.clone());
    replay.says("db-1", NOON, &exposition(0, 0, 0.0));
    let seen = replay.at(NOON);
    assert_eq!(statuses(&seen), [(Check::InRecovery, Status::Failing)]);
    // Until somebody says that it is none any more.
    promoted["metadata"]["annotations"] = json!({"lifeboat.dev/standby": "false"});
    replay.apply(promoted);
    assert_eq!(statuses(&replay.at(NOON)), []);
    assert!(!replay.at(NOON).history.upkeep.unwrap().was_standby);
}

#[test]
fn a_switch_between_clusters_that_take_turns_is_no_accident() {
    let turns = |primary: &str| {
        let mut cluster = streaming();
        cluster["spec"]["replica"] = json!({"primary": primary, "source": "original"});
        cluster
    };
    let mut replay = with(turns("original"));
    replay.says("db-1", NOON, &exposition(1, 1, 0.0));
    assert_eq!(statuses(&replay.at(NOON)), ALL_OK);
    replay.apply(turns("db"));
    replay.says("db-1", NOON, &exposition(0, 0, 0.0));
    assert_eq!(statuses(&replay.at(NOON)), []);
}

#[rstest]
#[case::its_exporter_is_away(Some(Err("connection refused".to_owned())), true)]
#[case::it_has_not_been_read(None, true)]
#[case::it_has_no_instance(None, false)]
fn story_47_a_standby_that_nobody_can_read_is_told_of(
    #[case] answer: Option<Result<crate::instance_exporter::InstanceMetrics, String>>,
    #[case] has_instances: bool,
) {
    let mut replay = if has_instances {
        with(streaming())
    } else {
        Replay::of([streaming()])
    };
    replay.readings = Some(crate::instance_exporter::Readings::default());
    if let Some(answer) = answer {
        replay.answers("db-1", NOON, answer);
    }
    let seen = replay.at(NOON);
    assert_eq!(seen.failing(), [Check::StandbyMetrics]);
    for check in [Check::InRecovery, Check::Receiving, Check::ReplayLag] {
        assert_eq!(seen.status(check), Status::Unknown, "{check}");
    }
}

#[test]
fn an_exporter_without_its_database_says_nothing() {
    let seen = says(streaming(), "cnpg_collector_up{cluster=\"db\"} 0\n");
    assert_eq!(seen.failing(), [Check::StandbyMetrics]);
}

#[test]
fn where_nobody_reads_exporters_nothing_is_missed() {
    assert_eq!(statuses(&with(streaming()).at(NOON)), []);
}

#[rstest]
#[case(300.0, Status::Ok)]
#[case(300.5, Status::Failing)]
fn a_standby_may_lie_five_minutes_behind(#[case] lag: f64, #[case] expected: Status) {
    let seen = says(streaming(), &exposition(1, 1, lag));
    assert_eq!(seen.status(Check::ReplayLag), expected);
}

#[test]
fn one_that_fetches_files_is_neither_connected_nor_behind_while_nothing_is_written() {
    let seen = says(from_an_archive(), &exposition(1, 0, 86_400.0));
    assert_eq!(
        statuses(&seen),
        [
            (Check::StandbyMetrics, Status::Ok),
            (Check::InRecovery, Status::Ok)
        ]
    );
    let mut asked = from_an_archive();
    asked["metadata"]["annotations"] = json!({"lifeboat.dev/replay-lag": "1h"});
    let seen = says(asked, &exposition(1, 0, 86_400.0));
    assert_eq!(seen.status(Check::ReplayLag), Status::Failing);
}

#[rstest]
#[case::hibernated(json!({"cnpg.io/hibernation": "on"}))]
#[case::suspended(json!({"lifeboat.dev/suspend": "true"}))]
fn one_that_rests_on_purpose_is_paused(#[case] annotations: Value) {
    let mut cluster = streaming();
    cluster["metadata"]["annotations"] = annotations;
    let seen = says(cluster, &exposition(0, 0, 0.0));
    let own = statuses(&seen);
    assert!(!own.is_empty());
    assert!(own.iter().all(|(_, status)| *status == Status::Paused));
}

#[test]
fn one_that_needs_no_backup_has_to_follow_all_the_same() {
    let mut cluster = streaming();
    cluster["metadata"]["annotations"] = json!({"lifeboat.dev/no-backup": "the original has some"});
    let seen = says(cluster, &exposition(1, 0, 0.0));
    assert_eq!(seen.failing(), [Check::Receiving]);
}

#[test]
fn a_cluster_that_says_to_be_a_standby_is_one() {
    let mut cluster = bare_cluster();
    cluster["metadata"]["annotations"] = json!({"lifeboat.dev/standby": "true"});
    let seen = says(cluster, &exposition(0, 0, 0.0));
    assert_eq!(seen.status(Check::InRecovery), Status::Failing);
}

#[test]
fn an_ordinary_cluster_is_no_standby() {
    let seen = says(bare_cluster(), &exposition(0, 0, 0.0));
    assert_eq!(statuses(&seen), []);
    assert_eq!(seen.history.upkeep, None);
}
