//! Values on the command line: rates, times, durations, tags, percentages.

use bytesize::ByteSize;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, civil, tz::TimeZone};
use lifeboat_repository::{BackupId, Selection};

/// Bytes a second, such as `50MiB`, `50MiB/s` or `1GB/s`.
pub(crate) fn rate(text: &str) -> Result<u64, String> {
    let size = text.trim_end_matches("/s").trim();
    let bytes = size
        .parse::<ByteSize>()
        .map_err(|_| "use a size a second, such as 50MiB/s".to_owned())?
        .as_u64();
    if bytes == 0 {
        return Err("the rate must be more than 0".to_owned());
    }
    Ok(bytes)
}

/// A length of time, such as `24h`, `90m`, `7d` or `2w`.
pub(crate) fn duration(text: &str) -> Result<SignedDuration, String> {
    let span: Span = text
        .parse()
        .map_err(|_: jiff::Error| "use a length of time such as 24h, 90m or 7d".to_owned())?;
    // Calendar days differ; an age limit in days means 24 hours each.
    let duration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| {
            "months and years differ in length: use weeks, days, hours, minutes and seconds"
                .to_owned()
        })?;
    if duration.is_negative() {
        return Err("it must not be negative".to_owned());
    }
    Ok(duration)
}

/// A moment: RFC 3339 with a zone, or a date with or without a time in UTC.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    text.parse::<civil::DateTime>()
        .and_then(|local| local.to_zoned(TimeZone::UTC))
        .map(|zoned| zoned.timestamp())
        .map_err(|_| "use a time such as 2026-11-21T02:00:00Z, or a date in UTC".to_owned())
}

/// A time zone's name in the IANA database, such as `Europe/Berlin`.
pub(crate) fn time_zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text).map_err(|_| "use a name such as UTC or Europe/Berlin".to_owned())
}

/// A tag, such as `team=observability`.
pub(crate) fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("use KEY=VALUE".to_owned()),
    }
}

/// A storage class whose objects can be read at once, as every verification and restore does.
pub(crate) fn storage_class(text: &str) -> Result<String, String> {
    if ["GLACIER", "DEEP_ARCHIVE"].contains(&text) {
        return Err(
            "objects of this class cannot be read before they are thawed, so nothing \
                    could be verified or restored; use STANDARD_IA or GLACIER_IR"
                .to_owned(),
        );
    }
    Ok(text.to_owned())
}

/// A percentage above 0, up to 100.
pub(crate) fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent <= 100.0 => Ok(percent),
        _ => Err("use a number above 0, up to 100".to_owned()),
    }
}

/// `latest`, or a backup's id.
pub(crate) fn selection(text: &str) -> Result<Selection, String> {
    if text == "latest" {
        return Ok(Selection::Latest);
    }
    let id = text
        .parse::<BackupId>()
        .map_err(|error| error.to_string())?;
    Ok(Selection::Id(id))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("50MiB/s", Some(50 << 20))]
    #[case("1GB", Some(1_000_000_000))]
    #[case("0", None)]
    #[case("fast", None)]
    fn a_rate_is_a_size_a_second(#[case] text: &str, #[case] expected: Option<u64>) {
        assert_eq!(rate(text).ok(), expected);
    }

    #[rstest]
    #[case("24h", Some(24))]
    #[case("7d", Some(168))]
    #[case("2w", Some(336))]
    #[case("1month", None)]
    #[case("-1h", None)]
    fn a_day_has_24_hours(#[case] text: &str, #[case] hours: Option<i64>) {
        assert_eq!(duration(text).ok(), hours.map(SignedDuration::from_hours));
    }

    #[rstest]
    #[case("2026-11-21T03:00:00+01:00", Some("2026-11-21T02:00:00Z"))]
    #[case("2026-11-21T02:00:00", Some("2026-11-21T02:00:00Z"))]
    #[case("2026-11-21", Some("2026-11-21T00:00:00Z"))]
    #[case("yesterday", None)]
    fn a_time_without_a_zone_is_utc(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(
            time(text).ok().map(|at| at.to_string()).as_deref(),
            expected
        );
    }
}
