//! A `CronJob` and its Jobs as an asset.

use jiff::Timestamp;
use lifeboat_controller::{AssetSpec, Care};
use lifeboat_core::{AssetId, Facts, Finding, Observation, ObservedPoints, Operation, UnderWay};
use lifeboat_resources::annotations::AssetAnnotations;

use super::{findings, job, places, points, schedule};
use crate::objects::batch::{CronJob, Job};

/// What is seen of a `CronJob` that is an asset. The Jobs are all that name it as their owner, also
/// those of a namesake that was there before: the asset is the same.
pub(super) fn translate<'a>(
    id: &AssetId,
    cron_job: &CronJob,
    jobs: impl Iterator<Item = &'a Job> + Clone,
    own: AssetAnnotations,
    now: Timestamp,
) -> AssetSpec {
    let metadata = &cron_job.metadata;
    let operation = id.kind.operation().unwrap_or(Operation::Backup);
    let is_backup = operation == Operation::Backup;
    let mut under_way: Vec<UnderWay> = jobs.clone().filter_map(job::under_way).collect();
    under_way.sort_by(|left, right| (left.since, &left.name).cmp(&(right.since, &right.name)));
    let mut findings = findings::of(cron_job, &under_way, now);
    findings.extend(own.problems.into_iter().map(|problem| Finding {
        code: "annotation_unreadable",
        message: format!(
            "CronJob/{} has an annotation that can't be heeded: {problem}.",
            metadata.name
        ),
        hint: Some(format!(
            "kubectl -n {} edit cronjob {}",
            metadata.namespace, metadata.name
        )),
    }));
    let observation = Observation {
        created_at: metadata.creation_timestamp.get(),
        facts: Facts {
            schedules: Some(vec![schedule::observed(cron_job)]),
            under_way,
            // Of a rehearsal that succeeded this may be the only trace.
            succeeded_at: cron_job.status.last_successful_time.filter(|_| !is_backup),
            findings,
            ..Facts::default()
        },
        runs: jobs
            .clone()
            .filter_map(|job| job::run(job, id, operation))
            .collect(),
        points: ObservedPoints::Evident(if is_backup {
            points::evident(cron_job, jobs)
        } else {
            Vec::new()
        }),
    };
    AssetSpec {
        id: id.clone(),
        labels: metadata.labels.clone(),
        own: own.overrides,
        suspended: own.suspend,
        care: Care::Observed(Box::new(observation)),
        places: places::of(cron_job, operation),
    }
}
