//! The labels that name an asset, alike in every family.

use std::fmt;

use jiff::Timestamp;
use lifeboat_core::AssetId;
use prometheus_client::encoding::{EncodeLabel, EncodeLabelSet, LabelSetEncoder};

/// One label.
pub(super) type Label<'a> = (&'static str, &'a str);

/// An asset's labels, and more of its own for each series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Labels<'a, const N: usize> {
    pub(super) asset: &'a AssetId,
    pub(super) more: [Label<'a>; N],
}

/// An asset's labels alone.
pub(super) const fn of(asset: &AssetId) -> Labels<'_, 0> {
    with(asset, [])
}

/// An asset's labels and more.
pub(super) const fn with<'a, const N: usize>(
    asset: &'a AssetId,
    more: [Label<'a>; N],
) -> Labels<'a, N> {
    Labels { asset, more }
}

impl<const N: usize> EncodeLabelSet for Labels<'_, N> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        let asset = self.asset;
        let cluster = asset.cluster.as_deref();
        let identity = [
            ("kind", asset.kind.name()),
            ("namespace", &asset.namespace),
            ("name", &asset.name),
        ];
        let labels = cluster.map(|cluster| ("cluster", cluster)).into_iter();
        for label in labels.chain(identity).chain(self.more) {
            label.encode(encoder.encode_label())?;
        }
        Ok(())
    }
}

/// Unix seconds with their fraction.
pub(super) fn seconds(at: Timestamp) -> f64 {
    at.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64()
}
