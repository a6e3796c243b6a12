//! Does a standby follow, as far as CloudNativePG's exporter tells?

use lifeboat_core::AssetKind;

use super::{NativeAlert, Scene};

pub(super) const ALERTS: &[NativeAlert] = &[
    NativeAlert {
        alert: "CNPGDisasterRecoveryNotInRecovery",
        kind: AssetKind::CnpgCluster,
        namespace: "namespace",
        name: "cluster",
        query: "max by (namespace, cluster) (
  (
    cnpg_collector_replica_mode == 1
    and on (namespace, pod) cnpg_pg_replication_in_recovery == 0
  )
  {of_cluster}
)",
        remark: "A standby whose Cluster was told that it is none any more is no standby by its metrics: this rule can't see \
                 that it was promoted on purpose, or by mistake.",
        scenes: &[Scene {
            story: "one takes writes, one follows, and one is no standby",
            every: "1m",
            series: &[
                (
                    "cnpg_collector_up{namespace=\"dr\",pod=\"db-1\",cluster=\"db\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_replica_mode{namespace=\"dr\",pod=\"db-1\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_replication_in_recovery{namespace=\"dr\",pod=\"db-1\"}",
                    "0x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"dr\",pod=\"sound-1\",cluster=\"sound\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_replica_mode{namespace=\"dr\",pod=\"sound-1\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_replication_in_recovery{namespace=\"dr\",pod=\"sound-1\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"db-1\",cluster=\"db\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_replica_mode{namespace=\"shop\",pod=\"db-1\"}",
                    "0x30",
                ),
                (
                    "cnpg_pg_replication_in_recovery{namespace=\"shop\",pod=\"db-1\"}",
                    "0x30",
                ),
            ],
            at: "20m",
            about: &[("dr", "db")],
        }],
    },
    NativeAlert {
        alert: "CNPGDisasterRecoveryWALReceiverDown",
        kind: AssetKind::CnpgCluster,
        namespace: "namespace",
        name: "cluster",
        query: "min by (namespace, cluster) (
  (
    cnpg_pg_replication_is_wal_receiver_up
    and on (namespace, pod) cnpg_collector_replica_mode == 1
  )
  {of_cluster}
) == 0",
        remark: "No metric tells which instance follows the other cluster, so each has to receive. A standby that fetches WAL \
                 from an object store never streams: leave it out with a matcher.",
        scenes: &[Scene {
            story: "one is cut off though its own replica streams from it, one streams, and one is no standby",
            every: "1m",
            series: &[
                (
                    "cnpg_collector_up{namespace=\"dr\",pod=\"db-1\",cluster=\"db\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"dr\",pod=\"db-2\",cluster=\"db\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_replica_mode{namespace=\"dr\",pod=\"db-1\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_replica_mode{namespace=\"dr\",pod=\"db-2\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_replication_is_wal_receiver_up{namespace=\"dr\",pod=\"db-1\"}",
                    "0x30",
                ),
                (
                    "cnpg_pg_replication_is_wal_receiver_up{namespace=\"dr\",pod=\"db-2\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"dr\",pod=\"sound-1\",cluster=\"sound\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_replica_mode{namespace=\"dr\",pod=\"sound-1\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_replication_is_wal_receiver_up{namespace=\"dr\",pod=\"sound-1\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"db-1\",cluster=\"db\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_replica_mode{namespace=\"shop\",pod=\"db-1\"}",
                    "0x30",
                ),
                (
                    "cnpg_pg_replication_is_wal_receiver_up{namespace=\"shop\",pod=\"db-1\"}",
                    "0x30",
                ),
            ],
            at: "20m",
            about: &[("dr", "db")],
        }],
    },
    NativeAlert {
        alert: "CNPGDisasterRecoveryReplayLagHigh",
        kind: AssetKind::CnpgCluster,
        namespace: "namespace",
        name: "cluster",
        query: "max by (namespace, cluster) (
  (
    cnpg_pg_replication_lag
    and on (namespace, pod) cnpg_collector_replica_mode == 1
  )
  {of_cluster}
) > 300",
        remark: "The lag reads 0 where a standby is cut off and has replayed what it has: that is \
                 CNPGDisasterRecoveryWALReceiverDown. This rule takes five minutes for too much.",
        scenes: &[Scene {
            story: "one lies ten minutes behind, one a second, and a replica that is no standby",
            every: "1m",
            series: &[
                (
                    "cnpg_collector_up{namespace=\"dr\",pod=\"db-1\",cluster=\"db\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_replica_mode{namespace=\"dr\",pod=\"db-1\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_replication_lag{namespace=\"dr\",pod=\"db-1\"}",
                    "600x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"dr\",pod=\"sound-1\",cluster=\"sound\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_replica_mode{namespace=\"dr\",pod=\"sound-1\"}",
                    "1x30",
                ),
                (
                    "cnpg_pg_replication_lag{namespace=\"dr\",pod=\"sound-1\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"db-2\",cluster=\"db\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_replica_mode{namespace=\"shop\",pod=\"db-2\"}",
                    "0x30",
                ),
                (
                    "cnpg_pg_replication_lag{namespace=\"shop\",pod=\"db-2\"}",
                    "600x30",
                ),
            ],
            at: "20m",
            about: &[("dr", "db")],
        }],
    },
];
