//! What is recorded beside alerts: figures for dashboards and reports, as rules of Prometheus.
//!
//! Labels are those of the names that others gave: `cluster` is the PostgreSQL cluster.

use super::Group;

/// A query whose result Prometheus keeps as a series of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recording {
    /// The name of the series.
    pub name: &'static str,
    /// With which alerts it goes.
    pub group: Group,
    /// What it is, and when there is none.
    pub meaning: &'static str,
    /// The query.
    pub query: &'static str,
}

/// Everything that is recorded, in the order in which it is written.
#[must_use]
pub const fn recordings() -> &'static [Recording] {
    RECORDINGS
}

const RECORDINGS: &[Recording] = &[
    Recording {
        name: "cnpg:backup_success_rate_5m",
        group: Group::Backup,
        meaning: "The share of the backups of a PostgreSQL cluster that succeeded, of those that ended within five minutes. \
                  There is none while no backup ended, which with one backup a day is nearly always: whether backups are \
                  young enough is the better question.",
        query: r#"max by (kubernetes_cluster, namespace, cluster) (
  label_replace(
    label_replace(
      sum by (cluster, namespace, name) (
        increase(lifeboat_runs_total{kind="CNPGCluster",operation="backup",outcome="succeeded"}[5m])
      )
      /
      (
        sum by (cluster, namespace, name) (
          increase(lifeboat_runs_total{kind="CNPGCluster",operation="backup",outcome=~"succeeded|failed"}[5m])
        ) > 0
      ),
      "kubernetes_cluster", "$1", "cluster", "(.+)"
    ),
    "cluster", "$1", "name", "(.+)"
  )
)"#,
    },
    Recording {
        name: "cnpg:backup_restore_time_estimate_seconds",
        group: Group::Backup,
        meaning: "How long it took to read and send the newest backup: a restore of it has to fetch and write the same. \
                  Replaying WAL comes on top.",
        query: "max by (kubernetes_cluster, namespace, cluster) (cnpg_backup_duration_seconds)",
    },
    Recording {
        name: "cnpg:backup_compression_ratio",
        group: Group::Backup,
        meaning: "How much smaller a backup is in its bucket than the data: 3 is a third. There is none where nobody says how \
                  large either is.",
        query: "cnpg_backup_original_size_bytes / (cnpg_backup_compressed_size_bytes > 0)",
    },
    Recording {
        name: "cnpg:wal_archiving_success_rate_5m",
        group: Group::Archiving,
        meaning: "The share of the attempts to archive WAL that succeeded, of those within five minutes. There is none while \
                  there was no attempt.",
        query: "sum by (kubernetes_cluster, namespace, cluster) (increase(cnpg_wal_files_archived_total[5m]))
/
(
  (
    sum by (kubernetes_cluster, namespace, cluster) (increase(cnpg_wal_files_archived_total[5m]))
    + sum by (kubernetes_cluster, namespace, cluster) (increase(cnpg_wal_archive_failed_total[5m]))
  ) > 0
)",
    },
    Recording {
        name: "cnpg:wal_archiving_rate_per_hour",
        group: Group::Archiving,
        meaning: "How many WAL files a PostgreSQL cluster archives in an hour.",
        query: "sum by (kubernetes_cluster, namespace, cluster) (
  rate(cnpg_wal_files_archived_total[1h])
) * 3600",
    },
];
