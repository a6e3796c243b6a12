//! The Jobs of a maintenance: those under way, and those that ended.

use lifeboat_core::{AssetId, Operation, Run, UnderWay};

use super::called;
use crate::{
    objects::{Kind, batch::Job},
    observers::cron_job::job,
};

/// The runs that the Jobs stand for.
pub(super) fn of(jobs: &[&Job], id: &AssetId) -> Vec<Run> {
    let jobs = jobs.iter();
    jobs.filter_map(|job| job::run(job, id, Operation::Maintenance))
        .collect()
}

/// The Jobs that have not ended, oldest first.
pub(super) fn under_way(jobs: &[&Job], seen_from: &str) -> Vec<UnderWay> {
    let jobs = jobs.iter();
    let mut under_way: Vec<UnderWay> = jobs
        .filter_map(|job| {
            Some(UnderWay {
                name: called(Kind::Job, &job.metadata, seen_from),
                ..job::under_way(job)?
            })
        })
        .collect();
    under_way.sort_by(|left, right| (left.since, &left.name).cmp(&(right.since, &right.name)));
    under_way
}
