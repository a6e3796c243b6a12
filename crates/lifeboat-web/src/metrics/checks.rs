//! The verdicts, and what is promised.

use std::fmt;

use jiff::SignedDuration;
use lifeboat_controller::{AssetView, View};
use lifeboat_core::{Check, Evidence, Operation, Verdict};

use super::{Family, Kind, Label, labels};

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_check_status",
        kind: Kind::Gauge,
        unit: None,
        help: "The answer to a check: 0 ok, 1 failing, 2 unknown, 3 paused.",
        labels: &["check", "severity"],
        of_asset: true,
        source: "The assessment. Unknown is a value of its own, so that missing evidence is never \
                 taken for ok. Absent for checks that make no sense for an asset of this kind. `severity` is \
                 there only where the asset's resource or a policy says how bad broken promises are.",
        write: |view, series| {
            each_verdict(series.assets(view), |asset, verdict| {
                let value = u32::from(verdict.status.metric_value());
                let check = [("check", verdict.check.name())];
                let labels = labels::with(&asset.asset.id, check);
                series.sample_of(&(labels, severity(asset)), value)
            })
        },
    },
    Family {
        name: "lifeboat_check_reason",
        kind: Kind::Gauge,
        unit: None,
        help: "Why a check is failing (1) or unknown (2), in a word.",
        labels: &["check", "reason", "severity"],
        of_asset: true,
        source: "The evidence of the assessment: `reason` is the one that the API gives. Absent while the \
                 check is neither failing nor unknown.",
        write: |view, series| {
            each_verdict(series.assets(view), |asset, verdict| {
                if !verdict.status.is_trouble() {
                    return Ok(());
                }
                let value = u32::from(verdict.status.metric_value());
                let why = [
                    ("check", verdict.check.name()),
                    ("reason", verdict.evidence.reason()),
                ];
                let labels = labels::with(&asset.asset.id, why);
                series.sample_of(&(labels, severity(asset)), value)
            })
        },
    },
    Family {
        name: "lifeboat_check_since_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "Since when the answer to a check has been so, by the evidence.",
        labels: &["check"],
        of_asset: true,
        source: "The assessment.",
        write: |view, series| {
            each_verdict(series.assets(view), |asset, verdict| {
                let check = [("check", verdict.check.name())];
                series.sample_of(&labels::with(&asset.asset.id, check), verdict.since)
            })
        },
    },
    Family {
        name: "lifeboat_objective_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "What is promised: the age at most of the newest good recovery point (fresh; punctual is an \
               early warning), of the newest good verification (verified) and of the last good maintenance \
               (maintained, and later not_neglected) and of the last good rehearsal of a restore \
               (rehearsed); and how long a run may take (not_stuck) or should \
               take (swift); and how far a standby may lie behind (replay_lag).",
        labels: &["check"],
        of_asset: true,
        source: "The asset's resource, else the policies that select it, else the default of its \
                 kind. Absent for checks that make no sense for an asset as it is, and not_stuck, \
                 punctual and swift where nobody says.",
        write: |view, series| {
            each_verdict(series.assets(view), |asset, verdict| {
                match promised(asset, verdict) {
                    Some(promise) => {
                        let labels =
                            labels::with(&asset.asset.id, [("check", verdict.check.name())]);
                        series.sample_of(&labels, promise.as_secs_f64())
                    }
                    None => Ok(()),
                }
            })
        },
    },
    Family {
        name: "lifeboat_repository_objective_ratio",
        kind: Kind::Gauge,
        unit: Some("ratio"),
        help: "What is promised as a ratio: the share by which a repository may grow within a week \
               (growth_steady), and what it is given by what it keeps of that, at the least (deduplicated).",
        labels: &["check"],
        of_asset: true,
        source: "The policies that select the asset, else the default of its kind. Absent for checks that \
                 make no sense for an asset as it is.",
        write: |view, series| {
            each_verdict(series.assets(view), |asset, verdict| {
                let objectives = &asset.assessment.effective.objectives;
                let percent = match verdict.check {
                    Check::GrowthSteady => objectives.maximum_growth_percent,
                    Check::Deduplicated => objectives.minimum_deduplication_percent,
                    _ => return Ok(()),
                };
                let labels = labels::with(&asset.asset.id, [("check", verdict.check.name())]);
                series.sample_of(&labels, f64::from(percent) / 100.0)
            })
        },
    },
    Family {
        name: "lifeboat_verification_coverage_ratio",
        kind: Kind::Gauge,
        unit: Some("ratio"),
        help: "The share of the repository that verifications have read and found good.",
        labels: &[],
        of_asset: true,
        source: "The ledger: slices that were found good, of how many. Absent until a first one was.",
        write: |view, series| {
            for view in &view.assets {
                let history = &view.asset.history;
                let coverage = history
                    .operation(Operation::Verification)
                    .and_then(|verified| verified.coverage_since(history.first_seen_at));
                if let Some((covered, slices)) = coverage {
                    let ratio = f64::from(covered) / f64::from(slices);
                    series.sample_of(&labels::of(&view.asset.id), ratio)?;
                }
            }
            Ok(())
        },
    },
];

/// Every verdict on assets.
fn each_verdict(
    assets: &[AssetView],
    mut write: impl FnMut(&AssetView, &Verdict) -> fmt::Result,
) -> fmt::Result {
    for asset in assets {
        for verdict in &asset.assessment.verdicts {
            write(asset, verdict)?;
        }
    }
    Ok(())
}

/// The length of time that is promised where a check asks for one.
fn promised(asset: &AssetView, verdict: &Verdict) -> Option<SignedDuration> {
    let objectives = &asset.assessment.effective.objectives;
    match verdict.check {
        Check::Fresh => Some(objectives.maximum_age),
        Check::Punctual => objectives.warning_age,
        Check::Rehearsed => Some(objectives.drill_age),
        Check::Maintained => Some(objectives.maintenance_age),
        Check::NotNeglected => Some(objectives.neglect_age),
        Check::Verified => Some(objectives.verification_age),
        Check::NotStuck => objectives.maximum_run_duration,
        Check::Swift => {
            let operation = asset.asset.id.kind.operation();
            operation.and_then(|operation| objectives.expected_duration(operation))
        }
        Check::ReplayLag => match &verdict.evidence {
            Evidence::ReplayLag { limit, .. } => Some(*limit),
            _ => objectives.replay_lag,
        },
        _ => None,
    }
}

/// How bad broken promises of an asset are, where anybody says so.
fn severity(asset: &AssetView) -> Option<Label<'_>> {
    let severity = asset.assessment.effective.severity?;
    Some(("severity", severity.name()))
}
