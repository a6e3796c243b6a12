//! Schedules: cron expressions in a time zone, as Kubernetes CronJobs and CloudNativePG have them.

mod fields;
mod interval;
mod shared;
#[cfg(test)]
mod tests;
mod words;

use std::{fmt, sync::Arc};

use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit, Zoned, tz::TimeZone};

use self::{
    fields::Fields,
    shared::{Dialect, shared},
};

/// A cron expression, a nickname such as `@daily`, or an interval such as `@every 6h`, in a time
/// zone.
///
/// Where clocks go forward, a fixed time that doesn't exist falls on the moment after the gap; where
/// they go back, a fixed time that exists twice falls on the first.
#[derive(Clone)]
pub struct Schedule {
    expression: String,
    rule: Rule,
    time_zone: TimeZone,
}

#[derive(Clone)]
enum Rule {
    /// Moments of the calendar.
    Calendar(Arc<Calendar>),
    /// So long after the last time.
    Interval(SignedDuration),
}

/// What an expression says of the calendar.
struct Calendar {
    cron: Cron,
    /// The fields of an expression that begins with seconds.
    fields: Option<Fields>,
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
    /// Reads a schedule of five fields or a nickname, and refuses one that is never due.
    pub fn parse(expression: &str, time_zone: &str) -> Result<Self, ScheduleError> {
        let zone = zone(time_zone)?;
        let calendar = shared(Dialect::Minutes, expression, || {
            let parser = CronParser::builder()
                .seconds(Seconds::Disallowed)
                .year(Year::Disallowed)
                .build();
            let cron = parser
                .parse(expression)
                .map_err(|error| unreadable(expression, error.to_string()))?;
            Ok(Calendar { cron, fields: None })
        })?;
        Self::of_the_calendar(expression, zone, calendar)
    }

    /// Reads a schedule as a `CronJob` of Kubernetes has it: as [`Schedule::parse`] does, or an
    /// interval such as `@every 1h30m`.
    pub fn parse_with_intervals(expression: &str, time_zone: &str) -> Result<Self, ScheduleError> {
        match interval::parse(expression) {
            Some(interval) => Self::of_an_interval(expression, time_zone, interval),
            None => Self::parse(expression, time_zone),
        }
    }

    /// Reads a schedule as CloudNativePG's `ScheduledBackup` has it, by the rules of Go's
    /// robfig/cron v1: six fields, of which the first are the **seconds** and the last, the day of
    /// the week, may be left out; a nickname; or an interval such as `@every 1h30m`.
    pub fn parse_with_seconds(expression: &str, time_zone: &str) -> Result<Self, ScheduleError> {
        if let Some(interval) = interval::parse(expression) {
            return Self::of_an_interval(expression, time_zone, interval);
        }
        let zone = zone(time_zone)?;
        let calendar = shared(Dialect::Seconds, expression, || with_seconds(expression))?;
        Self::of_the_calendar(expression, zone, calendar)
    }

    fn of_the_calendar(
        expression: &str,
        time_zone: TimeZone,
        calendar: Arc<Calendar>,
    ) -> Result<Self, ScheduleError> {
        let schedule = Self {
            expression: expression.to_owned(),
            rule: Rule::Calendar(calendar),
            time_zone,
        };
        if schedule.after(Timestamp::UNIX_EPOCH).is_none() {
            return Err(ScheduleError::NeverDue(expression.to_owned()));
        }
        Ok(schedule)
    }

    fn of_an_interval(
        expression: &str,
        time_zone: &str,
        interval: Result<SignedDuration, String>,
    ) -> Result<Self, ScheduleError> {
        let interval = interval.map_err(|reason| unreadable(expression, reason))?;
        Ok(Self {
            expression: expression.to_owned(),
            rule: Rule::Interval(interval),
            time_zone: zone(time_zone)?,
        })
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

    /// What it comes to in words, such as `at minute 3 of every hour`; none if that is not simply
    /// said, or if it was not read by [`Schedule::parse_with_seconds`].
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        match &self.rule {
            Rule::Calendar(calendar) => words::describe(calendar.fields.as_ref()?),
            Rule::Interval(_) => None,
        }
    }

    /// The first moment after `moment`; none if there is none within thousands of years. An interval
    /// counts from `moment` on.
    #[must_use]
    pub fn after(&self, moment: Timestamp) -> Option<Timestamp> {
        match &self.rule {
            Rule::Calendar(calendar) => {
                let local = self.local(moment);
                let next = calendar.cron.find_next_occurrence(&local, false).ok()?;
                Some(next.timestamp())
            }
            Rule::Interval(interval) => whole_second(moment).checked_add(*interval).ok(),
        }
    }

    /// The last moment at or before `moment`. None for an interval, which has no moments but those
    /// that follow from what ran before.
    #[must_use]
    pub fn at_or_before(&self, moment: Timestamp) -> Option<Timestamp> {
        let Rule::Calendar(calendar) = &self.rule else {
            return None;
        };
        let local = self.local(moment);
        let previous = calendar.cron.find_previous_occurrence(&local, true).ok()?;
        Some(previous.timestamp())
    }

    fn local(&self, moment: Timestamp) -> Zoned {
        whole_second(moment).to_zoned(self.time_zone.clone())
    }
}

/// Moments have whole seconds. Between two of them the search can be off by one where clocks go
/// back: it takes the second that has begun for the next.
fn whole_second(moment: Timestamp) -> Timestamp {
    let floor = TimestampRound::new()
        .smallest(Unit::Second)
        .mode(RoundMode::Floor);
    moment.round(floor).unwrap_or(moment)
}

fn zone(name: &str) -> Result<TimeZone, ScheduleError> {
    TimeZone::get(name).map_err(|_| ScheduleError::TimeZone(name.to_owned()))
}

fn with_seconds(expression: &str) -> Result<Calendar, ScheduleError> {
    let spelt_out = match expression {
        "@yearly" | "@annually" => "0 0 0 1 1 *",
        "@monthly" => "0 0 0 1 * *",
        "@weekly" => "0 0 0 * * 0",
        "@daily" | "@midnight" => "0 0 0 * * *",
        "@hourly" => "0 0 * * * *",
        fields => fields,
    };
    let fields = Fields::parse(spelt_out).map_err(|reason| unreadable(expression, reason))?;
    let parser = CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Disallowed)
        .dom_and_dow(fields.both_days())
        .build();
    let cron = parser
        .parse(&fields.canonical())
        .map_err(|error| unreadable(expression, error.to_string()))?;
    Ok(Calendar {
        cron,
        fields: Some(fields),
    })
}

fn unreadable(expression: &str, reason: String) -> ScheduleError {
    ScheduleError::Expression {
        expression: expression.to_owned(),
        reason,
    }
}

/// What reads an expression decides what it means, so equal texts alone are not equal schedules.
impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        let same_rule = match (&self.rule, &other.rule) {
            (Rule::Calendar(one), Rule::Calendar(other)) => one.fields == other.fields,
            (Rule::Interval(one), Rule::Interval(other)) => one == other,
            _ => false,
        };
        same_rule && self.expression == other.expression && self.time_zone == other.time_zone
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
