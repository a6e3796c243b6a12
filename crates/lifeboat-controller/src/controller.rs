//! The controller's loop: looks each second what is due, takes in what has ended, assesses, and publishes the view.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::Router;
use lifeboat_core::{
    AssetHistory, AssetId, AssetKind, CLOCK_TOLERANCE, CoverageMemory, Finding, Policy,
    assess::Blind, later,
};
use lifeboat_ledger::Ledger;
use lifeboat_repository::{Clock, RequestCounters, RequestKind};
use tokio::{
    sync::{Notify, mpsc, watch},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::{
    alerting::Alerting,
    carrying_over::carry_over,
    declarations::Declaring,
    error::ControllerError,
    fleet::Fleet,
    handle::{Handle, Request},
    mandate::Mandate,
    recorder::{Record, Recorder},
    runner::{Event, take_inventory},
    source::Source,
    view::{Health, View},
};

/// How often the loop looks at the clock.
const TICK: Duration = Duration::from_secs(1);
/// How often a look into a repository that failed is tried again.
const INVENTORY_RETRY: SignedDuration = SignedDuration::from_mins(5);
/// How many repositories are looked into at once.
const INVENTORIES_AT_ONCE: usize = 16;
/// How often the ledger forgets what is too old.
const FORGET_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// Requests that may wait.
const REQUESTS: usize = 64;

/// How the controller works.
#[derive(Debug, Clone)]
pub struct ControllerSettings {
    /// How often verdicts and alerts are evaluated while nothing happens.
    pub evaluation_interval: SignedDuration,
    /// How often the source of assets is asked for changes.
    pub reload_interval: SignedDuration,
    /// How many scheduled runs may be under way at once.
    pub maximum_runs: usize,
    /// How long runs may go on once the controller is asked to stop.
    pub shutdown_grace: Duration,
    /// How long ended runs and incidents are remembered one by one.
    pub history_retention: SignedDuration,
    /// Counts the requests to object stores.
    pub requests: Arc<RequestCounters>,
    /// Whether it may act, where there are other Lifeboats that may.
    pub mandate: Mandate,
}

/// The controller.
pub struct Controller {
    pub(crate) settings: ControllerSettings,
    pub(crate) sources: Vec<Declaring>,
    /// Why nobody can look at what each source declares.
    pub(crate) blind: Vec<BTreeMap<AssetKind, Blind>>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) fleet: Fleet,
    /// What happened to assets that are declared no more: they may come back, or have a run under way.
    pub(crate) departed: BTreeMap<AssetId, AssetHistory>,
    pub(crate) policies: Vec<Policy>,
    /// Since when what holds data is covered or not.
    pub(crate) coverage: CoverageMemory,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) recorder: Recorder,
    alerting: Alerting,
    views: watch::Sender<Arc<View>>,
    pub(crate) requests: mpsc::Receiver<Request>,
    pub(crate) events: mpsc::UnboundedSender<Event>,
    pub(crate) arrivals: mpsc::UnboundedReceiver<Event>,
    pub(crate) resources_loaded_at: Option<Timestamp>,
    started_at: Timestamp,
    times: Times,
    /// Whether something happened since the last evaluation.
    pub(crate) changed: bool,
}

/// When things were last done.
struct Times {
    ticked: Timestamp,
    evaluated: Timestamp,
    reloaded: Timestamp,
    forgot: Timestamp,
}

impl Controller {
    /// Takes up where the last process left off, and publishes the first view. Nothing runs yet.
    pub async fn start(
        settings: ControllerSettings,
        sources: Vec<Box<dyn Source>>,
        ledger: Ledger,
        router: Router,
        clock: Arc<Clock>,
    ) -> Result<(Self, Handle), ControllerError> {
        let now = clock();
        let ledger = Arc::new(ledger);
        carry_over(&ledger, &sources).await?;
        let histories: BTreeMap<AssetId, AssetHistory> =
            ledger.histories().await?.into_iter().collect();
        let unfinished = ledger.unfinished_runs().await?;
        let coverage = CoverageMemory::new(ledger.coverage().await?);
        let mandate = settings.mandate.clone();
        let alerting =
            Alerting::resume(Arc::clone(&ledger), router, Arc::clone(&clock), mandate).await?;
        let (events, arrivals) = mpsc::unbounded_channel();
        let (request, requests) = mpsc::channel(REQUESTS);
        let (views, view) = watch::channel(Arc::new(View::empty(now)));
        let mut controller = Self {
            settings,
            blind: sources.iter().map(|source| source.blind()).collect(),
            sources: sources.into_iter().map(Declaring::new).collect(),
            clock,
            fleet: Fleet::default(),
            departed: histories,
            policies: Vec::new(),
            coverage,
            ledger,
            recorder: alerting.recorder().clone(),
            alerting,
            views,
            requests,
            events,
            arrivals,
            resources_loaded_at: None,
            started_at: now,
            times: Times {
                ticked: now,
                evaluated: now,
                reloaded: now,
                forgot: Timestamp::UNIX_EPOCH,
            },
            changed: true,
        };
        controller.reload(now).await;
        if let Some(error) = controller.resources_error() {
            return Err(ControllerError::Resources(error));
        }
        controller.remember(now);
        for run in unfinished {
            // What others run goes on without Lifeboat.
            if run.asset.kind.is_operated() {
                controller.abandon(run, now);
            }
        }
        controller.evaluate(now);
        Ok((controller, Handle::new(view, request)))
    }

    /// Works until it is asked to stop; then lets runs finish, or stops them, within the grace. Where its
    /// mandate ends, it gives everything up at once.
    pub async fn run(mut self, stop: CancellationToken) {
        let news = Arc::new(Notify::new());
        for declaring in &mut self.sources {
            declaring.source.tell_news(Arc::clone(&news));
        }
        let mandate = self.settings.mandate.clone();
        let mut tick = interval(TICK);
        // After a pause of the whole machine one look at the clock is enough.
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = mandate.ended() => return self.give_up().await,
                () = stop.cancelled() => break,
                () = news.notified() => {
                    let now = (self.clock)();
                    self.reload(now).await;
                    if self.changed {
                        self.evaluate_soon(now);
                    }
                }
                _ = tick.tick() => self.tick((self.clock)()).await,
                Some(event) = self.arrivals.recv() => {
                    self.take_in(event);
                    self.evaluate_soon((self.clock)());
                }
                Some(request) = self.requests.recv() => self.answer(request),
            }
        }
        tokio::select! {
            () = mandate.ended() => {}
            () = self.end() => return,
        }
        self.give_up().await;
    }

    async fn tick(&mut self, now: Timestamp) {
        if !self.settings.mandate.holds() {
            return;
        }
        if self.times.ticked.duration_since(now) > CLOCK_TOLERANCE {
            tracing::warn!(
                "the clock went back from {} to {now}: everything due is looked for anew",
                self.times.ticked
            );
            self.fleet.wake_all();
            self.times = Times::all(now);
            self.changed = true;
        }
        self.times.ticked = now;
        let is_due = |last: Timestamp, every: SignedDuration| later(last, every) <= now;
        if is_due(self.times.reloaded, self.settings.reload_interval) {
            self.times.reloaded = now;
            self.reload(now).await;
        }
        for due in self.fleet.due(now) {
            // Those that find no room are due again at the next look.
            if self.fleet.running() >= self.settings.maximum_runs || !self.settings.mandate.holds()
            {
                break;
            }
            self.begin(&due, now);
        }
        self.look_into_repositories(now);
        if self.changed || is_due(self.times.evaluated, self.settings.evaluation_interval) {
            self.evaluate(now);
        }
        if is_due(self.times.forgot, FORGET_EVERY) {
            self.times.forgot = now;
            self.forget_departed();
            let before = now.checked_sub(self.settings.history_retention);
            self.recorder
                .record(Record::Forget(before.unwrap_or(Timestamp::MIN)));
        }
    }

    /// Looks into repositories that nobody has looked into, or that couldn't be looked into.
    fn look_into_repositories(&mut self, now: Timestamp) {
        let assets = self.fleet.assets.values();
        let mut looks = assets.filter(|managed| managed.taking_inventory).count();
        for (id, managed) in &mut self.fleet.assets {
            let Some(operator) = &managed.operator else {
                continue;
            };
            if looks >= INVENTORIES_AT_ONCE {
                return;
            }
            let due = match &managed.asset.history.inventory {
                None => true,
                Some(inventory) => {
                    let age = now.duration_since(inventory.at).abs();
                    inventory.error.is_some() && age >= INVENTORY_RETRY
                }
            };
            // A run ends with a look of its own.
            if due && !managed.taking_inventory && managed.running.is_empty() {
                managed.taking_inventory = true;
                looks += 1;
                let knows_points = managed.asset.history.first_recovery_point_at.is_some();
                let (operator, events) = (Arc::clone(operator), self.events.clone());
                tokio::spawn(take_inventory(id.clone(), operator, knows_points, events));
            }
        }
    }

    /// Evaluates at once, so that nobody is told less than the ledger knows; but where events come in
    /// crowds, no more often than the loop looks at the clock.
    fn evaluate_soon(&mut self, now: Timestamp) {
        const AT_MOST_EVERY: SignedDuration = SignedDuration::from_secs(1);
        if now.duration_since(self.times.evaluated).abs() >= AT_MOST_EVERY {
            self.evaluate(now);
        }
    }

    /// Why what the sources say now can't be used, where that is so.
    fn resources_error(&self) -> Option<String> {
        let errors: Vec<&str> = self
            .sources
            .iter()
            .filter_map(|declaring| declaring.error.as_deref())
            .collect();
        (!errors.is_empty()).then(|| errors.join("; "))
    }

    pub(crate) fn evaluate(&mut self, now: Timestamp) {
        if !self.settings.mandate.holds() {
            return;
        }
        self.times.evaluated = now;
        self.changed = false;
        let findings: Vec<Finding> = self
            .sources
            .iter()
            .flat_map(|source| &source.findings)
            .cloned()
            .chain(self.declared_twice())
            .collect();
        let coverage = self.sources.iter();
        let coverage: Vec<_> = coverage
            .filter_map(|source| source.coverage.clone())
            .collect();
        let resources_error = self.resources_error();
        self.views.send_modify(|view| {
            // What was told before takes as much room as what is to come, so it goes first unless
            // somebody is reading it. Whoever wants to read meanwhile waits, at most for the tenth of a
            // second that ten thousand assets take.
            if let Some(before) = Arc::get_mut(view) {
                before.assets = Vec::new();
            }
            let assets = self.fleet.assess(&self.policies, now, &self.recorder);
            let assessments = assets.iter().map(|view| &*view.assessment);
            self.alerting.evaluate(assessments, now);
            // In this order: what is delivered is recorded before it counts as delivered, so that no
            // view says that all is told and written down while the record still waits.
            let delivery = self.alerting.health();
            let recorder = self.recorder.health();
            *view = Arc::new(View {
                at: now,
                started_at: self.started_at,
                generation: view.generation + 1,
                assets,
                alerts: self.alerting.instances().to_vec(),
                findings,
                coverage,
                health: Health {
                    ledger_error: recorder.error,
                    ledger_waiting: recorder.waiting,
                    resources_error,
                    resources_loaded_at: self.resources_loaded_at,
                    messages_waiting: delivery.waiting,
                    requests: RequestKind::ALL
                        .into_iter()
                        .map(|kind| (kind, self.settings.requests.count(kind)))
                        .collect(),
                    notifiers: self.alerting.notifiers(),
                    notifier_errors: delivery.errors,
                },
            });
        });
    }
}

impl Times {
    const fn all(now: Timestamp) -> Self {
        Self {
            ticked: now,
            evaluated: now,
            reloaded: now,
            forgot: now,
        }
    }
}
