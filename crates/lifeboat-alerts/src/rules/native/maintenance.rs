//! Are Kopia's repositories looked after, as far as kube-state-metrics tells?

use lifeboat_core::AssetKind;

use super::{NativeAlert, Scene, cron_jobs};

pub(super) const ALERTS: &[NativeAlert] = &[
    NativeAlert {
        alert: "KopiaMaintenanceNotRunning",
        kind: AssetKind::KopiaMaintenance,
        namespace: "namespace",
        name: "cronjob",
        query: r#"(
  time() - max by (namespace, cronjob) (
    max_over_time(kube_cronjob_status_last_successful_time{cronjob=~"{cron_jobs}"}[7d])
  ) > 3 * 86400
  or
  time() - min by (namespace, cronjob) (
    min_over_time(kube_cronjob_created{cronjob=~"{cron_jobs}"}[7d])
  ) > 3 * 86400
  unless on (namespace, cronjob)
    max_over_time(kube_cronjob_status_last_successful_time[7d])
)
and on (namespace, cronjob) kube_cronjob_created"#,
        remark: "The name is that of VolSync's CronJob, whose own metrics of maintenance are never set. That a Job succeeded \
                 says that kopia did; it may have given nothing back. This rule can't see maintenance that runs elsewhere, \
                 nor a repository that has none.",
        scenes: &[Scene {
            story: "one succeeded four days ago, one never did, one did yesterday, one is new",
            every: "5m",
            series: &[
                (
                    "kube_cronjob_created{namespace=\"media\",cronjob=\"kopia-maint-old-7f3a\"}",
                    "0x1200",
                ),
                (
                    "kube_cronjob_status_last_successful_time{namespace=\"media\",cronjob=\"kopia-maint-old-7f3a\"}",
                    "3600x1200",
                ),
                (
                    "kube_cronjob_created{namespace=\"media\",cronjob=\"kopia-maint-never-7f3a\"}",
                    "0x1200",
                ),
                (
                    "kube_cronjob_created{namespace=\"media\",cronjob=\"kopia-maint-sound-7f3a\"}",
                    "0x1200",
                ),
                (
                    "kube_cronjob_status_last_successful_time{namespace=\"media\",cronjob=\"kopia-maint-sound-7f3a\"}",
                    "3600x863 259200x340",
                ),
                (
                    "kube_cronjob_created{namespace=\"media\",cronjob=\"kopia-maint-new-7f3a\"}",
                    "_x864 259200x340",
                ),
            ],
            at: "97h",
            about: &[
                ("media", "kopia-maint-never-7f3a"),
                ("media", "kopia-maint-old-7f3a"),
            ],
        }],
    },
    NativeAlert {
        alert: "KopiaMaintenanceCritical",
        kind: AssetKind::KopiaMaintenance,
        namespace: "namespace",
        name: "cronjob",
        query: r#"(
  time() - max by (namespace, cronjob) (
    max_over_time(kube_cronjob_status_last_successful_time{cronjob=~"{cron_jobs}"}[14d])
  ) > 7 * 86400
  or
  time() - min by (namespace, cronjob) (
    min_over_time(kube_cronjob_created{cronjob=~"{cron_jobs}"}[14d])
  ) > 7 * 86400
  unless on (namespace, cronjob)
    max_over_time(kube_cronjob_status_last_successful_time[14d])
)
and on (namespace, cronjob) kube_cronjob_created"#,
        remark: "As KopiaMaintenanceNotRunning, four days later.",
        scenes: &[Scene {
            story: "one succeeded eight days ago, one never did, one did yesterday, one is new",
            every: "5m",
            series: &[
                (
                    "kube_cronjob_created{namespace=\"media\",cronjob=\"kopia-maint-old-7f3a\"}",
                    "0x2400",
                ),
                (
                    "kube_cronjob_status_last_successful_time{namespace=\"media\",cronjob=\"kopia-maint-old-7f3a\"}",
                    "3600x2400",
                ),
                (
                    "kube_cronjob_created{namespace=\"media\",cronjob=\"kopia-maint-never-7f3a\"}",
                    "0x2400",
                ),
                (
                    "kube_cronjob_created{namespace=\"media\",cronjob=\"kopia-maint-sound-7f3a\"}",
                    "0x2400",
                ),
                (
                    "kube_cronjob_status_last_successful_time{namespace=\"media\",cronjob=\"kopia-maint-sound-7f3a\"}",
                    "3600x1727 518400x700",
                ),
                (
                    "kube_cronjob_created{namespace=\"media\",cronjob=\"kopia-maint-new-7f3a\"}",
                    "_x1728 518400x700",
                ),
            ],
            at: "193h",
            about: &[
                ("media", "kopia-maint-never-7f3a"),
                ("media", "kopia-maint-old-7f3a"),
            ],
        }],
    },
    NativeAlert {
        alert: "KopiaMaintenanceFailures",
        kind: AssetKind::KopiaMaintenance,
        namespace: "namespace",
        name: "cronjob",
        query: cron_jobs::FAILED_SINCE_LAST_SUCCESS,
        remark: "As CronJobBackupFailed. VolSync keeps one failed Job, so this rule can't tell how many failed.",
        scenes: &[Scene {
            story: "a failure after the last success, and one before it",
            every: "5m",
            series: &[
                (
                    "kube_cronjob_status_last_successful_time{namespace=\"media\",cronjob=\"kopia-maint-a-7f3a\"}",
                    "3600x60",
                ),
                (
                    "kube_job_owner{namespace=\"media\",job_name=\"a-2\",owner_kind=\"CronJob\",owner_name=\"kopia-maint-a-7f3a\"}",
                    "1x60",
                ),
                (
                    "kube_job_status_start_time{namespace=\"media\",job_name=\"a-2\"}",
                    "7200x60",
                ),
                (
                    "kube_job_failed{namespace=\"media\",job_name=\"a-2\",condition=\"true\"}",
                    "1x60",
                ),
                (
                    "kube_cronjob_status_last_successful_time{namespace=\"media\",cronjob=\"kopia-maint-b-7f3a\"}",
                    "8000x60",
                ),
                (
                    "kube_job_owner{namespace=\"media\",job_name=\"b-2\",owner_kind=\"CronJob\",owner_name=\"kopia-maint-b-7f3a\"}",
                    "1x60",
                ),
                (
                    "kube_job_status_start_time{namespace=\"media\",job_name=\"b-2\"}",
                    "7200x60",
                ),
                (
                    "kube_job_failed{namespace=\"media\",job_name=\"b-2\",condition=\"true\"}",
                    "1x60",
                ),
            ],
            at: "3h",
            about: &[("media", "kopia-maint-a-7f3a")],
        }],
    },
    NativeAlert {
        alert: "BackupScheduleSuspended",
        kind: AssetKind::KopiaMaintenance,
        namespace: "namespace",
        name: "cronjob",
        query: cron_jobs::SUSPENDED,
        remark: "This rule can't see whether it is on purpose.",
        scenes: &[Scene {
            story: "one is suspended, one is not",
            every: "1m",
            series: &[
                (
                    "kube_cronjob_spec_suspend{namespace=\"media\",cronjob=\"kopia-maint-a-7f3a\"}",
                    "1x30",
                ),
                (
                    "kube_cronjob_spec_suspend{namespace=\"media\",cronjob=\"kopia-maint-b-7f3a\"}",
                    "0x30",
                ),
            ],
            at: "20m",
            about: &[("media", "kopia-maint-a-7f3a")],
        }],
    },
];
