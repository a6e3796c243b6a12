//! What each file of rules is about: a fleet in which all is sound, and one in which everything it asks about is wrong.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

pub(crate) mod past;

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use lifeboat_controller::AssetView;
use lifeboat_core::{InstanceReading, ReadFailure};

use crate::support::{
    DAY, HOUR, Observed, cnpg, cron_job, kopia_maintenance, kopia_repository, kopia_source,
    operator,
};

/// A file of rules, as its author had them.
pub(crate) struct Seed {
    pub(crate) title: &'static str,
    /// Whose they are, and what goes wrong in the test.
    pub(crate) told: &'static str,
    files: &'static [&'static str],
    /// What it asks for by name and doesn't say how to record: Lifeboat's own recording rules do.
    pub(crate) records: &'static [&'static str],
    /// What the rules ask about, and what has to be there while all is sound.
    pub(crate) metrics: &'static [&'static str],
    pub(crate) sound: fn() -> Vec<AssetView>,
    pub(crate) wrong: fn() -> Vec<AssetView>,
}

impl Seed {
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
        self.files.iter().map(|file| folder.join(file)).collect()
    }
}

pub(crate) const SEEDS: &[Seed] = &[
    Seed {
        title: "Stale backups",
        told: "Two alerts of a home lab, on kube-state-metrics and CloudNativePG's exporter, word for word. Wrong: the last \
               success of each is 40 hours old.",
        files: &["stale_backups.yaml"],
        records: &[],
        metrics: &[
            "kube_cronjob_status_last_successful_time",
            "cnpg_collector_last_available_backup_timestamp",
        ],
        sound: || stale_backups(8 * HOUR),
        wrong: || stale_backups(40 * HOUR),
    },
    Seed {
        title: "Backups of Prometheus",
        told: "Two alerts about a CronJob that copies Prometheus's snapshots, word for word. Wrong: the last success is \
               two days old, and the last Job failed.",
        files: &["prometheus_backup.yaml"],
        records: &[],
        metrics: &["kube_job_status_completion_time"],
        sound: || vec![prometheus_backup().completed(8 * HOUR, 20).build()],
        wrong: || {
            vec![
                prometheus_backup()
                    .completed(50 * HOUR, 20)
                    .failed(2 * HOUR)
                    .build(),
            ]
        },
    },
    Seed {
        title: "Maintenance of Kopia",
        told: "Eight alerts of VolSync's documentation, which gives names, thresholds and metrics; the expressions are \
               written on these. Wrong: the last maintenance is eight days old, three failed since, one took two \
               hours; a namespace has copies and no maintenance; a CronJob was rewritten; a repository grew by \
               half and holds nothing twice.",
        files: &["kopia_maintenance.yaml"],
        records: &[],
        metrics: &[
            "volsync_kopia_maintenance_last_run_timestamp_seconds",
            "volsync_kopia_maintenance_cronjob_failures_total",
            "volsync_kopia_maintenance_duration_seconds_bucket",
            "volsync_kopia_maintenance_cronjob_created_total",
            "volsync_kopia_maintenance_cronjob_updated_total",
            "volsync_kopia_operation_success_total",
            "volsync_kopia_repository_size_bytes",
            "volsync_kopia_deduplication_ratio",
        ],
        sound: kopia_sound,
        wrong: kopia_wrong,
    },
    Seed {
        title: "Operators, a standby and restore drills",
        told: "Three groups that a home lab's page names, each alert with a few words; the expressions are written on the \
               metrics it names. Wrong: the operator is gone; backups and archiving fail, and the newest backup is two days \
               old; of three standbys one was promoted, one is cut off and one lags, and the watched one can't be \
               read; the restore drill failed, and last succeeded three days ago.",
        files: &["restore_drills.yaml"],
        records: &[],
        metrics: &[
            "kube_deployment_status_replicas_available",
            "cnpg_collector_last_available_backup_timestamp",
            "cnpg_pg_stat_archiver_failed_count",
            "cnpg_pg_replication_in_recovery",
            "cnpg_pg_replication_is_wal_receiver_up",
            "cnpg_pg_replication_lag",
            "kube_cronjob_status_last_successful_time",
        ],
        sound: drills_sound,
        wrong: drills_wrong,
    },
    Seed {
        title: "The barman-cloud plugin",
        told: "Ten alerts of a report on production readiness, with their expressions word for word; most of the \
               names existed nowhere. How two of them are recorded isn't said: that is from `lifeboat rules generate`. \
               Wrong: a backup failed, the newest good one is 30 hours old and took 40 minutes; archiving fails and \
               WAL piles up; the store doesn't answer, and is nearly full; the plugin is gone.",
        files: &["barman_plugin.yaml"],
        records: &[
            "cnpg:backup_success_rate_5m",
            "cnpg:wal_archiving_success_rate_5m",
        ],
        metrics: &[
            "cnpg_backup_failed_total",
            "cnpg_wal_archive_failed_total",
            "cnpg_objectstore_connection_status",
            "up{job=\"cnpg-barman-plugin\"}",
            "cnpg_backup_last_success_timestamp",
            "cnpg_backup_duration_seconds",
            "cnpg_wal_files_pending",
            "cnpg_objectstore_free_bytes",
            "cnpg_objectstore_total_bytes",
            "cnpg:backup_compression_ratio",
            "cnpg:wal_archiving_rate_per_hour",
        ],
        sound: plugin_sound,
        wrong: plugin_wrong,
    },
];

fn stale_backups(age: i64) -> Vec<AssetView> {
    let now = Timestamp::now();
    vec![
        cnpg(now, "postgresql", "immich-db")
            .completed(age, 4)
            .build(),
        cron_job(now, "immich", "immich-media-offsite-sync")
            .completed(age, 4)
            .build(),
    ]
}

fn prometheus_backup() -> Observed {
    cron_job(Timestamp::now(), "observability", "prometheus-backup")
}

/// The upkeep of a repository that has been maintained daily until so many days ago.
fn maintained_until(namespace: &str, days: i64) -> Observed {
    let upkeep = kopia_maintenance(Timestamp::now(), namespace, "kopia-config");
    (days..days + 9)
        .rev()
        .fold(upkeep, |upkeep, days| upkeep.completed(days * DAY, 40))
}

/// A volume that goes to the repository of its namespace.
fn copied(namespace: &str) -> AssetView {
    kopia_source(Timestamp::now(), namespace, "data", "kopia-config")
        .completed(60, 4)
        .build()
}

fn kopia_sound() -> Vec<AssetView> {
    let namespaces = ["volsync-system", "slow", "rewritten", "alone"];
    let now = Timestamp::now();
    let mut fleet = vec![kopia_repository(now, "volsync-system", "kopia-config").build()];
    for namespace in namespaces {
        fleet.push(maintained_until(namespace, 1).build());
        fleet.push(copied(namespace));
    }
    fleet
}

fn kopia_wrong() -> Vec<AssetView> {
    let neglected = maintained_until("volsync-system", 8)
        .failed(3 * DAY)
        .failed(2 * DAY)
        .failed(DAY);
    let slow = maintained_until("slow", 1).completed(300, 120);
    let rewritten =
        maintained_until("rewritten", 1).with(|facts| facts.definitions[0].generation = 20);
    let nobody = kopia_maintenance(Timestamp::now(), "alone", "kopia-config").with(|facts| {
        facts.definitions.clear();
        facts.schedules = Some(Vec::new());
    });
    let grown =
        kopia_repository(Timestamp::now(), "volsync-system", "kopia-config").read(|reading| {
            reading.physical_bytes = Some(15 << 30);
            reading.deduplication_ratio = Some(1.0);
        });
    vec![
        neglected.build(),
        slow.build(),
        rewritten.build(),
        nobody.build(),
        copied("alone"),
        grown.build(),
    ]
}

fn drills_sound() -> Vec<AssetView> {
    let now = Timestamp::now();
    vec![
        operator(now, "cnpg-system", "cnpg-controller-manager", 1).build(),
        cnpg(now, "shop", "db").completed(8 * HOUR, 4).build(),
        standby("shop", |_| ()).build(),
        drill().completed(8 * HOUR, 20).build(),
    ]
}

fn drills_wrong() -> Vec<AssetView> {
    let now = Timestamp::now();
    let unreachable = standby("shop", |_| ()).with(|facts| {
        for instance in &mut facts.instances {
            instance.reading = Some(Err("connection refused".to_owned()));
        }
    });
    vec![
        operator(now, "cnpg-system", "cnpg-controller-manager", 0).build(),
        cnpg(now, "shop", "db")
            .completed(48 * HOUR, 4)
            .failed(60)
            .with(|facts| {
                for reading in readings(facts) {
                    reading.wal_failed = reading.wal_failed.map(|_| 12);
                }
            })
            .build(),
        unreachable.build(),
        standby("promoted", |reading| reading.in_recovery = Some(false)).build(),
        standby("cut-off", |reading| reading.wal_receiver_up = Some(false)).build(),
        standby("behind", |reading| {
            reading.replication_lag_seconds = Some(900.0);
        })
        .build(),
        drill().completed(72 * HOUR, 20).failed(60).build(),
    ]
}

fn plugin_sound() -> Vec<AssetView> {
    let now = Timestamp::now();
    vec![
        operator(now, "cnpg-system", "barman-cloud", 2).build(),
        cnpg(now, "shop", "db")
            .completed(8 * HOUR, 4)
            .stored(|_| ())
            .build(),
    ]
}

fn plugin_wrong() -> Vec<AssetView> {
    let now = Timestamp::now();
    vec![
        operator(now, "cnpg-system", "barman-cloud", 0).build(),
        cnpg(now, "shop", "db")
            .completed(30 * HOUR, 40)
            .failed(1)
            .archiver("db-1", 12, 101)
            .stored(|store| {
                store.capacity = Some(66 << 30);
                store.failure = Some(ReadFailure {
                    since: now - SignedDuration::from_mins(7),
                    error: "connection refused".to_owned(),
                    hint: None,
                });
            })
            .build(),
    ]
}

fn drill() -> Observed {
    cron_job(Timestamp::now(), "shop", "cnpg-restore-test")
}

/// A standby cluster: its leader is in recovery, and receives WAL.
fn standby(namespace: &str, change: fn(&mut InstanceReading)) -> Observed {
    cnpg(Timestamp::now(), namespace, "cnpg-disaster-recovery")
        .completed(8 * HOUR, 4)
        .with(|facts| {
            for reading in readings(facts) {
                (reading.in_recovery, reading.wal_receiver_up) = (Some(true), Some(true));
                change(reading);
            }
        })
}

fn readings(facts: &mut lifeboat_core::Facts) -> impl Iterator<Item = &mut InstanceReading> {
    let instances = facts.instances.iter_mut();
    instances.map(|instance| instance.reading.as_mut().unwrap().as_mut().unwrap())
}
