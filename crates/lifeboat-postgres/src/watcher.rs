//! A watcher: asks one object store again and again, at its intervals.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{ObjectStoreFacts, ReadFailure, StoreReading, readable_causes};
use tokio::sync::{Notify, Semaphore};

use crate::{
    Clock, Error,
    reading::{Reader, Scope},
};

/// After a look that failed, the next one comes no later than this.
const AGAIN_AFTER_FAILURE: SignedDuration = SignedDuration::from_mins(15);
/// Segments are sent side by side, so one may be on its way that comes before others that are there:
/// a gap that is new is looked at again after this.
const AGAIN_AFTER_GAP: SignedDuration = SignedDuration::from_mins(5);

/// How often a store is asked, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Intervals {
    /// How often it is looked into.
    pub(crate) every: SignedDuration,
    /// How often it is only asked whether it answers.
    pub(crate) probe_every: SignedDuration,
    /// How many bytes it may hold.
    pub(crate) capacity: Option<u64>,
}

/// Where a watcher puts what it finds out.
#[derive(Default)]
pub(crate) struct Board {
    facts: ObjectStoreFacts,
    unread: Option<ReadFailure>,
    unreachable: Option<ReadFailure>,
    /// Whether there is something that nobody has taken yet.
    is_news: bool,
}

impl Board {
    pub(crate) fn new(place: String, capacity: Option<u64>) -> Self {
        Self {
            facts: ObjectStoreFacts {
                place,
                capacity,
                ..ObjectStoreFacts::default()
            },
            // That somebody looks is news, before anything is known.
            is_news: true,
            ..Self::default()
        }
    }

    /// What is known, if that is news.
    pub(crate) fn take_news(&mut self) -> Option<ObjectStoreFacts> {
        std::mem::take(&mut self.is_news).then(|| self.facts.clone())
    }

    fn put_probe(&mut self, outcome: Result<(), Error>, now: Timestamp) {
        match outcome {
            Ok(()) => {
                self.unreachable = None;
                self.facts.answered_at = Some(now);
            }
            Err(error) => note(&mut self.unreachable, &error, now),
        }
        self.tell();
    }

    /// A look that failed leaves what was known, and since when it fails.
    fn put_reading(&mut self, outcome: Result<StoreReading, Error>, now: Timestamp) {
        match outcome {
            Ok(reading) => {
                (self.unread, self.unreachable) = (None, None);
                self.facts.answered_at = Some(now);
                self.facts.pace = self.facts.pace.after(&reading, now);
                self.facts.reading = Some(Box::new(reading));
            }
            Err(error) => note(&mut self.unread, &error, now),
        }
        self.tell();
    }

    /// A store that answers, but not with what was asked for, is of no more use.
    fn tell(&mut self) {
        let failures = [&self.unreachable, &self.unread].into_iter().flatten();
        let first = failures.clone().map(|failure| failure.since).min();
        self.facts.failure = failures
            .clone()
            .next()
            .cloned()
            .zip(first)
            .map(|(failure, since)| ReadFailure { since, ..failure });
        self.is_news = true;
    }
}

fn note(failure: &mut Option<ReadFailure>, error: &Error, now: Timestamp) {
    let since = failure.as_ref().map_or(now, |failure| failure.since);
    *failure = Some(ReadFailure {
        since,
        error: readable_causes(error).join(": "),
        hint: Some(error.hint()),
    });
}

/// The board of a watcher, which both sides hold.
#[derive(Clone)]
pub(crate) struct SharedBoard(Arc<Mutex<Board>>);

impl SharedBoard {
    pub(crate) fn new(board: Board) -> Self {
        Self(Arc::new(Mutex::new(board)))
    }

    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Board) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What all watchers share.
#[derive(Clone)]
pub(crate) struct Watching {
    pub(crate) clock: Clock,
    /// Lets in so many looks at a time: a listing of a large store takes memory.
    pub(crate) turns: Arc<Semaphore>,
    /// To be told of news.
    pub(crate) news: Arc<Mutex<Option<Arc<Notify>>>>,
}

impl Watching {
    fn tell(&self) {
        let news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(news) = news.as_ref() {
            news.notify_one();
        }
    }
}

/// Asks a store until it is ended: at once, and then every so often.
pub(crate) async fn watch(
    watching: Watching,
    mut reader: Reader,
    intervals: Intervals,
    board: SharedBoard,
) {
    let scope = match intervals.capacity {
        Some(_) => Scope::Destination,
        None => Scope::Server,
    };
    let mut had_gap = false;
    loop {
        let Ok(turn) = watching.turns.acquire().await else {
            return;
        };
        let outcome = reader.read(scope, (watching.clock)()).await;
        drop(turn);
        report(&reader, outcome.as_ref().map(drop).err());
        let pause = match &outcome {
            Ok(reading) => {
                let is_new = has_gap(reading) && !std::mem::replace(&mut had_gap, true);
                had_gap = has_gap(reading);
                if is_new {
                    intervals.every.min(AGAIN_AFTER_GAP)
                } else {
                    intervals.every
                }
            }
            Err(_) => intervals.every.min(AGAIN_AFTER_FAILURE),
        };
        board.with(|board| board.put_reading(outcome, (watching.clock)()));
        watching.tell();
        let next = tokio::time::sleep(length(pause));
        let probes = probe_again_and_again(&watching, &reader, &intervals, &board);
        tokio::select! {
            () = next => {}
            () = probes => {}
        }
    }
}

/// Never ends.
async fn probe_again_and_again(
    watching: &Watching,
    reader: &Reader,
    intervals: &Intervals,
    board: &SharedBoard,
) {
    loop {
        tokio::time::sleep(length(intervals.probe_every)).await;
        let outcome = reader.probe().await;
        report(reader, outcome.as_ref().err());
        board.with(|board| board.put_probe(outcome, (watching.clock)()));
        watching.tell();
    }
}

fn has_gap(reading: &StoreReading) -> bool {
    let wal = reading.wal.as_ref();
    wal.is_some_and(|wal| wal.gap.is_some())
}

fn report(reader: &Reader, error: Option<&Error>) {
    let place = reader.destination();
    match error {
        None => tracing::debug!(%place, "the object store answered"),
        Some(error) => {
            let causes = readable_causes(error).join(": ");
            tracing::warn!(%place, hint = error.hint(), "{causes}");
        }
    }
}

fn length(pause: SignedDuration) -> Duration {
    Duration::try_from(pause).unwrap_or_default()
}
