//! Removes backups that the retention policy drops, and, after a grace, the objects that nothing needs any more.

mod drop;
mod references;
mod staging;
mod sweep;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::retention::{Candidate, Decision, RetentionPolicy, plan};

use crate::{
    catalogue::{Backup, Catalogue},
    documents::Volume,
    error::Error,
    names::{BackupId, Instance},
    progress::Cancellation,
    repository::Repository,
};

/// How long an object that nothing refers to stays, by default: far longer than a backup pauses.
pub const DEFAULT_GRACE: SignedDuration = SignedDuration::from_hours(24);

/// What to prune, and how.
pub struct PruneRequest {
    /// The instance.
    pub instance: Instance,
    /// What to keep.
    pub policy: RetentionPolicy,
    /// How long an object that nothing refers to stays.
    pub grace: SignedDuration,
    /// The wish to stop.
    pub cancellation: Arc<Cancellation>,
}

/// What a prune will do, before it does it.
#[derive(Debug)]
pub struct PrunePlan {
    /// Every readable backup, newest first, with the reasons to keep it.
    pub decisions: Vec<PruneDecision>,
    /// Backups whose documents can't be read. While there is one, no object is removed, since
    /// nobody knows which ones it needs.
    pub unreadable: Vec<(BackupId, String)>,
}

/// What is decided for one backup.
#[derive(Debug)]
pub struct PruneDecision {
    /// The backup.
    pub backup: Backup,
    /// Why it stays; empty means that it goes.
    pub decision: Decision,
}

/// What a prune did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Backups that were removed, newest first.
    pub dropped: Vec<BackupId>,
    /// Objects that were deleted.
    pub swept: Volume,
    /// Objects that nothing refers to, but whose grace is not over.
    pub waiting: Volume,
}

impl PrunePlan {
    /// The ids of the backups that stay, newest first.
    pub fn to_keep(&self) -> impl Iterator<Item = &BackupId> {
        self.decisions
            .iter()
            .filter(|decided| decided.decision.keep())
            .map(|decided| &decided.backup.metadata.id)
    }

    /// The ids of the backups to remove, newest first.
    pub fn to_drop(&self) -> impl Iterator<Item = &BackupId> {
        self.decisions
            .iter()
            .filter(|decided| !decided.decision.keep())
            .map(|decided| &decided.backup.metadata.id)
    }
}

impl Repository {
    /// Plans a prune. Only documents are read.
    pub async fn plan_prune(
        &self,
        request: &PruneRequest,
        now: Timestamp,
    ) -> Result<PrunePlan, Error> {
        request.policy.check()?;
        let Catalogue {
            backups,
            unreadable,
            // They keep the sweep, but not the plan.
            foreign: _,
        } = self.catalogue(&request.instance).await?;
        let candidates = backups
            .iter()
            .map(candidate)
            .collect::<Result<Vec<_>, _>>()?;
        let mut by_id: std::collections::HashMap<String, Backup> = backups
            .into_iter()
            .map(|backup| (backup.metadata.id.to_string(), backup))
            .collect();
        let decisions = plan(&candidates, &request.policy, now)
            .into_iter()
            .filter_map(|decision| {
                let backup = by_id.remove(&decision.candidate.id)?;
                Some(PruneDecision { backup, decision })
            })
            .collect();
        let unreadable = unreadable.into_iter();
        Ok(PrunePlan {
            decisions,
            unreadable: unreadable
                .map(|(id, error)| (id, error.to_string()))
                .collect(),
        })
    }

    /// Carries out a plan. Safe beside running backups and other prunes, and at any moment of
    /// interruption: see the crate's invariants.
    pub async fn execute_prune(
        &self,
        plan: &PrunePlan,
        request: &PruneRequest,
        now: Timestamp,
    ) -> Result<Pruned, Error> {
        let mut pruned = Pruned::default();
        for id in plan.to_drop() {
            if request.cancellation.is_requested() {
                return Err(Error::Cancelled);
            }
            if self.drop_backup(&request.instance, id, now).await? {
                pruned.dropped.push(id.clone());
            }
        }
        self.retire_progress_records(request, now).await?;
        if plan.unreadable.is_empty() {
            let kept: Vec<&BackupId> = plan.to_keep().collect();
            // A server that shows no backup may be one that shows nothing, such as a gateway that
            // answers for it; what nothing needs can wait until there is a backup.
            let mode = if kept.is_empty() {
                sweep::Mode::Count
            } else {
                sweep::Mode::Delete
            };
            let mut swept = self.sweep(request, &kept, mode).await?;
            if mode == sweep::Mode::Count {
                swept.wait();
            }
            (pruned.swept, pruned.waiting) = (swept.deletable, swept.waiting);
        }
        Ok(pruned)
    }

    /// What a prune without any retention would sweep now.
    pub async fn plan_sweep(&self, request: &PruneRequest) -> Result<Pruned, Error> {
        let swept = self.sweep(request, &[], sweep::Mode::Count).await?;
        Ok(Pruned {
            dropped: Vec::new(),
            swept: swept.deletable,
            waiting: swept.waiting,
        })
    }
}

fn candidate(backup: &Backup) -> Result<Candidate, Error> {
    Ok(Candidate {
        id: backup.metadata.id.to_string(),
        made_at: backup.metadata.id.began_at()?,
        good: backup.is_good(),
        verified: backup.is_verified(),
        pinned: backup.pin.is_some(),
    })
}
