//! Alerting: evaluates the catalogue, records what changed, and hands over what people are to be told.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use jiff::Timestamp;
use lifeboat_alerts::{Message, Router, Silences, Transition, catalogue, evaluate, suppress};
use lifeboat_core::{
    AlertInstance, AlertState, Incident, IncidentTotals, Silence, assess::Assessment,
};
use lifeboat_ledger::{AlertChanges, Ledger, OutboxMessage};
use lifeboat_repository::Clock;
use tokio::sync::{mpsc, watch};

use crate::{
    alert_changes::{Changed, compare},
    delivery::{Deliverer, DeliveryHealth, Tellers, Told, locked},
    mandate::Mandate,
    outbox::key_of,
    recorder::{Record, Recorder},
    silencing::KnownSilences,
};

/// How many alerts are recorded in one transaction, with their incidents and messages: what takes a
/// moment, also over a network.
const AT_ONCE: usize = 300;

/// The alerts as they are, and the way to people.
pub(crate) struct Alerting {
    instances: Arc<Vec<AlertInstance>>,
    totals: Arc<IncidentTotals>,
    silences: KnownSilences,
    router: Arc<Router>,
    recorder: Recorder,
    /// What Alertmanagers are told again and again.
    alerts: watch::Sender<Arc<Vec<AlertInstance>>>,
    health: Arc<Mutex<DeliveryHealth>>,
}

impl Alerting {
    /// Takes up the alerts and the messages where the last process left them.
    pub(crate) async fn resume(
        ledger: Arc<Ledger>,
        router: Router,
        clock: Arc<Clock>,
        mandate: Mandate,
    ) -> Result<Self, lifeboat_ledger::Error> {
        let router = Arc::new(router);
        let now = clock();
        let silences = KnownSilences::load(&ledger, now).await?;
        let totals = Arc::new(ledger.incident_totals().await?);
        let mut instances = ledger.alert_instances().await?;
        // Before anybody is told of them, and not only by the first evaluation.
        suppress(catalogue(), &mut instances, silences.compiled(), now);
        let instances = Arc::new(instances);
        let kept = ledger.due_messages(Timestamp::MAX, u32::MAX).await?;
        let untold: Vec<Message> = kept.into_iter().filter_map(readable).collect();
        let tellers = tellers(&ledger, &router, &instances, &untold).await?;
        let (inbox, messages) = mpsc::unbounded_channel();
        let recorder = Recorder::start(ledger, inbox.clone(), mandate.clone());
        let (alerts, watched) = watch::channel(Arc::clone(&instances));
        let deliverer = Deliverer {
            router: Arc::clone(&router),
            recorder: recorder.clone(),
            clock,
            health: Arc::default(),
            tellers: Arc::new(Mutex::new(tellers)),
            mandate,
        };
        let health = Arc::clone(&deliverer.health);
        locked(&health).waiting += untold.len();
        tokio::spawn(deliverer.clone().run(messages));
        tokio::spawn(deliverer.keep_alertmanagers_told(watched));
        for message in untold {
            // The deliverer ends only with the program.
            let _ = inbox.send(message);
        }
        Ok(Self {
            instances,
            totals,
            silences,
            router,
            recorder,
            alerts,
            health,
        })
    }

    /// The recorder that everything else writes through, too.
    pub(crate) const fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The alerts that are pending, firing or lately resolved.
    pub(crate) fn instances(&self) -> &Arc<Vec<AlertInstance>> {
        &self.instances
    }

    /// What the times of all incidents come to.
    pub(crate) fn totals(&self) -> &Arc<IncidentTotals> {
        &self.totals
    }

    /// The silences, to be read.
    pub(crate) fn silences(&self) -> &Arc<Vec<Silence>> {
        self.silences.all()
    }

    /// The silences, to be changed. What changes holds from the next evaluation on.
    pub(crate) fn silences_mut(&mut self) -> &mut KnownSilences {
        &mut self.silences
    }

    /// The notifiers that are told everything.
    pub(crate) fn notifiers(&self) -> Vec<String> {
        self.router.routes().map(ToOwned::to_owned).collect()
    }

    /// How telling people goes.
    pub(crate) fn health(&self) -> DeliveryHealth {
        locked(&self.health).clone()
    }

    /// Evaluates every alert, and has what changed recorded and told.
    pub(crate) fn evaluate<'a>(
        &mut self,
        assessments: impl IntoIterator<Item = &'a Assessment>,
        now: Timestamp,
    ) {
        self.silences.forget(now);
        let silences: &Silences = self.silences.compiled();
        let evaluation = evaluate(catalogue(), assessments, &self.instances, silences, now);
        if *self.instances == evaluation.instances {
            return;
        }
        let messages: Vec<Message> = evaluation
            .transitions
            .iter()
            .flat_map(|transition| self.messages_of(transition, now))
            .collect();
        locked(&self.health).waiting += messages.len();
        self.record(&evaluation.instances, messages);
        self.instances = Arc::new(evaluation.instances);
        self.alerts.send_replace(Arc::clone(&self.instances));
    }

    fn messages_of(&self, transition: &Transition, now: Timestamp) -> Vec<Message> {
        let instance = &transition.instance;
        tracing::warn!(
            asset = %instance.key.asset,
            "{} is {}: {}",
            instance.key.alert,
            instance.state,
            instance.summary
        );
        let Some(incident) = Incident::of(instance) else {
            return Vec::new();
        };
        self.router
            .routes()
            .map(|route| Message {
                route: route.to_owned(),
                incident: incident.id.clone(),
                event: transition.event,
                instance: instance.clone(),
                created_at: now,
                attempts: 0,
                last_error: None,
                fired_by: None,
            })
            .collect()
    }

    /// Has written down what the ledger doesn't know yet. Texts that merely tell a new age are not
    /// worth a write.
    fn record(&mut self, now: &[AlertInstance], messages: Vec<Message>) {
        let difference = compare(&self.instances, now);
        let totals = self.count(&difference);
        let mut messages = messages.into_iter().peekable();
        let mut instances = difference.instances.into_iter().peekable();
        let mut records = Vec::new();
        while instances.peek().is_some() {
            let some: Vec<AlertInstance> = instances.by_ref().take(AT_ONCE).cloned().collect();
            // Messages are in the order of the alerts. One goes with the incident that it is about.
            let last = some.last().map(|last| last.key.clone());
            let is_of_some = |message: &Message| Some(&message.instance.key) <= last.as_ref();
            let of_some: Vec<Message> =
                std::iter::from_fn(|| messages.next_if(|message| is_of_some(message))).collect();
            let changes = AlertChanges {
                instances: some,
                messages: of_some.iter().filter_map(outbox_message).collect(),
                ..AlertChanges::default()
            };
            records.push((changes, of_some));
        }
        let rest = AlertChanges {
            inactive: difference.inactive,
            totals,
            ..AlertChanges::default()
        };
        if rest != AlertChanges::default() {
            match records.last_mut() {
                Some((changes, _)) => {
                    changes.inactive = rest.inactive;
                    changes.totals = rest.totals;
                }
                None => records.push((rest, Vec::new())),
            }
        }
        // There are none left; but none may be lost either.
        let left: Vec<Message> = messages.collect();
        if !left.is_empty() {
            let changes = AlertChanges {
                messages: left.iter().filter_map(outbox_message).collect(),
                ..AlertChanges::default()
            };
            records.push((changes, left));
        }
        for (changes, messages) in records {
            self.recorder.record(Record::Alerts(changes, messages));
        }
    }

    /// Counts the incidents that began or ended; the counters, if there were any.
    fn count(&mut self, changed: &Changed<'_>) -> Option<IncidentTotals> {
        if changed.begun.is_empty() && changed.ended.is_empty() {
            return None;
        }
        let totals = Arc::make_mut(&mut self.totals);
        for incident in changed.begun.iter().filter_map(|one| Incident::of(one)) {
            totals.count_detection(&incident);
        }
        for incident in changed.ended.iter().filter_map(|one| Incident::of(one)) {
            totals.count_resolution(&incident);
        }
        Some(totals.clone())
    }
}

fn outbox_message(message: &Message) -> Option<OutboxMessage> {
    let payload = serde_json::to_value(message).inspect_err(|error| {
        tracing::error!("a message can't be kept in the ledger: {error}");
    });
    Some(OutboxMessage::new(
        key_of(message),
        payload.ok()?,
        message.created_at,
    ))
}

/// A message of the ledger; none if nobody can read it.
fn readable(kept: OutboxMessage) -> Option<Message> {
    let OutboxMessage {
        key,
        payload,
        attempts,
        last_error,
        ..
    } = kept;
    match serde_json::from_value::<Message>(payload) {
        Ok(message) => Some(Message {
            attempts,
            last_error,
            ..message
        }),
        Err(error) => {
            tracing::error!("a message in the ledger, {key}, can't be read: {error}");
            None
        }
    }
}

/// Who told the beginnings of the incidents that go on, or whose ends are untold. Reminds the router of
/// those that are over, too: some notifiers repeat these for a while.
async fn tellers(
    ledger: &Ledger,
    router: &Router,
    instances: &[AlertInstance],
    untold: &[Message],
) -> Result<Tellers, lifeboat_ledger::Error> {
    let known = instances.iter().map(|instance| {
        let goes_on = instance.state == AlertState::Firing;
        (instance, goes_on)
    });
    let untold = untold.iter().map(|message| (&message.instance, true));
    let mut incidents: BTreeMap<String, (&AlertInstance, bool)> = BTreeMap::new();
    for (instance, is_open) in known.chain(untold) {
        if let Some(incident) = Incident::of(instance) {
            let entry = incidents.entry(incident.id);
            entry.or_insert((instance, false)).1 |= is_open;
        }
    }
    let mut tellers = Tellers::new();
    for (incident, (instance, is_open)) in incidents {
        for (route, by) in ledger.tellers(&incident).await? {
            router.recall(&by, &incident);
            if is_open {
                let group = router.gathering(&route).grouping.key(instance);
                tellers.insert((route, incident.clone()), Told { by, group });
            }
        }
    }
    Ok(tellers)
}
