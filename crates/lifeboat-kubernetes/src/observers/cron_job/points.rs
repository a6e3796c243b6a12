//! The recovery points that a `CronJob` leaves evidence of: its successes.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lifeboat_core::RecoveryPoint;

use super::job::{self, Progress};
use crate::objects::batch::{CronJob, Job};

/// A point for each success that is still seen. `lastSuccessfulTime` is that of a Job, often of one
/// that is gone by now.
pub(super) fn evident<'a>(
    cron_job: &CronJob,
    jobs: impl IntoIterator<Item = &'a Job>,
) -> Vec<RecoveryPoint> {
    let mut points: Vec<RecoveryPoint> = jobs
        .into_iter()
        .filter_map(|job| match job::progress(job)? {
            Progress::Succeeded(at) => Some(RecoveryPoint::of_others(job::name_of(job), at)),
            _ => None,
        })
        .collect();
    let moments: BTreeSet<Timestamp> = points.iter().map(|point| point.taken_at).collect();
    let last = cron_job.status.last_successful_time;
    if let Some(last) = last.filter(|last| !moments.contains(last)) {
        points.push(RecoveryPoint::of_others(name_of(cron_job, last), last));
    }
    points
}

/// With its moment: each success is another point, and none takes the place of an earlier one.
fn name_of(cron_job: &CronJob, succeeded_at: Timestamp) -> String {
    format!("CronJob/{} at {succeeded_at}", cron_job.metadata.name)
}
