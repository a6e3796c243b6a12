//! Series as text: one line each, alike in both of Prometheus's text formats.
//!
//! Written by hand rather than through a client library, because ten thousand assets have most of a
//! million series: the labels that name an asset are put into text once for all of its series, which the
//! libraries' encoders can't. What is written is read back by `promtool` and by two versions of
//! Prometheus in tests.

use std::{fmt, sync::LazyLock};

use lifeboat_controller::{AssetView, View};
use lifeboat_core::DURATION_BOUNDS;

use super::{
    asset_text::{AssetText, AssetTexts},
    value::Value,
};

/// One label.
pub(super) type Label<'a> = (&'static str, &'a str);

/// [`DURATION_BOUNDS`] in the canonical form of `OpenMetrics`, which has a point.
static BOUNDS: LazyLock<[String; DURATION_BOUNDS.len()]> =
    LazyLock::new(|| DURATION_BOUNDS.map(|bound| format!("{bound}.0")));

/// How many assets a part of a family is about: what is written of them, and what they say of
/// themselves, is still at hand in the processor's memory then.
const ASSETS_AT_ONCE: usize = 64;

/// Takes the series of one family, or of a part of it.
#[derive(Debug)]
pub struct Series<'a> {
    name: &'static str,
    text: &'a mut String,
    asset: AssetText<'a>,
    /// Which part of the family this is, from 0.
    part: usize,
    /// Whether there are assets after those of this part.
    goes_on: bool,
}

/// Labels that can be written.
pub(super) trait LabelSet {
    /// Appends the labels to a line that an opening brace ends, or another label.
    fn write(&self, line: &mut String, asset: &mut AssetText<'_>);
}

impl<'a> Series<'a> {
    pub(super) fn new(
        name: &'static str,
        part: usize,
        assets: &'a AssetTexts,
        text: &'a mut String,
    ) -> Self {
        Self {
            name,
            text,
            asset: AssetText::new(assets, part * ASSETS_AT_ONCE),
            part,
            goes_on: false,
        }
    }

    /// The assets to write series of now. For families that have several of each asset: one that asks
    /// for its assets here, and writes nothing of others, is written in parts, one after the other.
    pub(super) fn assets<'view>(&mut self, view: &'view View) -> &'view [AssetView] {
        let mut parts = view.assets.chunks(ASSETS_AT_ONCE).skip(self.part);
        let part = parts.next().unwrap_or_default();
        self.goes_on |= parts.next().is_some();
        part
    }

    /// Whether the family goes on with another part.
    pub(super) const fn goes_on(&self) -> bool {
        self.goes_on
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
    // Nearly none has to be changed; to look at all bytes of a short value is faster than to stop at the
    // first one that must be.
    let is_plain = value.bytes().fold(true, |plain, byte| {
        plain & !matches!(byte, b'\\' | b'"' | b'\n')
    });
    if is_plain {
        line.push_str(value);
    } else {
        for character in value.chars() {
            match character {
                '\n' => line.push_str("\\n"),
                '"' | '\\' => line.extend(['\\', character]),
                _ => line.push(character),
            }
        }
    }
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
        write(&mut Series::new("a", 0, &none, &mut text)).unwrap();
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
