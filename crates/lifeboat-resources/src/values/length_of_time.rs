//! Lengths of time such as `25h`, written back in the largest unit that fits exactly.

use jiff::SignedDuration;
use lifeboat_core::{DurationError, parse_duration};

use super::Written;
use crate::custom_resources::Validation;

/// Units as people write them, the longest first; or a clock's `1:30:00`; or ISO 8601's `PT25H`.
const FORM: Validation = Validation::fixed(
    "self.matches('[0-9]') && self.matches(r'^[+-]?\
           ([0-9]+\\s*(y|yrs?|years?),?\\s*)?\
           ([0-9]+\\s*(mos?|months?),?\\s*)?\
           ([0-9]+\\s*(w|wks?|weeks?),?\\s*)?\
           ([0-9]+\\s*(d|days?),?\\s*)?\
           ([0-9]+:[0-9]+:[0-9]+([.,][0-9]*)?\\s*)?\
           ([0-9]+([.,][0-9]*)?\\s*(h|hrs?|hours?),?\\s*)?\
           ([0-9]+([.,][0-9]*)?\\s*(m|mins?|minutes?),?\\s*)?\
           ([0-9]+([.,][0-9]*)?\\s*(s|secs?|seconds?),?\\s*)?\
           ([0-9]+([.,][0-9]*)?\\s*(ms|msecs?|millis?|milliseconds?),?\\s*)?\
           ([0-9]+([.,][0-9]*)?\\s*(us|µs|μs|usecs?|micros?|microseconds?),?\\s*)?\
           ([0-9]+([.,][0-9]*)?\\s*(ns|nsecs?|nanos?|nanoseconds?),?\\s*)?\
           (ago)?$|^[+-]?[Pp]([0-9]+[YyMmWwDd])*([Tt]([0-9]+([.,][0-9]*)?[HhMmSs])+)?$')",
    "this is not a length of time: use a length of time such as 25h, 90m or 7d",
)
.telling(
    "\"'\" + self + \"' is not a length of time: use a length of time such as 25h, \
                         90m or 7d\"",
);

const NOT_CALENDAR: Validation = Validation::fixed(
    "!self.matches(r'[1-9][0-9]*\\s*(y|mo)|[Pp][^Tt]*[1-9][0-9]*[YyMm]')",
    "a length of time can't have months or years, which differ in length: use a length of \
              time such as 25h, 90m or 7d",
)
.telling(
    "\"'\" + self + \"' has months or years, which differ in length: use a length \
                         of time such as 25h, 90m or 7d\"",
);

const NOT_NEGATIVE: Validation = Validation::fixed(
    "!self.matches(r'^-.*[1-9]|^[^-].*[1-9].*ago$|^[1-9].*ago$')",
    "a length of time can't be negative: use a length of time such as 25h, 90m or 7d",
)
.telling("\"'\" + self + \"' is negative: use a length of time such as 25h, 90m or 7d\"");

/// What an API server can tell to be wrong with a length of time that must not be nothing.
pub(crate) const LONGER_THAN_NOTHING: &[Validation] = &[
    FORM,
    NOT_CALENDAR,
    NOT_NEGATIVE,
    Validation::fixed(
        "!self.matches('[0-9]') || self.matches('[1-9]')",
        "must be longer than nothing: use a length of time such as 1h, or leave it out",
    ),
];

impl Written for SignedDuration {
    const TITLE: &'static str = "length of time";
    const EXPECTED: &'static str = "a length of time such as 25h, 90m or 7d";
    const LONGEST: usize = 100;
    const VALIDATIONS: &'static [Validation] = &[FORM, NOT_CALENDAR, NOT_NEGATIVE];

    fn read(text: &str) -> Result<Self, String> {
        parse_duration(text).map_err(|error| match error {
            DurationError::Form => format!("'{text}' is not a length of time"),
            DurationError::Calendar => {
                format!("'{text}' has months or years, which differ in length")
            }
            DurationError::Negative => format!("'{text}' is negative"),
        })
    }

    fn write(&self) -> String {
        const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
        let seconds = self.as_secs();
        if self.subsec_nanos() != 0 {
            return format!("{self:#}");
        }
        let fitting = UNITS.iter().find(|(length, _)| {
            // One day is read more easily as 24h, and nothing as 0s.
            seconds % length == 0
                && (*length == 1 || seconds > 0)
                && (seconds, *length) != (86_400, 86_400)
        });
        match fitting {
            Some((length, unit)) => format!("{}{unit}", seconds / length),
            None => format!("{seconds}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("25h", "25h")]
    #[case("24h", "24h")]
    #[case("1d", "24h")]
    #[case("2w", "14d")]
    #[case("90m", "90m")]
    #[case("1h 1s", "3601s")]
    #[case("0s", "0s")]
    #[case("1500ms", "1s 500ms")]
    fn a_length_of_time_reads_back_as_it_is_written(#[case] text: &str, #[case] written: &str) {
        let length = SignedDuration::read(text).unwrap();
        assert_eq!(length.write(), written);
        assert_eq!(SignedDuration::read(written), Ok(length));
    }
}
