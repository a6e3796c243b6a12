//! What assets there are.

use lifeboat_controller::View;
use lifeboat_core::Status;

use super::{Family, Kind, Label, labels};

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_asset_info",
        kind: Kind::Info,
        unit: None,
        help: "An asset that Lifeboat knows, and where it and its backups are.",
        labels: &["prometheus", "repository"],
        of_asset: true,
        source: "The resources in use, and what is seen. The labels beside the asset's own depend on \
                 its kind: here are those of a Prometheus.",
        write: |view, series| {
            for view in &view.assets {
                let places = view
                    .places
                    .iter()
                    .map(|(what, place)| (*what, place.as_str()));
                let places: Vec<Label<'_>> = places.collect();
                series.info(&(labels::of(&view.asset.id), places))?;
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_asset_suspended",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if the asset is suspended on purpose, by its resource, by a policy or by what it is (such \
               as hibernated), else 0.",
        labels: &[],
        of_asset: true,
        source: "The resources in use, and what is seen of it.",
        write: |view, series| {
            for view in &view.assets {
                let suspended = view.asset.is_paused() || view.assessment.effective.suspend;
                series.sample_of(&labels::of(&view.asset.id), u32::from(suspended))?;
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_assets",
        kind: Kind::Gauge,
        unit: None,
        help: "How many assets have this status: the most urgent one of their checks.",
        labels: &["status"],
        of_asset: false,
        source: "The assessment. Absent until the first one is made.",
        write: |view, series| {
            if view.generation == 0 {
                return Ok(());
            }
            for status in [Status::Ok, Status::Failing, Status::Unknown, Status::Paused] {
                let assets = view.assets.iter();
                let count = assets
                    .filter(|view| view.assessment.status == status)
                    .count();
                series.sample_of(&[("status", status.name())], count)?;
            }
            Ok(())
        },
    },
];
