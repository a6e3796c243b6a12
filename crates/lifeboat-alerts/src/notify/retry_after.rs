//! The header `Retry-After`: seconds, or a date as HTTP writes it.

use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimeParser};

/// How long a server wants to be left alone; none if it says nothing that can be read.
pub(super) fn parse(value: &str, now: Timestamp) -> Option<SignedDuration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(SignedDuration::from_secs(i64::from(seconds)));
    }
    let at = DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(at.duration_since(now).max(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::seconds("120", Some(120))]
    #[case::date("Sat, 21 Nov 2026 10:01:00 GMT", Some(60))]
    #[case::past("Sat, 21 Nov 2026 09:00:00 GMT", Some(0))]
    #[case::negative("-5", None)]
    #[case::nonsense("soon", None)]
    fn both_forms_are_read(#[case] value: &str, #[case] seconds: Option<i64>) {
        let now = "2026-11-21T10:00:00Z".parse().unwrap();
        assert_eq!(parse(value, now).map(|wait| wait.as_secs()), seconds);
    }
}
