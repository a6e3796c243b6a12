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
            // Of its end nothing may be left, and what a later quick cycle did isn't its.
            if *start < forgotten_before {
                return None;
            }
            let from = tasks.partition_point(|(_, run)| run.start < *start);
            let to = next.map_or(tasks.len(), |next| {
                tasks.partition_point(|(_, run)| run.start < *next)
            });
            let own = cycle_of(&tasks[from..to]);
            let is_latest = next.is_none();
            let end = match conclusion(own) {
                Some(end) => Some(end),
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

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    /// A minute of 2026-11-21.
    fn minute(minutes: i64) -> Timestamp {
        let midnight: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        midnight + SignedDuration::from_mins(minutes)
    }

    /// Tasks, each a minute long, of a repository that is fully maintained each 60 minutes. A task
    /// with a `!` behind it failed.
    fn history(tasks: &[(i64, &str)]) -> Maintenance {
        let mut runs = serde_json::Map::new();
        for (start, task) in tasks {
            let (task, failed) = match task.strip_suffix('!') {
                Some(task) => (task, true),
                None => (*task, false),
            };
            let mut run = json!({ "start": minute(*start), "end": minute(start + 1) });
            if failed {
                run["error"] = json!("no room");
            } else {
                run["success"] = json!(true);
            }
            // As kopia has them: the newest first.
            let known = runs.entry(task).or_insert_with(|| json!([]));
            if let Value::Array(known) = known {
                known.insert(0, run);
            }
        }
        serde_json::from_value(json!({
            "owner": "me@host",
            "full": { "enabled": true, "interval": 3_600_000_000_000_i64 },
            "schedule": { "nextFullMaintenance": minute(60), "runs": runs },
        }))
        .unwrap()
    }

    /// Each cycle's start, its end if it has ended, and how.
    fn seen(tasks: &[(i64, &str)], now: i64) -> Vec<(i64, String)> {
        let since = |at: Timestamp| at.duration_since(minute(0)).as_mins();
        full_cycles(&history(tasks), minute(now))
            .into_iter()
            .map(|cycle| {
                let end = cycle.end.map_or("under way".to_owned(), |end| {
                    format!("{} {}", end.outcome, since(end.at))
                });
                (since(cycle.start), end)
            })
            .collect()
    }

    #[rstest]
    #[case::no_task(&[], &[])]
    #[case::quick_cycles_alone(
        &[(0, "compact-single-epoch"), (1, "advance-epoch"), (9, "quick-rewrite-contents"),
          (10, "index-compaction"), (11, "cleanup-logs")],
        &[])]
    #[case::the_first_task_failed(&[(0, "snapshot-gc!")], &[(0, "failed 1")])]
    #[case::a_later_task_failed(
        &[(0, "snapshot-gc"), (1, "full-rewrite-contents!")], &[(0, "failed 2")])]
    #[case::only_the_first_task_ran(&[(0, "snapshot-gc")], &[(0, "inconclusive 1")])]
    #[case::it_was_killed_and_a_quick_cycle_followed(
        &[(0, "snapshot-gc"), (1, "full-rewrite-contents"), (9, "quick-rewrite-contents"),
          (10, "index-compaction"), (11, "cleanup-logs")],
        &[(0, "inconclusive 2")])]
    #[case::it_was_killed_in_its_epochs_and_a_quick_cycle_followed(
        &[(0, "snapshot-gc"), (1, "compact-single-epoch"), (2, "advance-epoch"),
          (9, "compact-single-epoch"), (10, "advance-epoch!")],
        &[(0, "inconclusive 3")])]
    #[case::it_was_killed_and_another_followed(
        &[(0, "snapshot-gc"), (10, "snapshot-gc"), (11, "cleanup-logs")],
        &[(0, "inconclusive 1"), (10, "succeeded 12")])]
    #[case::all_went_well(
        &[(0, "snapshot-gc"), (1, "full-rewrite-contents"), (2, "full-delete-blobs"),
          (3, "compact-single-epoch"), (4, "advance-epoch"), (5, "cleanup-logs")],
        &[(0, "succeeded 6")])]
    #[case::what_a_quick_cycle_does_later_is_its_own(
        &[(0, "snapshot-gc"), (5, "cleanup-logs"), (20, "compact-single-epoch!")],
        &[(0, "succeeded 6")])]
    fn cycles_are_told_by_their_tasks(
        #[case] tasks: &[(i64, &str)],
        #[case] expected: &[(i64, &str)],
    ) {
        let seen = seen(tasks, 1000);
        let expected: Vec<_> = expected
            .iter()
            .map(|(start, end)| (*start, (*end).to_owned()))
            .collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn the_latest_may_be_under_way_until_the_next_would_begin() {
        let tasks = [(0, "snapshot-gc"), (10, "snapshot-gc")];
        let under_way = (10, "under way".to_owned());
        let cut_short = |start, end: &str| (start, end.to_owned());
        assert_eq!(
            seen(&tasks, 69),
            [cut_short(0, "inconclusive 1"), under_way]
        );
        assert_eq!(
            seen(&tasks, 70),
            [
                cut_short(0, "inconclusive 1"),
                cut_short(10, "inconclusive 11")
            ]
        );
    }

    #[test]
    fn what_kopia_may_have_forgotten_is_left_out() {
        // Quick cycles clean up logs too, and only the last 50 times are remembered.
        let mut tasks = vec![
            (0, "snapshot-gc"),
            (500, "snapshot-gc"),
            (501, "cleanup-logs"),
        ];
        tasks.extend((0..49).map(|quick| (100 + quick, "cleanup-logs")));
        assert_eq!(seen(&tasks, 1000), [(500, "succeeded 502".to_owned())]);
    }

    #[test]
    fn a_failure_says_which_task_and_why() {
        let history = history(&[(0, "snapshot-gc"), (1, "full-delete-blobs!")]);
        let cycles = full_cycles(&history, minute(10));
        let error = cycles[0].end.as_ref().and_then(|end| end.error.as_deref());
        assert_eq!(error, Some("full-delete-blobs failed: no room"));
    }

    #[rstest]
    #[case(include_str!("../tests/captured/maintenance.json"), &[None, Some(3_045_816)], None)]
    #[case(
        include_str!("../tests/captured/maintenance-failed.json"), &[None, Some(3_045_816), None],
        Some("full-rewrite-contents failed: failed to rewrite 5 contents"))]
    fn real_histories_are_told(
        #[case] text: &str,
        #[case] freed: &[Option<u64>],
        #[case] error: Option<&str>,
    ) {
        let maintenance: Maintenance = serde_json::from_str(text).unwrap();
        let cycles = full_cycles(&maintenance, "2026-11-25T00:00:00Z".parse().unwrap());
        let gave_back: Vec<_> = cycles.iter().map(|cycle| cycle.freed_bytes).collect();
        assert_eq!(gave_back, freed);
        let last = cycles.last().and_then(|cycle| cycle.end.as_ref()).unwrap();
        assert_eq!(last.error.as_deref(), error);
        let first = cycles[0].end.as_ref().unwrap();
        assert_eq!(first.outcome, Outcome::Succeeded);
    }
}
