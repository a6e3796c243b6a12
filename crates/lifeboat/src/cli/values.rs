//! Values on the command line: rates, times, durations, tags, percentages.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use lifeboat_core::DurationError;
use lifeboat_repository::{BackupId, Selection, SettingError};

/// Bytes a second, such as `50MiB`, `50MiB/s` or `1GB/s`.
pub(crate) fn rate(text: &str) -> Result<u64, SettingError> {
    lifeboat_repository::parse_rate(text)
}

/// A length of time, such as `24h`, `90m`, `7d` or `2w`.
pub(crate) fn duration(text: &str) -> Result<SignedDuration, DurationError> {
    lifeboat_core::parse_duration(text)
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

/// The name of a namespace: a DNS label (RFC 1123), as Kubernetes has it.
pub(crate) fn namespace(text: &str) -> Result<String, String> {
    let inner =
        |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    let is_label = (1..=63).contains(&text.len())
        && text.bytes().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-');
    if is_label {
        Ok(text.to_owned())
    } else {
        Err("use lower-case letters, digits and '-', at most 63 of them".to_owned())
    }
}

/// The name of a Lease. Kubernetes would take more than a DNS label.
pub(crate) fn lease(text: &str) -> Result<String, String> {
    namespace(text)
}

/// A storage class whose objects can be read at once.
pub(crate) fn storage_class(text: &str) -> Result<String, SettingError> {
    lifeboat_repository::parse_storage_class(text)
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
