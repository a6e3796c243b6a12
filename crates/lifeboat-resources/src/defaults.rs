//! The values of what a document leaves out.

use jiff::{SignedDuration, tz::TimeZone};
use lifeboat_core::Schedule;

use crate::values::Text;

#[expect(
    clippy::expect_used,
    reason = "the expressions are those below, and a test reads each"
)]
fn schedule(expression: &str) -> Text<Schedule> {
    Text(Schedule::parse(expression, "UTC").expect("a default schedule can be read"))
}

pub(crate) fn backup_schedule() -> Text<Schedule> {
    schedule("0 2 * * *")
}

pub(crate) fn prune_schedule() -> Text<Schedule> {
    schedule("30 4 * * *")
}

pub(crate) fn verification_schedule() -> Text<Schedule> {
    schedule("0 5 * * *")
}

pub(crate) const fn time_zone() -> Text<TimeZone> {
    Text(TimeZone::UTC)
}

pub(crate) const fn jitter() -> Text<SignedDuration> {
    Text(SignedDuration::ZERO)
}

pub(crate) const fn deadline() -> Text<SignedDuration> {
    Text(SignedDuration::from_hours(6))
}

pub(crate) const fn request_timeout() -> Text<SignedDuration> {
    Text(SignedDuration::from_mins(2))
}

pub(crate) const fn retry_timeout() -> Text<SignedDuration> {
    Text(SignedDuration::from_mins(3))
}

pub(crate) const fn concurrency() -> u16 {
    6
}

pub(crate) const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use lifeboat_repository::{ConnectionSettings, TransferSettings};

    use super::*;

    #[test]
    fn every_default_schedule_can_be_read() {
        for schedule in [backup_schedule(), prune_schedule(), verification_schedule()] {
            assert_eq!(schedule.0.time_zone(), "UTC");
        }
    }

    #[test]
    fn a_connection_s_defaults_are_those_of_the_repository() {
        let connection = ConnectionSettings::default();
        let standard = |text: Text<SignedDuration>| Duration::try_from(text.0).unwrap();
        assert_eq!(standard(request_timeout()), connection.request_timeout);
        assert_eq!(standard(retry_timeout()), connection.retry_timeout);
        let transfer = TransferSettings::default();
        assert_eq!(usize::from(concurrency()), transfer.concurrency);
    }
}
