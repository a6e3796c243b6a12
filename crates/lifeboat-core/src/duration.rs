//! Lengths of time as people write and read them: `25h`, `7d`, `1d 6h`.

use std::fmt;

use jiff::{SignedDuration, Span, SpanRelativeTo};

/// Why a text is no length of time.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DurationError {
    /// It doesn't read as one.
    #[error("use a length of time such as 24h, 90m or 7d")]
    Form,
    /// It has months or years.
    #[error("months and years differ in length: use weeks, days, hours, minutes and seconds")]
    Calendar,
    /// It is below zero.
    #[error("it must not be negative")]
    Negative,
}

/// A length of time, such as `24h`, `90m`, `7d` or `2w`, where a day has 24 hours.
pub fn parse_duration(text: &str) -> Result<SignedDuration, DurationError> {
    let span: Span = text.parse().map_err(|_| DurationError::Form)?;
    let duration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| DurationError::Calendar)?;
    if duration.is_negative() {
        return Err(DurationError::Negative);
    }
    Ok(duration)
}

/// Shows a length of time in its two largest units, such as `1d 6h`, rounded down; `0s` if negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HumanDuration(pub SignedDuration);

impl fmt::Display for HumanDuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
        let seconds = self.0.as_secs().max(0);
        let Some(largest) = UNITS.iter().position(|(length, _)| seconds >= *length) else {
            return formatter.pad("0s");
        };
        let (length, unit) = UNITS[largest];
        let mut text = format!("{}{unit}", seconds / length);
        if let Some((smaller, unit)) = UNITS.get(largest + 1) {
            let rest = seconds % length / smaller;
            if rest > 0 {
                text = format!("{text} {rest}{unit}");
            }
        }
        formatter.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("24h", Ok(86_400))]
    #[case("1d 30m", Ok(88_200))]
    #[case("2w", Ok(1_209_600))]
    #[case("1month", Err(DurationError::Calendar))]
    #[case("-1h", Err(DurationError::Negative))]
    #[case("soon", Err(DurationError::Form))]
    fn a_day_has_24_hours(#[case] text: &str, #[case] seconds: Result<i64, DurationError>) {
        assert_eq!(
            parse_duration(text).map(|duration| duration.as_secs()),
            seconds
        );
    }

    #[rstest]
    #[case(0, "0s")]
    #[case(-5, "0s")]
    #[case(59, "59s")]
    #[case(61, "1m 1s")]
    #[case(3_600, "1h")]
    #[case(108_000, "1d 6h")]
    #[case(86_400 * 400, "400d")]
    fn the_two_largest_units_are_shown(#[case] seconds: i64, #[case] expected: &str) {
        let duration = HumanDuration(SignedDuration::from_secs(seconds));
        assert_eq!(duration.to_string(), expected);
    }
}
