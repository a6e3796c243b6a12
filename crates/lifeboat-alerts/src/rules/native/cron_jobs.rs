//! Queries on CronJobs of Kubernetes that are the same whatever their Jobs do: back up, or maintain.

/// When the newest Job that failed began, if that was after the last success.
pub(super) const FAILED_SINCE_LAST_SUCCESS: &str = r#"max by (namespace, cronjob) (
  label_replace(
    max by (namespace, job_name) (kube_job_status_start_time)
      * on (namespace, job_name) group_right
        max by (namespace, job_name, owner_name) (
          kube_job_owner{owner_kind="CronJob",owner_name=~"{cron_jobs}"}
        )
    and on (namespace, job_name) kube_job_failed{condition="true"} == 1,
    "cronjob", "$1", "owner_name", "(.*)"
  )
)
> on (namespace, cronjob) (
  max by (namespace, cronjob) (kube_cronjob_status_last_successful_time)
  or on (namespace, cronjob) max by (namespace, cronjob) (kube_cronjob_created)
)"#;

/// CronJobs that are suspended.
pub(super) const SUSPENDED: &str =
    r#"max by (namespace, cronjob) (kube_cronjob_spec_suspend{cronjob=~"{cron_jobs}"}) == 1"#;
