//! Object stores of databases as a source: what it finds out belongs to assets that others declare.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use lifeboat_controller::{Declared, Source};
use lifeboat_core::{
    AssetId, AssetKind, Finding, ObjectStoreFacts, ObjectStorePolicy, Policy, SmallMap,
};
use tokio::{
    sync::{Notify, Semaphore},
    task::JoinHandle,
};

use crate::{
    Clock, Destination, StoreName, StoreSettings,
    reading::Reader,
    watcher::{self, Board, Intervals, SharedBoard, Watching},
};

/// How many stores are looked into at a time.
const AT_ONCE: usize = 2;

/// Looks into the object stores of the databases that policies name.
pub struct PostgresSource {
    settings: Arc<StoreSettings>,
    watching: Watching,
    /// The databases that other sources declare, with where their backups are if that is known.
    databases: BTreeMap<AssetId, Option<Destination>>,
    policies: Vec<Policy>,
    watched: BTreeMap<AssetId, Watched>,
    /// Those that nobody looks at any more, until that is told.
    dropped: Vec<AssetId>,
    findings: Vec<Finding>,
    findings_are_news: bool,
}

/// What is asked, of whom, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Order {
    name: StoreName,
    destination: Destination,
    intervals: Intervals,
}

struct Watched {
    order: Order,
    board: SharedBoard,
    task: JoinHandle<()>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl PostgresSource {
    /// Asks nothing before a policy names a database.
    #[must_use]
    pub fn new(settings: StoreSettings, clock: Clock) -> Self {
        Self {
            settings: Arc::new(settings),
            watching: Watching {
                clock,
                turns: Arc::new(Semaphore::new(AT_ONCE)),
                news: Arc::new(Mutex::new(None)),
            },
            databases: BTreeMap::new(),
            policies: Vec::new(),
            watched: BTreeMap::new(),
            dropped: Vec::new(),
            findings: Vec::new(),
            findings_are_news: false,
        }
    }

    /// Begins to look at what is wanted, and ends what isn't any more. Must be called within a Tokio
    /// runtime.
    fn follow(&mut self) {
        let wanted = self.wanted();
        let before = std::mem::take(&mut self.watched);
        for (id, watched) in before {
            if wanted.get(&id) == Some(&watched.order) {
                self.watched.insert(id, watched);
            } else if !wanted.contains_key(&id) {
                self.dropped.push(id);
            }
        }
        for (id, order) in wanted {
            self.dropped.retain(|dropped| *dropped != id);
            if !self.watched.contains_key(&id) {
                let watched = self.watch(order);
                self.watched.insert(id, watched);
            }
        }
        let findings = self.unknown_places();
        self.findings_are_news |= findings != self.findings;
        self.findings = findings;
    }

    fn watch(&self, order: Order) -> Watched {
        let destination = order.destination.clone();
        let board = Board::new(destination.to_string(), order.intervals.capacity);
        let board = SharedBoard::new(board);
        let settings = Arc::clone(&self.settings);
        let reader = Reader::new(settings, order.name.clone(), destination);
        let (watching, intervals) = (self.watching.clone(), order.intervals.clone());
        let watch = watcher::watch(watching, reader, intervals, board.clone());
        Watched {
            order,
            board,
            task: tokio::spawn(watch),
        }
    }

    /// What each database's policies ask for: of several, the first that names it.
    fn wanted(&self) -> BTreeMap<AssetId, Order> {
        let databases = self.databases.iter();
        databases
            .filter_map(|(id, destination)| {
                let asked = self.asked(id)?;
                let order = Order {
                    name: StoreName {
                        namespace: asked.namespace.clone(),
                        name: asked.secret.clone(),
                    },
                    destination: destination.clone()?,
                    intervals: Intervals {
                        every: asked.every,
                        probe_every: asked.probe_every,
                        capacity: asked.capacity,
                    },
                };
                Some((id.clone(), order))
            })
            .collect()
    }

    fn asked(&self, id: &AssetId) -> Option<&ObjectStorePolicy> {
        let policies = self.policies.iter();
        let mut policies = policies.filter(|policy| policy.selector.reaches(id.cluster.as_deref()));
        policies.find_map(|policy| {
            let mut stores = policy.object_stores.iter();
            stores.find(|asked| asked.namespace == id.namespace && asked.database == id.name)
        })
    }

    /// Databases that a policy names, and of which nobody can tell where their backups are.
    fn unknown_places(&self) -> Vec<Finding> {
        let databases = self.databases.iter();
        let unknown =
            databases.filter(|(id, destination)| destination.is_none() && self.asked(id).is_some());
        unknown
            .map(|(id, _)| Finding {
                code: "object_store_unknown",
                message: format!(
                    "A policy has somebody look into the object store of {id}, but it has none."
                ),
                hint: Some("give it one, or take it out of spec.postgresObjectStores".to_owned()),
            })
            .collect()
    }
}

impl Source for PostgresSource {
    fn name(&self) -> &'static str {
        "the object stores of databases"
    }

    fn may_declare(&self, _asset: &AssetId) -> bool {
        false
    }

    fn changes(&mut self, _now: Timestamp) -> Result<Option<Declared>, String> {
        let news = self.watched.iter();
        let news = news.filter_map(|(id, watched)| {
            let facts = watched.board.with(Board::take_news)?;
            Some((id.clone(), Some(Box::new(facts))))
        });
        let mut object_stores: Vec<(AssetId, Option<Box<ObjectStoreFacts>>)> = news.collect();
        let dropped = std::mem::take(&mut self.dropped);
        object_stores.extend(dropped.into_iter().map(|id| (id, None)));
        let findings = std::mem::take(&mut self.findings_are_news).then(|| self.findings.clone());
        if object_stores.is_empty() && findings.is_none() {
            return Ok(None);
        }
        Ok(Some(Declared {
            object_stores,
            findings,
            ..Declared::default()
        }))
    }

    fn heed(&mut self, policies: &[Policy]) {
        self.policies = policies.to_vec();
        self.follow();
    }

    fn notice(&mut self, asset: &AssetId, places: Option<&SmallMap<&'static str, String>>) {
        if asset.kind != AssetKind::CnpgCluster {
            return;
        }
        let before = self.databases.get(asset);
        let now = places.map(Destination::of);
        if before == now.as_ref() {
            return;
        }
        match now {
            Some(destination) => self.databases.insert(asset.clone(), destination),
            None => self.databases.remove(asset),
        };
        self.follow();
    }

    fn tell_news(&mut self, news: Arc<Notify>) {
        // There may have been some before.
        news.notify_one();
        let own = &self.watching.news;
        *own.lock().unwrap_or_else(PoisonError::into_inner) = Some(news);
    }
}
