//! Kopia repositories as a source of assets: those that policies name.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_controller::{AssetSpec, Care, Declared, Source};
use lifeboat_core::{AssetId, AssetKind, ObjectiveOverrides, Policy};
use tokio::{
    sync::{Notify, Semaphore},
    task::JoinHandle,
};

use crate::{
    Clock, KopiaSettings, RepositoryName, observation,
    watcher::{self, Known, SharedBoard, Watching},
};

/// How many repositories are read at a time.
const AT_ONCE: usize = 2;

/// Declares the Kopia repositories that policies name, and reads them at their intervals.
pub struct KopiaSource {
    watching: Watching,
    watched: BTreeMap<RepositoryName, Watched>,
    /// Those that no policy names any more, until that is told.
    gone: Vec<AssetId>,
    has_spoken: bool,
}

struct Watched {
    every: SignedDuration,
    board: SharedBoard,
    task: JoinHandle<()>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl KopiaSource {
    /// Reads nothing before a policy names a repository.
    #[must_use]
    pub fn new(settings: KopiaSettings, clock: Clock) -> Self {
        Self {
            watching: Watching {
                settings: Arc::new(settings),
                clock,
                turns: Arc::new(Semaphore::new(AT_ONCE)),
                news: Arc::new(Mutex::new(None)),
            },
            watched: BTreeMap::new(),
            gone: Vec::new(),
            has_spoken: false,
        }
    }

    fn watch(&self, name: &RepositoryName, every: SignedDuration, board: SharedBoard) -> Watched {
        let watch = watcher::watch(self.watching.clone(), name.clone(), every, board.clone());
        Watched {
            every,
            board,
            task: tokio::spawn(watch),
        }
    }
}

impl Source for KopiaSource {
    fn name(&self) -> &'static str {
        "the Kopia repositories"
    }

    fn may_declare(&self, asset: &AssetId) -> bool {
        asset.cluster.is_none() && asset.kind == AssetKind::KopiaRepository
    }

    fn changes(&mut self, now: Timestamp) -> Result<Option<Declared>, String> {
        let news = self.watched.iter().filter_map(|(name, watched)| {
            let known = watched.board.take_news()?;
            Some(spec(name, &known, now))
        });
        let assets: Vec<AssetSpec> = news.collect();
        let gone = std::mem::take(&mut self.gone);
        let is_first = !std::mem::replace(&mut self.has_spoken, true);
        if assets.is_empty() && gone.is_empty() && !is_first {
            return Ok(None);
        }
        Ok(Some(Declared {
            assets,
            gone,
            // What policies of other sources name is with them until they have spoken.
            complete: BTreeSet::from_iter(is_first.then_some(AssetKind::KopiaRepository)),
            ..Declared::default()
        }))
    }

    /// Must be called within a Tokio runtime.
    fn heed(&mut self, policies: &[Policy]) {
        let wanted = wanted(policies);
        let (kept, dropped) = std::mem::take(&mut self.watched)
            .into_iter()
            .partition(|(name, _)| wanted.contains_key(name));
        self.watched = kept;
        let dropped: BTreeMap<RepositoryName, Watched> = dropped;
        self.gone
            .extend(dropped.keys().map(RepositoryName::asset_id));
        for (name, every) in wanted {
            self.gone.retain(|gone| *gone != name.asset_id());
            let known = self.watched.get(&name);
            if known.is_some_and(|known| known.every == every) {
                continue;
            }
            let board = known.map_or_else(SharedBoard::default, |known| known.board.clone());
            if known.is_none() {
                // That it is there is news, before anything is known of it.
                board.renew();
            }
            let watched = self.watch(&name, every, board);
            self.watched.insert(name, watched);
        }
    }

    fn tell_news(&mut self, news: Arc<Notify>) {
        // There may have been some before.
        news.notify_one();
        let own = &self.watching.news;
        *own.lock().unwrap_or_else(PoisonError::into_inner) = Some(news);
    }
}

/// The repositories that policies name, each as often as the most eager of them wants.
fn wanted(policies: &[Policy]) -> BTreeMap<RepositoryName, SignedDuration> {
    let mut wanted: BTreeMap<RepositoryName, SignedDuration> = BTreeMap::new();
    let repositories = policies
        .iter()
        .flat_map(|policy| &policy.kopia_repositories);
    for repository in repositories {
        let name = RepositoryName {
            namespace: repository.namespace.clone(),
            name: repository.name.clone(),
        };
        wanted
            .entry(name)
            .and_modify(|every| *every = (*every).min(repository.every))
            .or_insert(repository.every);
    }
    wanted
}

fn spec(name: &RepositoryName, known: &Known, now: Timestamp) -> AssetSpec {
    let id = name.asset_id();
    let (reading, failure) = (known.reading.as_ref(), known.failure.as_ref());
    let observation = observation::observe(&id, reading, failure, now);
    let storage = reading.map(|reading| ("repository", reading.storage.clone()));
    AssetSpec {
        id,
        labels: BTreeMap::new(),
        own: ObjectiveOverrides::default(),
        suspended: false,
        care: Care::Observed(Box::new(observation)),
        places: storage.into_iter().collect(),
    }
}
