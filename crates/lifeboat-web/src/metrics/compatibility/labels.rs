//! The labels that an object of Kubernetes has in the metrics of others.

use lifeboat_core::AssetId;

use super::super::{
    Label,
    asset_text::AssetText,
    series::{LabelSet, write_label},
};

/// The namespace and labels of its own. Where one Lifeboat watches several clusters of Kubernetes,
/// `kubernetes_cluster` tells them apart: `cluster` is PostgreSQL's here.
#[derive(Debug, Clone, Copy)]
pub(super) struct ObjectLabels<'a, const N: usize> {
    asset: &'a AssetId,
    own: [Label<'a>; N],
}

/// The labels of an object that belongs to an asset.
pub(super) const fn of<'a, const N: usize>(
    asset: &'a AssetId,
    own: [Label<'a>; N],
) -> ObjectLabels<'a, N> {
    ObjectLabels { asset, own }
}

impl<const N: usize> LabelSet for ObjectLabels<'_, N> {
    fn write(&self, line: &mut String, _: &mut AssetText<'_>) {
        write_label(line, ("namespace", &self.asset.namespace));
        for label in self.own {
            write_label(line, label);
        }
        if let Some(cluster) = &self.asset.cluster {
            write_label(line, ("kubernetes_cluster", cluster));
        }
    }
}
