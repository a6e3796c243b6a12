//! Delivery: takes messages to people through the router until somebody has taken each of them.
//!
//! The messages under way are in memory; the ledger only keeps them over restarts. So a ledger that
//! is away delays nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{AlertEvent, Delivery as Outcome, Message, Router};
use lifeboat_core::{AlertInstance, later, readable_causes};
use lifeboat_repository::Clock;
use tokio::sync::{mpsc, watch};

use crate::{
    mandate::Mandate,
    outbox::{Route, key_of},
    recorder::{Record, Recorder},
};

/// How often it is looked for messages and Alertmanagers that are due.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How soon a message that was refused for good is tried again: somebody may have mended it.
const REFUSED_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// How long an Alertmanager's error stands while it is not heard of again: longer than the time
/// between two attempts.
const STANDS_FOR: SignedDuration = SignedDuration::from_secs(150);

/// How telling people goes.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeliveryHealth {
    /// How many messages nobody has taken yet, counted from when they came to be.
    pub(crate) waiting: usize,
    /// The errors that stand, by route.
    pub(crate) errors: BTreeMap<String, String>,
}

/// What deliverers share.
#[derive(Clone)]
pub(crate) struct Deliverer {
    pub(crate) router: Arc<Router>,
    pub(crate) recorder: Recorder,
    pub(crate) clock: Arc<Clock>,
    pub(crate) health: Arc<Mutex<DeliveryHealth>>,
    pub(crate) tellers: Arc<Mutex<Tellers>>,
    pub(crate) mandate: Mandate,
}

/// Who told the beginning of an incident, by route and incident: the same one is to tell its end.
pub(crate) type Tellers = BTreeMap<(String, String), String>;

impl Deliverer {
    /// Delivers what comes in, each route by itself, so that one that hangs delays no other.
    pub(crate) async fn run(self, mut inbox: mpsc::UnboundedReceiver<Message>) {
        let mut routes: BTreeMap<String, mpsc::UnboundedSender<Message>> = BTreeMap::new();
        while let Some(message) = inbox.recv().await {
            let route = routes.entry(message.route.clone()).or_insert_with(|| {
                let (sender, queue) = mpsc::unbounded_channel();
                tokio::spawn(self.clone().deliver_route(queue));
                sender
            });
            // A route's worker ends only with its sender.
            let _ = route.send(message);
        }
    }

    async fn deliver_route(self, mut queue: mpsc::UnboundedReceiver<Message>) {
        let mut route = Route::default();
        let mut look = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                message = queue.recv() => match message {
                    Some(message) => route.add(message),
                    None => return,
                },
                _ = look.tick(), if !route.is_empty() => {}
            }
            while let Some(mut message) = route.take_due((self.clock)()) {
                message.fired_by = self.told_by(&message);
                if !self.mandate.holds() {
                    // It stands in the ledger, for whoever acts next.
                    return;
                }
                let outcome = self.router.deliver(&message, (self.clock)()).await;
                let now = (self.clock)();
                let key = key_of(&message);
                match outcome {
                    Outcome::Delivered { by, error } => {
                        if let Some(error) = error {
                            tracing::warn!(
                                incident = message.incident,
                                "{by} was told instead: {error}"
                            );
                        }
                        self.remember(&message, &by);
                        self.recorder.record(Record::Delivered(key, by, now));
                        self.settled(&message.route);
                    }
                    Outcome::Again { at, error } => {
                        self.failed(&mut message, &error, at);
                        route.put_back(message, at);
                    }
                    Outcome::Refused { error } => {
                        let at = later(now, REFUSED_WAIT);
                        self.failed(&mut message, &error, at);
                        route.put_back(message, at);
                    }
                }
            }
        }
    }

    fn told_by(&self, message: &Message) -> Option<String> {
        let key = (message.route.clone(), message.incident.clone());
        let told = self.tellers.lock().unwrap_or_else(PoisonError::into_inner);
        told.get(&key)
            .filter(|_| message.event == AlertEvent::Resolved)
            .cloned()
    }

    fn remember(&self, message: &Message, by: &str) {
        let key = (message.route.clone(), message.incident.clone());
        let mut told = self.tellers.lock().unwrap_or_else(PoisonError::into_inner);
        match message.event {
            AlertEvent::Fired => told.insert(key, by.to_owned()),
            AlertEvent::Resolved => told.remove(&key),
        };
    }

    fn failed(&self, message: &mut Message, error: &str, again_at: Timestamp) {
        tracing::warn!(
            incident = message.incident,
            "{} could not be told, it is tried again at {again_at}: {error}",
            message.route
        );
        message.attempts = message.attempts.saturating_add(1);
        message.last_error = Some(error.to_owned());
        let record = Record::Undelivered(key_of(message), again_at, error.to_owned());
        self.recorder.record(record);
        let route = message.route.clone();
        self.health().errors.insert(route, error.to_owned());
    }

    fn settled(&self, route: &str) {
        let mut health = self.health();
        health.waiting = health.waiting.saturating_sub(1);
        health.errors.remove(route);
    }

    /// Tells Alertmanagers again and again what fires: they forget what they don't hear of.
    pub(crate) async fn keep_alertmanagers_told(
        self,
        alerts: watch::Receiver<Arc<Vec<AlertInstance>>>,
    ) {
        let mut look = tokio::time::interval(LOOK_EVERY);
        let mut failing: BTreeMap<String, Timestamp> = BTreeMap::new();
        loop {
            look.tick().await;
            if !self.mandate.holds() {
                return;
            }
            let instances = Arc::clone(&alerts.borrow());
            let failures = self.router.refresh(&instances, (self.clock)()).await;
            let now = (self.clock)();
            for failure in failures {
                let error = readable_causes(&failure.error).join(": ");
                if failing.insert(failure.notifier.clone(), now).is_none() {
                    tracing::warn!("{} could not be told what fires: {error}", failure.notifier);
                }
                self.health().errors.insert(failure.notifier, error);
            }
            // A refresh says only what failed. What has not failed for longer than it takes until
            // the next attempt has gone well.
            failing.retain(|notifier, at| {
                let stands = now.duration_since(*at).abs() < STANDS_FOR;
                if !stands {
                    self.health().errors.remove(notifier);
                }
                stands
            });
        }
    }

    fn health(&self) -> MutexGuard<'_, DeliveryHealth> {
        locked(&self.health)
    }
}

/// The health, for a moment. Nothing panics while it is held, so it is never half changed.
pub(crate) fn locked(health: &Mutex<DeliveryHealth>) -> MutexGuard<'_, DeliveryHealth> {
    health.lock().unwrap_or_else(PoisonError::into_inner)
}
