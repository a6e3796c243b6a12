//! Do backups run, and do they succeed, as far as others tell?

use lifeboat_core::AssetKind;

use super::{NativeAlert, Scene, cron_jobs};

pub(super) const ALERTS: &[NativeAlert] = &[
    NativeAlert {
        alert: "CNPGBackupFailed",
        kind: AssetKind::CnpgCluster,
        namespace: "namespace",
        name: "cluster",
        query: "max by (namespace, cluster) (
  (
    barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp
    or on (namespace, pod) cnpg_collector_last_failed_backup_timestamp
  )
  {of_cluster}
)
> max by (namespace, cluster) (
  (
    barman_cloud_cloudnative_pg_io_last_available_backup_timestamp
    or on (namespace, pod) cnpg_collector_last_available_backup_timestamp
  )
  {of_cluster}
)",
        remark: "The date of the last failure never goes away, so it is compared with the last success. This rule can't see a \
                 backup that waits or hangs, nor why one failed; and with the plugin both dates are up to half an hour old.",
        scenes: &[Scene {
            story: "a failure after the last success, one before it, one without any success, and none",
            every: "5m",
            series: &[
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"db-1\",cluster=\"db\"}",
                    "1x60",
                ),
                (
                    "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"db-1\"}",
                    "3600x60",
                ),
                (
                    "cnpg_collector_last_failed_backup_timestamp{namespace=\"shop\",pod=\"db-1\"}",
                    "7200x60",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"well-1\",cluster=\"well\"}",
                    "1x60",
                ),
                (
                    "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"well-1\"}",
                    "7200x60",
                ),
                (
                    "cnpg_collector_last_failed_backup_timestamp{namespace=\"shop\",pod=\"well-1\"}",
                    "3600x60",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"new-1\",cluster=\"new\"}",
                    "1x60",
                ),
                (
                    "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"new-1\"}",
                    "0x60",
                ),
                (
                    "cnpg_collector_last_failed_backup_timestamp{namespace=\"shop\",pod=\"new-1\"}",
                    "3600x60",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"none-1\",cluster=\"none\"}",
                    "1x60",
                ),
                (
                    "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"none-1\"}",
                    "0x60",
                ),
                (
                    "cnpg_collector_last_failed_backup_timestamp{namespace=\"shop\",pod=\"none-1\"}",
                    "0x60",
                ),
            ],
            at: "3h",
            about: &[("shop", "db"), ("shop", "new")],
        }],
    },
    NativeAlert {
        alert: "CronJobBackupFailed",
        kind: AssetKind::CronJob,
        namespace: "namespace",
        name: "cronjob",
        query: cron_jobs::FAILED_SINCE_LAST_SUCCESS,
        remark: "A failed Job stays failed until it is deleted, also after a later success, so the newest failure is compared \
                 with the last success. This rule can't see Jobs that are deleted at once (failedJobsHistoryLimit: 0, \
                 ttlSecondsAfterFinished), nor Jobs that succeed and save nothing.",
        scenes: &[Scene {
            story: "a failure after the last success, one before it, and one before any",
            every: "5m",
            series: &[
                (
                    "kube_cronjob_created{namespace=\"shop\",cronjob=\"backup\"}",
                    "0x60",
                ),
                (
                    "kube_cronjob_status_last_successful_time{namespace=\"shop\",cronjob=\"backup\"}",
                    "3600x60",
                ),
                (
                    "kube_job_owner{namespace=\"shop\",job_name=\"backup-2\",owner_kind=\"CronJob\",owner_name=\"backup\"}",
                    "1x60",
                ),
                (
                    "kube_job_status_start_time{namespace=\"shop\",job_name=\"backup-2\"}",
                    "7200x60",
                ),
                (
                    "kube_job_failed{namespace=\"shop\",job_name=\"backup-2\",condition=\"true\"}",
                    "1x60",
                ),
                (
                    "kube_job_failed{namespace=\"shop\",job_name=\"backup-2\",condition=\"false\"}",
                    "0x60",
                ),
                (
                    "kube_cronjob_created{namespace=\"well\",cronjob=\"backup\"}",
                    "0x60",
                ),
                (
                    "kube_cronjob_status_last_successful_time{namespace=\"well\",cronjob=\"backup\"}",
                    "8000x60",
                ),
                (
                    "kube_job_owner{namespace=\"well\",job_name=\"backup-2\",owner_kind=\"CronJob\",owner_name=\"backup\"}",
                    "1x60",
                ),
                (
                    "kube_job_status_start_time{namespace=\"well\",job_name=\"backup-2\"}",
                    "7200x60",
                ),
                (
                    "kube_job_failed{namespace=\"well\",job_name=\"backup-2\",condition=\"true\"}",
                    "1x60",
                ),
                (
                    "kube_cronjob_created{namespace=\"new\",cronjob=\"backup\"}",
                    "60x60",
                ),
                (
                    "kube_job_owner{namespace=\"new\",job_name=\"backup-1\",owner_kind=\"CronJob\",owner_name=\"backup\"}",
                    "1x60",
                ),
                (
                    "kube_job_status_start_time{namespace=\"new\",job_name=\"backup-1\"}",
                    "7200x60",
                ),
                (
                    "kube_job_failed{namespace=\"new\",job_name=\"backup-1\",condition=\"true\"}",
                    "1x60",
                ),
            ],
            at: "3h",
            about: &[("new", "backup"), ("shop", "backup")],
        }],
    },
    NativeAlert {
        alert: "BackupNeverSucceeded",
        kind: AssetKind::CronJob,
        namespace: "namespace",
        name: "cronjob",
        query: r#"time() - min by (namespace, cronjob) (
  min_over_time(kube_cronjob_created{cronjob=~"{cron_jobs}"}[7d])
) > 36 * 3600
unless on (namespace, cronjob)
  max_over_time(kube_cronjob_status_last_successful_time[7d])
and on (namespace, cronjob) kube_cronjob_created"#,
        remark: "Without a success there is no last success, so a rule on its age is silent: the CronJob's own age takes its \
                 place. The minimum over a week counts from the first CronJob of that name, as one that is made anew every \
                 day would never be old enough.",
        scenes: &[Scene {
            story: "one never succeeded, one is made anew every day, one did succeed, one is new, one is gone",
            every: "5m",
            series: &[
                (
                    "kube_cronjob_created{namespace=\"shop\",cronjob=\"backup-never\"}",
                    "0x480",
                ),
                (
                    "kube_cronjob_created{namespace=\"shop\",cronjob=\"backup-anew\"}",
                    "0x287 86400x192",
                ),
                (
                    "kube_cronjob_created{namespace=\"shop\",cronjob=\"backup-once\"}",
                    "0x480",
                ),
                (
                    "kube_cronjob_status_last_successful_time{namespace=\"shop\",cronjob=\"backup-once\"}",
                    "3600x480",
                ),
                (
                    "kube_cronjob_created{namespace=\"shop\",cronjob=\"backup-new\"}",
                    "_x287 86400x192",
                ),
                (
                    "kube_cronjob_created{namespace=\"shop\",cronjob=\"backup-gone\"}",
                    "0x287 stale",
                ),
            ],
            at: "37h",
            about: &[("shop", "backup-anew"), ("shop", "backup-never")],
        }],
    },
    NativeAlert {
        alert: "BackupNeverSucceeded",
        kind: AssetKind::CnpgCluster,
        namespace: "namespace",
        name: "cluster",
        query: "max by (namespace, cluster) (
  (
    barman_cloud_cloudnative_pg_io_last_available_backup_timestamp
    or on (namespace, pod) cnpg_collector_last_available_backup_timestamp
  )
  {of_cluster}
) == 0
and on (namespace, cluster)
  last_over_time(cnpg_collector_up[1h] offset 36h)",
        remark: "0 stands for never, and clusters that are to have no backup say 0 as well: leave those out with a matcher, or \
                 silence them. Replicas say 0 always, so all instances have to.",
        scenes: &[Scene {
            story: "one has none after 37 hours, one has one, one is new",
            every: "5m",
            series: &[
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"db-1\",cluster=\"db\"}",
                    "1x480",
                ),
                (
                    "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"db-1\"}",
                    "0x480",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"sound-1\",cluster=\"sound\"}",
                    "1x480",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"sound-2\",cluster=\"sound\"}",
                    "1x480",
                ),
                (
                    "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"sound-1\"}",
                    "0x480",
                ),
                (
                    "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"sound-2\"}",
                    "3600x480",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"new-1\",cluster=\"new\"}",
                    "_x287 1x192",
                ),
                (
                    "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"new-1\"}",
                    "_x287 0x192",
                ),
            ],
            at: "37h",
            about: &[("shop", "db")],
        }],
    },
    NativeAlert {
        alert: "BackupStuck",
        kind: AssetKind::CronJob,
        namespace: "namespace",
        name: "cronjob",
        query: r#"time() - min by (namespace, cronjob) (
  label_replace(
    max by (namespace, job_name) (kube_job_status_start_time)
      * on (namespace, job_name) group_right
        max by (namespace, job_name, owner_name) (
          kube_job_owner{owner_kind="CronJob",owner_name=~"{cron_jobs}"}
        )
    and on (namespace, job_name) kube_job_status_active > 0,
    "cronjob", "$1", "owner_name", "(.*)"
  )
) > 12 * 3600"#,
        remark: "Pods that are pending count as active. This rule can't see a run that hangs between two Jobs, and takes \
                 twelve hours for too long whatever is usual.",
        scenes: &[Scene {
            story: "one runs since 0:00, one since 6:00, one ended",
            every: "5m",
            series: &[
                (
                    "kube_job_owner{namespace=\"shop\",job_name=\"backup-1\",owner_kind=\"CronJob\",owner_name=\"backup\"}",
                    "1x180",
                ),
                (
                    "kube_job_status_start_time{namespace=\"shop\",job_name=\"backup-1\"}",
                    "0x180",
                ),
                (
                    "kube_job_status_active{namespace=\"shop\",job_name=\"backup-1\"}",
                    "1x180",
                ),
                (
                    "kube_job_owner{namespace=\"young\",job_name=\"backup-1\",owner_kind=\"CronJob\",owner_name=\"backup\"}",
                    "1x180",
                ),
                (
                    "kube_job_status_start_time{namespace=\"young\",job_name=\"backup-1\"}",
                    "21600x180",
                ),
                (
                    "kube_job_status_active{namespace=\"young\",job_name=\"backup-1\"}",
                    "1x180",
                ),
                (
                    "kube_job_owner{namespace=\"ended\",job_name=\"backup-1\",owner_kind=\"CronJob\",owner_name=\"backup\"}",
                    "1x180",
                ),
                (
                    "kube_job_status_start_time{namespace=\"ended\",job_name=\"backup-1\"}",
                    "0x180",
                ),
                (
                    "kube_job_status_active{namespace=\"ended\",job_name=\"backup-1\"}",
                    "0x180",
                ),
            ],
            at: "13h",
            about: &[("shop", "backup")],
        }],
    },
    NativeAlert {
        alert: "BackupScheduleSuspended",
        kind: AssetKind::CronJob,
        namespace: "namespace",
        name: "cronjob",
        query: cron_jobs::SUSPENDED,
        remark: "This rule can't see whether it is on purpose, nor schedules of CloudNativePG and VolSync.",
        scenes: &[Scene {
            story: "one is suspended, one is not",
            every: "1m",
            series: &[
                (
                    "kube_cronjob_spec_suspend{namespace=\"shop\",cronjob=\"backup-a\"}",
                    "1x30",
                ),
                (
                    "kube_cronjob_spec_suspend{namespace=\"shop\",cronjob=\"backup-b\"}",
                    "0x30",
                ),
                (
                    "kube_cronjob_spec_suspend{namespace=\"shop\",cronjob=\"report\"}",
                    "1x30",
                ),
            ],
            at: "20m",
            about: &[("shop", "backup-a")],
        }],
    },
    NativeAlert {
        alert: "BackupTimestampInFuture",
        kind: AssetKind::CronJob,
        namespace: "namespace",
        name: "cronjob",
        query: r#"max by (namespace, cronjob) (
  kube_cronjob_status_last_successful_time{cronjob=~"{cron_jobs}"}
) > time() + 300"#,
        remark: "Its age would be negative, so every rule on its age is silent until that date.",
        scenes: &[Scene {
            story: "one is dated a day ahead, one by what clocks differ",
            every: "1m",
            series: &[
                (
                    "kube_cronjob_status_last_successful_time{namespace=\"shop\",cronjob=\"backup-a\"}",
                    "86400x30",
                ),
                (
                    "kube_cronjob_status_last_successful_time{namespace=\"shop\",cronjob=\"backup-b\"}",
                    "200x30",
                ),
            ],
            at: "20m",
            about: &[("shop", "backup-a")],
        }],
    },
    NativeAlert {
        alert: "BackupTimestampInFuture",
        kind: AssetKind::CnpgCluster,
        namespace: "namespace",
        name: "cluster",
        query: "max by (namespace, cluster) (
  (
    barman_cloud_cloudnative_pg_io_last_available_backup_timestamp
    or on (namespace, pod) cnpg_collector_last_available_backup_timestamp
  )
  {of_cluster}
) > time() + 300",
        remark: "As above: one instance with a date in the future hides what all others say.",
        scenes: &[Scene {
            story: "one is dated a day ahead, one is not",
            every: "1m",
            series: &[
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"db-1\",cluster=\"db\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"db-1\"}",
                    "86400x30",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"sound-1\",cluster=\"sound\"}",
                    "1x30",
                ),
                (
                    "cnpg_collector_last_available_backup_timestamp{namespace=\"shop\",pod=\"sound-1\"}",
                    "60x30",
                ),
            ],
            at: "20m",
            about: &[("shop", "db")],
        }],
    },
    NativeAlert {
        alert: "BackupStateUnknown",
        kind: AssetKind::CnpgCluster,
        namespace: "namespace",
        name: "cluster",
        query: "group by (namespace, cluster) (last_over_time(cnpg_collector_up[1d]))
unless on (namespace, cluster) cnpg_collector_up",
        remark: "What isn't scraped has no series, and every rule on it is silent: so who was there within a day and isn't now \
                 is missed. A cluster that was deleted or hibernated is missed for that day too.",
        scenes: &[Scene {
            story: "one is scraped no more, one instance of another isn't",
            every: "5m",
            series: &[
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"db-1\",cluster=\"db\"}",
                    "1x30 stale",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"sound-1\",cluster=\"sound\"}",
                    "1x30 stale",
                ),
                (
                    "cnpg_collector_up{namespace=\"shop\",pod=\"sound-2\",cluster=\"sound\"}",
                    "1x60",
                ),
            ],
            at: "4h",
            about: &[("shop", "db")],
        }],
    },
];
