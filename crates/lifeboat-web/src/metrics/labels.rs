//! The labels that name an asset, alike in every family.

use lifeboat_core::AssetId;

use super::{
    asset_text::AssetText,
    series::{Label, LabelSet, write_label},
};

/// An asset's labels, and more of its own for each series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Labels<'a, const N: usize> {
    asset: &'a AssetId,
    more: [Label<'a>; N],
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

impl<const N: usize> LabelSet for Labels<'_, N> {
    fn write(&self, line: &mut String, asset: &mut AssetText<'_>) {
        asset.write(line, self.asset);
        self.more.write(line, asset);
    }
}

impl<const N: usize> LabelSet for [Label<'_>; N] {
    fn write(&self, line: &mut String, asset: &mut AssetText<'_>) {
        self.as_slice().write(line, asset);
    }
}

impl LabelSet for [Label<'_>] {
    fn write(&self, line: &mut String, _: &mut AssetText<'_>) {
        for label in self {
            write_label(line, *label);
        }
    }
}

impl<const N: usize> LabelSet for (Labels<'_, N>, Option<Label<'_>>) {
    fn write(&self, line: &mut String, asset: &mut AssetText<'_>) {
        self.0.write(line, asset);
        self.1.as_slice().write(line, asset);
    }
}

impl LabelSet for (Labels<'_, 0>, Vec<Label<'_>>) {
    fn write(&self, line: &mut String, asset: &mut AssetText<'_>) {
        self.0.write(line, asset);
        self.1.as_slice().write(line, asset);
    }
}
