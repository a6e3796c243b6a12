//! Schedules: when they are due, and what five fields really do.

use lifeboat_core::{Check, ScheduleState, Status};
use rstest::rstest;
use serde_json::json;

use super::{
    common::{NOON, plugin_with},
    objects::{completed, daily},
    replay::at,
};

#[test]
fn after_a_time_away_the_operator_makes_up_for_one_moment_and_misses_none() {
    let mut schedule = daily(Some("2026-11-19T03:00:00Z"));
    schedule["status"]["lastCheckTime"] = json!("2026-11-21T10:00:00Z");
    let seen = plugin_with([schedule, completed(21)]).at(NOON);
    assert_eq!(seen.status(Check::OnSchedule), Status::Ok);
    let schedules = seen.observation.facts.schedules.unwrap();
    assert_eq!(schedules[0].first_due(), Some(at("2026-11-22T03:00:00Z")));
    assert_eq!(
        schedules[0].last_scheduled_at,
        Some(at("2026-11-19T03:00:00Z"))
    );
}

#[rstest]
#[case::not_immediate(false, "2026-11-19T03:00:00Z")]
#[case::immediate(true, "2026-11-19T00:00:00Z")]
fn a_new_schedule_is_first_due_after_its_creation(#[case] immediate: bool, #[case] due: &str) {
    let mut schedule = daily(None);
    schedule["spec"]["immediate"] = json!(immediate);
    let seen = plugin_with([schedule]).at(NOON);
    assert_eq!(
        seen.observation.facts.schedules.unwrap()[0].first_due(),
        Some(at(due))
    );
}

#[test]
fn schedules_are_kept_in_utc_and_may_be_intervals() {
    let mut schedule = daily(Some("2026-11-21T10:00:30Z"));
    schedule["spec"]["schedule"] = json!("@every 1h30m");
    let seen = plugin_with([schedule]).at(NOON);
    let schedules = seen.observation.facts.schedules.clone().unwrap();
    let ScheduleState::Active {
        schedule,
        first_due,
    } = &schedules[0].state
    else {
        panic!("an interval is kept: {schedules:?}");
    };
    assert_eq!(schedule.time_zone(), "UTC");
    assert_eq!(*first_due, Some(at("2026-11-21T11:30:30Z")));
    assert_eq!(seen.finding("five_field_schedule"), None);
}

#[rstest]
#[case("0 3 * * *", "it runs at minute 3 of every hour", Some("0 0 3 * * *"))]
#[case(
    "0 0 1,15 * *",
    "it runs at 01:00:00 and 15:00:00 every day",
    Some("0 0 0 1,15 * *")
)]
#[case(
    "0 2 * * 1-5",
    "it runs at minute 2 of every hour from January to May",
    Some("0 0 2 * * 1-5")
)]
#[case(
    "0 2 * * 7",
    "it runs at minute 2 of every hour in July",
    Some("0 0 2 * * 0")
)]
#[case(
    "0 7,9 * * *",
    "the next times are 2026-11-21T12:07:00Z, 2026-11-21T12:09:00Z, 2026-11-21T13:07:00Z",
    Some("0 0 7,9 * * *")
)]
#[case(
    "0 0 * * 0",
    "it never runs (the schedule '0 0 * * 0' can't be read: '0' is no month, which goes from 1 to 12)",
    Some("0 0 0 * * 0")
)]
#[case("0 0 * * x", "it never runs", None)]
fn five_fields_are_explained(
    #[case] text: &str,
    #[case] effect: &str,
    #[case] meant: Option<&str>,
) {
    let mut schedule = daily(None);
    schedule["spec"]["schedule"] = json!(text);
    let seen = plugin_with([schedule]).at(NOON);
    let finding = seen.finding("five_field_schedule").unwrap();
    assert!(finding.message.contains(effect), "{}", finding.message);
    let hint = meant.map(|meant| format!("{{\"schedule\":\"{meant}\"}}"));
    match (hint, &finding.hint) {
        (Some(expected), Some(hint)) => assert!(hint.contains(&expected), "{hint}"),
        (expected, hint) => assert_eq!((&expected, hint), (&None, &None)),
    }
}
