//! The labels of VolSync's `volsync_kopia_*`, and which assets they are of.

use std::collections::BTreeSet;

use lifeboat_controller::{AssetView, View};
use lifeboat_core::{AssetId, AssetKind, Outcome};

use super::super::{
    Label,
    asset_text::AssetText,
    series::{LabelSet, write_label},
};

pub(super) const LABELS: &[&str] = &[
    "obj_name",
    "obj_namespace",
    "role",
    "operation",
    "repository",
];

/// Beside these, why something failed.
pub(super) const LABELS_AND_REASON: &[&str] = &[
    "obj_name",
    "obj_namespace",
    "role",
    "operation",
    "repository",
    "failure_reason",
];

/// The ledger counts failures; their reasons stand in the runs.
pub(super) const ANY_REASON: Label<'static> = ("failure_reason", "any");

/// The labels that every `volsync_kopia_*` has, and more of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct KopiaLabels<'a, const N: usize> {
    asset: &'a AssetId,
    operation: &'static str,
    repository: &'a str,
    more: [Label<'a>; N],
}

impl<const N: usize> LabelSet for KopiaLabels<'_, N> {
    fn write(&self, line: &mut String, _: &mut AssetText<'_>) {
        write_label(line, ("obj_name", &self.asset.name));
        write_label(line, ("obj_namespace", &self.asset.namespace));
        write_label(line, ("role", "source"));
        write_label(line, ("operation", self.operation));
        write_label(line, ("repository", self.repository));
        for label in self.more {
            write_label(line, label);
        }
        if let Some(cluster) = &self.asset.cluster {
            write_label(line, ("cluster", cluster));
        }
    }
}

/// The labels of a repository's upkeep. Its asset has the name of the Secret, as the repository has.
pub(super) const fn of_repository<'a, const N: usize>(
    asset: &'a AssetId,
    more: [Label<'a>; N],
) -> KopiaLabels<'a, N> {
    KopiaLabels {
        asset,
        operation: "maintenance",
        repository: asset.name.as_str(),
        more,
    }
}

/// The labels of a volume that is copied to a repository.
pub(super) const fn of_source<'a, const N: usize>(
    asset: &'a AssetId,
    repository: &'a str,
    more: [Label<'a>; N],
) -> KopiaLabels<'a, N> {
    KopiaLabels {
        asset,
        operation: "backup",
        repository,
        more,
    }
}

/// Every repository once, with what is known of its upkeep: as its Jobs tell it, and only where there
/// is none of these by its own account, so that no sum counts anything twice.
pub(super) fn maintained(view: &View) -> impl Iterator<Item = &AssetView> {
    let of_kind = |kind| move |asset: &&AssetView| asset.asset.id.kind == kind;
    let by_jobs = || {
        view.assets
            .iter()
            .filter(of_kind(AssetKind::KopiaMaintenance))
    };
    let known: BTreeSet<_> = by_jobs().map(|asset| place(&asset.asset.id)).collect();
    let repositories = view
        .assets
        .iter()
        .filter(of_kind(AssetKind::KopiaRepository));
    let others = repositories.filter(move |asset| !known.contains(&place(&asset.asset.id)));
    by_jobs().chain(others)
}

/// How many runs of an asset's operation came to this.
pub(super) fn runs(asset: &AssetView, outcome: Outcome) -> u64 {
    let operation = asset.asset.id.kind.operation();
    let history = operation.and_then(|operation| asset.asset.history.operation(operation));
    let runs = history.map(|history| &history.totals.runs);
    runs.and_then(|runs| runs.get(&outcome))
        .copied()
        .unwrap_or(0)
}

fn place(id: &AssetId) -> (Option<&str>, &str, &str) {
    (id.cluster.as_deref(), &id.namespace, &id.name)
}

/// Every volume that Kopia copies, with the repository that it goes to.
pub(super) fn sources(view: &View) -> impl Iterator<Item = (&AssetView, &str)> {
    view.assets.iter().filter_map(|asset| {
        let is_source = asset.asset.id.kind == AssetKind::ReplicationSource;
        let is_kopia = asset
            .places
            .get("mover")
            .is_some_and(|mover| mover == "kopia");
        let repository = asset.places.get("repository")?;
        (is_source && is_kopia).then_some((asset, repository.as_str()))
    })
}
