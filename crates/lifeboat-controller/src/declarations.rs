//! Declarations in the controller: assets that come, change, go and come back with their history.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use lifeboat_core::{
    AssetHistory, AssetId, AssetKind, Finding, JudgedCoverage, ObjectStoreFacts, Observed, Policy,
    assess::Blind,
};

use crate::{
    controller::Controller,
    fleet::Managed,
    recorder::Record,
    source::{Declared, Source},
    spec::AssetSpec,
};

/// A source, with what it said last.
pub(crate) struct Declaring {
    pub(crate) source: Box<dyn Source>,
    pub(crate) policies: Vec<Policy>,
    pub(crate) findings: Vec<Finding>,
    /// What holds data there; none where that can't be told.
    pub(crate) coverage: Option<Arc<JudgedCoverage>>,
    /// Why what it says now can't be used.
    pub(crate) error: Option<String>,
    /// The kinds of which it has said all.
    pub(crate) has_spoken_of: BTreeSet<AssetKind>,
    /// What it declares that another source declared before: it takes effect when the other's goes.
    pub(crate) shadowed: BTreeMap<AssetId, AssetSpec>,
}

impl Declaring {
    pub(crate) fn new(source: Box<dyn Source>) -> Self {
        Self {
            source,
            policies: Vec::new(),
            findings: Vec::new(),
            coverage: None,
            error: None,
            has_spoken_of: BTreeSet::new(),
            shadowed: BTreeMap::new(),
        }
    }
}

impl Controller {
    /// Asks the sources for changes. What can't be used leaves everything as it is, and is told.
    pub(crate) async fn reload(&mut self, now: Timestamp) {
        // First: what is written down of an asset is shared until it is written, so that a change
        // right after it would cost a copy.
        self.look_at_sources();
        for index in 0..self.sources.len() {
            let declaring = &mut self.sources[index];
            match declaring.source.changes(now) {
                Ok(Some(declared)) => self.take_over(index, declared, now).await,
                Ok(None) => {}
                Err(error) => {
                    if declaring.error.as_ref() != Some(&error) {
                        tracing::error!(
                            "the changed resources can't be used, the former ones stay in force: {error}"
                        );
                        self.changed = true;
                    }
                    declaring.error = Some(error);
                }
            }
        }
    }

    /// Takes in which sources nobody can look at.
    fn look_at_sources(&mut self) {
        let blind: Vec<BTreeMap<AssetKind, Blind>> = self
            .sources
            .iter()
            .map(|declaring| declaring.source.blind())
            .collect();
        if blind == self.blind {
            return;
        }
        for (index, now) in blind.iter().enumerate() {
            self.tell_sight(index, now);
        }
        for managed in self.fleet.assets.values_mut() {
            let kind = managed.asset.id.kind;
            managed.set_blind(blind[managed.source].get(&kind));
        }
        self.blind = blind;
        self.changed = true;
    }

    /// Says in the log when a source can't be looked at any more, and when it can again. Before it
    /// has said all of anything, it is only starting.
    fn tell_sight(&self, source: usize, now: &BTreeMap<AssetKind, Blind>) {
        let declaring = &self.sources[source];
        let errors = |blind: &BTreeMap<AssetKind, Blind>| -> BTreeSet<String> {
            blind.values().map(|blind| blind.error.clone()).collect()
        };
        let (before, now) = (errors(&self.blind[source]), errors(now));
        if declaring.has_spoken_of.is_empty() || before == now {
            return;
        }
        let name = declaring.source.name();
        if now.is_empty() {
            tracing::info!("{name} can be looked at again");
        }
        for error in now.difference(&before) {
            tracing::warn!("{name} can't be looked at: {error}");
        }
    }

    /// Puts what the ledger remembers in the care of the first source that has not said all of its
    /// kind yet. If every source has, what none of them declared went while Lifeboat was away.
    pub(crate) fn remember(&mut self, now: Timestamp) {
        for (id, history) in std::mem::take(&mut self.departed) {
            let mut sources = self.sources.iter();
            match sources.position(|declaring| {
                !declaring.has_spoken_of.contains(&id.kind) && declaring.source.may_declare(&id)
            }) {
                Some(source) => {
                    let blind = self.blind[source].get(&id.kind).cloned();
                    let blind = blind.unwrap_or_else(|| Blind {
                        since: now,
                        error: "nobody has looked yet".to_owned(),
                    });
                    let mut managed = Managed::remembered(id.clone(), history, source);
                    managed.set_blind(Some(&blind));
                    self.fleet.assets.insert(id, managed);
                }
                None => self.depart(id, history, now),
            }
        }
    }

    /// Makes the source's part of the fleet what it declares now.
    pub(crate) async fn take_over(&mut self, source: usize, declared: Declared, now: Timestamp) {
        let mut gone: BTreeSet<AssetId> = declared.gone.into_iter().collect();
        if !declared.complete.is_empty() {
            let present = declared.assets.iter().map(|spec| spec.id.clone()).collect();
            let missing = self.fleet.missing_from(source, &present);
            let shadowed = self.sources[source].shadowed.keys();
            let shadowed = shadowed.filter(|id| !present.contains(id)).cloned();
            let is_complete = |id: &AssetId| declared.complete.contains(&id.kind);
            gone.extend(missing.into_iter().chain(shadowed).filter(is_complete));
            let kinds: Vec<&str> = declared.complete.iter().map(|kind| kind.name()).collect();
            let (assets, name) = (declared.assets.len(), self.sources[source].source.name());
            if self.sources[source]
                .has_spoken_of
                .is_superset(&declared.complete)
            {
                tracing::info!(assets, "the resources have changed");
            } else {
                tracing::info!(assets, "all of {name} was read: {}", kinds.join(", "));
            }
        }
        for spec in declared.assets {
            self.take_in_asset(source, spec, now).await;
        }
        for id in gone {
            self.let_go(source, id, now).await;
        }
        for (id, facts) in declared.object_stores {
            self.take_in_object_store(&id, facts, now);
        }
        let declaring = &mut self.sources[source];
        if let Some(policies) = declared.policies {
            declaring.policies = policies;
            let all = self.sources.iter().flat_map(|source| &source.policies);
            self.policies = all.cloned().collect();
            for declaring in &mut self.sources {
                declaring.source.heed(&self.policies);
            }
        }
        let declaring = &mut self.sources[source];
        if let Some(findings) = declared.findings {
            declaring.findings = findings;
        }
        declaring.error = None;
        declaring.has_spoken_of.extend(declared.complete);
        if let Some(coverage) = declared.coverage {
            self.take_in_coverage(source, coverage, now);
        }
        self.resources_loaded_at = Some(now);
        self.changed = true;
    }

    /// Lets go of what a source declares no more, for another that declared it as well if there is one.
    async fn let_go(&mut self, source: usize, id: AssetId, now: Timestamp) {
        self.sources[source].shadowed.remove(&id);
        let is_its = |managed: &Managed| managed.source == source;
        if !self.fleet.assets.get(&id).is_some_and(is_its) {
            return;
        }
        if let Some(managed) = self.fleet.assets.remove(&id) {
            self.depart(id.clone(), managed.asset.history.clone(), now);
            self.tell_places(&id);
        }
        let mut sources = self.sources.iter_mut().enumerate();
        let other = sources.find_map(|(index, other)| Some((index, other.shadowed.remove(&id)?)));
        if let Some((index, spec)) = other {
            self.take_in_asset(index, spec, now).await;
        }
    }

    /// What is declared by two sources: the first of them holds.
    pub(crate) fn declared_twice(&self) -> impl Iterator<Item = Finding> {
        self.sources.iter().flat_map(|declaring| {
            declaring.shadowed.keys().map(|id| Finding {
                code: "declared_twice",
                message: format!(
                    "{id} is declared in {} although another source declares it, which holds",
                    declaring.source.name()
                ),
                hint: Some("take one of the two out, or give it another name".to_owned()),
            })
        })
    }

    async fn take_in_asset(&mut self, source: usize, spec: AssetSpec, now: Timestamp) {
        let id = spec.id.clone();
        let known = self.fleet.assets.get(&id);
        if known.is_some_and(|known| known.source != source && known.operator.is_some()) {
            self.sources[source].shadowed.insert(id, spec);
            return;
        }
        let observed = if let Some(managed) = self.fleet.assets.get_mut(&id) {
            managed.source = source;
            let is_new = managed.operator.is_none() && managed.asset.planned.is_empty();
            managed.describe(spec, now, is_new)
        } else {
            let history = match self.departed.remove(&id) {
                Some(history) => history,
                None => self.earlier_history(&id, now).await,
            };
            let mut managed = Managed::remembered(id.clone(), history, source);
            let observed = managed.describe(spec, now, true);
            let seen_at = managed.asset.history.first_seen_at.min(now);
            self.recorder.record(Record::Seen(id.clone(), seen_at));
            self.fleet.assets.insert(id.clone(), managed);
            observed
        };
        if let Some(managed) = self.fleet.assets.get_mut(&id) {
            managed.set_blind(self.blind[source].get(&id.kind));
        }
        self.write_down(&id, observed);
        self.tell_places(&id);
    }

    /// Tells all sources where an asset is: some look where its backups go.
    fn tell_places(&mut self, id: &AssetId) {
        let places = self.fleet.assets.get(id).map(|managed| &**managed.places());
        for declaring in &mut self.sources {
            declaring.source.notice(id, places);
        }
    }

    /// Joins what is known of an object store with the asset that is backed up there.
    fn take_in_object_store(
        &mut self,
        id: &AssetId,
        facts: Option<Box<ObjectStoreFacts>>,
        now: Timestamp,
    ) {
        if let Some(managed) = self.fleet.assets.get_mut(id) {
            let observed = managed.look_into_store(facts, now);
            self.write_down(id, observed);
        }
    }

    /// Writes down what was seen to have happened.
    fn write_down(&self, id: &AssetId, observed: Observed) {
        let Some(managed) = self.fleet.assets.get(id) else {
            return;
        };
        if observed != Observed::default() {
            let asset = Arc::clone(&managed.asset);
            self.recorder.record(Record::Observed(asset, observed));
        }
    }

    /// Lets an asset go that is declared no more. The ledger remembers it; what Lifeboat may still
    /// have under way needs its history here.
    fn depart(&mut self, id: AssetId, history: AssetHistory, now: Timestamp) {
        tracing::info!(asset = %id, "the asset is declared no more");
        self.recorder.record(Record::Gone(id.clone(), now));
        self.departed.insert(id, history);
    }

    /// Forgets those that are gone, but for what is still under way; the ledger remembers them.
    pub(crate) fn forget_departed(&mut self) {
        self.departed.retain(|_, history| {
            let mut operations = history.operations.values();
            operations.any(|history| history.running.is_some())
        });
    }

    /// What is known of an asset that comes back, or a new history: to be made anew is not to be new.
    async fn earlier_history(&self, id: &AssetId, now: Timestamp) -> AssetHistory {
        let known = self.ledger.history(id).await.unwrap_or_else(|error| {
            tracing::error!(asset = %id, "it can't be looked up whether the asset was known before: {error}");
            None
        });
        known.unwrap_or_else(|| AssetHistory::new(now))
    }
}
