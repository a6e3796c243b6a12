//! Objectives over thirty days: what is promised, what was kept, and how fast what may fail is used up.

use std::fmt;

use lifeboat_controller::{AssetView, View};
use lifeboat_core::{
    Check,
    slo::{Burn, ServiceLevel, Slo, Window},
};

use super::{Family, Kind, labels};

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_objective_ratio",
        kind: Kind::Gauge,
        unit: Some("ratio"),
        help: "What share is promised within thirty days: of the time that the newest good recovery point is \
               young enough (backup), of the attempts to archive WAL that succeed (wal_archiving).",
        labels: &["slo"],
        of_asset: true,
        source: "The asset's resource, else the policies that select it, else 0.99 and 0.999. Absent until \
                 enough is known to judge: see [slo.md](slo.md).",
        write: |view, series| {
            for asset in &view.assets {
                let objectives = asset.assessment.effective.objectives;
                let promised = [
                    (Check::BackupSlo, Slo::Backup, objectives.backup_slo),
                    (
                        Check::ArchivingSlo,
                        Slo::WalArchiving,
                        objectives.wal_archiving_slo,
                    ),
                ];
                for (check, slo, promised) in promised {
                    if asset.assessment.verdict(check).is_some() {
                        let labels = labels::with(&asset.asset.id, [("slo", slo.name())]);
                        series.sample_of(&labels, promised.as_f64())?;
                    }
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_slo_ratio",
        kind: Kind::Gauge,
        unit: Some("ratio"),
        help: "What share was kept within a rolling window.",
        labels: &["slo", "window"],
        of_asset: true,
        source: "For backup, the recovery points and their ages, over 30d only; for wal_archiving, what the \
                 counters of the primary's exporter rose by, in windows that had any attempt. Absent until \
                 enough is known to judge, and while nobody can look.",
        write: |view, series| {
            each_level(series.assets(view), |asset, level| {
                let labels = [("slo", level.slo.name()), ("window", Window::Month.name())];
                series.sample_of(&labels::with(&asset.asset.id, labels), level.ratio.as_f64())
            })?;
            each_burn(series.assets(view), |asset, burn| {
                let succeeded = burn.attempts.saturating_sub(burn.failed);
                let ratio = f64::from(succeeded) / f64::from(burn.attempts);
                series.sample_of(&labels::with(&asset.asset.id, of_burn(burn)), ratio)
            })
        },
    },
    Family {
        name: "lifeboat_slo_error_budget_remaining_ratio",
        kind: Kind::Gauge,
        unit: Some("ratio"),
        help: "How much is left of what may fail within thirty days: 1 where nothing did, below 0 where more \
               did.",
        labels: &["slo"],
        of_asset: true,
        source: "As of `lifeboat_slo_ratio` over 30d.",
        write: |view, series| {
            each_level(series.assets(view), |asset, level| {
                let labels = [("slo", level.slo.name())];
                series.sample_of(&labels::with(&asset.asset.id, labels), level.budget_left)
            })
        },
    },
    Family {
        name: "lifeboat_slo_burn_rate",
        kind: Kind::Gauge,
        unit: None,
        help: "How many times as fast as allowed the error budget is used up.",
        labels: &["slo", "window"],
        of_asset: true,
        source: "What the counters of the primary's exporter rose by, in windows that had any attempt to \
                 archive WAL. There is none for backup: one backup a day has no rate.",
        write: |view, series| {
            each_burn(series.assets(view), |asset, burn| {
                let labels = labels::with(&asset.asset.id, of_burn(burn));
                burn.rate
                    .map_or(Ok(()), |rate| series.sample_of(&labels, rate))
            })
        },
    },
];

fn of_burn(burn: &Burn) -> [(&'static str, &'static str); 2] {
    [
        ("slo", Slo::WalArchiving.name()),
        ("window", burn.window.name()),
    ]
}

fn each_level(
    assets: &[AssetView],
    mut write: impl FnMut(&AssetView, ServiceLevel) -> fmt::Result,
) -> fmt::Result {
    for asset in assets {
        for check in [Check::BackupSlo, Check::ArchivingSlo] {
            let verdict = asset.assessment.verdict(check);
            if let Some(level) = verdict.and_then(|verdict| verdict.evidence.service_level()) {
                write(asset, level)?;
            }
        }
    }
    Ok(())
}

/// Each window in which there were attempts, once: the pairs share some.
fn each_burn(
    assets: &[AssetView],
    mut write: impl FnMut(&AssetView, &Burn) -> fmt::Result,
) -> fmt::Result {
    for asset in assets {
        let checks = [Check::ArchivingBurn, Check::ArchivingBurnSlow];
        let verdicts = checks
            .into_iter()
            .filter_map(|check| asset.assessment.verdict(check));
        let burns = verdicts.flat_map(|verdict| verdict.evidence.burns());
        let mut burns: Vec<&Burn> = burns.filter(|burn| burn.attempts > 0).collect();
        burns.sort_by_key(|burn| burn.window);
        burns.dedup_by_key(|burn| burn.window);
        for burn in burns {
            write(asset, burn)?;
        }
    }
    Ok(())
}
