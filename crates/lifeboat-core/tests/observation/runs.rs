//! Runs that others carry out: counted once each, whenever and however often they are seen.

use lifeboat_core::{AssetHistory, Operation, Outcome, Run, RunId};
use proptest::prelude::*;

use super::{after_a_restart, hour, run, seen};

const NOW: i64 = 100;

fn totals(history: &AssetHistory, outcome: Outcome) -> u64 {
    let backups = history.operation(Operation::Backup);
    let totals = backups.and_then(|history| history.totals.runs.get(&outcome));
    totals.copied().unwrap_or_default()
}

#[test]
fn what_is_seen_twice_is_counted_once_also_across_a_restart() {
    let mut history = AssetHistory::new(hour(0));
    let runs = [
        run("a", 1, Some(Outcome::Succeeded)),
        run("b", 2, Some(Outcome::Failed)),
    ];
    assert_eq!(history.observe(&seen(&runs), hour(NOW)).runs, runs);
    assert_eq!(history.observe(&seen(&runs), hour(NOW)).runs, []);
    let mut history = after_a_restart(&history);
    assert_eq!(history.observe(&seen(&runs), hour(NOW)).runs, []);
    assert_eq!(totals(&history, Outcome::Succeeded), 1);
    assert_eq!(totals(&history, Outcome::Failed), 1);
}

#[test]
fn what_was_seen_of_a_repository_counts_once_though_it_is_unread_after_a_restart() {
    let mut history = AssetHistory::new(hour(0));
    let running = run("b", 3, None);
    let runs = [run("a", 1, Some(Outcome::Succeeded)), running.clone()];
    history.observe(&seen(&runs), hour(4));
    let mut history = after_a_restart(&history);
    let mut unread = seen(&[]);
    unread.facts.repository = Some(Box::default());
    assert_eq!(history.observe(&unread, hour(5)).runs, []);
    assert_eq!(history.observe(&seen(&runs), hour(6)).runs, []);
    let backups = history.operation(Operation::Backup).unwrap();
    assert_eq!(backups.running.as_deref(), Some(&running));
    assert_eq!(totals(&history, Outcome::Succeeded), 1);
}

#[test]
fn failures_outlive_what_showed_them_and_a_success_takes_them_back() {
    let mut history = AssetHistory::new(hour(0));
    history.observe(&seen(&[run("a", 1, Some(Outcome::Failed))]), hour(2));
    history.observe(&seen(&[]), hour(3));
    history.observe(&seen(&[run("b", 25, Some(Outcome::Failed))]), hour(26));
    history.observe(&seen(&[]), hour(27));
    let backups = history.operation(Operation::Backup).unwrap();
    assert_eq!(
        (backups.failures, backups.failing_since),
        (2, Some(hour(2)))
    );
    history.observe(&seen(&[run("c", 49, Some(Outcome::Succeeded))]), hour(50));
    let backups = history.operation(Operation::Backup).unwrap();
    assert_eq!((backups.failures, backups.failing_since), (0, None));
}

#[test]
fn an_earlier_end_that_is_seen_late_hides_no_later_one() {
    let mut history = AssetHistory::new(hour(0));
    let late_success = run("b", 5, Some(Outcome::Succeeded));
    history.observe(&seen(std::slice::from_ref(&late_success)), hour(7));
    let early_failure = run("a", 1, Some(Outcome::Failed));
    history.observe(
        &seen(&[early_failure.clone(), late_success.clone()]),
        hour(8),
    );
    let backups = history.operation(Operation::Backup).unwrap();
    assert_eq!(backups.last.as_deref(), Some(&late_success));
    assert_eq!(backups.last_failed.as_deref(), Some(&early_failure));
    assert_eq!(backups.failures, 0);
    assert_eq!(totals(&history, Outcome::Failed), 1);
}

#[test]
fn what_vanishes_while_it_is_under_way_ends_inconclusive() {
    let mut history = AssetHistory::new(hour(0));
    let under_way = run("a", 1, None);
    let began = history.observe(&seen(std::slice::from_ref(&under_way)), hour(1));
    assert_eq!(began.runs, std::slice::from_ref(&under_way));
    let mut history = after_a_restart(&history);
    let ended = history.observe(&seen(&[]), hour(3)).runs;
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].id, under_way.id);
    assert_eq!(ended[0].outcome(), Some(Outcome::Inconclusive));
    assert!(
        history
            .operation(Operation::Backup)
            .unwrap()
            .running
            .is_none()
    );
}

#[test]
fn of_several_under_way_the_oldest_is_the_one_that_runs() {
    let mut history = AssetHistory::new(hour(0));
    let (older, newer) = (run("a", 1, None), run("b", 2, None));
    history.observe(&seen(&[newer.clone(), older.clone()]), hour(3));
    let running = |history: &AssetHistory| {
        let backups = history.operation(Operation::Backup)?;
        Some(backups.running.as_ref()?.id.clone())
    };
    assert_eq!(running(&history), Some(older.id));
    let ended = run("a", 1, Some(Outcome::Succeeded));
    history.observe(&seen(&[newer.clone(), ended]), hour(4));
    assert_eq!(running(&history), Some(newer.id));
}

#[test]
fn what_has_ended_does_not_begin_again() {
    let mut history = AssetHistory::new(hour(0));
    history.observe(&seen(&[run("a", 1, Some(Outcome::Succeeded))]), hour(3));
    let back_to_pending = history.observe(&seen(&[run("a", 1, None)]), hour(4));
    assert_eq!(back_to_pending.runs, []);
    let again = history.observe(&seen(&[run("a", 1, Some(Outcome::Succeeded))]), hour(5));
    assert_eq!(again.runs, []);
    assert_eq!(totals(&history, Outcome::Succeeded), 1);
}

#[test]
fn an_end_in_the_future_hides_no_end_of_today() {
    let mut history = AssetHistory::new(hour(0));
    history.observe(&seen(&[run("a", 1_000, Some(Outcome::Succeeded))]), hour(3));
    history.observe(&seen(&[run("b", 4, Some(Outcome::Failed))]), hour(6));
    let backups = history.operation(Operation::Backup).unwrap();
    assert_eq!(
        backups.last.as_ref().unwrap().outcome(),
        Some(Outcome::Failed)
    );
    assert_eq!(backups.failures, 1);
}

/// For each run: when it began, how it ended, and the steps at which it is there.
fn lives() -> impl Strategy<Value = Vec<(Run, usize, usize)>> {
    let life = (1..90_i64, any::<bool>(), 0..6_usize, 1..6_usize);
    prop::collection::vec(life, 0..12).prop_map(|lives| {
        let lives = lives.into_iter().enumerate();
        lives
            .map(|(number, (began, is_good, from, steps))| {
                let outcome = if is_good {
                    Outcome::Succeeded
                } else {
                    Outcome::Failed
                };
                (
                    run(&format!("run-{number}"), began, Some(outcome)),
                    from,
                    from + steps,
                )
            })
            .collect()
    })
}

proptest! {
    /// Whatever comes and goes, and whenever Lifeboat restarts: each run is counted once, and the
    /// last one is the one that ended last among those ever seen.
    #[test]
    fn every_run_is_counted_once(lives in lives(), restarts in prop::collection::vec(any::<bool>(), 12)) {
        let mut history = AssetHistory::new(hour(0));
        let mut written: Vec<RunId> = Vec::new();
        for (step, restarts_now) in restarts.into_iter().enumerate() {
            let visible: Vec<Run> = lives
                .iter()
                .filter(|(_, from, until)| (*from..*until).contains(&step))
                .map(|(run, ..)| run.clone())
                .collect();
            let observed = history.observe(&seen(&visible), hour(NOW));
            written.extend(observed.runs.into_iter().map(|run| run.id));
            if restarts_now {
                history = after_a_restart(&history);
            }
        }
        let mut once = written.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), written.len());
        prop_assert_eq!(written.len(), lives.len());
        let good = lives.iter().filter(|(run, ..)| run.outcome() == Some(Outcome::Succeeded));
        prop_assert_eq!(totals(&history, Outcome::Succeeded), good.count() as u64);
        let newest = lives.iter().filter_map(|(run, ..)| Some(run.end.as_ref()?.at)).max();
        let last = history.operation(Operation::Backup).and_then(|backups| {
            Some(backups.last.as_ref()?.end.as_ref()?.at)
        });
        prop_assert_eq!(last, newest);
    }
}
