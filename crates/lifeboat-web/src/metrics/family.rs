//! A metric family as data: what it is called, what it means, where it comes from, and what writes it.

use std::fmt;

use super::{
    TextFormat,
    asset_text::AssetTexts,
    series::{Piece, Series},
};

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
        self.render_piece(facts, format, Piece::ALL, assets, text)
            .map(drop)
    }

    /// Writes those of its series that belong to a piece, the description before the first; tells
    /// where the next piece begins, if there is one. The series before it are asked for again then,
    /// in vain, which takes no more than a look at each.
    pub(super) fn render_piece(
        &self,
        facts: &T,
        format: TextFormat,
        piece: Piece,
        assets: &AssetTexts,
        text: &mut String,
    ) -> Result<Option<usize>, fmt::Error> {
        if piece.from == 0 {
            self.describe(format, text);
        }
        let mut series = Series::new(self.name, piece, assets, text);
        match (self.write)(facts, &mut series) {
            Ok(()) => Ok(None),
            Err(error) => series.rest().map(Some).ok_or(error),
        }
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const COUNTED: Family<u32> = Family {
        name: "lifeboat_counted",
        kind: Kind::Gauge,
        unit: None,
        help: "Numbers.",
        labels: &["number"],
        of_asset: false,
        source: "a test",
        write: |count, series| {
            (0..*count).try_for_each(|number| {
                series.sample_of(&[("number", number.to_string().as_str())], number)
            })
        },
    };

    #[rstest]
    #[case::none(0, 1, 1)]
    #[case::a_limit_that_the_description_exceeds(3, 1, 3)]
    #[case::some_in_each(20, 200, 4)]
    #[case::all_in_one(20, 10_000, 1)]
    fn pieces_come_to_the_whole(#[case] count: u32, #[case] limit: usize, #[case] expected: usize) {
        let (none, mut whole) = (AssetTexts::default(), String::new());
        COUNTED
            .render(&count, TextFormat::OpenMetrics, &none, &mut whole)
            .unwrap();
        let (mut pieces, mut next) = (Vec::new(), Some(0));
        while let Some(from) = next {
            let (mut text, piece) = (String::new(), Piece { from, limit });
            next = COUNTED
                .render_piece(&count, TextFormat::OpenMetrics, piece, &none, &mut text)
                .unwrap();
            pieces.push(text);
        }
        assert_eq!(pieces.concat(), whole);
        assert_eq!(pieces.len(), expected, "{pieces:?}");
    }
}
