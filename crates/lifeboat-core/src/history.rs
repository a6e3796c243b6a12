//! History: what the ledger's runs and recovery points come to, folded one by one as they happen.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Operation, Outcome, RecoveryPoint, Run, RunEnd, RunId, Upkeep, slo::ServiceLevels};

/// Clocks may differ by this much before a timestamp counts as lying in the future.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Upper bounds of the buckets of run durations, in seconds; one more bucket holds the rest. Half an
/// hour and an hour are among them, since alerts ask for these; more of them would cost every asset
/// a series for each operation.
pub const DURATION_BOUNDS: [u32; 9] = [5, 30, 60, 300, 900, 1_800, 3_600, 10_800, 43_200];

/// All that is known to have happened to one asset.
#[derive(Debug, Clone, PartialEq)]
pub struct AssetHistory {
    /// Since when the asset is known.
    pub first_seen_at: Timestamp,
    /// Since when it is suspended, if it is.
    pub suspended_since: Option<Timestamp>,
    /// The moment of the first good recovery point ever known, even if it is gone by now.
    pub first_recovery_point_at: Option<Timestamp>,
    /// The recovery points that are there, oldest first.
    pub recovery_points: Vec<RecoveryPoint>,
    /// When somebody last looked which recovery points are there.
    pub inventory: Option<Inventory>,
    /// What its operations came to. Boxed, since a map makes room for several at once.
    pub operations: BTreeMap<Operation, Box<OperationHistory>>,
    /// The last loss of recovery points, while it matters.
    pub loss: Option<Loss>,
    /// What is remembered of its maintenance beside runs; none for what has none.
    pub upkeep: Option<Box<Upkeep>>,
    /// What is remembered for its objectives over thirty days; none for what has none.
    pub service_levels: Option<Box<ServiceLevels>>,
}

/// Recovery points that are gone, though they should still be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// When they were missed.
    pub at: Timestamp,
    /// How many are gone.
    pub points: usize,
    /// The newest of them.
    pub newest: String,
    /// When that one was taken.
    pub newest_taken_at: Timestamp,
}

impl Loss {
    /// A loss is told of for at least this long, and until there is a newer recovery point.
    pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
}

/// The last look at which recovery points are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// When.
    pub at: Timestamp,
    /// Why it failed, if it did. The recovery points known before stay.
    pub error: Option<String>,
}

/// What the runs of one operation came to. It outlives the runs, which the ledger forgets one day.
///
/// Runs are shared, since the newest one is nearly always the newest of its outcome, too.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OperationHistory {
    /// The run under way.
    pub running: Option<Arc<Run>>,
    /// The run that ended last.
    pub last: Option<Arc<Run>>,
    /// The newest run that succeeded.
    pub last_succeeded: Option<Arc<Run>>,
    /// The newest run that failed.
    pub last_failed: Option<Arc<Run>>,
    /// The newest run that failed by what it found, which another attempt would find again. Only a
    /// success that looked at everything takes it back: not one that read another slice.
    pub found_bad: Option<Arc<Run>>,
    /// When the newest run of each outcome ended.
    pub last_ended_at: BTreeMap<Outcome, Timestamp>,
    /// How many failed since the last success that took the failures back.
    pub failures: u32,
    /// When the first of those ended.
    pub failing_since: Option<Timestamp>,
    /// The moment of the schedule that the newest scheduled run stands for.
    pub last_scheduled_for: Option<Timestamp>,
    /// Counters for metrics.
    pub totals: RunTotals,
    /// When each slice of the repository was last verified and found good; of how many slices.
    pub slices: BTreeMap<u32, Timestamp>,
    /// How many slices there are.
    pub slice_count: u32,
    /// The longest that a run took that succeeded.
    #[serde(default)]
    pub longest_success: Option<SignedDuration>,
    /// Ended runs of observed assets that are counted here and of which there is still a trace, so
    /// that what is seen again isn't counted again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub counted: BTreeSet<RunId>,
}

/// Counters of runs and their durations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunTotals {
    /// Ended runs by outcome.
    pub runs: BTreeMap<Outcome, u64>,
    /// Ended runs by duration: one count for each of [`DURATION_BOUNDS`], and one for the rest.
    pub durations: [u64; DURATION_BOUNDS.len() + 1],
    /// The sum of the durations, in seconds.
    pub seconds: f64,
}

impl AssetHistory {
    /// The history of an asset that was just seen for the first time.
    #[must_use]
    pub fn new(first_seen_at: Timestamp) -> Self {
        Self {
            first_seen_at,
            suspended_since: None,
            first_recovery_point_at: None,
            recovery_points: Vec::new(),
            inventory: None,
            operations: BTreeMap::new(),
            loss: None,
            upkeep: None,
            service_levels: None,
        }
    }

    /// What an operation's runs came to, if there was any.
    #[must_use]
    pub fn operation(&self, operation: Operation) -> Option<&OperationHistory> {
        self.operations.get(&operation).map(Box::as_ref)
    }

    /// Takes in a run that began or ended.
    pub fn record(&mut self, run: &Run) -> &OperationHistory {
        let history = self.operations.entry(run.operation).or_default();
        history.record(run);
        history
    }

    /// Takes in what an inventory found. A failed one changes nothing but its own record.
    pub fn take_inventory(&mut self, at: Timestamp, found: Result<Vec<RecoveryPoint>, String>) {
        let error = match found {
            Ok(mut points) => {
                points.sort_by(|left, right| {
                    (left.taken_at, &left.name).cmp(&(right.taken_at, &right.name))
                });
                // One from the future or one that is damaged is no sign that backups work.
                let first = points
                    .iter()
                    .find(|point| point.is_good() && !is_in_the_future(point.taken_at, at))
                    .map(|point| point.taken_at);
                self.first_recovery_point_at = match (self.first_recovery_point_at, first) {
                    (Some(known), Some(first)) => Some(known.min(first)),
                    (known, first) => known.or(first),
                };
                self.recovery_points = points;
                None
            }
            Err(error) => Some(error),
        };
        self.inventory = Some(Inventory { at, error });
    }

    /// The newest recovery point that doesn't lie in the future.
    #[must_use]
    pub fn newest_point(&self, now: Timestamp) -> Option<&RecoveryPoint> {
        self.past_points(now).next()
    }

    /// The newest recovery point that is good and doesn't lie in the future.
    #[must_use]
    pub fn newest_good_point(&self, now: Timestamp) -> Option<&RecoveryPoint> {
        self.past_points(now).find(|point| point.is_good())
    }

    fn past_points(&self, now: Timestamp) -> impl Iterator<Item = &RecoveryPoint> {
        self.recovery_points
            .iter()
            .rev()
            .filter(move |point| !is_in_the_future(point.taken_at, now))
    }
}

impl OperationHistory {
    fn record(&mut self, run: &Run) {
        if run.scheduled_for.is_some() {
            self.last_scheduled_for = run.scheduled_for;
        }
        let run = &Arc::new(run.clone());
        let Some(end) = &run.end else {
            self.running = Some(Arc::clone(run));
            return;
        };
        if self
            .running
            .as_ref()
            .is_some_and(|running| running.id == run.id)
        {
            self.running = None;
        }
        self.last = Some(Arc::clone(run));
        self.last_ended_at.insert(end.outcome, end.at);
        match end.outcome {
            Outcome::Succeeded => {
                self.longest_success = self.longest_success.max(run.duration());
                self.last_succeeded = Some(Arc::clone(run));
                if self.found_bad.is_none() || end.slice.is_none() {
                    self.found_bad = None;
                    self.failures = 0;
                    self.failing_since = None;
                }
            }
            Outcome::Failed => {
                self.last_failed = Some(Arc::clone(run));
                self.failures = self.failures.saturating_add(1);
                self.failing_since.get_or_insert(end.at);
                if !end.retryable {
                    self.found_bad = Some(Arc::clone(run));
                }
            }
            Outcome::Inconclusive => {}
        }
        self.record_slice(end);
        self.totals.record(run, end.outcome);
    }

    /// Takes in an ended run that others carried out. Such runs may become known out of order, and
    /// an earlier one mustn't hide a later one.
    pub(crate) fn record_observed(&mut self, run: &Run, now: Timestamp) {
        let Some(end) = &run.end else { return };
        let is_newer = |known: Option<&Arc<Run>>| {
            let known = known.and_then(|known| known.end.as_ref());
            known.is_none_or(|known| known.at <= end.at || is_in_the_future(known.at, now))
        };
        if is_newer(self.last.as_ref()) {
            self.record(run);
            return;
        }
        self.last_ended_at
            .entry(end.outcome)
            .and_modify(|at| *at = (*at).max(end.at))
            .or_insert(end.at);
        match end.outcome {
            Outcome::Succeeded => {
                self.longest_success = self.longest_success.max(run.duration());
                if is_newer(self.last_succeeded.as_ref()) {
                    self.last_succeeded = Some(Arc::new(run.clone()));
                }
            }
            Outcome::Failed if is_newer(self.last_failed.as_ref()) => {
                self.last_failed = Some(Arc::new(run.clone()));
            }
            _ => {}
        }
        self.totals.record(run, end.outcome);
    }

    fn record_slice(&mut self, end: &RunEnd) {
        match (end.slice, end.outcome) {
            (Some((slice, of)), Outcome::Succeeded) => {
                if of != self.slice_count {
                    self.slices.clear();
                    self.slice_count = of;
                }
                self.slices.insert(slice, end.at);
            }
            // What read everything read every slice.
            (None, Outcome::Succeeded) => {
                let all = (0..self.slice_count).map(|slice| (slice, end.at));
                self.slices = all.collect();
            }
            (Some((slice, of)), Outcome::Failed) if of == self.slice_count && !end.retryable => {
                self.slices.remove(&slice);
            }
            _ => {}
        }
    }

    /// How many slices were verified since `moment`, of how many; none if no slice ever was.
    #[must_use]
    pub fn coverage_since(&self, moment: Timestamp) -> Option<(u32, u32)> {
        if self.slice_count == 0 {
            return None;
        }
        let covered = self.slices.values().filter(|at| **at >= moment).count();
        Some((u32::try_from(covered).unwrap_or(u32::MAX), self.slice_count))
    }

    /// The slice that was verified longest ago, or never.
    #[must_use]
    pub fn next_slice(&self, of: u32) -> u32 {
        if of != self.slice_count {
            return 0;
        }
        (0..of)
            .min_by_key(|slice| self.slices.get(slice).copied())
            .unwrap_or(0)
    }
}

impl RunTotals {
    fn record(&mut self, run: &Run, outcome: Outcome) {
        *self.runs.entry(outcome).or_default() += 1;
        // A clock that went back during the run must not make a counter fall.
        let seconds = run
            .duration()
            .map_or(0.0, |duration| duration.as_secs_f64().max(0.0));
        self.seconds += seconds;
        let bucket = DURATION_BOUNDS
            .iter()
            .position(|bound| seconds <= f64::from(*bound))
            .unwrap_or(DURATION_BOUNDS.len());
        self.durations[bucket] += 1;
    }
}

/// The moment `duration` after another; the end of time if there is none.
#[must_use]
pub fn later(moment: Timestamp, duration: SignedDuration) -> Timestamp {
    moment.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// Whether a timestamp lies further in the future than clocks may differ.
#[must_use]
pub(crate) fn is_in_the_future(moment: Timestamp, now: Timestamp) -> bool {
    moment.duration_since(now) > CLOCK_TOLERANCE
}
