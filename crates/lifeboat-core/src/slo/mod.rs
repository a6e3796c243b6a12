//! Service level objectives: what was kept over thirty days, and how fast what may fail is used up.
//!
//! Two indicators, since there are two kinds of promises. That a recovery point is young enough is a
//! matter of time ([`FreshTime`]). That WAL is archived is a matter of events ([`ArchiverEvents`]), which
//! are frequent enough to see within minutes how fast the error budget burns ([`BurnPair`]).
//!
//! Whoever writes recording rules of the event-based one for Prometheus divides the increase of
//! `cnpg_wal_files_archived_total` by its sum with that of `cnpg_wal_archive_failed_total`: the same
//! counters, save that a Prometheus can't know what they rose by while it was away.

mod archiver_events;
mod burn;
mod events;
mod fresh_time;
mod ratio;
mod spans;
mod window;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use archiver_events::ArchiverEvents;
pub use burn::{Burn, BurnPair, FAST, PairOfBurns, SLOW};
pub use events::Events;
pub use fresh_time::{FreshLook, FreshTime, TimeWithin};
pub use ratio::Ratio;
pub use window::Window;

use crate::Facts;

/// An objective over thirty days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slo {
    /// The share of time within which the newest good recovery point was young enough.
    Backup,
    /// The share of attempts to archive WAL that succeeded.
    WalArchiving,
}

impl Slo {
    /// Its name, as in labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::WalArchiving => "wal_archiving",
        }
    }
}

/// How an objective over thirty days was kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServiceLevel {
    /// Which objective.
    pub slo: Slo,
    /// The share that was kept.
    pub ratio: Ratio,
    /// The share that is to be kept at the least.
    pub target: Ratio,
    /// How much of the error budget is left, as a share of it; below 0 where it is overspent.
    pub budget_left: f64,
}

/// What is remembered of an asset for its objectives over thirty days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLevels {
    /// When it was as fresh as promised; none for what holds no data, or was never judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh_time: Option<FreshTime>,
    /// Its attempts to archive WAL; none where none are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archiver: Option<Box<ArchiverEvents>>,
}

impl ServiceLevels {
    /// Takes in what the archiver's counters say, of an asset that has one.
    pub(crate) fn observe(known: &mut Option<Box<Self>>, facts: &Facts) {
        let archiving = facts.archiving.as_ref();
        let reading = archiving.and_then(|archiving| archiving.reading.as_ref());
        if let Some(Ok(reading)) = reading {
            let levels = known.get_or_insert_default();
            levels.archiver = ArchiverEvents::take(levels.archiver.take(), reading);
        }
    }

    /// What is known after the check `fresh` has spoken; none if that is what was known before.
    #[must_use]
    pub fn after(known: Option<&Self>, look: &FreshLook<'_>) -> Option<Self> {
        let before = known.and_then(|levels| levels.fresh_time.as_ref());
        let after = FreshTime::after(before, look)?;
        Some(Self {
            fresh_time: Some(after),
            archiver: known.and_then(|levels| levels.archiver.clone()),
        })
    }

    /// When the archiver's counters were last read.
    #[must_use]
    pub fn counted_at(&self) -> Option<Timestamp> {
        self.archiver.as_ref().map(|archiver| archiver.read_at())
    }
}

/// How much is left of what may be bad: 1 where nothing was, below 0 where it was more.
fn budget_left(bad: f64, allowed: f64) -> f64 {
    if allowed > 0.0 {
        1.0 - bad / allowed
    } else {
        0.0
    }
}
