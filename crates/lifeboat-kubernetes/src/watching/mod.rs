//! The watches: one for each kind (and namespace), and what they tell in one channel.
//!
//! In steady state nothing is asked twice: each watch lists once, and then hears. How a dead
//! connection is noticed is written down in `connect`: HTTP/2 pings, within some 20 s, or 30 s
//! until [`Contact::Lost`](crate::Contact::Lost) is told, because first one attempt is made to go
//! on. A refused connection is told at once. Where a server speaks HTTP/1.1 only, a stopped process
//! is noticed by the missing bookmarks, in two minutes: to be faster there, one would have to poll.

pub(crate) mod backoff;
mod definitions;
mod follower;
mod received;
mod task;

use std::collections::{BTreeMap, BTreeSet};

use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use self::{definitions::Definition, task::Task};
use crate::{
    Clock, Connection, Error,
    event::{Event, Watch},
    objects::{
        Deployment, Kind, PersistentVolumeClaim, Pod, StatefulSet,
        batch::{CronJob, Job},
        cnpg::{Backup, Cluster, ObjectStore, ScheduledBackup},
        lifeboat::{BackupPolicy, PrometheusBackup},
        volsync::{KopiaMaintenance, ReplicationDestination, ReplicationSource},
    },
};

/// Events that wait for their receiver before the watches wait as well.
const CHANNEL: usize = 1024;

/// The running watches. They end when this is dropped.
#[derive(Debug)]
pub struct Watches {
    events: mpsc::Receiver<Event>,
    _tasks: JoinSet<()>,
}

impl Watches {
    /// Begins to watch every kind, in all namespaces or, if any are named, only in these. Must be
    /// called within a Tokio runtime.
    ///
    /// `clock` says when contact was lost.
    pub fn start(
        connection: &Connection,
        namespaces: &BTreeSet<String>,
        clock: &Clock,
    ) -> Result<Self, Error> {
        let (sender, events) = mpsc::channel(CHANNEL);
        let mut tasks = JoinSet::new();
        let client = connection.client()?;
        let mut definitions = BTreeMap::new();
        for kind in Kind::ALL {
            if let Some(name) = kind.custom_resource_definition() {
                let (told, definition) = watch::channel(Definition::Unknown(None));
                tasks.spawn(definitions::follow(client.clone(), name, told));
                definitions.insert(kind, definition);
            }
        }
        let mut clients = BTreeMap::new();
        for watch in Watch::all(namespaces) {
            // The watches of a namespace share a connection, which holds about a hundred of them.
            let client = match clients.get(&watch.namespace) {
                Some(client) => kube::Client::clone(client),
                None => connection.client()?,
            };
            clients.insert(watch.namespace.clone(), client.clone());
            let task = Task {
                client,
                definition: definitions.get(&watch.kind).cloned(),
                events: sender.clone(),
                clock: Clock::clone(clock),
                watch,
            };
            match task.watch.kind {
                Kind::Cluster => tasks.spawn(task.run::<Cluster>()),
                Kind::Backup => tasks.spawn(task.run::<Backup>()),
                Kind::ScheduledBackup => tasks.spawn(task.run::<ScheduledBackup>()),
                Kind::ObjectStore => tasks.spawn(task.run::<ObjectStore>()),
                Kind::CronJob => tasks.spawn(task.run::<CronJob>()),
                Kind::Job => tasks.spawn(task.run::<Job>()),
                Kind::Pod => tasks.spawn(task.run::<Pod>()),
                Kind::Deployment => tasks.spawn(task.run::<Deployment>()),
                Kind::ReplicationSource => tasks.spawn(task.run::<ReplicationSource>()),
                Kind::ReplicationDestination => tasks.spawn(task.run::<ReplicationDestination>()),
                Kind::KopiaMaintenance => tasks.spawn(task.run::<KopiaMaintenance>()),
                Kind::PersistentVolumeClaim => tasks.spawn(task.run::<PersistentVolumeClaim>()),
                Kind::StatefulSet => tasks.spawn(task.run::<StatefulSet>()),
                Kind::PrometheusBackup => tasks.spawn(task.run::<PrometheusBackup>()),
                Kind::BackupPolicy => tasks.spawn(task.run::<BackupPolicy>()),
            };
        }
        Ok(Self {
            events,
            _tasks: tasks,
        })
    }

    /// Waits for the next event. `None` only if every watch has ended, which none does by itself.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// The next event, if one is there already.
    pub fn try_next(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }
}
