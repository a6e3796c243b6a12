//! Whether Lifeboat sees what others operate, what of it works, and what somebody should look at.

use std::collections::BTreeMap;

use lifeboat_controller::View;
use lifeboat_core::Finding;

use super::{Family, Kind, labels, observed};

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_findings",
        kind: Kind::Gauge,
        unit: None,
        help: "How many things somebody should look at, though they break no promise.",
        labels: &["code"],
        of_asset: true,
        source: "The observers. A finding that concerns no asset has no labels of one. Absent for \
                 codes that were not found; `GET /api/v1/findings` has the words.",
        write: |view, series| {
            for (code, count) in by_code(&view.findings) {
                series.sample_of(&[("code", code)], count)?;
            }
            for (view, facts) in observed::each(view) {
                for (code, count) in by_code(&facts.findings) {
                    let labels = labels::with(&view.asset.id, [("code", code)]);
                    series.sample_of(&labels, count)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_operator_available",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if a program that backups depend on runs, else 0.",
        labels: &[],
        of_asset: true,
        source: "The status of its Deployment: at least one replica is available. Absent for other \
                 kinds of assets, and while nobody can look.",
        write: |view, series| {
            for (view, availability) in observed::programs(view) {
                let runs = u32::from(availability.available > 0);
                series.sample_of(&labels::of(&view.asset.id), runs)?;
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_operator_replicas",
        kind: Kind::Gauge,
        unit: None,
        help: "How many replicas of such a program are available, and how many there should be.",
        labels: &["state"],
        of_asset: true,
        source: "Its Deployment. Absent for other kinds of assets, and while nobody can look.",
        write: |view, series| {
            for (view, availability) in observed::programs(view) {
                let states = [
                    ("available", availability.available),
                    ("desired", availability.desired),
                ];
                for (state, count) in states {
                    let labels = labels::with(&view.asset.id, [("state", state)]);
                    series.sample_of(&labels, count)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_observation_blind",
        kind: Kind::Gauge,
        unit: None,
        help: "1 while nobody can look at an asset, so that what was good is unknown; else 0.",
        labels: &[],
        of_asset: true,
        source: "The watches of the cluster. Absent for assets that Lifeboat operates and can see.",
        write: |view, series| {
            for view in &view.assets {
                if view.asset.facts.is_some() || view.asset.blind.is_some() {
                    let blind = u32::from(view.asset.blind.is_some());
                    series.sample_of(&labels::of(&view.asset.id), blind)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_observation_blind_since_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "Since when nobody can look at an asset.",
        labels: &[],
        of_asset: true,
        source: "The watches of the cluster. Absent while somebody can.",
        write: |view, series| {
            for view in &view.assets {
                if let Some(blind) = &view.asset.blind {
                    series.sample_of(&labels::of(&view.asset.id), blind.since)?;
                }
            }
            Ok(())
        },
    },
];

fn by_code(findings: &[Finding]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.code).or_default() += 1;
    }
    counts
}
