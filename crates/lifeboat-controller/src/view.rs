//! The view: everything that outputs read, as of one moment. Outputs compute no verdict of their own.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use lifeboat_core::{
    AlertInstance, AssetId, Finding, IncidentTotals, JudgedCoverage, Operation, Silence, SmallMap,
    assess::{Assessment, Asset},
};
use lifeboat_repository::{Progress, RequestKind};

/// What is known, as of one moment.
#[derive(Debug, Clone)]
pub struct View {
    /// The moment.
    pub at: Timestamp,
    /// When the controller started.
    pub started_at: Timestamp,
    /// Goes up with every view.
    pub generation: u64,
    /// The assets, in order of their identity.
    pub assets: Vec<AssetView>,
    /// The alerts that are pending, firing or lately resolved.
    pub alerts: Arc<Vec<AlertInstance>>,
    /// What people don't want to be told of: silences that are active, to come, or lately over.
    pub silences: Arc<Vec<Silence>>,
    /// How long incidents took to be noticed, and to be over.
    pub incidents: Arc<IncidentTotals>,
    /// What somebody should look at, though it concerns no asset.
    pub findings: Vec<Finding>,
    /// What holds data and whether it is covered, of each source that can tell.
    pub coverage: Vec<Arc<JudgedCoverage>>,
    /// How Lifeboat itself is.
    pub health: Health,
}

/// One asset.
#[derive(Debug, Clone)]
pub struct AssetView {
    /// What it is, what is planned for it, what happened to it.
    pub asset: Arc<Asset>,
    /// The verdicts on it.
    pub assessment: Arc<Assessment>,
    /// When each operation starts next, if nothing else happens.
    pub next_starts: SmallMap<Operation, Timestamp>,
    /// How far its runs have come.
    pub progress: BTreeMap<Operation, Arc<Progress>>,
    /// Where it is and where its backups go, for people: such as `prometheus` and `repository`.
    pub places: Arc<SmallMap<&'static str, String>>,
}

/// How Lifeboat itself is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Why the ledger can't be written, if it can't.
    pub ledger_error: Option<String>,
    /// How many writes wait for the ledger.
    pub ledger_waiting: usize,
    /// Why the resources that are on disk now are not the ones in use, if they aren't.
    pub resources_error: Option<String>,
    /// When the resources in use were read.
    pub resources_loaded_at: Option<Timestamp>,
    /// How many messages have not been taken by anyone yet.
    pub messages_waiting: usize,
    /// How many requests went to object stores, by kind.
    pub requests: BTreeMap<RequestKind, u64>,
    /// The notifiers that are told everything.
    pub notifiers: Vec<String>,
    /// The errors of notifiers that stand, by name.
    pub notifier_errors: BTreeMap<String, String>,
}

impl View {
    /// The view before anything is known.
    #[must_use]
    pub fn empty(at: Timestamp) -> Self {
        Self {
            at,
            started_at: at,
            generation: 0,
            assets: Vec::new(),
            alerts: Arc::default(),
            silences: Arc::default(),
            incidents: Arc::default(),
            findings: Vec::new(),
            coverage: Vec::new(),
            health: Health::default(),
        }
    }

    /// One asset's part.
    #[must_use]
    pub fn asset(&self, id: &AssetId) -> Option<&AssetView> {
        self.assets
            .binary_search_by(|view| view.asset.id.cmp(id))
            .ok()
            .map(|index| &self.assets[index])
    }
}
