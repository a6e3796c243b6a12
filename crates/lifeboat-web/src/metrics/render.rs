//! Writes families in one of the text formats.

use std::fmt;

use super::{Family, TextFormat};

/// What ends a complete exposition.
pub(super) const fn end(format: TextFormat) -> &'static str {
    match format {
        TextFormat::OpenMetrics => "# EOF\n",
        TextFormat::Plain => "",
    }
}

/// The families' descriptions and series, without the end of an exposition. `expected_bytes` may be
/// wrong either way.
pub(super) fn render<T>(
    facts: &T,
    groups: &[&[Family<T>]],
    format: TextFormat,
    expected_bytes: usize,
) -> Result<String, fmt::Error> {
    // Growing to many megabytes by doubling would cost as much as writing them.
    let mut text = String::with_capacity(expected_bytes);
    for family in groups.iter().copied().flatten() {
        family.render(facts, format, &mut text)?;
    }
    Ok(text)
}
