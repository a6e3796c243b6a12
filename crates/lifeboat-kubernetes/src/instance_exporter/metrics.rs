//! The figures of one database instance that Lifeboat uses.
//!
//! Which of them a pod has depends on its role: the archiver's are those of the primary (or of any
//! instance with `archive_mode=always`); those of recovery points are 0 on replicas, old on former
//! primaries, and may be frozen after a migration to the plugin. They are taken over as they are,
//! save that what means "never" or "not set" becomes absent. What may be believed is for the
//! observer to say.

use jiff::Timestamp;

use super::exposition::{Sample, samples};

/// The figures of one instance, at one moment. Absent: the pod didn't tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstanceMetrics {
    /// `cnpg_pg_stat_archiver_archived_count`: files archived since the counter was reset.
    pub archived_count: Option<f64>,
    /// `cnpg_pg_stat_archiver_failed_count`: attempts that failed since the counter was reset.
    pub failed_count: Option<f64>,
    /// `cnpg_pg_stat_archiver_seconds_since_last_archival`; absent also if there was none (-1).
    pub seconds_since_last_archival: Option<f64>,
    /// `cnpg_pg_stat_archiver_seconds_since_last_failure`; absent also if there was none (-1).
    pub seconds_since_last_failure: Option<f64>,
    /// `cnpg_pg_stat_archiver_last_archived_time`; absent also if there was none (-1).
    pub last_archived_time: Option<Timestamp>,
    /// `cnpg_pg_stat_archiver_last_failed_time`; absent also if there was none (-1).
    pub last_failed_time: Option<Timestamp>,
    /// `cnpg_collector_pg_wal_archive_status{value="ready"}`: files that wait to be archived.
    pub wal_files_ready: Option<f64>,
    /// `cnpg_collector_pg_wal_archive_status{value="done"}`.
    pub wal_files_done: Option<f64>,
    /// `cnpg_collector_pg_wal{value="count"}`: files of write-ahead log.
    pub wal_files: Option<f64>,
    /// `cnpg_collector_pg_wal{value="size"}`: their size in bytes.
    pub wal_bytes: Option<f64>,
    /// `cnpg_collector_pg_wal{value="volume_size"}`: the size of their volume in bytes, if they
    /// have one of their own.
    pub wal_volume_bytes: Option<f64>,
    /// `cnpg_pg_replication_in_recovery`: whether it is a standby.
    pub in_recovery: Option<bool>,
    /// `cnpg_pg_replication_is_wal_receiver_up`: whether a standby is connected.
    pub is_wal_receiver_up: Option<bool>,
    /// `cnpg_pg_replication_lag`, in seconds. 0 also for a standby that is not connected.
    pub replication_lag: Option<f64>,
    /// `cnpg_collector_up`: whether the exporter reached PostgreSQL.
    pub collector_up: Option<bool>,
    /// `cnpg_collector_last_collection_error`: whether the last collection had an error, so that
    /// figures are missing or old.
    pub last_collection_error: Option<bool>,
    /// `cnpg_collector_fencing_on`: whether the instance is fenced off.
    pub fencing_on: Option<bool>,
    /// `cnpg_collector_*`: recovery points made without the plugin.
    pub collector: RecoveryPointTimes,
    /// `barman_cloud_cloudnative_pg_io_*`: recovery points made by the Barman Cloud plugin.
    pub barman_cloud: RecoveryPointTimes,
}

/// What an exporter says of recovery points; 0 becomes absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveryPointTimes {
    /// `..._first_recoverability_point`.
    pub first_recoverability_point: Option<Timestamp>,
    /// `..._last_available_backup_timestamp`.
    pub last_available_backup: Option<Timestamp>,
    /// `..._last_failed_backup_timestamp`.
    pub last_failed_backup: Option<Timestamp>,
}

/// A prefix shared by the archiver's metrics.
const ARCHIVER: &str = "cnpg_pg_stat_archiver_";
/// A prefix shared by the collector's metrics.
const COLLECTOR: &str = "cnpg_collector_";
/// A prefix shared by the standby's metrics.
const REPLICATION: &str = "cnpg_pg_replication_";
/// A prefix shared by the plugin's metrics.
const BARMAN_CLOUD: &str = "barman_cloud_cloudnative_pg_io_";

impl InstanceMetrics {
    /// Reads an exporter's answer. An error if it has none of the figures: then it isn't one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut metrics = Self::default();
        let mut known = 0_usize;
        for sample in samples(text) {
            // Nothing here can be told in NaN or infinities.
            if sample.value.is_finite() && metrics.take(&sample) {
                known += 1;
            }
        }
        if known == 0 {
            return Err("the answer has none of CloudNativePG's metrics".to_owned());
        }
        Ok(metrics)
    }

    /// Whether the sample is one that is used.
    fn take(&mut self, sample: &Sample<'_>) -> bool {
        if let Some(name) = sample.name.strip_prefix(ARCHIVER) {
            self.take_archiver(name, sample.value)
        } else if let Some(name) = sample.name.strip_prefix(COLLECTOR) {
            self.take_collector(name, sample) || self.collector.take(name, sample.value)
        } else if let Some(name) = sample.name.strip_prefix(REPLICATION) {
            self.take_replication(name, sample.value)
        } else if let Some(name) = sample.name.strip_prefix(BARMAN_CLOUD) {
            self.barman_cloud.take(name, sample.value)
        } else {
            false
        }
    }

    fn take_archiver(&mut self, name: &str, value: f64) -> bool {
        let happened = Some(value).filter(|value| *value >= 0.0);
        match name {
            "archived_count" => self.archived_count = Some(value),
            "failed_count" => self.failed_count = Some(value),
            "seconds_since_last_archival" => self.seconds_since_last_archival = happened,
            "seconds_since_last_failure" => self.seconds_since_last_failure = happened,
            "last_archived_time" => self.last_archived_time = moment(value),
            "last_failed_time" => self.last_failed_time = moment(value),
            _ => return false,
        }
        true
    }

    fn take_collector(&mut self, name: &str, sample: &Sample<'_>) -> bool {
        let value = sample.value;
        match (name, sample.label("value")) {
            ("pg_wal_archive_status", Some("ready")) => self.wal_files_ready = Some(value),
            ("pg_wal_archive_status", Some("done")) => self.wal_files_done = Some(value),
            ("pg_wal", Some("count")) => self.wal_files = Some(value),
            ("pg_wal", Some("size")) => self.wal_bytes = Some(value),
            ("pg_wal", Some("volume_size")) => self.wal_volume_bytes = Some(value),
            ("up", _) => self.collector_up = Some(is_set(value)),
            ("last_collection_error", _) => self.last_collection_error = Some(is_set(value)),
            ("fencing_on", _) => self.fencing_on = Some(is_set(value)),
            _ => return false,
        }
        true
    }

    fn take_replication(&mut self, name: &str, value: f64) -> bool {
        match name {
            "in_recovery" => self.in_recovery = Some(is_set(value)),
            "is_wal_receiver_up" => self.is_wal_receiver_up = Some(is_set(value)),
            "lag" => self.replication_lag = Some(value),
            _ => return false,
        }
        true
    }
}

impl RecoveryPointTimes {
    fn take(&mut self, name: &str, value: f64) -> bool {
        match name {
            "first_recoverability_point" => self.first_recoverability_point = moment(value),
            "last_available_backup_timestamp" => self.last_available_backup = moment(value),
            "last_failed_backup_timestamp" => self.last_failed_backup = moment(value),
            _ => return false,
        }
        true
    }
}

/// A time of Unix seconds; 0 and -1 mean that there is none.
fn moment(seconds: f64) -> Option<Timestamp> {
    if seconds <= 0.0 {
        return None;
    }
    let since = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::from_duration(since).ok()
}

fn is_set(value: f64) -> bool {
    value > 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_primary_with_its_figures() {
        let text = r#"
# TYPE cnpg_collector_up gauge
cnpg_collector_up{cluster="orders"} 1
cnpg_collector_last_collection_error 0
cnpg_collector_pg_wal_archive_status{value="ready"} 3
cnpg_collector_pg_wal_archive_status{value="done"} 12
cnpg_collector_pg_wal{value="count"} 15
cnpg_collector_pg_wal{value="size"} 2.5165824e+08
cnpg_collector_pg_wal{value="max"} NaN
cnpg_collector_first_recoverability_point 1.7e+09
cnpg_collector_last_failed_backup_timestamp 0
barman_cloud_cloudnative_pg_io_last_available_backup_timestamp 1.7000001e+09
cnpg_pg_stat_archiver_archived_count 100
cnpg_pg_stat_archiver_failed_count 2
cnpg_pg_stat_archiver_seconds_since_last_archival 12.5
cnpg_pg_stat_archiver_seconds_since_last_failure -1
cnpg_pg_stat_archiver_last_archived_time 1.7e+09
cnpg_pg_stat_archiver_last_failed_time -1
cnpg_pg_replication_in_recovery 0
cnpg_pg_replication_lag 0
cnpg_pg_replication_is_wal_receiver_up 0
"#;
        let metrics = InstanceMetrics::parse(text).unwrap();
        let moment: Timestamp = "2023-11-14T22:13:20Z".parse().unwrap();
        let expected = InstanceMetrics {
            archived_count: Some(100.0),
            failed_count: Some(2.0),
            seconds_since_last_archival: Some(12.5),
            last_archived_time: Some(moment),
            wal_files_ready: Some(3.0),
            wal_files_done: Some(12.0),
            wal_files: Some(15.0),
            wal_bytes: Some(251_658_240.0),
            in_recovery: Some(false),
            is_wal_receiver_up: Some(false),
            replication_lag: Some(0.0),
            collector_up: Some(true),
            last_collection_error: Some(false),
            collector: RecoveryPointTimes {
                first_recoverability_point: Some(moment),
                ..RecoveryPointTimes::default()
            },
            barman_cloud: RecoveryPointTimes {
                last_available_backup: Some(moment + jiff::SignedDuration::from_secs(100)),
                ..RecoveryPointTimes::default()
            },
            ..InstanceMetrics::default()
        };
        assert_eq!(metrics, expected);
    }

    #[test]
    fn a_page_that_is_no_exporters_is_an_error() {
        InstanceMetrics::parse("<html>404</html>").unwrap_err();
        InstanceMetrics::parse("go_goroutines 7\n").unwrap_err();
    }
}
