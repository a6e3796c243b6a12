//! Alerting: evaluates the catalogue, records what changed, and hands over what people are to be told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use jiff::Timestamp;
use lifeboat_alerts::{Message, Router, Transition, catalogue, evaluate};
use lifeboat_core::{AlertInstance, Incident, assess::Assessment};
use lifeboat_ledger::{AlertChanges, Ledger, OutboxMessage};
use lifeboat_repository::Clock;
use tokio::sync::{mpsc, watch};

use crate::{
    delivery::{Deliverer, DeliveryHealth, Tellers, locked},
    mandate::Mandate,
    outbox::key_of,
    recorder::{Record, Recorder},
};

/// The alerts as they are, and the way to people.
pub(crate) struct Alerting {
    instances: Arc<Vec<AlertInstance>>,
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
        let instances = Arc::new(ledger.alert_instances().await?);
        let untold = ledger.due_messages(Timestamp::MAX, u32::MAX).await?;
        let incidents: BTreeSet<String> = instances
            .iter()
            .filter_map(Incident::of)
            .map(|incident| incident.id)
            .chain(untold.iter().map(|kept| kept.key.incident_id.clone()))
            .collect();
        let mut tellers = Tellers::new();
        for incident in incidents {
            for (route, by) in ledger.tellers(&incident).await? {
                router.recall(&by, &incident);
                tellers.insert((route, incident.clone()), by);
            }
        }
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
        tokio::spawn(deliverer.clone().run(messages));
        tokio::spawn(deliverer.keep_alertmanagers_told(watched));
        for kept in untold {
            match serde_json::from_value::<Message>(kept.payload) {
                Ok(message) => {
                    let message = Message {
                        attempts: kept.attempts,
                        last_error: kept.last_error,
                        ..message
                    };
                    locked(&health).waiting += 1;
                    // The deliverer ends only with the program.
                    let _ = inbox.send(message);
                }
                Err(error) => {
                    tracing::error!(
                        "a message in the ledger, {}, can't be read: {error}",
                        kept.key
                    );
                }
            }
        }
        Ok(Self {
            instances,
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
    pub(crate) fn instances(&self) -> &[AlertInstance] {
        &self.instances
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
        let evaluation = evaluate(catalogue(), assessments, &self.instances, now);
        if *self.instances == evaluation.instances {
            return;
        }
        let messages: Vec<Message> = evaluation
            .transitions
            .iter()
            .flat_map(|transition| self.messages_of(transition, now))
            .collect();
        locked(&self.health).waiting += messages.len();
        let changes = self.changes(&evaluation.instances, &messages);
        if changes != AlertChanges::default() {
            self.recorder.record(Record::Alerts(changes, messages));
        }
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

    /// What the ledger doesn't know yet. Texts that merely tell a new age are not worth a write.
    fn changes(&self, now: &[AlertInstance], messages: &[Message]) -> AlertChanges {
        let known = self.instances.iter();
        let known: BTreeMap<_, _> = known.map(|before| (&before.key, before)).collect();
        let present: BTreeSet<_> = now.iter().map(|instance| &instance.key).collect();
        AlertChanges {
            instances: now
                .iter()
                .filter(|instance| {
                    known.get(&instance.key).is_none_or(|before| {
                        let AlertInstance {
                            summary,
                            description,
                            ..
                        } = (*instance).clone();
                        let before = AlertInstance {
                            summary,
                            description,
                            ..(*before).clone()
                        };
                        before != **instance
                    })
                })
                .cloned()
                .collect(),
            inactive: known
                .keys()
                .filter(|key| !present.contains(*key))
                .map(|key| (*key).clone())
                .collect(),
            messages: messages
                .iter()
                .filter_map(|message| {
                    let payload = serde_json::to_value(message);
                    let payload = payload.inspect_err(|error| {
                        tracing::error!("a message can't be kept in the ledger: {error}");
                    });
                    Some(OutboxMessage::new(
                        key_of(message),
                        payload.ok()?,
                        message.created_at,
                    ))
                })
                .collect(),
        }
    }
}
