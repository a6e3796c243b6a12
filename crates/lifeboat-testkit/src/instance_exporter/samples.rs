//! What an instance exports: the families that exist upstream, with their traps.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;

/// Name and type of every family that can be set. There are others upstream, on what has nothing
/// to do with backups.
const FAMILIES: [(&str, &str); 31] = [
    (
        "barman_cloud_cloudnative_pg_io_first_recoverability_point",
        "gauge",
    ),
    (
        "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp",
        "gauge",
    ),
    (
        "barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp",
        "gauge",
    ),
    ("cnpg_collector_collection_duration_seconds", "gauge"),
    ("cnpg_collector_collection_errors_total", "counter"),
    ("cnpg_collector_collections_total", "counter"),
    ("cnpg_collector_fencing_on", "gauge"),
    ("cnpg_collector_first_recoverability_point", "gauge"),
    ("cnpg_collector_last_available_backup_timestamp", "gauge"),
    ("cnpg_collector_last_collection_error", "gauge"),
    ("cnpg_collector_last_failed_backup_timestamp", "gauge"),
    ("cnpg_collector_manual_switchover_required", "gauge"),
    ("cnpg_collector_nodes_used", "gauge"),
    ("cnpg_collector_pg_wal", "gauge"),
    ("cnpg_collector_pg_wal_archive_status", "gauge"),
    ("cnpg_collector_postgres_version", "gauge"),
    ("cnpg_collector_replica_mode", "gauge"),
    ("cnpg_collector_sync_replicas", "gauge"),
    ("cnpg_collector_up", "gauge"),
    ("cnpg_pg_postmaster_start_time", "gauge"),
    ("cnpg_pg_replication_in_recovery", "gauge"),
    ("cnpg_pg_replication_is_wal_receiver_up", "gauge"),
    ("cnpg_pg_replication_lag", "gauge"),
    ("cnpg_pg_replication_streaming_replicas", "gauge"),
    ("cnpg_pg_stat_archiver_archived_count", "counter"),
    ("cnpg_pg_stat_archiver_failed_count", "counter"),
    ("cnpg_pg_stat_archiver_last_archived_time", "gauge"),
    ("cnpg_pg_stat_archiver_last_failed_time", "gauge"),
    ("cnpg_pg_stat_archiver_seconds_since_last_archival", "gauge"),
    ("cnpg_pg_stat_archiver_seconds_since_last_failure", "gauge"),
    ("cnpg_pg_stat_archiver_stats_reset_time", "gauge"),
];

/// The series of one instance, each with its value, as `cnpg_collector_up{cluster="main"}`.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    values: BTreeMap<(String, String), f64>,
}

impl Samples {
    /// A primary of the cluster `cluster`, healthy, that has neither backed up nor archived
    /// anything yet: timestamps of backups are 0, and those of archiving -1.
    #[must_use]
    pub fn primary(cluster: &str) -> Self {
        let mut samples = Self::instance(cluster);
        for (name, value) in [("archived_count", 0.0), ("failed_count", 0.0)] {
            samples.set(&format!("cnpg_pg_stat_archiver_{name}"), value);
        }
        for name in [
            "last_archived_time",
            "last_failed_time",
            "seconds_since_last_archival",
            "seconds_since_last_failure",
        ] {
            samples.set(&format!("cnpg_pg_stat_archiver_{name}"), -1.0);
        }
        samples.set_replication(false, 0.0, false);
        samples
    }

    /// A replica of the cluster `cluster` in step with its primary: no `pg_stat_archiver`, and
    /// timestamps of in-tree backups that stay 0 whatever the primary does.
    #[must_use]
    pub fn replica(cluster: &str) -> Self {
        let mut samples = Self::instance(cluster);
        samples.set_replication(true, 0.0, true);
        samples
    }

    fn instance(cluster: &str) -> Self {
        let mut samples = Self::default();
        samples.set(&format!("cnpg_collector_up{{cluster=\"{cluster}\"}}"), 1.0);
        for (name, value) in [
            ("collections_total", 1.0),
            ("fencing_on", 0.0),
            ("last_collection_error", 0.0),
            ("manual_switchover_required", 0.0),
            ("nodes_used", -1.0),
            ("replica_mode", 0.0),
        ] {
            samples.set(&format!("cnpg_collector_{name}"), value);
        }
        samples.set_backups(None, None, None);
        samples.set_wal_files(0.0, 0.0);
        for (value, number) in [
            ("count", 2.0),
            ("keep", 32.0),
            ("max", 64.0),
            ("min", 5.0),
            ("size", 33_554_432.0),
            ("slots_max", 0.0),
        ] {
            samples.set(
                &format!("cnpg_collector_pg_wal{{value=\"{value}\"}}"),
                number,
            );
        }
        samples
    }

    /// Sets a series of a family that exists upstream, labels and all, such as
    /// `cnpg_collector_pg_wal{value="count"}`.
    ///
    /// # Panics
    /// When upstream has no such family: nothing may rest on metrics that no one exports.
    pub fn set(&mut self, series: &str, value: f64) {
        let (name, labels) = split(series);
        assert!(
            FAMILIES.iter().any(|(known, _)| *known == name),
            "{name} is no metric of CloudNativePG that this exporter knows"
        );
        self.values
            .insert((name.to_owned(), labels.to_owned()), value);
    }

    /// Removes a series, or, without labels, every series of a family.
    pub fn remove(&mut self, series: &str) {
        let (name, labels) = split(series);
        self.values.retain(|(known, its_labels), _| {
            known != name || (!labels.is_empty() && its_labels != labels)
        });
    }

    /// The timestamps of backups by the operator itself (in-tree Barman Cloud, volume
    /// snapshots), 0 for what never was. With the plugin, they stay 0; after a migration to
    /// it, they stay what they were; and so they do on a former primary.
    pub fn set_backups(
        &mut self,
        first_recoverability_point: Option<Timestamp>,
        last_available: Option<Timestamp>,
        last_failed: Option<Timestamp>,
    ) {
        self.set_timestamps(
            "cnpg_collector",
            [first_recoverability_point, last_available, last_failed],
        );
    }

    /// The timestamps of backups by the plugin, 0 for what never was, on every instance alike.
    pub fn set_plugin_backups(
        &mut self,
        first_recoverability_point: Option<Timestamp>,
        last_available: Option<Timestamp>,
        last_failed: Option<Timestamp>,
    ) {
        self.set_timestamps(
            "barman_cloud_cloudnative_pg_io",
            [first_recoverability_point, last_available, last_failed],
        );
    }

    fn set_timestamps(&mut self, prefix: &str, times: [Option<Timestamp>; 3]) {
        let names = [
            "first_recoverability_point",
            "last_available_backup_timestamp",
            "last_failed_backup_timestamp",
        ];
        for (name, time) in names.into_iter().zip(times) {
            let value = time.map_or(0.0, |time| seconds(time).floor());
            self.set(&format!("{prefix}_{name}"), value);
        }
    }

    /// The archiver as `pg_stat_archiver` shows it at `now`: what was archived and what failed,
    /// each as a count and the time of the last.
    pub fn set_archiver(
        &mut self,
        now: Timestamp,
        archived: (u32, Option<Timestamp>),
        failed: (u32, Option<Timestamp>),
    ) {
        for (count, time, since, (number, last)) in [
            (
                "archived_count",
                "last_archived_time",
                "seconds_since_last_archival",
                archived,
            ),
            (
                "failed_count",
                "last_failed_time",
                "seconds_since_last_failure",
                failed,
            ),
        ] {
            let age = last.map_or(-1.0, |last| now.duration_since(last).as_secs_f64());
            for (name, value) in [
                (count, f64::from(number)),
                (time, last.map_or(-1.0, seconds)),
                (since, age),
            ] {
                self.set(&format!("cnpg_pg_stat_archiver_{name}"), value);
            }
        }
    }

    /// How many WAL files wait to be archived, and how many are and have not been recycled yet.
    pub fn set_wal_files(&mut self, ready: f64, done: f64) {
        for (value, number) in [("ready", ready), ("done", done)] {
            let series = format!("cnpg_collector_pg_wal_archive_status{{value=\"{value}\"}}");
            self.set(&series, number);
        }
    }

    /// Whether the instance is in recovery, how far behind it is, and whether it receives WAL.
    /// The lag of an instance that lost its primary is 0: it has replayed all that it received.
    pub fn set_replication(&mut self, in_recovery: bool, lag: f64, wal_receiver_up: bool) {
        for (name, value) in [
            ("in_recovery", f64::from(u8::from(in_recovery))),
            ("is_wal_receiver_up", f64::from(u8::from(wal_receiver_up))),
            ("lag", lag),
            ("streaming_replicas", 0.0),
        ] {
            self.set(&format!("cnpg_pg_replication_{name}"), value);
        }
    }

    /// The text format of Prometheus.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut family = "";
        for ((name, labels), value) in &self.values {
            if name != family {
                let kind = FAMILIES.iter().find(|(known, _)| known == name);
                let kind = kind.map_or("untyped", |(_, kind)| kind);
                // Writing to a String cannot fail.
                let _ = writeln!(
                    text,
                    "# HELP {name} See CloudNativePG.\n# TYPE {name} {kind}"
                );
                family = name;
            }
            let _ = writeln!(text, "{name}{labels} {}", number(*value));
        }
        text
    }
}

/// Whole seconds for backups, parts of them for the archiver: as upstream.
fn seconds(time: Timestamp) -> f64 {
    time.as_duration().as_secs_f64()
}

fn split(series: &str) -> (&str, &str) {
    let end = series.find('{').unwrap_or(series.len());
    series.split_at(end)
}

/// As Go writes it: 1790000000 is `1.79e+09`.
fn number(value: f64) -> String {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent @ (..=-5 | 6..)) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        for (value, text) in [
            (0.0, "0"),
            (-1.0, "-1"),
            (1.5, "1.5"),
            (999_999.0, "999999"),
            (1_790_000_000.0, "1.79e+09"),
            (33_554_432.0, "3.3554432e+07"),
            (0.000_01, "1e-05"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    #[should_panic(expected = "cnpg_backup_failed_total is no metric of CloudNativePG")]
    fn what_upstream_does_not_export_cannot_be_set() {
        Samples::primary("main").set("cnpg_backup_failed_total", 1.0);
    }

    #[test]
    fn a_replica_has_no_archiver_and_a_primary_has_never_archived() {
        let never = "cnpg_pg_stat_archiver_seconds_since_last_archival -1\n";
        assert!(Samples::primary("main").text().contains(never));
        assert!(!Samples::replica("main").text().contains("archiver"));
    }
}
