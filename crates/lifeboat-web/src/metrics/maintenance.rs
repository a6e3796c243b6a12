//! The upkeep of what backups are kept in.

use lifeboat_controller::View;

use super::{Family, Kind, labels};

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
        write: |view, series| {
            for asset in &view.assets {
                if let Some(at) = asset.asset.history.last_maintained_at(view.at) {
                    series.sample_of(&labels::of(&asset.asset.id), at)?;
                }
            }
            Ok(())
        },
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
            for asset in &view.assets {
                let Some(upkeep) = &asset.asset.history.upkeep else {
                    continue;
                };
                let changes = &upkeep.changes;
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
