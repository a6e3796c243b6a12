//! Not stuck: no run may go on for longer than its deadline and a moment to clear up.

use jiff::SignedDuration;
use lifeboat_core::{Check, Evidence, Operation, Outcome, Status};
use rstest::rstest;

use crate::builder::{KNOWN_SINCE, asset, at};

const STARTED: &str = "2026-11-21T02:00:00Z";

#[rstest]
#[case("2026-11-21T03:05:00Z", Status::Ok)]
#[case("2026-11-21T03:05:01Z", Status::Failing)]
fn a_run_is_stuck_five_minutes_after_its_deadline(
    #[case] now: &str,
    #[case] expected: Status,
    #[values(Operation::Backup, Operation::Verification, Operation::Prune)] operation: Operation,
) {
    let builder = asset()
        .planned(operation, "0 2 * * *")
        .running(operation, STARTED);
    let verdict = builder.verdict(Check::NotStuck, now);
    assert_eq!(verdict.status, expected);
    if expected == Status::Failing {
        assert_eq!(verdict.since, at("2026-11-21T03:05:00Z"));
        let evidence = Evidence::Stuck {
            operation,
            started_at: at(STARTED),
            deadline: SignedDuration::from_hours(1),
        };
        assert_eq!(verdict.evidence, evidence);
    }
}

#[test]
fn a_run_that_ended_is_not_stuck_however_late() {
    let builder = asset().planned(Operation::Backup, "0 2 * * *").run(
        Operation::Backup,
        Outcome::Failed,
        STARTED,
    );
    assert_eq!(
        builder.says(Check::NotStuck, "2027-01-01T00:00:00Z"),
        (Status::Ok, at(KNOWN_SINCE), Evidence::NothingStuck)
    );
}
