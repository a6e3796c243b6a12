//! Is WAL archived, as far as CloudNativePG's exporter tells?

use lifeboat_core::AssetKind;

use super::{NativeAlert, Scene};

pub(super) const ALERTS: &[NativeAlert] = &[
    NativeAlert {
        alert: "CNPGWALArchivingFailed",
        kind: AssetKind::CnpgCluster,
        namespace: "namespace",
        name: "cluster",
        query: "max by (namespace, cluster) (
  increase(cnpg_pg_stat_archiver_failed_count[5m]) {of_cluster}
) > 3",
        remark: "Each instance counts for itself, so that a switchover looks like no failure. Failures that come less often \
                 than four in five minutes aren't seen, nor are any while the primary isn't scraped.",
        scenes: &[Scene {
            story: "one fails every minute, one failed once, one was switched over",
            every: "1m",
            series: &[
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"db-1\",cluster=\"db\"}",
                    "1x40",
                ),
                (
                    "cnpg_pg_stat_archiver_failed_count{namespace=\"shop\",pod=\"db-1\"}",
                    "0x10 1+1x20",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"once-1\",cluster=\"once\"}",
                    "1x40",
                ),
                (
                    "cnpg_pg_stat_archiver_failed_count{namespace=\"shop\",pod=\"once-1\"}",
                    "0x28 1x20",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"other-1\",cluster=\"other\"}",
                    "1x40",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"other-2\",cluster=\"other\"}",
                    "1x40",
                ),
                (
                    "cnpg_pg_stat_archiver_failed_count{namespace=\"shop\",pod=\"other-1\"}",
                    "2x28 stale",
                ),
                (
                    "cnpg_pg_stat_archiver_failed_count{namespace=\"shop\",pod=\"other-2\"}",
                    "_x28 700x20",
                ),
            ],
            at: "30m",
            about: &[("shop", "db")],
        }],
    },
    NativeAlert {
        alert: "CNPGWALFilesAccumulating",
        kind: AssetKind::CnpgCluster,
        namespace: "namespace",
        name: "cluster",
        query: "max by (namespace, cluster) (
  (
    cnpg_collector_pg_wal_archive_status{value=\"ready\"}
    unless on (namespace, pod) cnpg_pg_replication_in_recovery == 1
  )
  {of_cluster}
) > 100",
        remark: "Only the primary archives, so files that an instance in recovery still has don't count.",
        scenes: &[Scene {
            story: "a primary has 101, a replica has, and a primary has 100",
            every: "1m",
            series: &[
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"db-1\",cluster=\"db\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_replication_in_recovery{namespace=\"shop\",pod=\"db-1\"}",
                    "0x30",
                ),
                (
                    "cnpg_collector_pg_wal_archive_status{namespace=\"shop\",pod=\"db-1\",value=\"ready\"}",
                    "101x30",
                ),
                (
                    "cnpg_collector_pg_wal_archive_status{namespace=\"shop\",pod=\"db-1\",value=\"done\"}",
                    "7x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"sound-1\",cluster=\"sound\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_replication_in_recovery{namespace=\"shop\",pod=\"sound-1\"}",
                    "0x30",
                ),
                (
                    "cnpg_collector_pg_wal_archive_status{namespace=\"shop\",pod=\"sound-1\",value=\"ready\"}",
                    "100x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"sound-2\",cluster=\"sound\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_replication_in_recovery{namespace=\"shop\",pod=\"sound-2\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_pg_wal_archive_status{namespace=\"shop\",pod=\"sound-2\",value=\"ready\"}",
                    "500x30",
                ),
            ],
            at: "20m",
            about: &[("shop", "db")],
        }],
    },
    NativeAlert {
        alert: "CNPGWALNeverArchived",
        kind: AssetKind::CnpgCluster,
        namespace: "namespace",
        name: "cluster",
        query: "max by (namespace, cluster) (
  (
    cnpg_pg_stat_archiver_seconds_since_last_archival == -1
    and on (namespace, pod) cnpg_collector_pg_wal_archive_status{value=\"ready\"} > 0
    unless on (namespace, pod) cnpg_pg_replication_in_recovery == 1
  )
  {of_cluster}
)",
        remark: "-1 stands for never, so a rule on how long ago it was is silent. A new primary, and one whose statistics were \
                 reset, says -1 as well: so a file has to wait.",
        scenes: &[Scene {
            story: "a primary has never archived what waits, one has nothing to archive, one does archive, and a replica",
            every: "1m",
            series: &[
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"db-1\",cluster=\"db\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_stat_archiver_seconds_since_last_archival{namespace=\"shop\",pod=\"db-1\"}",
                    "-1x30",
                ),
                (
                    "cnpg_collector_pg_wal_archive_status{namespace=\"shop\",pod=\"db-1\",value=\"ready\"}",
                    "2x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"idle-1\",cluster=\"idle\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_stat_archiver_seconds_since_last_archival{namespace=\"shop\",pod=\"idle-1\"}",
                    "-1x30",
                ),
                (
                    "cnpg_collector_pg_wal_archive_status{namespace=\"shop\",pod=\"idle-1\",value=\"ready\"}",
                    "0x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"sound-1\",cluster=\"sound\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_stat_archiver_seconds_since_last_archival{namespace=\"shop\",pod=\"sound-1\"}",
                    "40x30",
                ),
                (
                    "cnpg_collector_pg_wal_archive_status{namespace=\"shop\",pod=\"sound-1\",value=\"ready\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"sound-2\",cluster=\"sound\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_replication_in_recovery{namespace=\"shop\",pod=\"sound-2\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_stat_archiver_seconds_since_last_archival{namespace=\"shop\",pod=\"sound-2\"}",
                    "-1x30",
                ),
                (
                    "cnpg_collector_pg_wal_archive_status{namespace=\"shop\",pod=\"sound-2\",value=\"ready\"}",
                    "1x30",
                ),
            ],
            at: "20m",
            about: &[("shop", "db")],
        }],
    },
];
