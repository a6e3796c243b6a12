//! Full cycles of maintenance, put together from the history of their tasks.
//!
//! `kopia` writes down tasks, not cycles. Only a full cycle gives back what is no longer needed. It
//! begins with `snapshot-gc`, which no quick cycle has, ends at the first task that fails, and is done
//! when `cleanup-logs` has succeeded. A task is written down when it ends, so of one that was killed
//! there is no trace but that the next ones are missing.

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{Outcome, later};

use crate::documents::{Maintenance, TaskRun};

/// The task that a full cycle begins with.
const FIRST: &str = "snapshot-gc";
/// The task that a cycle ends with.
const LAST: &str = "cleanup-logs";
/// Tasks of quick cycles alone.
const QUICK: [&str; 3] = [
    "quick-rewrite-contents",
    "quick-delete-blobs",
    "index-compaction",
];
/// A task that each cycle has once, on repositories that keep their indexes by epochs.
const ONCE: &str = "compact-single-epoch";
/// How many runs of each task `kopia` remembers.
const REMEMBERED: usize = 50;

/// One full cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FullCycle {
    pub(crate) start: Timestamp,
    /// None while it is under way.
    pub(crate) end: Option<CycleEnd>,
    /// What it gave back, in bytes, as far as it says so.
    pub(crate) freed_bytes: Option<u64>,
}

/// How a cycle ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CycleEnd {
    pub(crate) at: Timestamp,
    pub(crate) outcome: Outcome,
    pub(crate) error: Option<String>,
}

/// The full cycles that the history tells of, oldest first.
pub(crate) fn full_cycles(maintenance: &Maintenance, now: Timestamp) -> Vec<FullCycle> {
    let schedule = &maintenance.schedule;
    let mut starts: Vec<Timestamp> = schedule
        .runs_of(FIRST)
        .iter()
        .map(|run| run.start)
        .collect();
    starts.sort_unstable();
    starts.dedup();
    let mut tasks: Vec<(&str, &TaskRun)> = schedule.runs().collect();
    tasks.sort_by_key(|(_, run)| (run.start, run.end));
    let forgotten_before = forgotten_before(schedule.runs_of(LAST));
    let ends = starts.iter().skip(1).map(Some).chain([None]);
    starts
        .iter()
        .zip(ends)
        .filter_map(|(start, next)| {
            let from = tasks.partition_point(|(_, run)| run.start < *start);
            let to = next.map_or(tasks.len(), |next| {
                tasks.partition_point(|(_, run)| run.start < *next)
            });
            let own = cycle_of(&tasks[from..to]);
            let is_latest = next.is_none();
            let end = match conclusion(own) {
                Some(end) => Some(end),
                // Its end may have been written down and forgotten.
                None if *start < forgotten_before => return None,
                None if is_latest && now < later(*start, maintenance.full.interval) => None,
                None => Some(cut_short(own)),
            };
            Some(FullCycle {
                start: *start,
                end,
                freed_bytes: own
                    .iter()
                    .filter_map(|(_, run)| run.freed_bytes())
                    .reduce(u64::saturating_add),
            })
        })
        .collect()
}

/// The tasks of the cycle at the beginning of these: quick cycles may have followed.
fn cycle_of<'a, 'b>(tasks: &'a [(&'b str, &'b TaskRun)]) -> &'a [(&'b str, &'b TaskRun)] {
    let mut compactions = 0;
    for (index, (task, run)) in tasks.iter().enumerate() {
        compactions += usize::from(*task == ONCE);
        if QUICK.contains(task) || compactions > 1 {
            return &tasks[..index];
        }
        if *task == LAST || !run.success {
            return &tasks[..=index];
        }
    }
    tasks
}

/// How a cycle ended, if its history says so.
fn conclusion(tasks: &[(&str, &TaskRun)]) -> Option<CycleEnd> {
    let (task, run) = tasks.last()?;
    let (outcome, error) = match (*task, run.success) {
        (LAST, true) => (Outcome::Succeeded, None),
        (_, true) => return None,
        (task, false) => {
            let why = match run.error.as_str() {
                "" => "it doesn't say why",
                error => error,
            };
            (Outcome::Failed, Some(format!("{task} failed: {why}")))
        }
    };
    Some(CycleEnd {
        at: run.end,
        outcome,
        error,
    })
}

fn cut_short(tasks: &[(&str, &TaskRun)]) -> CycleEnd {
    let last = tasks.last();
    let (task, at) = last.map_or((FIRST, Timestamp::UNIX_EPOCH), |(task, run)| {
        (*task, run.end)
    });
    CycleEnd {
        at,
        outcome: Outcome::Inconclusive,
        error: Some(format!(
            "it was cut short: nothing is written down after {task}"
        )),
    }
}

/// Before which moment the end of a cycle may have been forgotten.
fn forgotten_before(last: &[TaskRun]) -> Timestamp {
    if last.len() < REMEMBERED {
        return Timestamp::MIN;
    }
    let oldest = last.iter().map(|run| run.start).min();
    oldest.unwrap_or(Timestamp::MIN)
}

/// How long after a cycle was due nobody has run it; none if it is not due, or not planned.
pub(crate) fn overdue(maintenance: &Maintenance, now: Timestamp) -> Option<SignedDuration> {
    let due = maintenance.schedule.next_full()?;
    (due < now).then(|| now.duration_since(due))
}
