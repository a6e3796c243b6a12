//! What is due: first runs, overlaps, missed moments, jitter, runs by hand, changed plans.

use jiff::SignedDuration;
use lifeboat_core::{
    AssetId, Operation, Outcome, Schedule,
    scheduling::{Decision, RunPlan},
};
use rstest::rstest;

use crate::scheduler::{Scheduler, at, minutes, plan};

#[rstest]
#[case("2026-11-20T01:59:59Z", "wait 2026-11-20T02:00:00Z")]
#[case("2026-11-20T02:00:00Z", "schedule 2026-11-20T02:00:00Z 1")]
#[case("2026-11-20T02:01:00Z", "schedule 2026-11-20T02:00:00Z 1")]
#[case("2026-11-20T02:01:01Z", "catch_up 2026-11-20T02:00:00Z 1")]
fn the_first_run_is_the_first_moment_since_the_asset_is_known(
    #[case] now: &str,
    #[case] expected: &str,
) {
    assert_eq!(Scheduler::new(plan("0 2 * * *")).says(now), expected);
}

#[test]
fn a_moment_before_the_asset_was_known_is_not_run_for() {
    let scheduler = Scheduler::known_since(plan("0 2 * * *"), at("2026-11-20T02:00:00Z"));
    assert_eq!(
        scheduler.says("2026-11-20T02:00:00Z"),
        "wait 2026-11-21T02:00:00Z"
    );
}

#[test]
fn two_runs_never_overlap_and_the_latest_moment_follows() {
    let mut scheduler = Scheduler::new(plan("0 * * * *"));
    let long = scheduler.start("2026-11-20T01:00:00Z");
    assert_eq!(scheduler.says("2026-11-20T04:30:00Z"), "idle");
    let end = lifeboat_core::RunEnd::plain(at("2026-11-20T04:30:00Z"), Outcome::Succeeded);
    scheduler.end(long, end);
    assert_eq!(
        scheduler.says("2026-11-20T04:30:00Z"),
        "catch_up 2026-11-20T04:00:00Z 1"
    );
}

#[test]
fn of_many_missed_moments_only_the_latest_is_caught_up() {
    let mut scheduler = Scheduler::new(plan("0 2 * * *"));
    scheduler.run(Outcome::Succeeded, "2026-11-20T02:00:00Z");
    assert_eq!(
        scheduler.says("2026-12-24T12:00:00Z"),
        "catch_up 2026-12-24T02:00:00Z 1"
    );
    scheduler.run(Outcome::Succeeded, "2026-12-24T12:00:00Z");
    assert_eq!(
        scheduler.says("2026-12-24T12:00:00Z"),
        "wait 2026-12-25T02:00:00Z"
    );
}

#[rstest]
#[case("2026-11-20T02:30:00Z", "catch_up 2026-11-20T02:00:00Z 1")]
#[case("2026-11-20T02:30:01Z", "wait 2026-11-21T02:00:00Z")]
fn a_moment_is_caught_up_within_its_starting_deadline(#[case] now: &str, #[case] expected: &str) {
    let scheduler = Scheduler::new(RunPlan {
        starting_deadline: Some(minutes(30)),
        ..plan("0 2 * * *")
    });
    assert_eq!(scheduler.says(now), expected);
}

#[test]
fn jitter_spreads_assets_and_is_always_the_same_for_the_same_run() {
    let jitter = minutes(30);
    let scheduler = Scheduler::new(RunPlan {
        jitter,
        ..plan("0 2 * * *")
    });
    let due = at("2026-11-20T02:00:00Z");
    let starts: Vec<_> = (0..200)
        .map(|number| {
            let asset: AssetId = format!("Prometheus/monitoring/{number}").parse().unwrap();
            let planned = &scheduler.planned;
            let next_start = || planned.next_start(&asset, Operation::Backup, None, due);
            let start = next_start();
            assert_eq!(start, next_start());
            start.unwrap()
        })
        .collect();
    assert!(
        starts
            .iter()
            .all(|start| *start >= due && *start <= due + jitter)
    );
    let early = starts
        .iter()
        .filter(|start| **start < due + jitter / 2)
        .count();
    assert!(
        (60..=140).contains(&early),
        "{early} of 200 in the first half"
    );
}

#[test]
fn a_run_starts_with_its_jitter_and_not_a_second_before() {
    let scheduler = Scheduler::new(RunPlan {
        jitter: minutes(30),
        ..plan("0 2 * * *")
    });
    let start = scheduler.planned.next_start(
        &scheduler.asset,
        Operation::Backup,
        None,
        scheduler.planned.known_since,
    );
    let start = start.unwrap();
    let before = start - SignedDuration::from_secs(1);
    assert_eq!(scheduler.decide(before), Decision::Wait(start));
    assert_eq!(
        scheduler.says(&start.to_string()),
        "schedule 2026-11-20T02:00:00Z 1"
    );
}

#[test]
fn a_run_by_hand_does_not_stand_for_a_moment() {
    let mut scheduler = Scheduler::new(plan("0 2 * * *"));
    scheduler.run_by_hand(Outcome::Succeeded, "2026-11-20T01:59:00Z");
    assert_eq!(
        scheduler.says("2026-11-20T02:00:00Z"),
        "schedule 2026-11-20T02:00:00Z 1"
    );
}

#[test]
fn a_run_by_hand_is_not_tried_again() {
    let mut scheduler = Scheduler::new(plan("0 2 * * *"));
    scheduler.run_by_hand(Outcome::Failed, "2026-11-20T01:00:00Z");
    assert_eq!(
        scheduler.says("2026-11-20T01:30:00Z"),
        "wait 2026-11-20T02:00:00Z"
    );
}

#[rstest]
#[case::an_hour_before_the_change("0 9 * * *", "wait 2026-11-21T09:00:00Z")]
#[case::long_before_the_change("0 9 1 * *", "wait 2026-12-01T09:00:00Z")]
#[case::soon("30 10 * * *", "wait 2026-11-20T10:30:00Z")]
fn a_changed_schedule_runs_for_no_moment_before_the_change(
    #[case] schedule: &str,
    #[case] expected: &str,
    #[values(true, false)] ran_before: bool,
) {
    let mut scheduler = Scheduler::new(plan("0 2 * * *"));
    if ran_before {
        scheduler.run(Outcome::Succeeded, "2026-11-20T02:00:00Z");
    }
    scheduler.change(plan(schedule), "2026-11-20T10:00:00Z");
    assert_eq!(scheduler.says("2026-11-20T10:00:00Z"), expected);
}

#[test]
fn a_restart_in_the_middle_changes_no_decision() {
    let mut scheduler = Scheduler::new(RunPlan {
        jitter: minutes(10),
        ..plan("0 2 * * *")
    });
    scheduler.run(Outcome::Failed, "2026-11-20T02:10:00Z");
    for now in [
        "2026-11-20T02:15:00Z",
        "2026-11-20T02:20:00Z",
        "2026-11-21T02:10:00Z",
        "2026-12-21T02:10:00Z",
    ] {
        let before = scheduler.says(now);
        scheduler.restart();
        assert_eq!(scheduler.says(now), before);
    }
}

#[rstest]
#[case::spring("2026-03-28T12:00:00Z", &["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"])]
#[case::autumn("2026-10-24T12:00:00Z", &["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])]
fn on_the_day_of_a_clock_change_a_daily_run_happens_once(
    #[case] known_since: &str,
    #[case] expected: &[&str],
) {
    let berlin = RunPlan {
        schedule: Schedule::parse("30 2 * * *", "Europe/Berlin").unwrap(),
        ..plan("@daily")
    };
    let mut scheduler = Scheduler::known_since(berlin, at(known_since));
    let mut now = at(known_since);
    let mut ran = Vec::new();
    while ran.len() < expected.len() {
        if let Decision::Start(start) = scheduler.decide(now) {
            ran.push(start.scheduled_for.to_string());
            scheduler.run(Outcome::Succeeded, &now.to_string());
        }
        now += minutes(5);
    }
    assert_eq!(ran, expected);
}

#[test]
fn a_leap_day_is_waited_for() {
    let scheduler = Scheduler::new(plan("0 3 29 2 *"));
    assert_eq!(
        scheduler.says("2026-11-21T00:00:00Z"),
        "wait 2028-02-29T03:00:00Z"
    );
}
