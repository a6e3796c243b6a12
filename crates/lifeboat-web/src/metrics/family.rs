//! A metric family as data: what it is called, what it means, where it comes from, and what writes it.

use std::fmt;

use super::{TextFormat, asset_text::AssetTexts, series::Series};

/// A metric family that is written from facts of type `T`.
#[derive(Debug)]
pub struct Family<T: 'static> {
    /// The name that queries use. A histogram's series add `_bucket`, `_sum` and `_count` to it.
    pub name: &'static str,
    /// What kind of numbers these are.
    pub kind: Kind,
    /// The unit of its values, which its name has too.
    pub unit: Option<&'static str>,
    /// What it means, in a sentence.
    pub help: &'static str,
    /// Its labels beside those of an asset.
    pub labels: &'static [&'static str],
    /// Whether its series are each about one asset, and so have that asset's labels.
    pub of_asset: bool,
    /// Where its values come from, and when a series is absent.
    pub source: &'static str,
    /// Writes its series.
    pub write: fn(&T, &mut Series<'_>) -> fmt::Result,
}

/// The kinds of metrics that are in use here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number that goes up and down.
    Gauge,
    /// A number that only goes up.
    Counter,
    /// Numbers counted by size.
    Histogram,
    /// Facts in labels; the value is always 1.
    Info,
}

impl Kind {
    /// The kind's name, as `OpenMetrics` has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
            Self::Info => "info",
        }
    }

    /// What `OpenMetrics` leaves out of the family's name where it describes it.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Gauge | Self::Histogram => "",
            Self::Counter => "_total",
            Self::Info => "_info",
        }
    }
}

impl<T> Family<T> {
    /// Writes the family's description and its series.
    pub(super) fn render(
        &self,
        facts: &T,
        format: TextFormat,
        assets: &AssetTexts,
        text: &mut String,
    ) -> fmt::Result {
        let mut part = 0;
        while self.render_part(facts, format, part, assets, text)? {
            part += 1;
        }
        Ok(())
    }

    /// Writes a part of its series, the description before the first; tells whether there is another.
    pub(super) fn render_part(
        &self,
        facts: &T,
        format: TextFormat,
        part: usize,
        assets: &AssetTexts,
        text: &mut String,
    ) -> Result<bool, fmt::Error> {
        if part == 0 {
            self.describe(format, text);
        }
        let mut series = Series::new(self.name, part, assets, text);
        (self.write)(facts, &mut series)?;
        Ok(series.goes_on())
    }

    /// The series are alike in both formats; what differs is how families are described. The older
    /// one has neither units nor infos, and describes a series by its own name.
    fn describe(&self, format: TextFormat, text: &mut String) {
        let (name, kind) = match (format, self.kind) {
            (TextFormat::OpenMetrics, kind) => {
                let stem = self.name.strip_suffix(kind.suffix());
                (stem.unwrap_or(self.name), kind.name())
            }
            (TextFormat::Plain, Kind::Info) => (self.name, Kind::Gauge.name()),
            (TextFormat::Plain, kind) => (self.name, kind.name()),
        };
        text.extend(["# HELP ", name, " ", self.help, "\n"]);
        text.extend(["# TYPE ", name, " ", kind, "\n"]);
        if let (TextFormat::OpenMetrics, Some(unit)) = (format, self.unit) {
            text.extend(["# UNIT ", name, " ", unit, "\n"]);
        }
    }
}
