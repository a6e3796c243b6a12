//! Retries: a failed run is tried again, ever later, until its retries are used up or the next moment comes.

use jiff::SignedDuration;
use lifeboat_core::{Outcome, RunEnd, scheduling::Retries};
use rstest::rstest;

use crate::scheduler::{Scheduler, at, minutes, plan};

#[rstest]
#[case(Outcome::Failed)]
#[case(Outcome::Inconclusive)]
fn retries_wait_twice_as_long_each_time_and_then_end(#[case] outcome: Outcome) {
    let mut scheduler = Scheduler::new(plan("0 2 * * *"));
    let mut then = |now: &str, expected: &str| {
        assert_eq!(scheduler.says(now), expected);
        if !expected.starts_with("wait") {
            scheduler.run(outcome, now);
        }
    };
    then("2026-11-20T02:00:00Z", "schedule 2026-11-20T02:00:00Z 1");
    then("2026-11-20T02:09:59Z", "wait 2026-11-20T02:10:00Z");
    then("2026-11-20T02:10:00Z", "retry 2026-11-20T02:00:00Z 2");
    then("2026-11-20T02:29:59Z", "wait 2026-11-20T02:30:00Z");
    then("2026-11-20T02:30:00Z", "retry 2026-11-20T02:00:00Z 3");
    then("2026-11-20T12:00:00Z", "wait 2026-11-21T02:00:00Z");
    then("2026-11-21T02:00:00Z", "schedule 2026-11-21T02:00:00Z 1");
}

#[test]
fn a_success_ends_the_retries() {
    let mut scheduler = Scheduler::new(plan("0 2 * * *"));
    scheduler.run(Outcome::Failed, "2026-11-20T02:00:00Z");
    scheduler.run(Outcome::Succeeded, "2026-11-20T02:10:00Z");
    assert_eq!(
        scheduler.says("2026-11-20T03:00:00Z"),
        "wait 2026-11-21T02:00:00Z"
    );
}

#[test]
fn a_retry_gives_way_to_the_next_moment() {
    let mut scheduler = Scheduler::new(plan("*/15 * * * *"));
    scheduler.run(Outcome::Failed, "2026-11-20T00:15:00Z");
    scheduler.run(Outcome::Failed, "2026-11-20T00:25:00Z");
    assert_eq!(
        scheduler.says("2026-11-20T00:29:59Z"),
        "wait 2026-11-20T00:30:00Z"
    );
    scheduler.run(Outcome::Succeeded, "2026-11-20T00:30:00Z");
    assert_eq!(
        scheduler.says("2026-11-20T00:45:00Z"),
        "schedule 2026-11-20T00:45:00Z 1"
    );
}

#[test]
fn a_retry_that_became_due_during_an_outage_gives_way_to_a_missed_moment() {
    let mut scheduler = Scheduler::new(plan("0 2 * * *"));
    scheduler.run(Outcome::Failed, "2026-11-20T02:00:00Z");
    assert_eq!(
        scheduler.says("2026-11-20T23:00:00Z"),
        "retry 2026-11-20T02:00:00Z 2"
    );
    assert_eq!(
        scheduler.says("2026-11-21T23:00:00Z"),
        "catch_up 2026-11-21T02:00:00Z 1"
    );
}

#[test]
fn what_another_attempt_would_find_again_is_not_tried_again() {
    let mut scheduler = Scheduler::new(plan("0 2 * * *"));
    let run = scheduler.start("2026-11-20T02:00:00Z");
    let end = RunEnd {
        retryable: false,
        ..RunEnd::plain(at("2026-11-20T02:00:00Z"), Outcome::Failed)
    };
    scheduler.end(run, end);
    assert_eq!(
        scheduler.says("2026-11-20T03:00:00Z"),
        "wait 2026-11-21T02:00:00Z"
    );
}

#[rstest]
#[case(10, 1, 10)]
#[case(10, 2, 20)]
#[case(10, 3, 40)]
#[case(10, 4, 60)]
#[case(10, u32::MAX, 60)]
// A longer wait than an hour is taken as it is.
#[case(90, 1, 90)]
#[case(90, 9, 90)]
fn the_wait_doubles_up_to_an_hour(#[case] backoff: i64, #[case] attempt: u32, #[case] wait: i64) {
    let retries = Retries {
        limit: 9,
        backoff: minutes(backoff),
    };
    assert_eq!(retries.wait_after(attempt), minutes(wait));
}

#[test]
fn no_wait_is_no_wait() {
    let retries = Retries {
        limit: 9,
        backoff: SignedDuration::ZERO,
    };
    assert_eq!(retries.wait_after(5), SignedDuration::ZERO);
}
