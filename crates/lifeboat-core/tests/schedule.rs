//! Schedules as claims: looking forward and looking back agree, through every change of the clocks.
#![expect(
    clippy::unwrap_used,
    reason = "an unwrap that fails is a failed test, with its line"
)]

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::Schedule;
use proptest::prelude::*;
use rstest::rstest;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// All moments after `from`, up to and with `until`.
fn moments(schedule: &Schedule, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    std::iter::successors(schedule.after(from), |moment| schedule.after(*moment))
        .take_while(|moment| *moment <= until)
        .collect()
}

#[rstest]
// 02:30 doesn't exist on the 29th: the run is not lost, and it is one run.
#[case::spring("30 2 * * *", "2026-03-28T12:00:00Z", &["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"])]
// 02:30 exists twice on the 25th: one run.
#[case::autumn("30 2 * * *", "2026-10-24T12:00:00Z", &["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])]
fn a_daily_run_happens_once_on_the_day_of_a_clock_change(
    #[case] expression: &str,
    #[case] from: &str,
    #[case] expected: &[&str],
) {
    let schedule = Schedule::parse(expression, "Europe/Berlin").unwrap();
    let expected: Vec<Timestamp> = expected.iter().map(|text| at(text)).collect();
    let until = *expected.last().unwrap();
    assert_eq!(moments(&schedule, at(from), until), expected);
}

#[rstest]
#[case("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")]
#[case("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]
fn an_hourly_run_happens_every_hour_of_the_day_of_a_clock_change(
    #[case] from: &str,
    #[case] until: &str,
) {
    let schedule = Schedule::parse("0 * * * *", "Europe/Berlin").unwrap();
    let moments = moments(&schedule, at(from), at(until));
    let hours = at(until).duration_since(at(from)).as_hours();
    assert_eq!(i64::try_from(moments.len()).unwrap(), hours);
    assert!(
        moments
            .windows(2)
            .all(|pair| pair[1].duration_since(pair[0]) == SignedDuration::from_hours(1))
    );
}

#[test]
fn a_leap_day_comes_every_fourth_year() {
    let schedule = Schedule::parse("0 3 29 2 *", "UTC").unwrap();
    assert_eq!(
        schedule.after(at("2026-11-21T00:00:00Z")),
        Some(at("2028-02-29T03:00:00Z"))
    );
    assert_eq!(
        schedule.after(at("2028-02-29T03:00:00Z")),
        Some(at("2032-02-29T03:00:00Z"))
    );
    assert_eq!(
        schedule.at_or_before(at("2028-02-29T02:59:59Z")),
        Some(at("2024-02-29T03:00:00Z"))
    );
}

const EXPRESSIONS: [&str; 12] = [
    "0 2 * * *",
    "30 2 * * *",
    "59 23 * * *",
    "0 0 * * 0",
    "0 * * * *",
    "*/15 * * * *",
    "*/20 1-3 * * *",
    "30 1,2,3 * * *",
    "0 9-17 * * 1-5",
    "15 2 1 * *",
    "5 4 L * *",
    "@weekly",
];

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    // Its clocks change by half an hour.
    "Australia/Lord_Howe",
    // Its clocks change at midnight.
    "America/Santiago",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    // It left out a whole day in 2011.
    "Pacific/Apia",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn looking_forward_and_looking_back_agree(
        expression in prop::sample::select(&EXPRESSIONS),
        zone in prop::sample::select(&ZONES),
        // 2009 to 2041.
        seconds in 1_230_768_000_i64..2_250_000_000,
        // Half of the cases lie near a change of clocks in Berlin.
        near in prop::option::of(prop::sample::select(vec![1_774_746_000_i64, 1_792_890_000])),
        nanoseconds in prop::sample::select(vec![0, 1, 999_999_999]),
    ) {
        let seconds = near.map_or(seconds, |near| near + seconds % 20_000 - 10_000);
        let now = Timestamp::new(seconds, nanoseconds).unwrap();
        let schedule = Schedule::parse(expression, zone).unwrap();
        let next = schedule.after(now).unwrap();
        let last = schedule.at_or_before(now).unwrap();
        prop_assert!(last <= now && now < next, "{last} <= {now} < {next}");
        prop_assert_eq!(schedule.after(last), Some(next), "nothing lies between");
        prop_assert_eq!(schedule.at_or_before(next), Some(next), "a moment is its own last");
        let just_before = next - SignedDuration::from_nanos(1);
        prop_assert_eq!(schedule.at_or_before(just_before), Some(last));
        prop_assert_eq!(schedule.after(just_before), Some(next));
    }
}
