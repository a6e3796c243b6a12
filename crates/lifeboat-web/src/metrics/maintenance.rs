//! The upkeep of what backups are kept in, and the rehearsals of restores.

use std::fmt;

use lifeboat_controller::{AssetView, View};
use lifeboat_core::Operation;

use super::{Family, Kind, Series, labels};

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_maintenance_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When a maintenance last succeeded.",
        labels: &[],
        of_asset: true,
        source: "The ledger: the newest Job that completed, or the newest full cycle by the repository's \
                 own account; or what a CronJob or a KopiaMaintenance notes of it. Stays when these go. \
                 Absent until there is one; one that is dated in the future doesn't count.",
        write: |view, series| each_success(view, Operation::Maintenance, series),
    },
    Family {
        name: "lifeboat_rehearsal_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When a rehearsal of a restore last succeeded.",
        labels: &[],
        of_asset: true,
        source: "The ledger: the newest Job that completed, or what its CronJob notes of it. Stays when \
                 these go. Absent until there is one; one that is dated in the future doesn't count.",
        write: |view, series| each_success(view, Operation::Drill, series),
    },
    Family {
        name: "lifeboat_definition_changes_total",
        kind: Kind::Counter,
        unit: None,
        help: "How often what carries an operation out was created, updated and deleted.",
        labels: &["change"],
        of_asset: true,
        source: "`metadata.uid` and `metadata.generation` of maintenance CronJobs, and the ledger. Absent \
                 for assets where nobody counts them.",
        write: |view, series| {
            for asset in that_do(view, Operation::Maintenance) {
                let Some(changes) = asset.asset.definition_changes() else {
                    continue;
                };
                for (change, count) in [
                    ("created", changes.created),
                    ("updated", changes.updated),
                    ("deleted", changes.deleted),
                ] {
                    let labels = labels::with(&asset.asset.id, [("change", change)]);
                    series.sample_of(&labels, count)?;
                }
            }
            Ok(())
        },
    },
];

/// The assets whose promise rests on an operation.
fn that_do(view: &View, operation: Operation) -> impl Iterator<Item = &AssetView> {
    let assets = view.assets.iter();
    assets.filter(move |asset| asset.asset.id.kind.operation() == Some(operation))
}

/// When an operation last succeeded, of each asset whose promise rests on it.
fn each_success(view: &View, operation: Operation, series: &mut Series<'_>) -> fmt::Result {
    for asset in that_do(view, operation) {
        if let Some(at) = asset.asset.history.last_succeeded_at(operation, view.at) {
            series.sample_of(&labels::of(&asset.asset.id), at)?;
        }
    }
    Ok(())
}
