//! Intervals: `@every 1h30m`, as Go writes lengths of time.

use jiff::SignedDuration;

const NANOSECONDS: [(&str, f64); 8] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 6e10),
    ("h", 3.6e12),
];

/// The length of an interval in whole seconds, at least one. None if the text is no interval at all.
pub(super) fn parse(expression: &str) -> Option<Result<SignedDuration, String>> {
    let text = expression.strip_prefix("@every ")?;
    Some(length(text).map(|length| {
        let whole = SignedDuration::from_secs(length.as_secs());
        whole.max(SignedDuration::from_secs(1))
    }))
}

fn length(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("'{text}' is no length of time: use one such as 1h30m");
    let text_without_sign = text.strip_prefix('+').unwrap_or(text);
    let mut rest = text_without_sign;
    let mut total = 0.0_f64;
    if rest == "0" {
        return Ok(SignedDuration::ZERO);
    }
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit() && character != '.');
        let (number, after) = rest.split_at(digits.ok_or_else(wrong)?);
        let end = after.find(|character: char| character.is_ascii_digit() || character == '.');
        let (unit, after) = after.split_at(end.unwrap_or(after.len()));
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let (_, nanoseconds) = NANOSECONDS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(wrong)?;
        total += number * nanoseconds;
        rest = after;
    }
    SignedDuration::try_from_secs_f64(total / 1e9).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("@every 1h30m", 5_400)]
    #[case("@every 1.5h", 5_400)]
    #[case("@every 90s", 90)]
    #[case("@every 2500ms", 2)]
    #[case("@every 10ms", 1)]
    #[case("@every 1h0m10.9s", 3_610)]
    fn an_interval_has_whole_seconds(#[case] text: &str, #[case] seconds: i64) {
        let expected = SignedDuration::from_secs(seconds);
        assert_eq!(parse(text), Some(Ok(expected)));
    }

    #[rstest]
    #[case("@every ")]
    #[case("@every 5")]
    #[case("@every h")]
    #[case("@every 1d")]
    #[case("@every 1.2.3h")]
    #[case("@every -1h")]
    #[case("@every 99999999999999999999h")]
    fn what_is_no_length_is_refused(#[case] text: &str) {
        assert!(matches!(parse(text), Some(Err(_))), "{text}");
    }

    #[test]
    fn what_is_no_interval_is_left_to_others() {
        assert_eq!(parse("@daily"), None);
    }
}
