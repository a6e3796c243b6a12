//! What runs, what ran, and how it ended.

use std::fmt;

use lifeboat_controller::{AssetView, View};
use lifeboat_core::{AssetId, Operation, OperationHistory, Outcome};

use super::{
    Family, Kind,
    labels::{self, Labels},
};

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_run_last_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When the newest run with this outcome ended.",
        labels: &["operation", "outcome"],
        of_asset: true,
        source: "The ledger. Absent for outcomes that have not happened.",
        write: |view, series| {
            each_history(series.assets(view), |asset, operation, history| {
                for (outcome, at) in &history.last_ended_at {
                    let labels = labels::with(asset, run_labels(operation, *outcome));
                    series.sample_of(&labels, *at)?;
                }
                Ok(())
            })
        },
    },
    Family {
        name: "lifeboat_runs_total",
        kind: Kind::Counter,
        unit: None,
        help: "How many runs have ended with this outcome.",
        labels: &["operation", "outcome"],
        of_asset: true,
        source: "The ledger, which keeps the sum when it forgets runs. 0 for outcomes that have \
                 not happened, so that rate() sees the first. Absent for operations that are \
                 neither planned nor have ever run.",
        write: |view, series| {
            each_operation(series.assets(view), |asset, operation, history| {
                for outcome in Outcome::ALL {
                    let runs = history.and_then(|history| history.totals.runs.get(&outcome));
                    let labels = labels::with(asset, run_labels(operation, outcome));
                    series.sample_of(&labels, runs.copied().unwrap_or(0))?;
                }
                Ok(())
            })
        },
    },
    Family {
        name: "lifeboat_run_duration_seconds",
        kind: Kind::Histogram,
        unit: Some("seconds"),
        help: "How long runs took, whatever their outcome.",
        labels: &["operation"],
        of_asset: true,
        source: "The ledger. Absent until a first run has ended: at twelve series each, these are \
                 the most expensive ones.",
        write: |view, series| {
            each_history(series.assets(view), |asset, operation, history| {
                let totals = &history.totals;
                if totals.runs.is_empty() {
                    return Ok(());
                }
                let labels = of_operation(asset, operation);
                series.durations(&labels, &totals.durations, totals.seconds)
            })
        },
    },
    Family {
        name: "lifeboat_run_active",
        kind: Kind::Gauge,
        unit: None,
        help: "1 while a run is under way, else 0.",
        labels: &["operation"],
        of_asset: true,
        source: "The controller. Absent for operations that are neither planned nor have ever run.",
        write: |view, series| {
            each_operation(series.assets(view), |asset, operation, history| {
                let active = history.is_some_and(|history| history.running.is_some());
                series.sample_of(&of_operation(asset, operation), u32::from(active))
            })
        },
    },
    Family {
        name: "lifeboat_run_active_since_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When the run that is under way began.",
        labels: &["operation"],
        of_asset: true,
        source: "The controller. Absent while nothing runs.",
        write: |view, series| {
            each_history(
                series.assets(view),
                |asset, operation, history| match &history.running {
                    Some(run) => {
                        let labels = of_operation(asset, operation);
                        series.sample_of(&labels, run.started_at)
                    }
                    None => Ok(()),
                },
            )
        },
    },
    Family {
        name: "lifeboat_run_failures",
        kind: Kind::Gauge,
        unit: None,
        help: "How many runs have failed since the last one that succeeded.",
        labels: &["operation"],
        of_asset: true,
        source: "The ledger. Absent for operations that are neither planned nor have ever run.",
        write: |view, series| {
            each_operation(series.assets(view), |asset, operation, history| {
                let failures = history.map_or(0, |history| history.failures);
                series.sample_of(&of_operation(asset, operation), failures)
            })
        },
    },
    Family {
        name: "lifeboat_next_run_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When the next run starts, if nothing else happens.",
        labels: &["operation"],
        of_asset: true,
        source: "The schedules. Absent for operations that are not planned, and while the asset is \
                 suspended.",
        write: |view, series| {
            for view in series.assets(view) {
                for (operation, at) in view.next_starts.iter() {
                    series.sample_of(&of_operation(&view.asset.id, *operation), *at)?;
                }
            }
            Ok(())
        },
    },
];

const fn run_labels(operation: Operation, outcome: Outcome) -> [super::Label<'static>; 2] {
    [("operation", operation.name()), ("outcome", outcome.name())]
}

const fn of_operation(asset: &AssetId, operation: Operation) -> Labels<'_, 1> {
    labels::with(asset, [("operation", operation.name())])
}

/// Every operation that is planned, by Lifeboat or by others, or has ever run.
fn each_operation(
    assets: &[AssetView],
    mut write: impl FnMut(&AssetId, Operation, Option<&OperationHistory>) -> fmt::Result,
) -> fmt::Result {
    for AssetView { asset, .. } in assets {
        for operation in Operation::ALL {
            let history = asset.history.operation(operation);
            let by_others = asset.facts.is_some() && asset.id.kind.operation() == Some(operation);
            if history.is_some() || by_others || asset.planned.contains_key(&operation) {
                write(&asset.id, operation, history)?;
            }
        }
    }
    Ok(())
}

/// Every operation that has ever run.
fn each_history(
    assets: &[AssetView],
    mut write: impl FnMut(&AssetId, Operation, &OperationHistory) -> fmt::Result,
) -> fmt::Result {
    for AssetView { asset, .. } in assets {
        for (operation, history) in &asset.history.operations {
            write(&asset.id, *operation, history)?;
        }
    }
    Ok(())
}
