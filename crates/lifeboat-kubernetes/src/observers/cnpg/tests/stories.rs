//! The failure stories of CloudNativePG at the level of verdicts, each with its sound twin.

use lifeboat_core::{Check, Status};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    objects::{
        bare_cluster, completed, condition, daily, in_tree_cluster, nightly, object_store,
        plugin_cluster, pod,
    },
    replay::Replay,
};
use crate::objects::Kind;

const NONE: [Check; 0] = [];

fn last(day: u32) -> String {
    format!("2026-11-{day:02}T03:00:00Z")
}

/// A plugin's Cluster with a daily schedule that last acted on a day, and these Backups.
fn with_backups(day: u32, backups: impl IntoIterator<Item = Value>) -> Replay {
    let mut replay = Replay::of([
        plugin_cluster(),
        object_store(None, None),
        daily(Some(&last(day))),
    ]);
    for backup in backups {
        replay.apply(backup);
    }
    replay
}

#[test]
fn story_01_a_cluster_whose_backups_never_completed_is_never_green() {
    let failed = |day| {
        nightly(
            day,
            &json!({"phase": "failed", "error": "exit status 1",
        "stoppedAt": format!("2026-11-{day:02}T03:01:00Z")}),
        )
    };
    let mut replay = with_backups(20, [failed(19), failed(20)]);
    let seen = replay.at("2026-11-20T16:00:00Z");
    assert_eq!(seen.status(Check::EverSucceeded), Status::Failing);
    assert_eq!(seen.status(Check::Fresh), Status::Failing);
}

#[test]
fn story_01_not_even_if_no_backup_was_ever_made() {
    let mut replay = Replay::of([plugin_cluster(), object_store(None, None), daily(None)]);
    let early = replay.at("2026-11-19T01:00:00Z");
    assert_eq!(early.status(Check::EverSucceeded), Status::Unknown);
    let seen = replay.at("2026-11-20T16:00:00Z");
    assert_eq!(seen.status(Check::EverSucceeded), Status::Failing);
    assert_eq!(seen.status(Check::OnSchedule), Status::Failing);
}

#[test]
fn story_01_twin_the_first_backup_makes_it_green() {
    let mut replay = with_backups(20, [completed(19), completed(20)]);
    let seen = replay.at("2026-11-20T16:00:00Z");
    assert_eq!(seen.failing(), NONE);
    assert_eq!(seen.status(Check::EverSucceeded), Status::Ok);
}

#[test]
fn story_02_the_newest_backup_turns_36_hours_old() {
    let mut replay = with_backups(19, [completed(19)]);
    assert_eq!(
        replay.at("2026-11-20T15:10:05Z").status(Check::Fresh),
        Status::Ok
    );
    assert_eq!(
        replay.at("2026-11-20T15:10:06Z").status(Check::Fresh),
        Status::Failing
    );
    replay.apply(nightly(
        20,
        &json!({"phase": "completed", "startedAt": "2026-11-20T15:20:00Z",
        "stoppedAt": "2026-11-20T15:30:00Z"}),
    ));
    assert_eq!(
        replay.at("2026-11-20T15:31:00Z").status(Check::Fresh),
        Status::Ok
    );
}

#[test]
fn story_03_a_failed_backup_is_told_until_a_success_and_not_until_it_is_deleted() {
    let mut replay = with_backups(20, [completed(19)]);
    assert_eq!(replay.at("2026-11-20T03:00:00Z").failing(), NONE);
    replay.apply(nightly(
        20,
        &json!({"phase": "failed", "error": "while uploading",
        "commandError": "Traceback\n\nbotocore.ClientError: AccessDenied\n",
        "stoppedAt": "2026-11-20T03:01:00Z"}),
    ));
    let seen = replay.at("2026-11-20T03:01:30Z");
    assert_eq!(seen.failing(), [Check::LastRun]);
    let evidence = seen.evidence(Check::LastRun);
    assert!(
        evidence.contains("while uploading: Traceback; botocore.ClientError: AccessDenied"),
        "{evidence}"
    );
    assert!(evidence.contains("refuses the credentials"), "{evidence}");
    replay.delete(Kind::Backup, "daily-20261120030000");
    assert_eq!(
        replay.at("2026-11-20T04:00:00Z").failing(),
        [Check::LastRun]
    );
    replay.apply(completed(21));
    replay.apply(daily(Some(&last(21))));
    assert_eq!(replay.at("2026-11-21T03:11:00Z").failing(), NONE);
}

#[rstest]
#[case::story_04_by_plugin("started", "startedAt")]
#[case::story_04_with_the_operators_own_time("started", "reconciliationStartedAt")]
#[case::story_05_waiting_for_archiving("walArchivingFailing", "reconciliationStartedAt")]
#[case::in_tree("running", "reconciliationStartedAt")]
#[case::snapshot("finalizing", "reconciliationStartedAt")]
#[case::yet_unknown("somethingNew", "reconciliationStartedAt")]
fn story_04_05_the_backup_that_blocks_all_later_ones_is_named(
    #[case] phase: &str,
    #[case] since: &str,
) {
    let mut status = json!({"phase": phase});
    status[since] = json!("2026-11-20T03:00:05Z");
    let pending = |day, phase: &str| nightly(day, &json!({"phase": phase}));
    let mut replay = with_backups(
        22,
        [
            completed(19),
            nightly(20, &status),
            pending(21, "pending"),
            pending(22, ""),
        ],
    );
    // It took ten minutes before, so an hour is the limit.
    assert_eq!(
        replay.at("2026-11-20T04:00:00Z").status(Check::NotStuck),
        Status::Ok
    );
    let seen = replay.at("2026-11-20T04:01:00Z");
    assert_eq!(seen.status(Check::NotStuck), Status::Failing);
    let evidence = seen.evidence(Check::NotStuck);
    assert!(
        evidence.contains("Backup/daily-20261120030000"),
        "{evidence}"
    );
    let waiting: Vec<bool> = seen
        .observation
        .facts
        .under_way
        .iter()
        .map(|one| one.waiting)
        .collect();
    assert_eq!(waiting, [false, true, true]);
    replay.apply(completed(20));
    replay.delete(Kind::Backup, "daily-20261121030000");
    replay.delete(Kind::Backup, "daily-20261122030000");
    assert_eq!(
        replay.at("2026-11-20T04:02:00Z").status(Check::NotStuck),
        Status::Ok
    );
}

#[test]
fn story_05_a_backup_that_waits_for_archiving_says_so() {
    let mut replay = with_backups(20, [nightly(20, &json!({"phase": "walArchivingFailing"}))]);
    let mut cluster = plugin_cluster();
    cluster["status"]["conditions"] = json!([{"type": "ContinuousArchiving", "status": "False",
        "message": "unexpected failure invoking barman-cloud-wal-archive",
        "lastTransitionTime": "2026-11-20T02:00:00Z"}]);
    replay.apply(cluster);
    let seen = replay.at("2026-11-20T12:00:00Z");
    let message = seen.observation.facts.under_way[0].message.clone().unwrap();
    assert_eq!(
        message,
        "it doesn't begin before WAL is archived: unexpected failure invoking barman-cloud-wal-archive"
    );
    assert_eq!(seen.status(Check::NotStuck), Status::Failing);
    assert_eq!(seen.status(Check::Archiving), Status::Failing);
}

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

const SOUND: &str = "cnpg_collector_up{cluster=\"db\"} 1\n\
    cnpg_pg_stat_archiver_archived_count 120\ncnpg_pg_stat_archiver_failed_count 2\n\
    cnpg_pg_stat_archiver_last_archived_time 1795240800\n\
    cnpg_pg_stat_archiver_seconds_since_last_archival 60\n\
    cnpg_pg_stat_archiver_last_failed_time -1\n\
    cnpg_collector_pg_wal_archive_status{value=\"ready\"} 1\n\
    cnpg_collector_last_available_backup_timestamp 0\n";

/// A sound Cluster on the 21st, whose primary says this at 12:00.
fn with_primary(text: &str) -> Replay {
    let mut replay = with_backups(21, [completed(20), completed(21), pod("db-1", "primary")]);
    replay.says("db-1", "2026-11-21T12:00:00Z", text);
    replay
}

#[test]
fn story_07_replicas_that_export_zero_alarm_nobody() {
    let mut replay = with_primary(SOUND);
    replay.apply(pod("db-2", "replica"));
    replay.says(
        "db-2",
        "2026-11-21T12:00:00Z",
        "cnpg_collector_up{cluster=\"db\"} 1\n\
        cnpg_pg_replication_in_recovery 1\ncnpg_pg_replication_lag 0\n\
        cnpg_collector_last_available_backup_timestamp 0\n\
        barman_cloud_cloudnative_pg_io_last_available_backup_timestamp 0\n",
    );
    let seen = replay.at("2026-11-21T12:01:00Z");
    assert_eq!(seen.failing(), NONE);
    assert_eq!(seen.observation.facts.instances.len(), 2);
}

#[test]
fn story_08_a_suspended_schedule_is_told_and_then_the_backups_are_stale() {
    let mut replay = with_backups(20, [completed(20)]);
    let mut schedule = daily(Some(&last(20)));
    schedule["spec"]["suspend"] = json!(true);
    replay.apply(schedule);
    assert_eq!(
        replay.at("2026-11-21T12:00:00Z").failing(),
        [Check::Scheduled]
    );
    assert_eq!(
        replay.at("2026-11-21T16:00:00Z").failing(),
        [Check::Fresh, Check::Scheduled]
    );
    replay.apply(daily(Some(&last(21))));
    replay.apply(completed(21));
    assert_eq!(replay.at("2026-11-21T16:01:00Z").failing(), NONE);
}

#[test]
fn story_09_a_five_field_schedule_is_explained() {
    let mut replay = with_backups(21, [completed(21)]);
    assert_eq!(
        replay
            .at("2026-11-21T12:00:00Z")
            .finding("five_field_schedule"),
        None
    );
    let mut schedule = daily(Some("2026-11-21T12:03:00Z"));
    schedule["spec"]["schedule"] = json!("0 3 * * *");
    replay.apply(schedule);
    let seen = replay.at("2026-11-21T12:05:00Z");
    let finding = seen.finding("five_field_schedule").unwrap();
    assert_eq!(
        finding.message,
        "The schedule of ScheduledBackup/daily, '0 3 * * *', has five fields, so it begins with \
         seconds: it runs at minute 3 of every hour."
    );
    assert!(finding.hint.as_ref().unwrap().contains("\"0 0 3 * * *\""));
    // And it is held to what it really says.
    assert_eq!(replay.at("2026-11-21T13:12:00Z").failing(), NONE);
    assert_eq!(
        replay.at("2026-11-21T13:14:00Z").failing(),
        [Check::OnSchedule]
    );
}

fn archiver(archived: u32, failed: u32) -> String {
    SOUND
        .replace("archived_count 120", &format!("archived_count {archived}"))
        .replace("failed_count 2", &format!("failed_count {failed}"))
}

#[test]
fn story_10_more_than_three_failures_to_archive_in_five_minutes() {
    let mut replay = with_primary(&archiver(120, 2));
    replay.says("db-1", "2026-11-21T12:04:00Z", &archiver(120, 5));
    let seen = replay.at("2026-11-21T12:04:01Z");
    assert_eq!(
        seen.status(Check::Archiving),
        Status::Ok,
        "three are none too many"
    );
    replay.says("db-1", "2026-11-21T12:04:30Z", &archiver(120, 6));
    let seen = replay.at("2026-11-21T12:04:31Z");
    assert_eq!(seen.failing(), [Check::Archiving]);
    // The same, slower.
    let mut replay = with_primary(&archiver(120, 2));
    replay.says("db-1", "2026-11-21T12:05:00Z", &archiver(121, 4));
    replay.says("db-1", "2026-11-21T12:10:00Z", &archiver(122, 6));
    assert_eq!(replay.at("2026-11-21T12:10:01Z").failing(), NONE);
}

const NEVER: &str = "cnpg_collector_up{cluster=\"db\"} 1\n\
    cnpg_pg_stat_archiver_archived_count 0\ncnpg_pg_stat_archiver_failed_count 0\n\
    cnpg_pg_stat_archiver_last_archived_time -1\n\
    cnpg_pg_stat_archiver_seconds_since_last_archival -1\n\
    cnpg_pg_stat_archiver_last_failed_time -1\n\
    cnpg_pg_stat_archiver_seconds_since_last_failure -1\n";

#[test]
fn story_11_gauges_of_minus_one_mean_that_nothing_was_ever_archived() {
    let mut replay = with_primary(NEVER);
    assert_eq!(
        replay
            .at("2026-11-21T12:01:00Z")
            .status(Check::EverArchived),
        Status::Failing
    );
    let mut twin = with_primary(SOUND);
    assert_eq!(
        twin.at("2026-11-21T12:01:00Z").status(Check::EverArchived),
        Status::Ok
    );
}

#[test]
fn story_11_where_nothing_is_to_be_archived_nothing_is_missed() {
    let mut replay = with_primary(NEVER);
    replay.apply(bare_cluster());
    let seen = replay.at("2026-11-21T12:01:00Z");
    assert_eq!(seen.assessment.verdict(Check::EverArchived), None);
}

#[test]
fn story_12_more_than_100_files_wait() {
    let waiting = |count: u32| SOUND.replace("\"ready\"} 1", &format!("\"ready\"}} {count}"));
    let mut replay = with_primary(&waiting(100));
    assert_eq!(replay.at("2026-11-21T12:01:00Z").failing(), NONE);
    replay.says("db-1", "2026-11-21T12:01:30Z", &waiting(101));
    assert_eq!(
        replay.at("2026-11-21T12:02:00Z").failing(),
        [Check::ArchiveBacklog]
    );
}

#[test]
fn story_13_a_condition_that_is_false_while_a_backup_runs_alarms_nobody() {
    let running = nightly(
        21,
        &json!({"phase": "started", "reconciliationStartedAt": "2026-11-21T03:00:05Z"}),
    );
    let mut replay = with_backups(21, [completed(20), running]);
    let mut cluster = plugin_cluster();
    cluster["status"]["conditions"] = json!([
        condition("ContinuousArchiving", "True", "ContinuousArchivingSuccess"),
        condition("LastBackupSucceeded", "False", "BackupStarted")
    ]);
    replay.apply(cluster);
    assert_eq!(replay.at("2026-11-21T03:05:00Z").failing(), NONE);
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
fn story_18_without_its_schedule_a_cluster_is_told_of_and_then_stale() {
    let mut replay = with_backups(20, [completed(20)]);
    let sound = replay.at("2026-11-20T12:00:00Z");
    assert_eq!((sound.failing(), sound.codes()), (Vec::new(), Vec::new()));
    replay.delete(Kind::ScheduledBackup, "daily");
    let seen = replay.at("2026-11-20T12:01:00Z");
    assert_eq!(seen.failing(), [Check::Scheduled]);
    assert_eq!(seen.codes(), ["no_schedule"]);
    let hint = seen.finding("no_schedule").unwrap().hint.clone().unwrap();
    assert!(
        hint.contains("method: plugin") && hint.contains("\"0 0 3 * * *\""),
        "{hint}"
    );
    assert_eq!(
        replay.at("2026-11-21T16:00:00Z").failing(),
        [Check::Fresh, Check::Scheduled]
    );
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

#[rstest]
#[case("0 0 25 * * *")]
#[case("every night")]
#[case("0 0 * * 0")]
#[case("0 0 0 30 2 *")]
fn story_26_a_schedule_that_nobody_can_read_is_told(#[case] text: &str) {
    let mut replay = with_backups(20, [completed(20)]);
    let mut schedule = daily(Some(&last(20)));
    schedule["spec"]["schedule"] = json!(text);
    replay.apply(schedule);
    let seen = replay.at("2026-11-20T12:00:00Z");
    assert_eq!(seen.failing(), [Check::Scheduled]);
    assert!(seen.evidence(Check::Scheduled).contains(text));
    replay.apply(daily(Some(&last(20))));
    assert_eq!(replay.at("2026-11-20T12:01:00Z").failing(), NONE);
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
