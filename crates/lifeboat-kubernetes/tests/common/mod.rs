//! What the tests against a real API server share.

#![allow(dead_code, reason = "each test program uses a part of it")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of tests: what fails here fails the test"
)]

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use lifeboat_kubernetes::{
    Clock, Connection, ConnectionSettings, Contact, Event, Watch, Watches, World,
    objects::{Kind, ObjectKey},
};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

/// How long a test waits before it calls something broken.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// The watches and the world that they make, with every event so far.
pub(crate) struct Eyes {
    watches: Watches,
    pub(crate) world: World,
    pub(crate) events: Vec<Event>,
}

impl Eyes {
    /// Opens them with a kubeconfig.
    pub(crate) async fn open(kubeconfig: &Path, namespaces: &[&str]) -> Self {
        let connection = connection(kubeconfig).await;
        let namespaces: BTreeSet<String> = namespaces.iter().map(ToString::to_string).collect();
        let clock: Clock = Arc::new(Timestamp::now);
        Self {
            watches: Watches::start(&connection, &namespaces, &clock).unwrap(),
            world: World::new(Watch::all(&namespaces)),
            events: Vec::new(),
        }
    }

    /// Takes events in until the world is as wanted.
    pub(crate) async fn wait(&mut self, what: &str, wanted: impl Fn(&World) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !wanted(&self.world) {
            let Ok(event) = timeout_at(deadline, self.watches.next()).await else {
                let watches: Vec<_> = self.world.watches().collect();
                panic!("not so within {PATIENCE:?}: {what}; the watches: {watches:#?}");
            };
            let event = event.unwrap();
            self.events.push(event.clone());
            self.world.apply(event);
        }
    }

    /// Waits until every kind was listed.
    pub(crate) async fn wait_until_synced(&mut self) {
        self.wait("every kind is listed", World::is_synced).await;
    }
}

/// A connection by a kubeconfig.
pub(crate) async fn connection(kubeconfig: &Path) -> Connection {
    Connection::open(&ConnectionSettings {
        kubeconfig: Some(kubeconfig.to_owned()),
        context: None,
    })
    .await
    .unwrap()
}

/// How the watch of a kind is.
pub(crate) fn contact(world: &World, kind: Kind, namespace: &str) -> Option<Contact> {
    let (_, state) = world.watch(kind, namespace)?;
    state.contact.clone()
}

/// Whether the watch of a kind is in touch.
pub(crate) fn in_touch(world: &World, kind: Kind) -> bool {
    contact(world, kind, "") == Some(Contact::InTouch)
}

/// Whether the watch of a kind has lost touch.
pub(crate) fn lost(world: &World, kind: Kind) -> bool {
    matches!(contact(world, kind, ""), Some(Contact::Lost { .. }))
}

/// A `CronJob` that never runs.
pub(crate) fn cron_job(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"schedule": "0 3 * * *", "suspend": true, "jobTemplate": {"spec": {"template":
            {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}}}},
    })
}

/// A Backup of a Cluster.
pub(crate) fn backup(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "postgresql.cnpg.io/v1", "kind": "Backup",
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"cluster": {"name": "orders"}},
    })
}

/// Whether the world has a `CronJob`.
pub(crate) fn has_cron_job(world: &World, namespace: &str, name: &str) -> bool {
    let key = ObjectKey::new(namespace, name);
    world.cron_jobs().get(&key).is_some()
}

/// The kubeconfig with another address of the server, written beside it.
pub(crate) fn redirected(kubeconfig: &Path, from: &str, to: &str) -> PathBuf {
    let text = std::fs::read_to_string(kubeconfig).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    let path = kubeconfig.with_extension("redirected");
    std::fs::write(&path, text.replace(from, to)).unwrap();
    path
}
