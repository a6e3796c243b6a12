//! The fleet: every asset in the controller's care, with what is planned for it and what is under way.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use lifeboat_core::{
    AssetHistory, AssetId, ObjectiveOverrides, Operation, Policy, RecoveryPoint, Run, Verdict,
    assess::{Assessment, Asset, assess_asset},
    scheduling::{Decision, Planned, RunPlan, Start},
};

use crate::{
    operations::Operator,
    recorder::{Record, Recorder},
    runner::Running,
    view::AssetView,
};

/// An asset as its resource describes it.
pub struct AssetSpec {
    /// Its identity.
    pub id: AssetId,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The objectives that it sets itself.
    pub own: ObjectiveOverrides,
    /// Whether it is suspended.
    pub suspended: bool,
    /// Whether its first backup is due as soon as it is known.
    pub immediate: bool,
    /// What is planned for it.
    pub plans: BTreeMap<Operation, RunPlan>,
    /// Who carries it out.
    pub operator: Arc<dyn Operator>,
    /// Where it is and where its backups go, for people.
    pub places: BTreeMap<&'static str, String>,
}

/// An asset in the controller's care.
pub(crate) struct Managed {
    pub(crate) asset: Arc<Asset>,
    pub(crate) operator: Arc<dyn Operator>,
    pub(crate) running: BTreeMap<Operation, Running>,
    /// Whether somebody looks into its repository right now.
    pub(crate) taking_inventory: bool,
    immediate: bool,
    places: BTreeMap<&'static str, String>,
    assessment: Option<Arc<Assessment>>,
    /// Nothing starts before this moment, unless something happens to the asset.
    wake_at: Option<Timestamp>,
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
    pub(crate) fn new(spec: AssetSpec, history: AssetHistory) -> Self {
        let mut managed = Self {
            asset: Arc::new(Asset {
                id: spec.id.clone(),
                labels: BTreeMap::new(),
                own: ObjectiveOverrides::default(),
                suspended: false,
                planned: BTreeMap::new(),
                history,
            }),
            operator: Arc::clone(&spec.operator),
            running: BTreeMap::new(),
            taking_inventory: false,
            immediate: false,
            places: BTreeMap::new(),
            assessment: None,
            wake_at: None,
        };
        managed.describe(spec, None);
        managed
    }

    /// Takes over what a resource says now. A plan that was changed counts from `changed_at` on.
    pub(crate) fn describe(&mut self, spec: AssetSpec, changed_at: Option<Timestamp>) {
        let asset = Arc::make_mut(&mut self.asset);
        asset.labels = spec.labels;
        asset.own = spec.own;
        asset.suspended = spec.suspended;
        let before = std::mem::take(&mut asset.planned);
        for (operation, plan) in spec.plans {
            let known_since = match (before.get(&operation), changed_at) {
                (Some(planned), _) if planned.plan.schedule == plan.schedule => planned.known_since,
                (_, Some(changed_at)) => changed_at,
                (_, None) => asset.history.first_seen_at,
            };
            let planned = Planned::new(plan, known_since, asset.history.operation(operation));
            asset.planned.insert(operation, planned);
        }
        self.operator = spec.operator;
        self.places = spec.places;
        self.immediate = spec.immediate;
        self.plan_anew();
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

    fn assess(
        &mut self,
        policies: &[Policy],
        now: Timestamp,
        recorder: &Recorder,
    ) -> Arc<Assessment> {
        let mut assessment = assess_asset(&self.asset, policies, now);
        let paused = self.asset.suspended || assessment.effective.suspend;
        if paused != self.asset.history.suspended_since.is_some() {
            let since = paused.then_some(now);
            Arc::make_mut(&mut self.asset).history.suspended_since = since;
            recorder.record(Record::Suspended(self.asset.id.clone(), since));
            self.wake_at = None;
        }
        if let Some(before) = &self.assessment {
            Verdict::carry_since(&before.verdicts, &mut assessment.verdicts);
        }
        let assessment = Arc::new(assessment);
        self.assessment = Some(Arc::clone(&assessment));
        assessment
    }

    fn view(&self, assessment: Arc<Assessment>, now: Timestamp) -> AssetView {
        let paused = assessment.effective.suspend || self.asset.suspended;
        let next_starts = self
            .asset
            .planned
            .iter()
            .filter_map(|(operation, planned)| {
                let history = self.asset.history.operation(*operation);
                let at = planned.next_start(&self.asset.id, *operation, history, now)?;
                (!paused).then_some((*operation, at))
            });
        let progress = self.running.iter();
        AssetView {
            asset: Arc::clone(&self.asset),
            assessment,
            next_starts: next_starts.collect(),
            progress: progress
                .map(|(operation, running)| (*operation, Arc::clone(&running.progress)))
                .collect(),
            places: self.places.clone(),
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
                let paused = managed.asset.suspended || by_policy;
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
        self.assets
            .values_mut()
            .map(|managed| {
                let assessment = managed.assess(policies, now, recorder);
                managed.view(assessment, now)
            })
            .collect()
    }

    /// The assets that are not among these any more.
    pub(crate) fn missing_from(&self, present: &BTreeSet<AssetId>) -> Vec<AssetId> {
        let known = self.assets.keys();
        known.filter(|id| !present.contains(id)).cloned().collect()
    }
}
