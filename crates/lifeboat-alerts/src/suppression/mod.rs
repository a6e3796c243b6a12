//! Suppression: which alerts that fire people are not told of now, and why. Pure.
//!
//! An alert that is suppressed goes on as before: it is evaluated, listed and recorded. Only nobody is
//! told, until the suppression ends while it still fires.
//!
//! Three things suppress. A silence, which somebody made. An alert that explains it ([`Alert::explained_by`]):
//! about the same asset, or about a program that operates it in the same cluster. And a critical alert
//! about the same asset, for what is less than critical. What merely waits to fire suppresses nothing, since it may never fire, and nobody should
//! hear of a failure five minutes late for that: what fires before its explanation does is told.

mod silences;

use std::{
    collections::{BTreeMap, HashMap, HashSet, btree_map::Entry},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AlertInstance, AlertState, AssetId, Severity, Suppressor};

pub use silences::{SilenceError, Silences, check_silence};

use crate::catalogue::{Alert, operated_by};

/// How long an alert that is over still suppresses what began while it fired. A program that is back
/// needs some minutes to make good what it has missed, and most of what followed from its absence ends
/// by itself then. Shorter than [`crate::RESOLVED_KEPT_FOR`], or it would be forgotten before.
pub const SUPPRESSES_ON_FOR: SignedDuration = SignedDuration::from_mins(10);

/// Notes on every alert that fires what suppresses it now, if anything does. An evaluation does so itself;
/// what comes from a ledger doesn't know.
pub fn suppress(
    catalogue: &[Alert],
    instances: &mut [AlertInstance],
    silences: &Silences,
    now: Timestamp,
) {
    let explanations = Explanations::of(catalogue, instances, now);
    for instance in instances.iter_mut() {
        instance.suppressed_by = if instance.state == AlertState::Firing {
            let silence = silences.suppressor_of(instance, now);
            silence.or_else(|| explanations.of_instance(instance))
        } else {
            None
        };
    }
    // Where everything is critical, as in a storm, there is nothing to look for.
    let lesser: HashSet<AssetId> = instances
        .iter()
        .filter(|instance| may_be_lesser(instance))
        .map(|instance| instance.key.asset.clone())
        .collect();
    let worse = worse_alerts(&lesser, instances, now);
    for instance in instances {
        if may_be_lesser(instance) {
            let source = worse.get(&instance.key.asset);
            instance.suppressed_by = source.and_then(|source| source.suppresses(instance));
        }
    }
}

/// Whether a worse alert could suppress it.
fn may_be_lesser(instance: &AlertInstance) -> bool {
    instance.state == AlertState::Firing
        && instance.severity < Severity::Critical
        && instance.suppressed_by.is_none()
}

/// An alert that suppresses others.
#[derive(Debug, Clone)]
struct Source {
    by: Arc<Suppressor>,
    /// None while it fires.
    over_since: Option<Timestamp>,
}

impl Source {
    /// The alert as a source, if it fires, or has until lately.
    fn of(
        instance: &AlertInstance,
        suppressor: impl FnOnce() -> Suppressor,
        now: Timestamp,
    ) -> Option<Self> {
        let over_since = match (instance.state, instance.resolved_at) {
            (AlertState::Firing, _) => None,
            (AlertState::Resolved, Some(at)) if now.duration_since(at) < SUPPRESSES_ON_FOR => {
                Some(at)
            }
            (AlertState::Pending | AlertState::Resolved, _) => return None,
        };
        Some(Self {
            by: Arc::new(suppressor()),
            over_since,
        })
    }

    fn suppresses(&self, target: &AlertInstance) -> Option<Arc<Suppressor>> {
        // What began after its end does not follow from it.
        let follows = self.over_since.is_none_or(|over| target.active_at <= over);
        follows.then(|| Arc::clone(&self.by))
    }

    /// Takes a place, unless a stronger one has it: one that fires, or was over later.
    fn join<K: Ord>(self, place: Entry<'_, K, Self>) {
        let end = |source: &Self| source.over_since.unwrap_or(Timestamp::MAX);
        match place {
            Entry::Vacant(place) => {
                place.insert(self);
            }
            Entry::Occupied(mut place) if end(place.get()) < end(&self) => {
                place.insert(self);
            }
            Entry::Occupied(_) => {}
        }
    }
}

/// The alerts that explain others now.
struct Explanations {
    /// By the name of what is explained.
    explained_by: HashMap<&'static str, &'static [&'static str]>,
    /// By the name of what explains, and by where it does.
    sources: HashMap<&'static str, BTreeMap<Place, Source>>,
}

/// Where an alert explains others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// What a program operates in this cluster.
    Cluster(Option<String>),
    /// This asset.
    Asset(AssetId),
}

impl Place {
    fn of(name: &str, asset: &AssetId) -> Self {
        match operated_by(name) {
            Some(_) => Self::Cluster(asset.cluster.clone()),
            None => Self::Asset(asset.clone()),
        }
    }
}

impl Explanations {
    fn of(catalogue: &[Alert], instances: &[AlertInstance], now: Timestamp) -> Self {
        let explained = catalogue
            .iter()
            .filter(|alert| !alert.explained_by.is_empty());
        let explained_by: HashMap<_, _> = explained
            .map(|alert| (alert.name, alert.explained_by))
            .collect();
        let explaining: HashSet<&'static str> =
            explained_by.values().copied().flatten().copied().collect();
        let mut sources: HashMap<_, BTreeMap<_, _>> = HashMap::new();
        for instance in instances {
            let Some(name) = explaining.get(instance.key.alert.as_str()) else {
                continue;
            };
            let suppressor = || Suppressor::ExplainedBy(instance.key.clone());
            if let Some(source) = Source::of(instance, suppressor, now) {
                let places = sources.entry(*name).or_default();
                source.join(places.entry(Place::of(name, &instance.key.asset)));
            }
        }
        Self {
            explained_by,
            sources,
        }
    }

    fn of_instance(&self, instance: &AlertInstance) -> Option<Arc<Suppressor>> {
        let asset = &instance.key.asset;
        let names = self.explained_by.get(instance.key.alert.as_str())?;
        names.iter().find_map(|name| {
            let places = self.sources.get(name)?;
            if operated_by(name).is_some_and(|kinds| !kinds.contains(&asset.kind)) {
                return None;
            }
            let source = places.get(&Place::of(name, asset))?;
            source.suppresses(instance)
        })
    }
}

/// The critical alerts about some assets that stand for what is less than critical. One that is explained by
/// something else tells nobody that the asset is in trouble, so it stands for nothing; one that
/// somebody silenced does.
fn worse_alerts(
    of: &HashSet<AssetId>,
    instances: &[AlertInstance],
    now: Timestamp,
) -> BTreeMap<AssetId, Source> {
    let mut sources = BTreeMap::new();
    for instance in instances {
        let is_known = match instance.suppressed_by.as_deref() {
            None => instance.state == AlertState::Firing || !instance.withheld,
            Some(Suppressor::Silence(_)) => true,
            Some(_) => false,
        };
        let is_wanted = || of.contains(&instance.key.asset);
        if instance.severity == Severity::Critical && is_known && is_wanted() {
            let suppressor = || Suppressor::WorseAlert(instance.key.clone());
            if let Some(source) = Source::of(instance, suppressor, now) {
                source.join(sources.entry(instance.key.asset.clone()));
            }
        }
    }
    sources
}

#[cfg(test)]
mod tests;
