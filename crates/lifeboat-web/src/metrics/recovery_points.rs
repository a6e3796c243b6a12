//! Which recovery points there are.

use lifeboat_controller::{AssetView, View};

use super::{Family, Kind, labels};

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_recovery_point_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "The moment whose state the newest good recovery point holds.",
        labels: &[],
        of_asset: true,
        source: "The repository's inventory and the runs since; what is seen, for assets that others \
                 operate. Absent while there is no good \
                 recovery point; one that is dated in the future doesn't count.",
        write: |view, series| {
            for asset in &view.assets {
                if let Some(point) = asset.asset.history.newest_good_point(view.at) {
                    series.sample_of(&labels::of(&asset.asset.id), point.taken_at)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_recovery_point_size_bytes",
        kind: Kind::Gauge,
        unit: Some("bytes"),
        help: "What a restore of the newest good recovery point would fetch.",
        labels: &[],
        of_asset: true,
        source: "The repository's inventory. Absent while there is no good recovery point, and where \
                 nobody says how large it is.",
        write: |view, series| {
            for asset in &view.assets {
                let point = asset.asset.history.newest_good_point(view.at);
                if let Some(bytes) = point.and_then(|point| point.bytes) {
                    series.sample_of(&labels::of(&asset.asset.id), bytes)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_first_recovery_point_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "The moment of the first recovery point ever known, even if it is gone by now.",
        labels: &[],
        of_asset: true,
        source: "The ledger. Absent until there is a first recovery point.",
        write: |view, series| {
            for view in &view.assets {
                if let Some(at) = view.asset.history.first_recovery_point_at {
                    series.sample_of(&labels::of(&view.asset.id), at)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_recovery_points",
        kind: Kind::Gauge,
        unit: None,
        help: "How many recovery points there are; not_good is damaged, or refuted by a verification.",
        labels: &["state"],
        of_asset: true,
        source: "The repository's inventory. Absent until one has been taken: no 0 stands for \
                 what nobody has counted.",
        write: |view, series| {
            for view in view.assets.iter().filter(|view| is_counted(view)) {
                let points = &view.asset.history.recovery_points;
                let good = points.iter().filter(|point| point.is_good()).count();
                for (state, count) in [("good", good), ("not_good", points.len() - good)] {
                    series.sample_of(&labels::with(&view.asset.id, [("state", state)]), count)?;
                }
            }
            Ok(())
        },
    },
];

/// Whether it is known which recovery points there are.
fn is_counted(view: &AssetView) -> bool {
    let history = &view.asset.history;
    let inventory = history.inventory.as_ref();
    let looked = inventory.is_some_and(|inventory| inventory.error.is_none());
    view.asset.holds_data() && (looked || !history.recovery_points.is_empty())
}
