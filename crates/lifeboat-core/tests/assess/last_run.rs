//! Last run: the newest backup run must have succeeded.

use lifeboat_core::{Check, Evidence, Operation, Outcome, RunEnd, Status};

use crate::builder::{KNOWN_SINCE, asset, at};

const NOW: &str = "2026-11-23T00:00:00Z";

#[test]
fn without_a_run_nothing_is_known() {
    let never = (
        Status::Unknown,
        at(KNOWN_SINCE),
        Evidence::NeverRan {
            operation: Operation::Backup,
        },
    );
    assert_eq!(asset().says(Check::LastRun, NOW), never);
    let running = asset().running(Operation::Backup, "2026-11-21T02:00:00Z");
    assert_eq!(running.says(Check::LastRun, NOW), never);
    let other = asset().run(
        Operation::Verification,
        Outcome::Failed,
        "2026-11-21T02:00:00Z",
    );
    assert_eq!(other.says(Check::LastRun, NOW), never);
}

#[test]
fn a_success_is_ok_since_its_end_and_stays_so_while_the_next_one_runs() {
    let ended = at("2026-11-21T02:05:00Z");
    let builder = || {
        asset().run(
            Operation::Backup,
            Outcome::Succeeded,
            "2026-11-21T02:00:00Z",
        )
    };
    let succeeded = (
        Status::Ok,
        ended,
        Evidence::RunSucceeded {
            operation: Operation::Backup,
            at: ended,
        },
    );
    assert_eq!(builder().says(Check::LastRun, NOW), succeeded);
    let running = builder().running(Operation::Backup, "2026-11-22T02:00:00Z");
    assert_eq!(running.says(Check::LastRun, NOW), succeeded);
}

#[test]
fn failures_are_counted_and_date_from_the_first_of_them() {
    let builder = asset()
        .run(
            Operation::Backup,
            Outcome::Succeeded,
            "2026-11-20T02:00:00Z",
        )
        .run(Operation::Backup, Outcome::Failed, "2026-11-21T02:00:00Z")
        .run(Operation::Backup, Outcome::Failed, "2026-11-22T02:00:00Z");
    let evidence = Evidence::RunFailed {
        operation: Operation::Backup,
        at: at("2026-11-22T02:05:00Z"),
        failures: 2,
        error: "failed of 2026-11-22T02:00:00Z".to_owned(),
        hint: None,
    };
    assert_eq!(
        builder.says(Check::LastRun, NOW),
        (Status::Failing, at("2026-11-21T02:05:00Z"), evidence)
    );
}

#[test]
fn a_retry_that_is_cut_short_neither_undoes_the_failure_before_it_nor_hides_its_cause() {
    let failed = RunEnd {
        error: Some("the disk is full".to_owned()),
        hint: Some("free some space".to_owned()),
        ..RunEnd::plain(at("2026-11-21T02:05:00Z"), Outcome::Failed)
    };
    let builder = asset()
        .ended(Operation::Backup, "2026-11-21T02:00:00Z", failed)
        .run(
            Operation::Backup,
            Outcome::Inconclusive,
            "2026-11-21T02:10:00Z",
        );
    let evidence = Evidence::RunFailed {
        operation: Operation::Backup,
        at: at("2026-11-21T02:05:00Z"),
        failures: 1,
        error: "the disk is full".to_owned(),
        hint: Some("free some space".to_owned()),
    };
    assert_eq!(
        builder.says(Check::LastRun, NOW),
        (Status::Failing, at("2026-11-21T02:05:00Z"), evidence)
    );
}

#[test]
fn a_run_that_was_cut_short_after_a_success_is_unknown_and_not_green() {
    let builder = asset()
        .run(
            Operation::Backup,
            Outcome::Succeeded,
            "2026-11-20T02:00:00Z",
        )
        .run(
            Operation::Backup,
            Outcome::Inconclusive,
            "2026-11-21T02:00:00Z",
        );
    let ended = at("2026-11-21T02:05:00Z");
    let evidence = Evidence::RunInconclusive {
        operation: Operation::Backup,
        at: ended,
        error: "inconclusive of 2026-11-21T02:00:00Z".to_owned(),
    };
    assert_eq!(
        builder.says(Check::LastRun, NOW),
        (Status::Unknown, ended, evidence)
    );
}

#[test]
fn the_next_success_ends_it() {
    let builder = asset()
        .run(Operation::Backup, Outcome::Failed, "2026-11-21T02:00:00Z")
        .run(
            Operation::Backup,
            Outcome::Succeeded,
            "2026-11-21T03:00:00Z",
        )
        .run(
            Operation::Backup,
            Outcome::Inconclusive,
            "2026-11-21T04:00:00Z",
        );
    assert_eq!(builder.verdict(Check::LastRun, NOW).status, Status::Unknown);
}
