//! Tests of what is recorded: series, and what they come to by a person's reckoning.

use super::{Test, written};
use crate::{
    catalogue::recordings,
    rules::{
        options::RuleOptions,
        yaml::{Map, Node},
    },
};

/// A scene with what is recorded in it.
struct RecordedCase {
    record: &'static str,
    story: &'static str,
    series: &'static [(&'static str, &'static str)],
    at: &'static str,
    /// Series with their values.
    expected: &'static [(&'static str, f64)],
}

pub(super) fn tests(options: &RuleOptions) -> impl Iterator<Item = Test> {
    let chosen = recordings().iter().filter(|one| options.chooses(one.group));
    let names: Vec<&str> = chosen.map(|one| one.name).collect();
    let cases = CASES
        .iter()
        .filter(move |case| names.contains(&case.record));
    cases.map(|case| {
        let samples = case.expected.iter().map(|(labels, value)| {
            Map::new()
                .with("labels", format!("{}{labels}", case.record))
                .with("value", Node::Number(*value))
        });
        let query = Map::new()
            .with("expr", case.record)
            .with("eval_time", case.at)
            .with("exp_samples", samples.collect::<Vec<_>>());
        Test {
            name: format!("{}: {}", case.record, case.story),
            every: "1m",
            series: written(case.series),
            alerts: Vec::new(),
            queries: vec![query],
        }
    })
}

const CASES: &[RecordedCase] = &[
    RecordedCase {
        record: "cnpg:backup_success_rate_5m",
        story: "one of two backups failed, and another cluster had none",
        series: &[
            (
                r#"lifeboat_runs_total{cluster="east",kind="CNPGCluster",namespace="shop",name="db",operation="backup",outcome="succeeded"}"#,
                "0x6 1x4",
            ),
            (
                r#"lifeboat_runs_total{cluster="east",kind="CNPGCluster",namespace="shop",name="db",operation="backup",outcome="failed"}"#,
                "0x7 1x4",
            ),
            (
                r#"lifeboat_runs_total{kind="CNPGCluster",namespace="shop",name="other",operation="backup",outcome="succeeded"}"#,
                "7x12",
            ),
            (
                r#"lifeboat_runs_total{kind="CronJob",namespace="shop",name="db",operation="backup",outcome="succeeded"}"#,
                "0x6 1x4",
            ),
        ],
        at: "9m",
        expected: &[(
            r#"{kubernetes_cluster="east",namespace="shop",cluster="db"}"#,
            0.5,
        )],
    },
    RecordedCase {
        record: "cnpg:backup_restore_time_estimate_seconds",
        story: "the newest backup took four minutes",
        series: &[
            (
                r#"cnpg_backup_duration_seconds{namespace="shop",cluster="db",instance="lifeboat:9780"}"#,
                "240x10",
            ),
            (
                r#"lifeboat_run_active{kind="CNPGCluster",namespace="shop",name="other",operation="backup"}"#,
                "0x10",
            ),
        ],
        at: "5m",
        expected: &[(r#"{namespace="shop",cluster="db"}"#, 240.0)],
    },
    RecordedCase {
        record: "cnpg:backup_compression_ratio",
        story: "three bytes became one, and nothing is divided by nothing",
        series: &[
            (
                r#"cnpg_backup_original_size_bytes{namespace="shop",cluster="db"}"#,
                "3000x10",
            ),
            (
                r#"cnpg_backup_compressed_size_bytes{namespace="shop",cluster="db"}"#,
                "1000x10",
            ),
            (
                r#"cnpg_backup_original_size_bytes{namespace="shop",cluster="empty"}"#,
                "0x10",
            ),
            (
                r#"cnpg_backup_compressed_size_bytes{namespace="shop",cluster="empty"}"#,
                "0x10",
            ),
        ],
        at: "5m",
        expected: &[(r#"{namespace="shop",cluster="db"}"#, 3.0)],
    },
    RecordedCase {
        record: "cnpg:wal_archiving_success_rate_5m",
        story: "three files in a minute and one failure, and another cluster that writes nothing",
        series: &[
            (
                r#"cnpg_wal_files_archived_total{namespace="shop",cluster="db",pod="db-1"}"#,
                "0+3x20",
            ),
            (
                r#"cnpg_wal_archive_failed_total{namespace="shop",cluster="db",pod="db-1"}"#,
                "0+1x20",
            ),
            (
                r#"cnpg_wal_files_archived_total{namespace="shop",cluster="idle",pod="idle-1"}"#,
                "9x20",
            ),
            (
                r#"cnpg_wal_archive_failed_total{namespace="shop",cluster="idle",pod="idle-1"}"#,
                "0x20",
            ),
        ],
        at: "15m",
        expected: &[(r#"{namespace="shop",cluster="db"}"#, 0.75)],
    },
    RecordedCase {
        record: "cnpg:wal_archiving_rate_per_hour",
        story: "a file each minute, and a switchover that is none",
        series: &[
            (
                r#"cnpg_wal_files_archived_total{namespace="shop",cluster="db",pod="db-1"}"#,
                "0+1x70",
            ),
            (
                r#"cnpg_wal_files_archived_total{namespace="shop",cluster="db",pod="db-2"}"#,
                "500x70",
            ),
        ],
        at: "70m",
        expected: &[(r#"{namespace="shop",cluster="db"}"#, 60.0)],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_recorded_is_tested() {
        for recording in recordings() {
            let tested = CASES.iter().any(|case| case.record == recording.name);
            assert!(tested, "{} has no case", recording.name);
        }
    }
}
