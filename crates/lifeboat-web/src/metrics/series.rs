//! Series as text: one line each, alike in both of Prometheus's text formats.
//!
//! Written by hand rather than through a client library, because ten thousand assets have most of a
//! million series: the labels that name an asset are put into text once for all of its series, which the
//! libraries' encoders can't. What is written is read back by `promtool` and by two versions of
//! Prometheus in tests.

use std::{fmt, sync::LazyLock};

use lifeboat_core::DURATION_BOUNDS;
use memchr::memchr3;

use super::{
    asset_text::{AssetText, AssetTexts},
    value::Value,
};

/// One label.
pub(super) type Label<'a> = (&'static str, &'a str);

/// [`DURATION_BOUNDS`] in the canonical form of `OpenMetrics`, which has a point.
static BOUNDS: LazyLock<[String; DURATION_BOUNDS.len()]> =
    LazyLock::new(|| DURATION_BOUNDS.map(|bound| format!("{bound}.0")));

/// Takes the series of one family.
#[derive(Debug)]
pub struct Series<'a> {
    name: &'static str,
    text: &'a mut String,
    asset: AssetText<'a>,
    /// How many were asked for so far.
    asked: usize,
    piece: Piece,
}

/// Which of a family's series are to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// So many were written before: they are left out.
    pub(super) from: usize,
    /// After the first, none is begun once the text has this many bytes.
    pub(super) limit: usize,
}

impl Piece {
    /// The whole family.
    pub(super) const ALL: Self = Self {
        from: 0,
        limit: usize::MAX,
    };
}

/// Labels that can be written.
pub(super) trait LabelSet {
    /// Appends the labels to a line that an opening brace ends, or another label.
    fn write(&self, line: &mut String, asset: &mut AssetText<'_>);
}

impl<'a> Series<'a> {
    pub(super) fn new(
        name: &'static str,
        piece: Piece,
        assets: &'a AssetTexts,
        text: &'a mut String,
    ) -> Self {
        Self {
            name,
            text,
            asset: AssetText::new(assets),
            asked: 0,
            piece,
        }
    }

    /// Where the next piece begins, if this one was full before the end of the family.
    pub(super) fn rest(&self) -> Option<usize> {
        self.is_full().then_some(self.asked - 1)
    }

    /// Not before the first series, so that each piece gets on.
    fn is_full(&self) -> bool {
        self.asked > self.piece.from + 1 && self.text.len() >= self.piece.limit
    }

    /// The only series of a family without labels.
    pub(super) fn single(&mut self, value: impl Value) -> fmt::Result {
        self.sample("", &[], None, value)
    }

    /// A series.
    pub(super) fn sample_of(&mut self, labels: &impl LabelSet, value: impl Value) -> fmt::Result {
        self.sample("", labels, None, value)
    }

    /// A series of an info, whose value is always 1.
    pub(super) fn info(&mut self, labels: &impl LabelSet) -> fmt::Result {
        self.sample("", labels, None, 1_u32)
    }

    /// A histogram over [`DURATION_BOUNDS`], from a count for each bucket and one for the rest.
    pub(super) fn durations(
        &mut self,
        labels: &impl LabelSet,
        counts: &[u64; DURATION_BOUNDS.len() + 1],
        sum: f64,
    ) -> fmt::Result {
        let mut cumulative = 0;
        for (bound, count) in BOUNDS.iter().zip(counts) {
            cumulative += count;
            self.sample("_bucket", labels, Some(("le", bound)), cumulative)?;
        }
        let all: u64 = counts.iter().sum();
        self.sample("_bucket", labels, Some(("le", "+Inf")), all)?;
        self.sample("_count", labels, None, all)?;
        self.sample("_sum", labels, None, sum)
    }

    fn sample(
        &mut self,
        suffix: &str,
        labels: &impl LabelSet,
        last: Option<Label<'_>>,
        value: impl Value,
    ) -> fmt::Result {
        self.asked += 1;
        if self.asked <= self.piece.from {
            return Ok(());
        }
        if self.is_full() {
            // Ends the writing of the family; it goes on with the next piece.
            return Err(fmt::Error);
        }
        self.text.push_str(self.name);
        self.text.push_str(suffix);
        self.text.push('{');
        labels.write(self.text, &mut self.asset);
        if let Some(label) = last {
            write_label(self.text, label);
        }
        if self.text.ends_with('{') {
            self.text.pop();
        } else {
            self.text.push('}');
        }
        self.text.push(' ');
        value.write(self.text)?;
        self.text.push('\n');
        Ok(())
    }
}

/// Appends a label, with a comma if it isn't the first.
pub(super) fn write_label(line: &mut String, (name, value): Label<'_>) {
    if !line.is_empty() && !line.ends_with('{') {
        line.push(',');
    }
    line.push_str(name);
    line.push_str("=\"");
    let mut rest = value;
    while let Some(position) = memchr3(b'\\', b'"', b'\n', rest.as_bytes()) {
        let (plain, special) = rest.split_at(position);
        line.push_str(plain);
        line.push('\\');
        line.push(match special.as_bytes().first() {
            Some(b'\n') => 'n',
            Some(b'"') => '"',
            _ => '\\',
        });
        // Each of the three is one byte long.
        rest = special.get(1..).unwrap_or_default();
    }
    line.push_str(rest);
    line.push('"');
}

#[cfg(test)]
mod tests {
    use lifeboat_core::AssetId;

    use super::*;
    use crate::metrics::labels;

    fn written(write: impl FnOnce(&mut Series<'_>) -> fmt::Result) -> String {
        let mut text = String::new();
        let none = AssetTexts::default();
        write(&mut Series::new("a", Piece::ALL, &none, &mut text)).unwrap();
        text
    }

    #[test]
    fn a_series_without_labels_has_no_braces() {
        assert_eq!(written(|series| series.single(2.5)), "a 2.5\n");
    }

    #[test]
    fn what_would_end_a_value_is_escaped() {
        let labels = [("b", "one\\two\"three\nfour{"), ("c", "")];
        let line = written(|series| series.sample_of(&labels, 1_u32));
        assert_eq!(line, "a{b=\"one\\\\two\\\"three\\nfour{\",c=\"\"} 1\n");
    }

    #[test]
    fn each_asset_has_its_own_labels_whatever_was_written_before() {
        let assets: [AssetId; 2] = [
            "Prometheus/monitoring/one".parse().unwrap(),
            "east:Prometheus/monitoring/two".parse().unwrap(),
        ];
        let lines = written(|series| {
            for asset in [&assets[0], &assets[1], &assets[0]] {
                series.sample_of(&labels::of(asset), 0_u32)?;
            }
            Ok(())
        });
        assert_eq!(
            lines,
            "a{kind=\"Prometheus\",namespace=\"monitoring\",name=\"one\"} 0\n\
             a{cluster=\"east\",kind=\"Prometheus\",namespace=\"monitoring\",name=\"two\"} 0\n\
             a{kind=\"Prometheus\",namespace=\"monitoring\",name=\"one\"} 0\n"
        );
    }

    #[test]
    fn buckets_are_cumulative() {
        let mut counts = [0; DURATION_BOUNDS.len() + 1];
        (counts[0], counts[1], counts[DURATION_BOUNDS.len()]) = (2, 1, 4);
        let lines = written(|series| series.durations(&[], &counts, 9.5));
        assert!(
            lines.starts_with("a_bucket{le=\"5.0\"} 2\na_bucket{le=\"30.0\"} 3\n"),
            "{lines}"
        );
        assert!(
            lines.ends_with("a_bucket{le=\"+Inf\"} 7\na_count 7\na_sum 9.5\n"),
            "{lines}"
        );
    }
}
