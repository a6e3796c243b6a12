//! Schedules and time zones.

use jiff::tz::TimeZone;
use lifeboat_core::Schedule;

use super::Written;
use crate::custom_resources::Validation;

/// A schedule of its own is in UTC; the document's time zone is put in its place later.
impl Written for Schedule {
    const TITLE: &'static str = "cron expression";
    const EXPECTED: &'static str =
        "minute, hour, day of month, month and day of week, such as \"0 2 * * *\", or @daily";
    const LONGEST: usize = 100;
    const VALIDATIONS: &'static [Validation] = &[Validation::fixed(
        "self.matches(r'^(?i)\\s*(@(yearly|annually|monthly|weekly|daily|hourly)|\
               ([*]|0*[0-5]?[0-9](-0*[0-5]?[0-9])?)(/[0-9]+)?\
               (,([*]|0*[0-5]?[0-9](-0*[0-5]?[0-9])?)(/[0-9]+)?)*\\s+\
               ([*]|0*([01]?[0-9]|2[0-3])(-0*([01]?[0-9]|2[0-3]))?)(/[0-9]+)?\
               (,([*]|0*([01]?[0-9]|2[0-3])(-0*([01]?[0-9]|2[0-3]))?)(/[0-9]+)?)*\\s+\
               [-/,*?a-z0-9]+\\s+[-/,*a-z0-9]+\\s+[-+/,*?#a-z0-9]+)\\s*$')",
        "the schedule can't be read: use minute, hour, day of month, month and day of week, \
                  such as '0 2 * * *', or @daily",
    )
    .telling(
        "\"the schedule '\" + self + \"' can't be read: use minute, hour, day of \
                             month, month and day of week, such as '0 2 * * *', or @daily\"",
    )];

    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text, "UTC").map_err(|error| error.to_string())
    }

    fn write(&self) -> String {
        self.expression().to_owned()
    }
}

impl Written for TimeZone {
    const TITLE: &'static str = "time zone";
    const EXPECTED: &'static str =
        "a name of the IANA database such as UTC or Europe/Berlin, which know of summer time";
    const LONGEST: usize = 100;
    const VALIDATIONS: &'static [Validation] = &[Validation::fixed(
        "self.matches(r'^[A-Za-z0-9_+/-]+$')",
        "there is no such time zone: use a name of the IANA database such as UTC or \
                  Europe/Berlin, which know of summer time",
    )
    .telling(
        "\"there is no time zone '\" + self + \"': use a name of the IANA database \
                             such as UTC or Europe/Berlin, which know of summer time\"",
    )];

    fn read(text: &str) -> Result<Self, String> {
        Self::get(text).map_err(|_| format!("there is no time zone '{text}'"))
    }

    fn write(&self) -> String {
        self.iana_name().unwrap_or("UTC").to_owned()
    }
}
