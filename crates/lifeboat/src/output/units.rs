//! Writes sizes, rates, times and ages as people read them.

use std::time::Duration;

use bytesize::ByteSize;
use jiff::{SignedDuration, Timestamp};

/// Bytes in binary units, such as `1.5 GiB`.
pub(crate) fn bytes(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string()
}

/// Bytes a second, such as `480.2 MiB/s`.
pub(crate) fn rate(bytes: u64, duration: Duration) -> String {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate for people has three digits"
    )]
    let per_second = (bytes as f64 / duration.as_secs_f64().max(0.001)) as u64;
    format!("{}/s", self::bytes(per_second))
}

/// A count and its noun in the right number, such as `1 block` or `3 blocks`.
pub(crate) fn count(count: u64, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

/// A time in UTC to the second.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A duration in seconds with one digit behind the point.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// How long ago something was, in its two largest units, such as `3d 4h`.
pub(crate) fn age(at: Timestamp, now: Timestamp) -> String {
    let age = now.duration_since(at);
    let text = span(age.abs());
    // A second ahead is the rounding of an id, not a clock.
    if age <= -SignedDuration::from_secs(1) {
        format!("in {text}")
    } else {
        text
    }
}

/// How long ago something was, in its largest unit, such as `3d`.
pub(crate) fn short_age(at: Timestamp, now: Timestamp) -> String {
    let age = age(at, now);
    match age.rsplit_once(' ') {
        Some((largest, smaller)) if smaller.ends_with(['h', 'm']) && largest != "in" => {
            largest.to_owned()
        }
        _ => age,
    }
}

fn span(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, minutes) => format!("{minutes}m"),
        (0, hours, minutes) => format!("{hours}h {minutes}m"),
        (days, hours, _) => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(5, "5s")]
    #[case(125, "2m")]
    #[case(3 * 3600 + 60, "3h 1m")]
    #[case(36 * 3600, "1d 12h")]
    #[case(-60, "in 1m")]
    fn an_age_has_two_units(#[case] seconds: i64, #[case] expected: &str) {
        let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let at = now - SignedDuration::from_secs(seconds);
        assert_eq!(age(at, now), expected);
    }

    #[rstest]
    #[case(5, "5s")]
    #[case(3 * 3600 + 60, "3h")]
    #[case(36 * 3600, "1d")]
    #[case(-60, "in 1m")]
    #[case(-36 * 3600, "in 1d")]
    fn a_short_age_has_one_unit(#[case] seconds: i64, #[case] expected: &str) {
        let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let at = now - SignedDuration::from_secs(seconds);
        assert_eq!(short_age(at, now), expected);
    }

    #[test]
    fn sizes_are_in_binary_units() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(rate(3 << 30, Duration::from_secs(2)), "1.5 GiB/s");
    }

    #[test]
    fn one_thing_is_not_plural() {
        assert_eq!(count(1, "block"), "1 block");
        assert_eq!(count(0, "block"), "0 blocks");
    }
}
