//! Is the newest backup young enough, as far as others tell?

use lifeboat_core::AssetKind;

use super::{NativeAlert, Scene};

pub(super) const ALERTS: &[NativeAlert] = &[
    NativeAlert {
        alert: "CronJobBackupStale",
        kind: AssetKind::CronJob,
        namespace: "namespace",
        name: "cronjob",
        query: r#"time() - max by (namespace, cronjob) (
  max_over_time(kube_cronjob_status_last_successful_time{cronjob=~"{cron_jobs}"}[7d])
) > 36 * 3600
and on (namespace, cronjob) kube_cronjob_created"#,
        remark: "A CronJob that is made anew begins without a last success: the maximum over a week remembers it. One that \
                 never succeeded has none, which is BackupNeverSucceeded. This rule can't see whether the Job saved \
                 anything, nor a promise other than 36 hours; and a last success dated in the future silences it, which is \
                 BackupTimestampInFuture.",
        scenes: &[
            Scene {
                story: "one succeeds daily, one succeeded once",
                every: "5m",
                series: &[
                    (
                        "kube_cronjob_created{namespace=\"shop\",cronjob=\"backup-media\"}",
                        "0x480",
                    ),
                    (
                        "kube_cronjob_status_last_successful_time{namespace=\"shop\",cronjob=\"backup-media\"}",
                        "3600x480",
                    ),
                    (
                        "kube_cronjob_created{namespace=\"shop\",cronjob=\"backup-sound\"}",
                        "0x480",
                    ),
                    (
                        "kube_cronjob_status_last_successful_time{namespace=\"shop\",cronjob=\"backup-sound\"}",
                        "3600x287 90000x192",
                    ),
                ],
                at: "38h",
                about: &[("shop", "backup-media")],
            },
            Scene {
                story: "one was made anew after its last success, and one was deleted",
                every: "5m",
                series: &[
                    (
                        "kube_cronjob_created{namespace=\"shop\",cronjob=\"backup-anew\"}",
                        "0x30 9300x440",
                    ),
                    (
                        "kube_cronjob_status_last_successful_time{namespace=\"shop\",cronjob=\"backup-anew\"}",
                        "3600x30 stale",
                    ),
                    (
                        "kube_cronjob_created{namespace=\"shop\",cronjob=\"backup-gone\"}",
                        "0x30 stale",
                    ),
                    (
                        "kube_cronjob_status_last_successful_time{namespace=\"shop\",cronjob=\"backup-gone\"}",
                        "3600x30 stale",
                    ),
                ],
                at: "38h",
                about: &[("shop", "backup-anew")],
            },
        ],
    },
    NativeAlert {
        alert: "CNPGBackupStale",
        kind: AssetKind::CnpgCluster,
        namespace: "namespace",
        name: "cluster",
        query: "{age_of_newest_backup} > 36 * 3600",
        remark: "Replicas say 0 and a former primary an old value, so the newest of the instances counts. CloudNativePG's own \
                 gauge freezes with the change to the barman-cloud plugin, so the plugin's is taken where there is one. 0 on \
                 all of them is BackupNeverSucceeded. This rule can't see that a backup lost its WAL or its files, nor \
                 anything while no instance is scraped: that is BackupStateUnknown.",
        scenes: &[
            Scene {
                story: "a backup of the primary is old, and the replica says 0",
                every: "5m",
                series: &[
                    (
                        "cnpg_collector_up{namespace=\"shop\",pod=\"db-1\",cluster=\"db\"}",
                        "1x480",
                    ),
                    (
                        "cnpg_collector_up{namespace=\"shop\",pod=\"db-2\",cluster=\"db\"}",
                        "1x480",
                    ),
                    (
                        "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"db-1\"}",
                        "3600x480",
                    ),
                    (
                        "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"db-2\"}",
                        "0x480",
                    ),
                    (
                        "cnpg_collector_up{namespace=\"shop\",pod=\"sound-1\",cluster=\"sound\"}",
                        "1x480",
                    ),
                    (
                        "cnpg_collector_up{namespace=\"shop\",pod=\"sound-2\",cluster=\"sound\"}",
                        "0x480",
                    ),
                    (
                        "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"sound-1\"}",
                        "0x480",
                    ),
                    (
                        "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"sound-2\"}",
                        "3600x287 90000x192",
                    ),
                ],
                at: "38h",
                about: &[("shop", "db")],
            },
            Scene {
                story: "the plugin's gauge goes on where the old one is frozen, and the other way round",
                every: "5m",
                series: &[
                    (
                        "cnpg_collector_up{namespace=\"shop\",pod=\"moved-1\",cluster=\"moved\"}",
                        "1x480",
                    ),
                    (
                        "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"moved-1\"}",
                        "3600x480",
                    ),
                    (
                        "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{namespace=\"shop\",pod=\"moved-1\"}",
                        "3600x287 90000x192",
                    ),
                    (
                        "cnpg_collector_up{namespace=\"shop\",pod=\"stopped-1\",cluster=\"stopped\"}",
                        "1x480",
                    ),
                    (
                        "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"stopped-1\"}",
                        "100000x480",
                    ),
                    (
                        "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{namespace=\"shop\",pod=\"stopped-1\"}",
                        "3600x480",
                    ),
                ],
                at: "38h",
                about: &[("shop", "stopped")],
            },
            Scene {
                story: "a cluster is new",
                every: "5m",
                series: &[
                    (
                        "cnpg_collector_up{namespace=\"shop\",pod=\"new-1\",cluster=\"new\"}",
                        "1x480",
                    ),
                    (
                        "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"new-1\"}",
                        "0x480",
                    ),
                ],
                at: "38h",
                about: &[],
            },
        ],
    },
    NativeAlert {
        alert: "CNPGBackupTooOld",
        kind: AssetKind::CnpgCluster,
        namespace: "namespace",
        name: "cluster",
        query: "{age_of_newest_backup} > 24 * 3600",
        remark: "As CNPGBackupStale, a day before; it takes a day for what is usual, whatever the schedule says.",
        scenes: &[Scene {
            story: "one is 26 hours old, one is young",
            every: "5m",
            series: &[
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"db-1\",cluster=\"db\"}",
                    "1x360",
                ),
                (
                    "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"db-1\"}",
                    "3600x360",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"sound-1\",cluster=\"sound\"}",
                    "1x360",
                ),
                (
                    "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"sound-1\"}",
                    "36000x360",
                ),
            ],
            at: "27h",
            about: &[("shop", "db")],
        }],
    },
    NativeAlert {
        alert: "VolSyncBackupStale",
        kind: AssetKind::ReplicationSource,
        namespace: "obj_namespace",
        name: "obj_name",
        query: "max by (obj_namespace, obj_name) (volsync_volume_out_of_sync{role=\"source\"}) == 1",
        remark: "VolSync sets it after two periods of the schedule, so a daily copy is late for two days before it is told. \
                 Sources without a schedule stay in order for ever after one success. What was deleted goes on until \
                 VolSync's operator is started anew. A paused Kopia source reads as copied.",
        scenes: &[Scene {
            story: "one is out of sync, one is not",
            every: "1m",
            series: &[
                (
                    "volsync_volume_out_of_sync{namespace=\"volsync\",obj_namespace=\"media\",obj_name=\"photos\",role=\"source\",method=\"restic\"}",
                    "1x30",
                ),
                (
                    "volsync_volume_out_of_sync{namespace=\"volsync\",obj_namespace=\"media\",obj_name=\"music\",role=\"source\",method=\"restic\"}",
                    "0x30",
                ),
            ],
            at: "20m",
            about: &[("media", "photos")],
        }],
    },
    NativeAlert {
        alert: "VolSyncBackupStale",
        kind: AssetKind::ReplicationDestination,
        namespace: "obj_namespace",
        name: "obj_name",
        query: "max by (obj_namespace, obj_name) (volsync_volume_out_of_sync{role=\"destination\"}) == 1",
        remark: "As above, for volumes that are filled from a copy.",
        scenes: &[Scene {
            story: "one is out of sync, one is not",
            every: "1m",
            series: &[
                (
                    "volsync_volume_out_of_sync{obj_namespace=\"media\",obj_name=\"copy\",role=\"destination\",method=\"rsync-tls\"}",
                    "1x30",
                ),
                (
                    "volsync_volume_out_of_sync{obj_namespace=\"media\",obj_name=\"other\",role=\"destination\",method=\"rsync-tls\"}",
                    "0x30",
                ),
            ],
            at: "20m",
            about: &[("media", "copy")],
        }],
    },
    NativeAlert {
        alert: "BackupRunMissed",
        kind: AssetKind::CronJob,
        namespace: "namespace",
        name: "cronjob",
        query: r#"time() - max by (namespace, cronjob) (
  kube_cronjob_next_schedule_time{cronjob=~"{cron_jobs}"}
) > 300"#,
        remark: "Without a time zone of its own, a schedule is read in that of kube-state-metrics, which may be hours off. \
                 Suspended CronJobs have no next time; those are BackupScheduleSuspended.",
        scenes: &[Scene {
            story: "one was due at 1:00, one is due at 2:00",
            every: "5m",
            series: &[
                (
                    "kube_cronjob_next_schedule_time{namespace=\"shop\",cronjob=\"backup-late\"}",
                    "3600x30",
                ),
                (
                    "kube_cronjob_next_schedule_time{namespace=\"shop\",cronjob=\"backup-sound\"}",
                    "7200x30",
                ),
                (
                    "kube_cronjob_next_schedule_time{namespace=\"shop\",cronjob=\"report\"}",
                    "3600x30",
                ),
            ],
            at: "90m",
            about: &[("shop", "backup-late")],
        }],
    },
    NativeAlert {
        alert: "BackupRunMissed",
        kind: AssetKind::ReplicationSource,
        namespace: "obj_namespace",
        name: "obj_name",
        query: "max by (obj_namespace, obj_name) (
  increase(volsync_missed_intervals_total{role=\"source\"}[1h])
) > 0",
        remark: "VolSync counts a run that did not end before the next one was due. This rule can't see what was missed while \
                 VolSync's operator was down.",
        scenes: &[Scene {
            story: "one missed a run half an hour ago, one did long ago",
            every: "1m",
            series: &[
                (
                    "volsync_missed_intervals_total{obj_namespace=\"media\",obj_name=\"photos\",role=\"source\",method=\"kopia\"}",
                    "0x60 1x60",
                ),
                (
                    "volsync_missed_intervals_total{obj_namespace=\"media\",obj_name=\"music\",role=\"source\",method=\"kopia\"}",
                    "4x120",
                ),
            ],
            at: "90m",
            about: &[("media", "photos")],
        }],
    },
];
