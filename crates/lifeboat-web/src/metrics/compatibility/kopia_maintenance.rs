//! VolSync's names about the maintenance of Kopia repositories, which it declares and never sets.

use lifeboat_controller::{AssetView, View};
use lifeboat_core::{Check, Operation, OperationHistory, Outcome, Status};

use super::{
    super::{Family, Kind, Series},
    kopia::{self, LABELS, LABELS_AND_REASON},
    success::NEVER,
};

const WITH_TYPE: &[&str] = &[
    "obj_name",
    "obj_namespace",
    "role",
    "operation",
    "repository",
    "maintenance_type",
];

pub(in super::super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "volsync_kopia_maintenance_cronjob_created_total",
        kind: Kind::Counter,
        unit: None,
        help: "How often a maintenance CronJob was created.",
        labels: LABELS,
        of_asset: false,
        source: "`metadata.uid` of the CronJobs, and the ledger; those that were there before anybody \
                 looked count once. At least 1 in a namespace whose repository is maintained from \
                 another one, so that no rule misses a CronJob there. `obj_name` and `repository` are \
                 the name of the Secret with which the repository is reached.",
        write: |view, series| {
            for asset in kopia::maintained(view) {
                let created = changes(asset).map_or(0, |changes| changes.created);
                let elsewhere = u64::from(is_scheduled(asset));
                let labels = kopia::of_repository(&asset.asset.id, []);
                series.sample_of(&labels, created.max(elsewhere))?;
            }
            Ok(())
        },
    },
    Family {
        name: "volsync_kopia_maintenance_cronjob_updated_total",
        kind: Kind::Counter,
        unit: None,
        help: "How often the specification of a maintenance CronJob was changed.",
        labels: LABELS,
        of_asset: false,
        source: "`metadata.generation` of the CronJobs, and the ledger.",
        write: |view, series| {
            for asset in kopia::maintained(view) {
                let updated = changes(asset).map_or(0, |changes| changes.updated);
                series.sample_of(&kopia::of_repository(&asset.asset.id, []), updated)?;
            }
            Ok(())
        },
    },
    Family {
        name: "volsync_kopia_maintenance_cronjob_deleted_total",
        kind: Kind::Counter,
        unit: None,
        help: "How often a maintenance CronJob was deleted.",
        labels: LABELS,
        of_asset: false,
        source: "What was there before and is not there now, by name and `metadata.uid`; the ledger.",
        write: |view, series| {
            for asset in kopia::maintained(view) {
                let deleted = changes(asset).map_or(0, |changes| changes.deleted);
                series.sample_of(&kopia::of_repository(&asset.asset.id, []), deleted)?;
            }
            Ok(())
        },
    },
    Family {
        name: "volsync_kopia_maintenance_cronjob_failures_total",
        kind: Kind::Counter,
        unit: None,
        help: "How many maintenance Jobs failed.",
        labels: LABELS_AND_REASON,
        of_asset: false,
        source: "The ledger, so that it doesn't fall when Jobs are tidied away. `failure_reason` is always \
                 `any`: failures are counted, their reasons stand in the runs.",
        write: |view, series| {
            for asset in kopia::maintained(view) {
                let failed = kopia::runs(asset, Outcome::Failed);
                let labels = kopia::of_repository(&asset.asset.id, [kopia::ANY_REASON]);
                series.sample_of(&labels, failed)?;
            }
            Ok(())
        },
    },
    Family {
        name: "volsync_kopia_maintenance_last_run_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When a maintenance last succeeded.",
        labels: LABELS,
        of_asset: false,
        source: "As `lifeboat_maintenance_timestamp_seconds`. Absent while a first success isn't due yet; \
                 then 0 until there is one.",
        write: |view, series| {
            for asset in kopia::maintained(view) {
                let known = asset
                    .asset
                    .history
                    .last_succeeded_at(Operation::Maintenance, view.at);
                if let Some(at) = known.or_else(|| is_overdue(asset).then_some(NEVER)) {
                    series.sample_of(&kopia::of_repository(&asset.asset.id, []), at)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "volsync_kopia_maintenance_duration_seconds",
        kind: Kind::Histogram,
        unit: Some("seconds"),
        help: "How long maintenance runs took, whatever came of them.",
        labels: LABELS,
        of_asset: false,
        source: "The ledger: from the start of a Job to its end. VolSync declares a summary, which has no \
                 buckets to ask for; this is a histogram. Absent until a run has ended.",
        write: |view, series| durations(view, series),
    },
    Family {
        name: "volsync_kopia_maintenance_operations_total",
        kind: Kind::Counter,
        unit: None,
        help: "How many maintenance runs succeeded.",
        labels: WITH_TYPE,
        of_asset: false,
        source: "The ledger. `maintenance_type` is always `full`: only a full cycle gives anything back, \
                 and it is what maintenance Jobs ask for.",
        write: |view, series| {
            for asset in kopia::maintained(view) {
                let succeeded = kopia::runs(asset, Outcome::Succeeded);
                let labels = kopia::of_repository(&asset.asset.id, [("maintenance_type", "full")]);
                series.sample_of(&labels, succeeded)?;
            }
            Ok(())
        },
    },
];

fn durations(view: &View, series: &mut Series<'_>) -> std::fmt::Result {
    for asset in kopia::maintained(view) {
        if let Some(history) = maintenance(asset).filter(|history| history.last.is_some()) {
            let labels = kopia::of_repository(&asset.asset.id, []);
            series.durations(&labels, &history.totals.durations, history.totals.seconds)?;
        }
    }
    Ok(())
}

fn maintenance(asset: &AssetView) -> Option<&OperationHistory> {
    asset.asset.history.operation(Operation::Maintenance)
}

fn changes(asset: &AssetView) -> Option<&lifeboat_core::DefinitionChanges> {
    asset.asset.definition_changes()
}

fn is_scheduled(asset: &AssetView) -> bool {
    let verdict = asset.assessment.verdict(Check::Scheduled);
    verdict.is_some_and(|verdict| verdict.status == Status::Ok)
}

fn is_overdue(asset: &AssetView) -> bool {
    let verdict = asset.assessment.verdict(Check::Maintained);
    verdict.is_some_and(|verdict| verdict.status == Status::Failing)
}
