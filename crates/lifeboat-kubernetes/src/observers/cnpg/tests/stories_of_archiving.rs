//! The failure stories of exporters, archiving and conditions, each with its sound twin.

use lifeboat_core::{Check, Status};
use serde_json::json;

use super::{
    common::{NONE, SOUND, with_backups, with_primary},
    objects::{bare_cluster, completed, condition, nightly, plugin_cluster, pod},
};

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
