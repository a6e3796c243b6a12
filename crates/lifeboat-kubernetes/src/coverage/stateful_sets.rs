//! Sets of pods with volumes of their own: covered if all of their claims are.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use lifeboat_core::{CoverageState, CoverageStatus};

use super::{Judged, JudgedObjects, Seen, claims::Claims};
use crate::{
    objects::{Kind, KubernetesObject, ObjectKey, StatefulSet},
    world::World,
};

/// Claims that are named where some have no backup.
const NAMED: usize = 3;

/// Which claims are whose.
pub(super) struct Sets<'a> {
    /// By namespace and the beginning of the claims' names: `<template>-<set>`.
    by_template: HashMap<ObjectKey, &'a Arc<StatefulSet>>,
    /// By the claims that all pods of a set share.
    by_claim: HashMap<ObjectKey, Vec<&'a Arc<StatefulSet>>>,
}

impl<'a> Sets<'a> {
    pub(super) fn of(world: &'a World) -> Self {
        let mut sets = Self {
            by_template: HashMap::new(),
            by_claim: HashMap::new(),
        };
        for set in world.stateful_sets().iter() {
            let (metadata, spec) = (&set.metadata, &set.spec);
            let key = |name: String| ObjectKey::new(&metadata.namespace, name);
            for template in &spec.volume_claim_templates {
                let beginning = format!("{}-{}", template.metadata.name, metadata.name);
                sets.by_template.insert(key(beginning), set);
            }
            let volumes = spec.template.spec.volumes.iter();
            for claim in volumes.filter_map(|volume| volume.persistent_volume_claim.as_ref()) {
                let known = sets.by_claim.entry(key(claim.claim_name.clone()));
                known.or_default().push(set);
            }
        }
        sets
    }

    /// The sets whose pods use a claim, also one that a smaller set has left over: its data is still
    /// there.
    pub(super) fn of_claim(&self, claim: &ObjectKey) -> Vec<&'a Arc<StatefulSet>> {
        let shared = self.by_claim.get(claim).into_iter().flatten();
        let own = claim
            .name
            .rsplit_once('-')
            .and_then(|(beginning, ordinal)| {
                let is_ordinal = ordinal.bytes().all(|byte| byte.is_ascii_digit());
                let key = is_ordinal.then(|| ObjectKey::new(&claim.namespace, beginning))?;
                self.by_template.get(&key)
            });
        shared.chain(own).copied().collect()
    }
}

/// How every `StatefulSet` is covered that has volumes.
pub(super) fn judge<'a>(world: &'a World, seen: &Seen, claims: &Claims<'_>) -> JudgedObjects<'a> {
    let sets = world.stateful_sets();
    let sets = sets.keys().zip(sets.iter());
    let judged = sets.filter_map(|(key, set)| {
        let claims = claims.of_sets.get(key).map(|places| {
            let places = places.iter();
            places
                .map(|place| &claims.judged[*place])
                .collect::<Vec<_>>()
        });
        let judged = match claims {
            Some(claims) => of_claims(&claims),
            None => unseen(set, seen)?,
        };
        Some((key, judged))
    });
    judged.collect()
}

/// One whose claims nobody can see. With claims that can be seen and aren't there, it holds nothing.
fn unseen(set: &StatefulSet, seen: &Seen) -> Option<Judged> {
    let spec = &set.spec;
    if spec.volume_claim_templates.is_empty() && spec.template.spec.volumes.is_empty() {
        return None;
    }
    let missing = seen.missing(&[Kind::PersistentVolumeClaim], &set.key().namespace)?;
    Some(Judged {
        state: CoverageState::Unknown {
            why: missing.error.clone(),
        },
        evident_since: Some(missing.since),
    })
}

fn of_claims(claims: &[&(&ObjectKey, Judged)]) -> Judged {
    let with = |status: CoverageStatus| {
        let claims = claims.iter();
        claims.filter(move |(_, judged)| judged.state.status() == status)
    };
    let since = |status| with(status).filter_map(|(_, judged)| judged.evident_since);
    let uncovered: Vec<&str> = with(CoverageStatus::Uncovered)
        .map(|(key, _)| key.name.as_str())
        .collect();
    if !uncovered.is_empty() {
        return Judged {
            state: CoverageState::Uncovered {
                why: named(&uncovered, claims.len()),
            },
            evident_since: since(CoverageStatus::Uncovered).min(),
        };
    }
    if let Some((_, unknown)) = with(CoverageStatus::Unknown).next() {
        return unknown.clone();
    }
    let by: BTreeSet<_> = with(CoverageStatus::Covered)
        .flat_map(|(_, judged)| judged.state.covered_by())
        .cloned()
        .collect();
    let first_excuse = with(CoverageStatus::Excused).next();
    match first_excuse.filter(|_| by.is_empty()) {
        // All are excused, and the first speaks for all.
        Some((_, excused)) => excused.clone(),
        None => Judged {
            state: CoverageState::Covered {
                by: by.into_iter().collect(),
            },
            evident_since: since(CoverageStatus::Covered).max(),
        },
    }
}

/// The claims that no backup covers.
fn named(uncovered: &[&str], total: usize) -> String {
    let mut names = uncovered.iter().take(NAMED).copied().collect::<Vec<_>>();
    let more = format!("{} more", uncovered.len().saturating_sub(NAMED));
    if uncovered.len() > NAMED {
        names.push(&more);
    }
    let names = names.join(", ");
    match (uncovered.len(), total) {
        (1, 1) => format!("its claim {names} has no backup"),
        (count, total) if count == total => {
            format!("none of its {total} claims has a backup: {names}")
        }
        (1, _) => format!("1 of its {total} claims has no backup: {names}"),
        (count, _) => format!("{count} of its {total} claims have no backup: {names}"),
    }
}
