//! Coverage kept up to date: looked at anew when something it rests on has changed, and told when it differs.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use lifeboat_core::{Coverage, Finding, Policy};

use super::{NEEDS, Schedules, concerns, findings, survey};
use crate::{
    event::Watch,
    objects::ObjectRef,
    observers::Sight,
    world::{WatchState, World},
};

/// What was seen last, and whether anybody was told.
#[derive(Default)]
pub(crate) struct Covering {
    coverage: Option<Arc<Coverage>>,
    findings: Vec<Finding>,
    /// How the watches were then; empty before the first look.
    watches: BTreeMap<Watch, WatchState>,
    policies: Arc<Vec<Policy>>,
    schedules: Schedules,
    is_news: bool,
}

impl Covering {
    /// Looks again, unless nothing that matters has changed since.
    pub(crate) fn look(
        &mut self,
        sight: &Sight<'_>,
        policies: &Arc<Vec<Policy>>,
        changed: &[ObjectRef],
        started_at: Timestamp,
    ) {
        let has_other_policies = !Arc::ptr_eq(policies, &self.policies);
        let is_same =
            watches(sight.world).eq(&self.watches) && !changed.iter().any(|one| concerns(one.kind));
        if is_same && !has_other_policies && self.coverage.is_some() {
            return;
        }
        self.watches = watches(sight.world)
            .map(|(watch, state)| (watch.clone(), state.clone()))
            .collect();
        self.policies = Arc::clone(policies);
        // By which policies it holds is to be told even where it is the same.
        self.is_news |= has_other_policies;
        let coverage = survey(sight, &mut self.schedules, started_at);
        self.findings = findings::of(sight);
        if self.coverage.as_deref() != Some(&coverage) {
            self.coverage = Some(Arc::new(coverage));
            self.is_news = true;
        }
    }

    /// What somebody should look at.
    pub(crate) fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What nobody was told of yet, with the policies by which it was seen.
    pub(crate) fn take_news(&mut self) -> Option<(Arc<Coverage>, Arc<Vec<Policy>>)> {
        let is_news = std::mem::take(&mut self.is_news);
        let coverage = self.coverage.clone().filter(|_| is_news)?;
        Some((coverage, Arc::clone(&self.policies)))
    }
}

/// How the watches are that coverage rests on.
fn watches(world: &World) -> impl Iterator<Item = (&Watch, &WatchState)> {
    let watches = world.watches();
    watches.filter(|(watch, _)| NEEDS.contains(&watch.kind))
}
