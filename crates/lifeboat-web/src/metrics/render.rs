//! Writes families in one of the text formats.

use std::fmt;

use super::{Family, TextFormat, asset_text::AssetTexts};

/// What ends a complete exposition.
pub(super) const fn end(format: TextFormat) -> &'static str {
    match format {
        TextFormat::OpenMetrics => "# EOF\n",
        TextFormat::Plain => "",
    }
}

/// Appends the families' descriptions and series, without the end of an exposition.
pub(super) fn render<T>(
    facts: &T,
    groups: &[&[Family<T>]],
    format: TextFormat,
    assets: &AssetTexts,
    text: &mut String,
) -> fmt::Result {
    for family in groups.iter().copied().flatten() {
        family.render(facts, format, assets, text)?;
    }
    Ok(())
}
