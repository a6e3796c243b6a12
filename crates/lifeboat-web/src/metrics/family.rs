//! A metric family as data: what it is called, what it means, where it comes from, and what writes it.

use std::fmt;

use lifeboat_core::DURATION_BOUNDS;
use prometheus_client::{
    encoding::{
        DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeLabelSet, MetricEncoder,
        NoLabelSet,
    },
    metrics::MetricType,
    registry::Unit,
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

    /// What the name of a series of this kind ends with, beyond the family's name.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Gauge | Self::Histogram => "",
            Self::Counter => "_total",
            Self::Info => "_info",
        }
    }

    const fn metric_type(self) -> MetricType {
        match self {
            Self::Gauge => MetricType::Gauge,
            Self::Counter => MetricType::Counter,
            Self::Histogram => MetricType::Histogram,
            Self::Info => MetricType::Info,
        }
    }
}

impl<T> Family<T> {
    /// Writes the family's description and its series.
    pub(super) fn encode(&self, facts: &T, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let unit = self.unit.map(|unit| Unit::Other(unit.to_owned()));
        let encoder = encoder.encode_descriptor(
            self.stem(),
            self.help,
            unit.as_ref(),
            self.kind.metric_type(),
        )?;
        (self.write)(facts, &mut Series { encoder })
    }

    /// The name without what the encoder adds to it: unit and suffix.
    fn stem(&self) -> &'static str {
        let name = self.name;
        let name = name.strip_suffix(self.kind.suffix()).unwrap_or(name);
        let without_unit = self
            .unit
            .and_then(|unit| name.strip_suffix(unit)?.strip_suffix('_'));
        without_unit.unwrap_or(name)
    }
}

/// Takes the series of one family.
#[derive(Debug)]
pub struct Series<'a> {
    encoder: MetricEncoder<'a>,
}

impl Series<'_> {
    /// The only series of a gauge without labels.
    pub fn single(&mut self, value: impl EncodeGaugeValue + Copy) -> fmt::Result {
        self.encoder.encode_gauge(&value)
    }

    /// A series of a gauge.
    pub fn gauge(
        &mut self,
        labels: &impl EncodeLabelSet,
        value: impl EncodeGaugeValue + Copy,
    ) -> fmt::Result {
        self.encoder.encode_family(labels)?.encode_gauge(&value)
    }

    /// The only series of a counter without labels.
    pub fn single_counter(&mut self, value: impl EncodeCounterValue + Copy) -> fmt::Result {
        self.encoder
            .encode_counter::<NoLabelSet, _, f64>(&value, None)
    }

    /// A series of a counter.
    pub fn counter(
        &mut self,
        labels: &impl EncodeLabelSet,
        value: impl EncodeCounterValue + Copy,
    ) -> fmt::Result {
        self.encoder
            .encode_family(labels)?
            .encode_counter::<NoLabelSet, _, f64>(&value, None)
    }

    /// A histogram over [`DURATION_BOUNDS`], from a count for each bucket and one for the rest.
    pub fn durations(
        &mut self,
        labels: &impl EncodeLabelSet,
        counts: &[u64; DURATION_BOUNDS.len() + 1],
        sum: f64,
    ) -> fmt::Result {
        let bounds = DURATION_BOUNDS.iter().map(|bound| f64::from(*bound));
        let mut buckets = [(f64::INFINITY, 0); DURATION_BOUNDS.len() + 1];
        for (bucket, bound) in buckets.iter_mut().zip(bounds) {
            bucket.0 = bound;
        }
        for (bucket, count) in buckets.iter_mut().zip(counts) {
            bucket.1 = *count;
        }
        self.encoder
            .encode_family(labels)?
            .encode_histogram::<NoLabelSet>(sum, counts.iter().sum(), &buckets, None)
    }

    /// A series of an info.
    pub fn info(&mut self, labels: &impl EncodeLabelSet) -> fmt::Result {
        self.encoder.encode_info(labels)
    }
}
