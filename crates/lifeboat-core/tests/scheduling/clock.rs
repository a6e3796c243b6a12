//! A clock that is wrong and then right again must neither silence a schedule nor run it for ever.

use lifeboat_core::{Outcome, RunEnd};

use crate::scheduler::{Scheduler, at, plan};

#[test]
fn a_clock_that_leaps_thirty_hours_ahead_runs_for_the_latest_moment_once() {
    let mut scheduler = Scheduler::new(plan("0 2 * * *"));
    scheduler.run(Outcome::Succeeded, "2026-11-20T02:00:00Z");
    assert_eq!(
        scheduler.says("2026-11-21T08:00:00Z"),
        "catch_up 2026-11-21T02:00:00Z 1"
    );
    scheduler.run(Outcome::Succeeded, "2026-11-21T08:00:00Z");
    assert_eq!(
        scheduler.says("2026-11-21T08:00:01Z"),
        "wait 2026-11-22T02:00:00Z"
    );
}

#[test]
fn a_run_recorded_in_the_future_does_not_silence_the_schedule_until_then() {
    let mut scheduler = Scheduler::new(plan("0 2 * * *"));
    scheduler.run(Outcome::Succeeded, "2027-11-20T02:00:00Z");
    assert_eq!(
        scheduler.says("2026-11-21T12:00:00Z"),
        "catch_up 2026-11-21T02:00:00Z 1"
    );
    scheduler.run(Outcome::Succeeded, "2026-11-21T12:00:00Z");
    assert_eq!(
        scheduler.says("2026-11-21T12:00:01Z"),
        "wait 2026-11-22T02:00:00Z"
    );
}

#[test]
fn before_the_first_moment_since_the_asset_is_known_nothing_is_made_up_for() {
    let mut scheduler = Scheduler::new(plan("0 2 * * *"));
    scheduler.run(Outcome::Succeeded, "2027-11-20T02:00:00Z");
    assert_eq!(
        scheduler.says("2026-11-20T01:00:00Z"),
        "wait 2026-11-20T02:00:00Z"
    );
}

#[test]
fn an_asset_first_seen_in_the_future_runs_once_and_then_on_schedule() {
    let mut scheduler = Scheduler::known_since(plan("0 2 * * *"), at("2027-11-20T00:00:00Z"));
    assert_eq!(
        scheduler.says("2026-11-20T12:00:00Z"),
        "catch_up 2026-11-20T02:00:00Z 1"
    );
    scheduler.run(Outcome::Succeeded, "2026-11-20T12:00:00Z");
    assert_eq!(
        scheduler.says("2026-11-20T12:00:01Z"),
        "wait 2026-11-21T02:00:00Z"
    );
    scheduler.run(Outcome::Succeeded, "2026-11-21T02:00:00Z");
    assert_eq!(
        scheduler.says("2026-11-21T02:00:01Z"),
        "wait 2026-11-22T02:00:00Z"
    );
}

#[test]
fn a_run_that_ended_in_the_future_is_tried_again_at_once_when_the_clock_is_right() {
    let mut scheduler = Scheduler::new(plan("0 2 * * *"));
    let run = scheduler.start("2026-11-20T02:00:00Z");
    let end = RunEnd::plain(at("2026-11-23T02:00:00Z"), Outcome::Failed);
    scheduler.end(run, end);
    assert_eq!(
        scheduler.says("2026-11-20T02:30:00Z"),
        "retry 2026-11-20T02:00:00Z 2"
    );
}

#[test]
fn a_failure_of_a_moment_to_come_is_not_tried_again() {
    let mut scheduler = Scheduler::new(plan("0 2 * * 5"));
    scheduler.run(Outcome::Failed, "2027-11-19T02:00:00Z");
    scheduler.run(Outcome::Succeeded, "2026-11-20T12:00:00Z");
    assert_eq!(
        scheduler.says("2026-11-20T12:00:01Z"),
        "wait 2026-11-27T02:00:00Z"
    );
}

#[test]
fn a_clock_that_goes_back_by_less_than_clocks_may_differ_repeats_nothing() {
    let mut scheduler = Scheduler::new(plan("0 * * * *"));
    scheduler.run(Outcome::Succeeded, "2026-11-20T02:00:00Z");
    assert_eq!(
        scheduler.says("2026-11-20T01:55:00Z"),
        "wait 2026-11-20T03:00:00Z"
    );
}

#[test]
fn a_clock_that_goes_back_further_repeats_one_run_and_no_more() {
    let mut scheduler = Scheduler::new(plan("0 * * * *"));
    scheduler.run(Outcome::Succeeded, "2026-11-20T02:00:00Z");
    assert_eq!(
        scheduler.says("2026-11-20T01:54:59Z"),
        "catch_up 2026-11-20T01:00:00Z 1"
    );
    scheduler.run(Outcome::Succeeded, "2026-11-20T01:54:59Z");
    assert_eq!(
        scheduler.says("2026-11-20T01:55:00Z"),
        "wait 2026-11-20T02:00:00Z"
    );
}
