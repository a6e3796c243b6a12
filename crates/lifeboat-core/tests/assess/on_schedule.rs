//! On schedule: what was due must have begun.

use lifeboat_core::{Check, Evidence, Operation, Outcome, Status};
use rstest::rstest;

use crate::builder::{KNOWN_SINCE, asset, at};

#[rstest]
// Five minutes of jitter and ten of grace.
#[case("2026-11-20T02:15:00Z", Status::Ok)]
#[case("2026-11-20T02:15:01Z", Status::Failing)]
fn a_run_that_was_due_may_begin_a_little_late(#[case] now: &str, #[case] expected: Status) {
    let due_at = at("2026-11-20T02:00:00Z");
    let operation = Operation::Backup;
    let verdict = asset()
        .planned(operation, "0 2 * * *")
        .verdict(Check::OnSchedule, now);
    assert_eq!(verdict.status, expected);
    if expected == Status::Failing {
        assert_eq!(verdict.since, due_at);
        assert_eq!(verdict.evidence, Evidence::RunMissed { operation, due_at });
    }
}

#[rstest]
#[case::failed(Outcome::Failed)]
#[case::succeeded(Outcome::Succeeded)]
#[case::cut_short(Outcome::Inconclusive)]
fn a_run_keeps_the_schedule_however_it_ends(#[case] outcome: Outcome) {
    let builder = asset().planned(Operation::Backup, "0 2 * * *").run(
        Operation::Backup,
        outcome,
        "2026-11-20T02:00:00Z",
    );
    let evidence = Evidence::ScheduleKept {
        next: Some(at("2026-11-21T02:00:00Z")),
    };
    assert_eq!(
        builder.says(Check::OnSchedule, "2026-11-20T12:00:00Z"),
        (Status::Ok, at(KNOWN_SINCE), evidence)
    );
}

#[test]
fn what_still_runs_holds_the_next_one_up() {
    let builder = asset()
        .planned(Operation::Backup, "0 2 * * *")
        .running(Operation::Backup, "2026-11-20T02:00:00Z");
    let verdict = builder.verdict(Check::OnSchedule, "2026-11-25T12:00:00Z");
    assert_eq!(verdict.status, Status::Ok);
}

#[test]
fn the_longest_missed_is_told_first() {
    let builder = asset()
        .planned(Operation::Backup, "0 4 * * *")
        .planned(Operation::Prune, "0 3 * * *");
    let (_, _, evidence) = builder.says(Check::OnSchedule, "2026-11-20T12:00:00Z");
    assert_eq!(
        evidence,
        Evidence::RunMissed {
            operation: Operation::Prune,
            due_at: at("2026-11-20T03:00:00Z"),
        }
    );
}

#[test]
fn a_run_noted_in_the_future_does_not_keep_the_schedule_until_then() {
    let builder = asset().planned(Operation::Backup, "0 2 * * *").run(
        Operation::Backup,
        Outcome::Succeeded,
        "2027-11-20T02:00:00Z",
    );
    let (status, since, _) = builder.says(Check::OnSchedule, "2026-11-22T12:00:00Z");
    assert_eq!(
        (status, since),
        (Status::Failing, at("2026-11-22T02:00:00Z"))
    );
}

#[test]
fn without_a_schedule_nothing_is_missed() {
    let verdict = asset().verdict(Check::OnSchedule, "2027-11-20T12:00:00Z");
    assert_eq!(
        (verdict.status, verdict.evidence),
        (Status::Ok, Evidence::ScheduleKept { next: None })
    );
}
