//! Schedules: cron expressions in a time zone, as Kubernetes CronJobs have them.

use std::fmt;

use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use jiff::{RoundMode, Timestamp, TimestampRound, Unit, Zoned, tz::TimeZone};

/// A cron expression of five fields, or a nickname such as `@daily`, in a time zone.
///
/// Where clocks go forward, a fixed time that doesn't exist falls on the moment after the gap; where
/// they go back, a fixed time that exists twice falls on the first.
#[derive(Clone)]
pub struct Schedule {
    expression: String,
    cron: Cron,
    time_zone: TimeZone,
}

/// Why an expression or a time zone is no schedule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ScheduleError {
    /// The expression can't be read.
    #[error("the schedule '{expression}' can't be read: {reason}")]
    Expression {
        /// The expression.
        expression: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no such time zone.
    #[error("there is no time zone '{0}': use a name such as UTC or Europe/Berlin")]
    TimeZone(String),
    /// The expression can be read, but no moment ever fits it.
    #[error("the schedule '{0}' names no moment that ever comes")]
    NeverDue(String),
}

impl Schedule {
    /// Reads a schedule, and refuses one that is never due.
    pub fn parse(expression: &str, time_zone: &str) -> Result<Self, ScheduleError> {
        let zone =
            TimeZone::get(time_zone).map_err(|_| ScheduleError::TimeZone(time_zone.to_owned()))?;
        let cron = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build()
            .parse(expression)
            .map_err(|error| ScheduleError::Expression {
                expression: expression.to_owned(),
                reason: error.to_string(),
            })?;
        let schedule = Self {
            expression: expression.to_owned(),
            cron,
            time_zone: zone,
        };
        if schedule.after(Timestamp::UNIX_EPOCH).is_none() {
            return Err(ScheduleError::NeverDue(expression.to_owned()));
        }
        Ok(schedule)
    }

    /// The same expression in another time zone.
    #[must_use]
    pub fn in_time_zone(&self, time_zone: TimeZone) -> Self {
        Self {
            time_zone,
            ..self.clone()
        }
    }

    /// The expression, as it was written.
    #[must_use]
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The name of its time zone.
    #[must_use]
    pub fn time_zone(&self) -> &str {
        self.time_zone.iana_name().unwrap_or("UTC")
    }

    /// The first moment after `moment`; none if there is none within thousands of years.
    #[must_use]
    pub fn after(&self, moment: Timestamp) -> Option<Timestamp> {
        let local = self.local(moment);
        let next = self.cron.find_next_occurrence(&local, false).ok()?;
        Some(next.timestamp())
    }

    /// The last moment at or before `moment`.
    #[must_use]
    pub fn at_or_before(&self, moment: Timestamp) -> Option<Timestamp> {
        let local = self.local(moment);
        let previous = self.cron.find_previous_occurrence(&local, true).ok()?;
        Some(previous.timestamp())
    }

    /// Moments have whole seconds. Between two of them the search can be off by one where clocks go
    /// back: it takes the second that has begun for the next.
    fn local(&self, moment: Timestamp) -> Zoned {
        let whole = moment
            .round(
                TimestampRound::new()
                    .smallest(Unit::Second)
                    .mode(RoundMode::Floor),
            )
            .unwrap_or(moment);
        whole.to_zoned(self.time_zone.clone())
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression && self.time_zone == other.time_zone
    }
}

impl Eq for Schedule {}

impl fmt::Debug for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Schedule({self})")
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.expression, self.time_zone())
    }
}

#[cfg(test)]
mod tests {
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
}
