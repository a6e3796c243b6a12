//! What somebody should look at in a `CronJob`, though no promise is broken by it.

use jiff::Timestamp;
use lifeboat_core::{Finding, UnderWay};

use super::schedule;
use crate::objects::batch::CronJob;

/// The `CronJob` controller looks every ten seconds.
const SHORTEST_STARTING_DEADLINE: i64 = 10;
/// With more missed starts than this the controller speaks of too many.
const MISSED_STARTS: usize = 100;

/// The findings of a selected `CronJob`.
pub(in crate::observers) fn of(
    cron_job: &CronJob,
    under_way: &[UnderWay],
    now: Timestamp,
) -> Vec<Finding> {
    let findings = [
        overlapping(cron_job, under_way),
        short_starting_deadline(cron_job),
        missed_starts(cron_job, now),
        no_history(cron_job),
    ];
    findings.into_iter().flatten().collect()
}

fn overlapping(cron_job: &CronJob, under_way: &[UnderWay]) -> Option<Finding> {
    let policy = cron_job
        .spec
        .concurrency_policy
        .as_deref()
        .unwrap_or("Allow");
    let names: Vec<&str> = under_way
        .iter()
        .filter(|one| !one.waiting)
        .map(|one| one.name.as_str())
        .collect();
    (policy == "Allow" && names.len() > 1).then(|| Finding {
        code: "overlapping_jobs",
        message: format!(
            "{} runs several Jobs at once, since its concurrencyPolicy is Allow: {}.",
            named(cron_job),
            names.join(", ")
        ),
        hint: Some(patch(
            cron_job,
            r#"{"spec":{"concurrencyPolicy":"Forbid"}}"#,
        )),
    })
}

fn short_starting_deadline(cron_job: &CronJob) -> Option<Finding> {
    let seconds = cron_job.spec.starting_deadline_seconds?;
    (seconds < SHORTEST_STARTING_DEADLINE).then(|| Finding {
        code: "short_starting_deadline",
        message: format!(
            "{} may never start: its startingDeadlineSeconds is {seconds}, and the controller looks \
             only every 10 seconds.",
            named(cron_job)
        ),
        hint: Some(patch(cron_job, r#"{"spec":{"startingDeadlineSeconds":600}}"#)),
    })
}

/// With a starting deadline the controller counts from there on only, and there are few to count.
fn missed_starts(cron_job: &CronJob, now: Timestamp) -> Option<Finding> {
    let spec = &cron_job.spec;
    if spec.suspend || spec.starting_deadline_seconds.is_some() {
        return None;
    }
    let from = cron_job.status.last_schedule_time;
    let from = from.max(cron_job.metadata.creation_timestamp.get())?;
    let schedule = schedule::parse(cron_job).ok()?;
    let starts = std::iter::successors(schedule.after(from), |start| schedule.after(*start));
    let missed = starts.take_while(|start| *start <= now);
    (missed.take(MISSED_STARTS + 1).count() > MISSED_STARTS).then(|| Finding {
        code: "too_many_missed_starts",
        message: format!(
            "{} has missed more than {MISSED_STARTS} starts since {from}: its controller reports \
             TooManyMissedTimes, and that of Kubernetes before 1.21 starts nothing any more.",
            named(cron_job)
        ),
        hint: Some(format!(
            "see whether kube-controller-manager runs, then bound what it looks back at: {}",
            patch(cron_job, r#"{"spec":{"startingDeadlineSeconds":600}}"#)
        )),
    })
}

/// Lifeboat counts what it sees end; but nobody can look at a failure that is deleted at once.
fn no_history(cron_job: &CronJob) -> Option<Finding> {
    let spec = &cron_job.spec;
    let (field, change) = if spec.failed_jobs_history_limit == Some(0) {
        (
            "failedJobsHistoryLimit",
            r#"{"spec":{"failedJobsHistoryLimit":3}}"#,
        )
    } else if spec.job_template.spec.ttl_seconds_after_finished == Some(0) {
        let change = r#"{"spec":{"jobTemplate":{"spec":{"ttlSecondsAfterFinished":86400}}}}"#;
        ("ttlSecondsAfterFinished", change)
    } else {
        return None;
    };
    Some(Finding {
        code: "no_job_history",
        message: format!(
            "{} leaves no trace of a failure: its {field} is 0, so a failed Job is deleted at once, \
             with its logs.",
            named(cron_job)
        ),
        hint: Some(patch(cron_job, change)),
    })
}

fn named(cron_job: &CronJob) -> String {
    format!("CronJob/{}", cron_job.metadata.name)
}

fn patch(cron_job: &CronJob, change: &str) -> String {
    let (namespace, name) = (&cron_job.metadata.namespace, &cron_job.metadata.name);
    format!("kubectl -n {namespace} patch cronjob {name} --type merge -p '{change}'")
}
