//! One watch: begins when the API serves its kind, ends when it no longer does.

use std::time::Duration;

use kube::Client;
use tokio::sync::{mpsc, watch};

use super::{
    definitions::Definition,
    follower::{Change, Collection, Follower},
    received::Received,
};
use crate::{
    Clock,
    event::{Contact, Event, Loss, LossReason, Watch},
    objects::{Decoded, KubernetesObject, ObjectRef},
};

/// How often a kind that may or may not be there is asked for, if its definition can't be read.
const HIDDEN_PAUSE: Duration = Duration::from_mins(5);

/// What a watch needs.
pub(super) struct Task {
    pub client: Client,
    pub watch: Watch,
    pub definition: Option<watch::Receiver<Definition>>,
    pub events: mpsc::Sender<Event>,
    pub clock: Clock,
}

/// The receiver of the events is gone: there is nothing left to do.
struct Unheard;

impl Task {
    /// Runs until nobody hears its events.
    pub(super) async fn run<K: KubernetesObject>(mut self) {
        let Some(mut definition) = self.definition.take() else {
            let _ended: Result<(), Unheard> = self.follow::<K>(false).await;
            return;
        };
        loop {
            let known = definition.borrow_and_update().clone();
            let heard = match known {
                Definition::Unknown(None) => Ok(()),
                Definition::Unknown(Some(loss)) => self.lost(loss).await,
                Definition::Missing => self.contact(Contact::NotServed).await,
                Definition::Installed | Definition::Hidden => {
                    let hidden = known == Definition::Hidden;
                    tokio::select! {
                        heard = self.follow::<K>(hidden) => heard,
                        changed = definition.wait_for(|now| *now != known) => {
                            if changed.is_err() { return }
                            continue;
                        }
                    }
                }
            };
            if heard.is_err() || definition.changed().await.is_err() {
                return;
            }
        }
    }

    /// Follows the kind; `hidden`: whether it is served is not known.
    async fn follow<K: KubernetesObject>(&self, hidden: bool) -> Result<(), Unheard> {
        let kind = self.watch.kind;
        let namespace = self.watch.namespace.clone();
        let collection = Collection {
            path: kind.path(namespace.as_deref()),
            resource: kind.resource(),
            namespace,
            label_selector: kind.label_selector().map(str::to_owned),
            field_selector: None,
            metadata_only: false,
            absent_pause: hidden.then_some(HIDDEN_PAUSE),
        };
        let mut follower = Follower::<K>::new(self.client.clone(), collection);
        loop {
            let change = tokio::select! {
                change = follower.next() => change,
                () = self.events.closed() => return Err(Unheard),
            };
            match change {
                Change::Applied(received) => self.applied(received).await?,
                Change::Deleted(key) => {
                    let object = ObjectRef { kind, key };
                    self.send(Event::Deleted(object)).await?;
                }
                Change::Listed(present) => {
                    let watch = self.watch.clone();
                    self.send(Event::Synced { watch, present }).await?;
                }
                Change::InTouch => self.contact(Contact::InTouch).await?,
                Change::Lost(loss) if hidden && loss.reason == LossReason::NotServed => {
                    self.contact(Contact::NotServed).await?;
                }
                Change::Lost(loss) => self.lost(loss).await?,
            }
        }
    }

    async fn applied<K: KubernetesObject>(&self, received: Received<K>) -> Result<(), Unheard> {
        let (object, problems) = match received.decoded {
            Ok(Decoded { object, problems }) => (Some(object), problems),
            Err(error) => (None, vec![error]),
        };
        if let Some(object) = object {
            self.send(Event::Applied(object.into_object())).await?;
        }
        if problems.is_empty() {
            return Ok(());
        }
        let object = ObjectRef {
            kind: K::KIND,
            key: received.key,
        };
        let error = problems.join("; ");
        tracing::warn!(%object, error, "an object could not be understood");
        self.send(Event::Undecodable { object, error }).await
    }

    async fn lost(&self, loss: Loss) -> Result<(), Unheard> {
        // The controller tells people, once for all watches.
        tracing::debug!(watch = %self.watch, error = loss.error, "lost touch");
        let since = (self.clock)();
        self.contact(Contact::Lost { since, loss }).await
    }

    async fn contact(&self, contact: Contact) -> Result<(), Unheard> {
        let watch = self.watch.clone();
        self.send(Event::Contact { watch, contact }).await
    }

    async fn send(&self, event: Event) -> Result<(), Unheard> {
        self.events.send(event).await.map_err(|_| Unheard)
    }
}
