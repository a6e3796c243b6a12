//! A watcher: reads one repository again and again, at its interval.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{ReadFailure, readable_causes};
use tokio::sync::{Notify, Semaphore};

use crate::{Clock, Error, KopiaSettings, Reading, RepositoryName, reading};

/// After a reading that failed, the next one comes no later than this.
const AGAIN_AFTER_FAILURE: SignedDuration = SignedDuration::from_mins(15);

/// What is known of a repository.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// The last reading that succeeded.
    pub(crate) reading: Option<Reading>,
    /// Why it can't be read, while that is so.
    pub(crate) failure: Option<ReadFailure>,
}

/// Where a watcher puts what it finds out.
#[derive(Default)]
pub(crate) struct Board {
    known: Known,
    /// Whether there is something that nobody has taken yet.
    is_news: bool,
}

/// What all watchers share.
#[derive(Clone)]
pub(crate) struct Watching {
    pub(crate) settings: Arc<KopiaSettings>,
    pub(crate) clock: Clock,
    /// Lets in so many readings at a time as there is memory for: `kopia` loads the index.
    pub(crate) turns: Arc<Semaphore>,
    /// To be told of news.
    pub(crate) news: Arc<Mutex<Option<Arc<Notify>>>>,
}

/// The board of a watcher, which both sides hold.
#[derive(Clone, Default)]
pub(crate) struct SharedBoard(Arc<Mutex<Board>>);

impl SharedBoard {
    /// What is known, if that is news.
    pub(crate) fn take_news(&self) -> Option<Known> {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut board.is_news).then(|| board.known.clone())
    }

    /// Has what is known count as news.
    pub(crate) fn renew(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_news = true;
    }

    /// A failed reading leaves what was known, and since when it fails.
    fn put(&self, outcome: Result<Reading, Error>, now: Timestamp) {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(reading) => {
                board.known = Known {
                    reading: Some(reading),
                    failure: None,
                };
            }
            Err(error) => {
                let since = board.known.failure.as_ref().map(|failure| failure.since);
                board.known.failure = Some(ReadFailure {
                    since: since.unwrap_or(now),
                    error: readable_causes(&error).join(": "),
                    hint: Some(error.hint()),
                });
            }
        }
        board.is_news = true;
    }
}

/// Reads a repository until it is ended: at once, and then every so often.
pub(crate) async fn watch(
    watching: Watching,
    name: RepositoryName,
    every: SignedDuration,
    board: SharedBoard,
) {
    loop {
        let Ok(turn) = watching.turns.acquire().await else {
            return;
        };
        let began_at = (watching.clock)();
        let outcome = reading::read(&watching.settings, &name, began_at).await;
        drop(turn);
        match &outcome {
            Ok(_) => tracing::debug!(repository = %name, "the Kopia repository was read"),
            Err(error) => {
                let causes = readable_causes(error).join(": ");
                tracing::warn!(repository = %name, hint = error.hint(), "{causes}");
            }
        }
        let pause = match &outcome {
            Ok(_) => every,
            Err(_) => every.min(AGAIN_AFTER_FAILURE),
        };
        board.put(outcome, (watching.clock)());
        watching.tell();
        tokio::time::sleep(Duration::try_from(pause).unwrap_or_default()).await;
    }
}

impl Watching {
    fn tell(&self) {
        let news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(news) = news.as_ref() {
            news.notify_one();
        }
    }
}
