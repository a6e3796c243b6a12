//! Replicas of Lifeboat that share a ledger in PostgreSQL and a Lease, and a scene that they watch.

use std::path::Path;

use jiff::Timestamp;
use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::postgres::Postgres;
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::served::{Served, Setup};

/// The database of the ledger.
const DATABASE: &str = "ledger";

/// What replicas share.
pub(crate) struct Replicas {
    pub(crate) control_plane: ControlPlane,
    pub(crate) postgres: Postgres,
    pub(crate) scene: Scene,
    ledger: String,
}

impl Replicas {
    /// A control plane and a database of the test's own.
    pub(crate) async fn new() -> Self {
        let control_plane = ControlPlane::start().await;
        control_plane.install_custom_resource_definitions().await;
        let scene = Scene::of(&control_plane, "").await;
        let postgres = Postgres::start().await;
        let ledger = postgres.create_database(DATABASE);
        Self {
            control_plane,
            postgres,
            scene,
            ledger,
        }
    }

    /// A replica on a host of this name, with more arguments, separated by blanks.
    pub(crate) fn replica(&self, host: &str, more: &str) -> Setup {
        let kubeconfig = self.control_plane.administrators_kubeconfig();
        self.replica_as(&kubeconfig, host, more)
    }

    /// The same, as somebody else.
    pub(crate) fn replica_as(&self, kubeconfig: &Path, host: &str, more: &str) -> Setup {
        let namespace = &self.scene.namespace;
        Setup::new()
            .on_ledger(&self.ledger)
            .variable("HOSTNAME", host)
            .with(&format!(
                "--kubeconfig {} --watch-namespace {namespace} --instance-exporters false \
                 --leader-election --lease-namespace {namespace} {more}",
                kubeconfig.display()
            ))
    }

    /// The Lease, as JSON by which it can be addressed.
    pub(crate) fn lease(&self) -> Value {
        json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": { "namespace": self.scene.namespace, "name": "lifeboat" },
        })
    }

    /// A Lease of somebody who is no Lifeboat, renewed just now, by what it says.
    pub(crate) fn strangers_lease(&self, seconds: u32) -> Value {
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ");
        let mut lease = self.lease();
        lease["spec"] = json!({
            "holderIdentity": "stranger",
            "leaseDurationSeconds": seconds,
            "leaseTransitions": 7,
            "renewTime": now.to_string(),
        });
        lease
    }

    /// What the Lease says.
    pub(crate) async fn record(&self) -> Value {
        let lease = self.control_plane.get(&self.lease()).await;
        lease.unwrap_or_default()["spec"].clone()
    }

    /// What SQL gives in the ledger.
    pub(crate) fn query(&self, sql: &str) -> String {
        self.postgres.query(DATABASE, sql)
    }

    /// How many runs of this outcome are counted of `db`.
    pub(crate) async fn counted(&self, served: &Served<'_>, outcome: &str) -> String {
        let lines = self.scene.lines(served, &["lifeboat_runs_total"]).await;
        let outcome = format!("outcome=\"{outcome}\"");
        let line = lines.iter().find(|line| {
            line.contains("name=\"db\"")
                && line.contains("operation=\"backup\"")
                && line.contains(&outcome)
        });
        assert!(line.is_some(), "no {outcome} in {lines:#?}");
        line.unwrap().rsplit_once(' ').unwrap().1.to_owned()
    }
}

/// What `lifeboat_leader` says; none if nobody answers.
pub(crate) async fn leads(served: &Served<'_>) -> Option<bool> {
    let (_, metrics) = served.answer("/metrics").await?;
    let mut lines = metrics.lines();
    lines.find_map(|line| match line {
        "lifeboat_leader 1" => Some(true),
        "lifeboat_leader 0" => Some(false),
        _ => None,
    })
}

/// Waits until a replica leads.
pub(crate) async fn wait_until_leads(served: &Served<'_>) {
    served
        .wait_for(
            "it leads",
            async || json!(leads(served).await),
            |leads| leads == true,
        )
        .await;
}

/// Starts a replica where nobody leads, and waits until it does.
pub(crate) async fn start_leading(setup: &Setup) -> Served<'_> {
    let served = setup.start().await;
    assert_eq!(leads(&served).await, Some(true), "{}", served.log());
    served
}

/// Starts a replica beside one that leads, and demands that it stands by.
pub(crate) async fn start_standing_by(setup: &Setup) -> Served<'_> {
    let served = setup.start().await;
    assert_eq!(leads(&served).await, Some(false), "{}", served.log());
    served
}
