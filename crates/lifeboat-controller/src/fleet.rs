//! The fleet: every asset in the controller's care, with what is planned for it and what is under way.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use lifeboat_core::{
    AssetHistory, AssetId, Effective, ObjectStoreFacts, Observed, ObservedSchedule, Operation,
    Policy, RecoveryPoint, Run, SmallMap, Verdict,
    assess::{Assessment, Asset, Blind, assess_asset},
    scheduling::{Decision, Planned, Start},
};

use crate::{
    operations::Operator,
    recorder::{Record, Recorder},
    runner::Running,
    spec::{AssetSpec, Care, Operated},
    view::AssetView,
};

/// An asset in the controller's care.
pub(crate) struct Managed {
    pub(crate) asset: Arc<Asset>,
    /// Who carries out what is planned; none if others do, or nobody knows yet.
    pub(crate) operator: Option<Arc<dyn Operator>>,
    /// Which of the sources declares it.
    pub(crate) source: usize,
    pub(crate) running: BTreeMap<Operation, Running>,
    /// Whether somebody looks into its repository right now.
    pub(crate) taking_inventory: bool,
    immediate: bool,
    places: Arc<SmallMap<&'static str, String>>,
    /// What a source of its own knows of the store that its backups go to.
    object_store: Option<Box<ObjectStoreFacts>>,
    assessment: Option<Arc<Assessment>>,
    /// Nothing starts before this moment, unless something happens to the asset.
    wake_at: Option<Timestamp>,
    /// When its service levels were last written down.
    pub(crate) levels_written_at: Timestamp,
}

/// All assets.
#[derive(Default)]
pub(crate) struct Fleet {
    pub(crate) assets: BTreeMap<AssetId, Managed>,
}

/// A run that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DueRun {
    pub(crate) asset: AssetId,
    pub(crate) operation: Operation,
    pub(crate) start: Start,
}

impl Managed {
    /// An asset of which nothing but its history is known: its source has not spoken yet.
    pub(crate) fn remembered(id: AssetId, history: AssetHistory, source: usize) -> Self {
        let is_operated = id.kind.is_operated();
        Self {
            asset: Arc::new(Asset {
                id,
                labels: BTreeMap::new(),
                own: None,
                suspended: false,
                planned: BTreeMap::new(),
                history,
                facts: (!is_operated).then(Box::default),
                blind: None,
            }),
            operator: None,
            source,
            running: BTreeMap::new(),
            taking_inventory: false,
            immediate: false,
            places: Arc::default(),
            object_store: None,
            assessment: None,
            wake_at: None,
            levels_written_at: Timestamp::MIN,
        }
    }

    /// Takes over what its source says now, and tells what that changed of its history. A plan that
    /// was changed counts from `now` on, unless the asset is new.
    pub(crate) fn describe(&mut self, spec: AssetSpec, now: Timestamp, is_new: bool) -> Observed {
        let asset = Arc::make_mut(&mut self.asset);
        asset.labels = spec.labels;
        asset.own = spec.own.boxed();
        asset.suspended = spec.suspended;
        self.places = Arc::new(spec.places.into());
        let observed = match spec.care {
            Care::Operated(operated) => {
                self.plan(operated, (!is_new).then_some(now));
                Observed::default()
            }
            Care::Observed(mut observation) => {
                observation
                    .facts
                    .object_store
                    .clone_from(&self.object_store);
                let observed = asset.history.observe(&observation, now);
                asset.facts = Some(Box::new(observation.facts));
                asset.planned.clear();
                self.operator = None;
                observed
            }
        };
        self.plan_anew();
        observed
    }

    /// Takes in what is known of the store that its backups go to, and tells what that changed of its
    /// history.
    pub(crate) fn look_into_store(
        &mut self,
        facts: Option<Box<ObjectStoreFacts>>,
        now: Timestamp,
    ) -> Observed {
        self.object_store.clone_from(&facts);
        let asset = Arc::make_mut(&mut self.asset);
        match &mut asset.facts {
            Some(seen) => {
                seen.object_store = facts;
                asset.history.look_into_store(seen, now)
            }
            None => Observed::default(),
        }
    }

    fn plan(&mut self, operated: Operated, changed_at: Option<Timestamp>) {
        let asset = Arc::make_mut(&mut self.asset);
        asset.facts = None;
        let before = std::mem::take(&mut asset.planned);
        for (operation, plan) in operated.plans {
            let known_since = match (before.get(&operation), changed_at) {
                (Some(planned), _) if planned.plan.schedule == plan.schedule => planned.known_since,
                (_, Some(changed_at)) => changed_at,
                (_, None) => asset.history.first_seen_at,
            };
            let planned = Planned::new(plan, known_since, asset.history.operation(operation));
            asset.planned.insert(operation, planned);
        }
        self.operator = Some(operated.operator);
        self.immediate = operated.immediate;
    }

    /// Where it is, as its source says.
    pub(crate) const fn places(&self) -> &Arc<SmallMap<&'static str, String>> {
        &self.places
    }

    /// Takes in whether anybody can look at it.
    pub(crate) fn set_blind(&mut self, blind: Option<&Blind>) {
        if self.asset.blind.as_ref() != blind {
            Arc::make_mut(&mut self.asset).blind = blind.cloned();
        }
    }

    /// Takes in a run that began or ended.
    pub(crate) fn record(&mut self, run: &Run) {
        Arc::make_mut(&mut self.asset).history.record(run);
        self.plan_anew();
    }

    /// Takes in which recovery points there are, or why nobody knows.
    pub(crate) fn take_inventory(
        &mut self,
        at: Timestamp,
        found: Result<Vec<RecoveryPoint>, String>,
    ) {
        Arc::make_mut(&mut self.asset)
            .history
            .take_inventory(at, found);
    }

    /// To be called when the history changes: what is due next follows from it.
    pub(crate) fn plan_anew(&mut self) {
        let immediate = self.immediate;
        let Asset {
            planned, history, ..
        } = Arc::make_mut(&mut self.asset);
        for (operation, planned) in planned {
            let runs = history.operation(*operation);
            let next = Planned::new(planned.plan.clone(), planned.known_since, runs);
            *planned = next;
            let never_ran = runs.is_none_or(|runs| runs.last.is_none() && runs.running.is_none());
            if immediate && never_ran && *operation == Operation::Backup {
                planned.next_due = Some(planned.known_since);
            }
        }
        self.wake_at = None;
    }

    fn due(&mut self, now: Timestamp, paused: bool) -> Vec<DueRun> {
        if paused || self.wake_at.is_some_and(|wake_at| now < wake_at) {
            return Vec::new();
        }
        let mut due = Vec::new();
        let mut wake_at = Timestamp::MAX;
        let asset = &self.asset;
        for (operation, planned) in &asset.planned {
            let history = asset.history.operation(*operation);
            match planned.decide(&asset.id, *operation, history, now) {
                Decision::Start(start) => due.push(DueRun {
                    asset: asset.id.clone(),
                    operation: *operation,
                    start,
                }),
                Decision::Wait(until) => wake_at = wake_at.min(until),
                Decision::Idle => {}
            }
        }
        if due.is_empty() {
            self.wake_at = Some(wake_at);
        }
        due
    }

    /// The verdicts as of now.
    pub(crate) fn judge(&self, policies: &[Policy], now: Timestamp) -> Assessment {
        assess_asset(&self.asset, policies, now)
    }

    /// `neighbour` is what holds for the asset that was assessed before.
    fn assess(
        &mut self,
        policies: &[Policy],
        now: Timestamp,
        recorder: &Recorder,
        neighbour: &mut Option<Arc<Effective>>,
    ) -> Arc<Assessment> {
        let mut assessment = self.judge(policies, now);
        match neighbour {
            Some(same) if *same == assessment.effective => assessment.effective = Arc::clone(same),
            _ => *neighbour = Some(Arc::clone(&assessment.effective)),
        }
        let paused = self.asset.is_paused() || assessment.effective.suspend;
        if paused != self.asset.history.suspended_since.is_some() {
            let since = paused.then_some(now);
            Arc::make_mut(&mut self.asset).history.suspended_since = since;
            recorder.record(Record::Suspended(self.asset.id.clone(), since));
            self.wake_at = None;
        }
        self.keep_service_levels(&assessment, now, recorder);
        if let Some(before) = &self.assessment {
            Verdict::carry_since(&before.verdicts, &mut assessment.verdicts);
        }
        let assessment = Arc::new(assessment);
        self.assessment = Some(Arc::clone(&assessment));
        assessment
    }

    pub(crate) fn view(&self, assessment: Arc<Assessment>, now: Timestamp) -> AssetView {
        let paused = assessment.effective.suspend || self.asset.is_paused();
        let by_others = self.asset.facts.iter().flat_map(|facts| &facts.schedules);
        let by_others = by_others
            .flatten()
            .filter_map(ObservedSchedule::first_due)
            .min()
            .zip(self.asset.id.kind.operation())
            .map(|(at, operation)| (operation, at));
        let next_starts = self
            .asset
            .planned
            .iter()
            .filter_map(|(operation, planned)| {
                let history = self.asset.history.operation(*operation);
                let at = planned.next_start(&self.asset.id, *operation, history, now)?;
                Some((*operation, at))
            })
            .chain(by_others)
            .filter(|_| !paused);
        let progress = self.running.iter();
        AssetView {
            asset: Arc::clone(&self.asset),
            assessment,
            next_starts: next_starts.collect(),
            progress: progress
                .map(|(operation, running)| (*operation, Arc::clone(&running.progress)))
                .collect(),
            places: Arc::clone(&self.places),
        }
    }
}

impl Fleet {
    /// The runs that are due now, the longest due first. Those of paused assets are not.
    pub(crate) fn due(&mut self, now: Timestamp) -> Vec<DueRun> {
        let mut due: Vec<DueRun> = self
            .assets
            .values_mut()
            .flat_map(|managed| {
                let assessed = managed.assessment.as_ref();
                let by_policy = assessed.is_some_and(|assessed| assessed.effective.suspend);
                let paused = managed.asset.is_paused() || by_policy || managed.operator.is_none();
                managed.due(now, paused)
            })
            .collect();
        due.sort_by_key(|due| due.start.scheduled_for);
        due
    }

    /// Forgets when to look next, for a clock that went back.
    pub(crate) fn wake_all(&mut self) {
        for managed in self.assets.values_mut() {
            managed.wake_at = None;
        }
    }

    /// How many runs are under way.
    pub(crate) fn running(&self) -> usize {
        self.assets
            .values()
            .map(|managed| managed.running.len())
            .sum()
    }

    /// Assesses every asset.
    pub(crate) fn assess(
        &mut self,
        policies: &[Policy],
        now: Timestamp,
        recorder: &Recorder,
    ) -> Vec<AssetView> {
        // The same holds for nearly all assets of a kind, which come one after the other.
        let mut neighbour = None;
        self.assets
            .values_mut()
            .map(|managed| {
                let assessment = managed.assess(policies, now, recorder, &mut neighbour);
                managed.view(assessment, now)
            })
            .collect()
    }

    /// The assets of a source that are not among these any more.
    pub(crate) fn missing_from(&self, source: usize, present: &BTreeSet<AssetId>) -> Vec<AssetId> {
        self.assets
            .iter()
            .filter(|(id, managed)| managed.source == source && !present.contains(id))
            .map(|(id, _)| id.clone())
            .collect()
    }
}
