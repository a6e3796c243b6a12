//! CronJobs that make backups or rehearse a restore, seen by the Jobs that they leave.
//!
//! Of a `CronJob`'s success only `lastSuccessfulTime` stays, and not even that if it is made anew. So
//! each Job counts as a run while it is seen, and the history keeps what is gone.

mod destination;
pub(super) mod findings;
pub(super) mod job;
mod lookalike;
mod places;
mod points;
pub(crate) mod schedule;
pub(crate) mod selection;
mod shell;
#[cfg(test)]
mod tests;
mod translate;
mod words;

use std::sync::Arc;

use lifeboat_controller::AssetSpec;
use lifeboat_core::{AssetId, Finding};

use super::{Observer, Sight};
use crate::objects::{Kind, KubernetesObject, ObjectKey, ObjectRef, batch::CronJob};

/// Observes CronJobs of `batch/v1` and their Jobs.
pub(crate) struct CronJobObserver;

impl Observer for CronJobObserver {
    fn assets(&self, sight: &Sight<'_>) -> Vec<AssetId> {
        let cron_jobs = sight.world.cron_jobs().iter();
        cron_jobs
            .filter_map(|cron_job| asset_of(sight, cron_job))
            .collect()
    }

    fn concerned(&self, sight: &Sight<'_>, object: &ObjectRef) -> Vec<AssetId> {
        match object.kind {
            Kind::CronJob => ids_of(&object.key),
            Kind::Job => {
                let job = sight.world.jobs().get(&object.key);
                match job.and_then(|job| job.cron_job()) {
                    Some(owner) => ids_of(&ObjectKey::new(&object.key.namespace, owner)),
                    // Nobody can say whose a Job was that is gone, or has lost its owner.
                    None => neighbours(sight, &object.key.namespace),
                }
            }
            _ => Vec::new(),
        }
    }

    fn observe(&self, sight: &Sight<'_>, id: &AssetId) -> Option<AssetSpec> {
        if !selection::KINDS.contains(&id.kind) || id.cluster.is_some() {
            return None;
        }
        let key = ObjectKey::new(&id.namespace, &id.name);
        let cron_job = sight.world.cron_jobs().get(&key)?;
        let own = selection::own_words(cron_job);
        if selection::kind_of(cron_job, &own, sight.policies) != Some(id.kind) {
            return None;
        }
        let jobs: Vec<_> = sight.world.jobs_of(&key).map(Arc::as_ref).collect();
        let spec = translate::translate(id, cron_job, jobs.iter().copied(), own, sight.now);
        Some(spec)
    }

    fn findings(&self, sight: &Sight<'_>) -> Vec<Finding> {
        let cron_jobs = sight.world.cron_jobs().iter();
        cron_jobs
            .filter_map(|cron_job| {
                let own = selection::own_words(cron_job);
                let kind = selection::kind_of(cron_job, &own, sight.policies);
                kind.is_none().then(|| lookalike::finding(cron_job, &own))?
            })
            .collect()
    }
}

/// Every asset that a `CronJob` may be. Which one it was until now, its new words don't say.
fn ids_of(cron_job: &ObjectKey) -> Vec<AssetId> {
    selection::KINDS
        .into_iter()
        .map(|kind| cron_job.asset_id(kind))
        .collect()
}

/// Every asset of a namespace.
fn neighbours(sight: &Sight<'_>, namespace: &str) -> Vec<AssetId> {
    let cron_jobs = sight.world.cron_jobs().iter();
    cron_jobs
        .filter(|cron_job| cron_job.metadata.namespace == namespace)
        .filter_map(|cron_job| asset_of(sight, cron_job))
        .collect()
}

/// The asset that a `CronJob` is, if it is one.
fn asset_of(sight: &Sight<'_>, cron_job: &CronJob) -> Option<AssetId> {
    let own = selection::own_words(cron_job);
    let kind = selection::kind_of(cron_job, &own, sight.policies)?;
    Some(cron_job.key().asset_id(kind))
}
