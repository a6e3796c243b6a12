//! Delivery: takes messages to people through the router until somebody has taken each of them.
//!
//! The messages under way are in memory; the ledger only keeps them over restarts. So a ledger that
//! is away delays nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{AlertEvent, Delivery as Outcome, GroupKey, Message, Notification, Router};
use lifeboat_core::{AlertInstance, later, readable_causes};
use lifeboat_repository::Clock;
use tokio::sync::{mpsc, watch};

use crate::{
    mandate::Mandate,
    outbox::{Batch, Failure, Route, key_of},
    recorder::{Record, Recorder},
};

/// How often it is looked for messages and Alertmanagers that are due.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How many messages are taken in before it is looked what is due.
const AT_ONCE: usize = 4096;
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

/// Who told the beginning of an incident that goes on, by route and incident: the same one is to tell
/// its end.
pub(crate) type Tellers = BTreeMap<(String, String), Told>;

/// Who told the beginning of an incident.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) by: String,
    /// What it has in common with others.
    pub(crate) group: GroupKey,
}

impl Deliverer {
    /// Delivers what comes in, each route by itself, so that one that hangs delays no other.
    pub(crate) async fn run(self, mut inbox: mpsc::UnboundedReceiver<Message>) {
        let mut routes: BTreeMap<String, mpsc::UnboundedSender<Message>> = BTreeMap::new();
        while let Some(message) = inbox.recv().await {
            let route = routes.entry(message.route.clone()).or_insert_with(|| {
                let (sender, queue) = mpsc::unbounded_channel();
                let name = message.route.clone();
                tokio::spawn(self.clone().deliver_route(name, queue));
                sender
            });
            // A route's worker ends only with its sender.
            let _ = route.send(message);
        }
    }

    async fn deliver_route(self, name: String, mut queue: mpsc::UnboundedReceiver<Message>) {
        let mut route = Route::new(self.router.gathering(&name));
        let mut look = tokio::time::interval(LOOK_EVERY);
        let mut arrived = Vec::new();
        loop {
            tokio::select! {
                count = queue.recv_many(&mut arrived, AT_ONCE) => match count {
                    0 => return,
                    _ => arrived.drain(..).for_each(|message| route.add(message)),
                },
                _ = look.tick(), if !route.is_empty() => {}
            }
            while let Some(batch) = route.take_due((self.clock)()) {
                if !self.mandate.holds() {
                    // It stands in the ledger, for whoever acts next.
                    return;
                }
                self.deliver(&mut route, batch).await;
            }
        }
    }

    /// Tells a batch, those apart of whose beginnings different notifiers told: all of each, or none.
    async fn deliver(&self, route: &mut Route, mut batch: Batch) {
        for message in &mut batch.messages {
            message.fired_by = self.told_by(message);
        }
        for part in batch.by_teller() {
            let others_go_on = self.others_go_on(&part);
            let Some(notification) = Notification::new(part.messages.clone(), others_go_on) else {
                continue;
            };
            let outcome = self.router.deliver(&notification, (self.clock)()).await;
            let now = (self.clock)();
            match outcome {
                Outcome::Delivered { by, error } => {
                    if let Some(error) = error {
                        tracing::warn!(
                            incident = part.messages[0].incident,
                            "{by} was told instead: {error}"
                        );
                    }
                    self.remember(&part, &by);
                    route.told(&part, now);
                    let keys = part.messages.iter().map(key_of).collect();
                    self.recorder.record(Record::Delivered(keys, by, now));
                    self.settled(&part);
                }
                Outcome::Again { at, error } => {
                    let part = self.failed(part, &error, at);
                    route.put_back(part, at, Failure::Passing);
                }
                Outcome::Refused { error } => {
                    let at = later(now, REFUSED_WAIT);
                    let part = self.failed(part, &error, at);
                    route.put_back(part, at, Failure::Lasting);
                }
            }
        }
    }

    fn told_by(&self, message: &Message) -> Option<String> {
        let key = (message.route.clone(), message.incident.clone());
        let told = self.tellers();
        told.get(&key)
            .filter(|_| message.event == AlertEvent::Resolved)
            .map(|told| told.by.clone())
    }

    /// Whether other incidents of a batch's group go on, of which its route was told.
    fn others_go_on(&self, batch: &Batch) -> bool {
        let ending: BTreeSet<&str> = batch
            .messages
            .iter()
            .map(|message| message.incident.as_str())
            .collect();
        let told = self.tellers();
        batch.messages.first().is_some_and(|first| {
            told.iter().any(|((route, incident), told)| {
                *route == first.route
                    && told.group == *batch.group_key()
                    && !ending.contains(incident.as_str())
            })
        })
    }

    fn remember(&self, batch: &Batch, by: &str) {
        let mut told = self.tellers();
        for message in &batch.messages {
            let key = (message.route.clone(), message.incident.clone());
            match message.event {
                AlertEvent::Fired => told.insert(
                    key,
                    Told {
                        by: by.to_owned(),
                        group: batch.group_key().clone(),
                    },
                ),
                AlertEvent::Resolved => told.remove(&key),
            };
        }
    }

    fn failed(&self, mut batch: Batch, error: &str, again_at: Timestamp) -> Batch {
        for message in &mut batch.messages {
            message.attempts = message.attempts.saturating_add(1);
            message.last_error = Some(error.to_owned());
        }
        if let Some(first) = batch.messages.first() {
            tracing::warn!(
                incident = first.incident,
                "{} could not be told, it is tried again at {again_at}: {error}",
                first.route
            );
            let route = first.route.clone();
            self.health().errors.insert(route, error.to_owned());
        }
        let keys = batch.messages.iter().map(key_of).collect();
        let record = Record::Undelivered(keys, again_at, error.to_owned());
        self.recorder.record(record);
        batch
    }

    fn settled(&self, batch: &Batch) {
        let mut health = self.health();
        health.waiting = health.waiting.saturating_sub(batch.messages.len());
        if let Some(first) = batch.messages.first() {
            health.errors.remove(&first.route);
        }
    }

    fn tellers(&self) -> MutexGuard<'_, Tellers> {
        self.tellers.lock().unwrap_or_else(PoisonError::into_inner)
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
