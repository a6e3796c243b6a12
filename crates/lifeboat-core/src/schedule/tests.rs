//! Schedules as tables: what is read, what is refused, and which moments follow.

use rstest::rstest;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[rstest]
#[case("0 2 * * *", "UTC", "2026-11-21T02:00:00Z", "2026-11-22T02:00:00Z")]
#[case("0 2 * * *", "UTC", "2026-11-21T01:59:59.5Z", "2026-11-21T02:00:00Z")]
#[case(
    "@daily",
    "Europe/Berlin",
    "2026-11-21T12:00:00Z",
    "2026-11-21T23:00:00Z"
)]
#[case("*/15 * * * *", "UTC", "2026-11-21T12:03:00Z", "2026-11-21T12:15:00Z")]
// 02:30 does not exist on that day in Berlin: the moment after the gap, 03:00 summer time.
#[case(
    "30 2 * * *",
    "Europe/Berlin",
    "2026-03-28T12:00:00Z",
    "2026-03-29T01:00:00Z"
)]
// 02:30 exists twice: the first of them, in summer time.
#[case(
    "30 2 * * *",
    "Europe/Berlin",
    "2026-10-24T12:00:00Z",
    "2026-10-25T00:30:00Z"
)]
fn the_next_moment_follows_the_local_clock(
    #[case] expression: &str,
    #[case] zone: &str,
    #[case] after: &str,
    #[case] expected: &str,
) {
    let schedule = Schedule::parse(expression, zone).unwrap();
    assert_eq!(schedule.after(at(after)), Some(at(expected)));
}

#[test]
fn the_last_moment_may_be_this_one() {
    let schedule = Schedule::parse("0 2 * * *", "UTC").unwrap();
    let due = at("2026-11-21T02:00:00Z");
    assert_eq!(schedule.at_or_before(due), Some(due));
    assert_eq!(schedule.at_or_before(at("2026-11-22T01:59:00Z")), Some(due));
}

#[rstest]
#[case("0 2 * *")]
#[case("0 0 2 * * *")]
#[case("61 * * * *")]
#[case("")]
#[case("daily")]
fn an_expression_without_five_good_fields_is_refused(#[case] expression: &str) {
    let refused = Schedule::parse(expression, "UTC");
    assert!(
        matches!(refused, Err(ScheduleError::Expression { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_day_that_never_comes_is_refused() {
    let refused = Schedule::parse("0 0 30 2 *", "UTC");
    assert_eq!(
        refused,
        Err(ScheduleError::NeverDue("0 0 30 2 *".to_owned()))
    );
}

#[test]
fn an_unknown_time_zone_is_refused() {
    let refused = Schedule::parse("0 2 * * *", "Europe/Atlantis");
    assert_eq!(
        refused,
        Err(ScheduleError::TimeZone("Europe/Atlantis".to_owned()))
    );
}

/// The next moments after 2026-11-21T12:00:30Z, a Saturday, of a schedule that begins with seconds.
#[rstest]
#[case("0 0 3 * * *", &["2026-11-22T03:00:00Z", "2026-11-23T03:00:00Z"])]
// Five fields: the day of the week is what is missing.
#[case("0 3 * * *", &["2026-11-21T12:03:00Z", "2026-11-21T13:03:00Z"])]
#[case("*/15 * * * *", &["2026-11-21T12:00:45Z", "2026-11-21T12:01:00Z"])]
#[case("0 2 1 * *", &["2026-11-22T01:02:00Z", "2026-11-23T01:02:00Z"])]
#[case("0 0 2 ? * MON-FRI", &["2026-11-23T02:00:00Z", "2026-11-24T02:00:00Z"])]
#[case("0 0 0 1 JAN,jul ?", &["2027-01-01T00:00:00Z", "2027-07-01T00:00:00Z"])]
#[case("10/20 5 12 * * *", &["2026-11-21T12:05:10Z", "2026-11-21T12:05:30Z"])]
#[case("0 30 1-5/2 * * 0", &["2026-11-22T01:30:00Z", "2026-11-22T03:30:00Z"])]
// Neither of the two days has a star: one of them is enough.
#[case("0 0 0 13 * 5", &["2026-11-27T00:00:00Z", "2026-12-04T00:00:00Z", "2026-12-11T00:00:00Z", "2026-12-13T00:00:00Z"])]
// A star with a step is a star: both must fit. Odd days that are Mondays.
#[case("0 0 0 */2 * 1", &["2026-11-23T00:00:00Z", "2026-12-07T00:00:00Z"])]
#[case("@daily", &["2026-11-22T00:00:00Z"])]
#[case("@midnight", &["2026-11-22T00:00:00Z"])]
#[case("@weekly", &["2026-11-22T00:00:00Z", "2026-11-29T00:00:00Z"])]
#[case("@hourly", &["2026-11-21T13:00:00Z"])]
#[case("@annually", &["2027-01-01T00:00:00Z"])]
#[case("@every 1h30m", &["2026-11-21T13:30:30Z", "2026-11-21T15:00:30Z"])]
fn a_schedule_that_begins_with_seconds_is_read_as_robfig_reads_it(
    #[case] expression: &str,
    #[case] expected: &[&str],
) {
    let schedule = Schedule::parse_with_seconds(expression, "UTC").unwrap();
    let mut moment = at("2026-11-21T12:00:30Z");
    for expected in expected {
        moment = schedule.after(moment).unwrap();
        assert_eq!(moment, at(expected), "{expression}");
    }
}

#[rstest]
#[case("0 0 * *", "it has 4 fields, and six are wanted")]
#[case("0 0 0 * * * *", "it has 7 fields, and six are wanted")]
#[case("", "it has 0 fields, and six are wanted")]
#[case("0 0 0 * * 7", "'7' is no day of the week, which goes from 0 to 6")]
#[case("0 0 * * 0", "'0' is no month, which goes from 1 to 12")]
#[case("0 3 * * SUN", "'SUN' is no number that a month could have")]
#[case("60 0 0 * * *", "'60' is no second, which goes from 0 to 59")]
#[case("0 0 5-3 * * *", "'5-3' ends before it begins: no hour is like that")]
#[case("0 */0 0 * * *", "'*/0' has a step of 0: no minute is like that")]
#[case("0 0 0 L * *", "'L' is no number that a day of the month could have")]
#[case("0 0 , * * *", "',' names no hour")]
#[case("@reboot", "there is no such nickname: use one such as @daily")]
#[case("daily", "it has one field, and six are wanted")]
#[case("@every day", "'day' is no length of time: use one such as 1h30m")]
fn what_robfig_refuses_is_refused_with_a_reason(#[case] text: &str, #[case] expected: &str) {
    let refused = Schedule::parse_with_seconds(text, "UTC");
    let expected = ScheduleError::Expression {
        expression: text.to_owned(),
        reason: expected.to_owned(),
    };
    assert_eq!(refused, Err(expected));
}

#[test]
fn a_day_that_never_comes_is_refused_with_seconds_too() {
    let refused = Schedule::parse_with_seconds("0 0 0 31 2 *", "UTC");
    assert!(
        matches!(refused, Err(ScheduleError::NeverDue(_))),
        "{refused:?}"
    );
}

#[rstest]
#[case("0 0 3 * * *", Some("at 03:00:00 every day"))]
#[case("0 3 * * *", Some("at minute 3 of every hour"))]
#[case("30 2 * * *", Some("at second 30 of minute 2 of every hour"))]
#[case("0 */6 * * *", Some("every 6 minutes"))]
#[case("30 */6 * * *", Some("every 6 minutes, at second 30"))]
#[case("*/15 * * * *", Some("every 15 seconds"))]
#[case("* * * * *", Some("every second"))]
#[case("0 * * * *", Some("every minute"))]
#[case("5 * * * *", Some("every minute, at second 5"))]
#[case("*/15 3 * * *", Some("every 15 seconds of minute 3 of every hour"))]
#[case("0 2 1 * *", Some("at 01:02:00 every day"))]
#[case("0 0 1,15 * *", Some("at 01:00:00 and 15:00:00 every day"))]
#[case("0 0 */2 * *", Some("at minute 0 of every 2 hours"))]
#[case("0 2 * * 1", Some("at minute 2 of every hour in January"))]
#[case("0 2 * * 1-5", Some("at minute 2 of every hour from January to May"))]
#[case("0 2 * * 1,7", Some("at minute 2 of every hour in January and July"))]
#[case("0 2 1 1 *", Some("at 01:02:00 on day 1 of every month"))]
#[case("0 2 1 1 6", Some("at 01:02:00 on day 1 of June"))]
#[case("0 2 1 * 1-3", Some("at 01:02:00 every day from January to March"))]
#[case("0 0 2 * * 1-2", Some("at 02:00:00 on Mondays and Tuesdays"))]
#[case("0 0 2 13 * 5", None)]
#[case("0 7,11 * * *", None)]
#[case("@every 1h", None)]
fn what_a_schedule_does_is_said_in_words(#[case] text: &str, #[case] expected: Option<&str>) {
    let schedule = Schedule::parse_with_seconds(text, "UTC").unwrap();
    assert_eq!(schedule.in_words().as_deref(), expected);
}

#[test]
fn an_interval_counts_from_what_ran_before() {
    let schedule = Schedule::parse_with_intervals("@every 6h", "UTC").unwrap();
    let last = at("2026-11-21T12:34:56.789Z");
    assert_eq!(schedule.after(last), Some(at("2026-11-21T18:34:56Z")));
    assert_eq!(schedule.at_or_before(last), None);
    assert_eq!(schedule.expression(), "@every 6h");
}

#[test]
fn a_plain_schedule_is_no_interval_and_a_schedule_with_intervals_reads_plain_ones() {
    assert!(Schedule::parse("@every 6h", "UTC").is_err());
    assert_eq!(
        Schedule::parse_with_intervals("0 2 * * *", "UTC"),
        Schedule::parse("0 2 * * *", "UTC")
    );
}

#[test]
fn equal_texts_that_are_read_differently_are_different_schedules() {
    let plain = Schedule::parse("0 2 * * *", "UTC").unwrap();
    let with_seconds = Schedule::parse_with_seconds("0 2 * * *", "UTC").unwrap();
    assert_ne!(plain, with_seconds);
}
