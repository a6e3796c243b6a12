//! Names of kube-state-metrics about Jobs: those of CronJobs, and Lifeboat's own backups as if they were some.

use jiff::Timestamp;
use lifeboat_controller::{AssetView, View};
use lifeboat_core::{AssetKind, OperationHistory, Run};

use super::{
    super::{Family, Kind},
    labels, success,
};

const LABELS: &[&str] = &["namespace", "job_name"];

pub(in super::super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "kube_job_status_failed",
        kind: Kind::Gauge,
        unit: None,
        help: "1 for the last Job that failed, 0 from the next success on.",
        labels: LABELS,
        of_asset: false,
        source: "The ledger, also when the Job is gone. Absent until a Job of the CronJob has failed. \
                 A Prometheus that Lifeboat backs up has the one Job `prometheus-backup-NAME`, 0 from \
                 its first backup on.",
        write: |view, series| {
            for asset in &view.assets {
                let Some(history) = asset.asset.history.operation(success::operation(asset)) else {
                    continue;
                };
                if let Some(job) = failed_job(asset, history) {
                    let labels = labels::of(&asset.asset.id, [("job_name", &job)]);
                    series.sample_of(&labels, u32::from(history.failures > 0))?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "kube_job_status_completion_time",
        kind: Kind::Gauge,
        unit: None,
        help: "When the last Job completed that succeeded.",
        labels: LABELS,
        of_asset: false,
        source: "The ledger, also when the Job is gone. Absent while a first success isn't due yet; then \
                 0 until there is one, with the CronJob's own name, as where the Job's isn't known. A \
                 Prometheus that Lifeboat backs up has the Job `prometheus-backup-NAME`.",
        write: |view, series| {
            for asset in &view.assets {
                if let Some((job, at)) = completed_job(view, asset) {
                    let labels = labels::of(&asset.asset.id, [("job_name", &job)]);
                    series.sample_of(&labels, at)?;
                }
            }
            Ok(())
        },
    },
];

fn failed_job(asset: &AssetView, history: &OperationHistory) -> Option<String> {
    match asset.asset.id.kind {
        AssetKind::Prometheus => Some(own_job(asset)),
        AssetKind::CronJob | AssetKind::RestoreTest => {
            history.last_failed.as_ref().map(|run| job_of(asset, run))
        }
        _ => None,
    }
}

fn completed_job(view: &View, asset: &AssetView) -> Option<(String, Timestamp)> {
    let at = success::last(view, asset)?;
    let job = match asset.asset.id.kind {
        AssetKind::Prometheus => own_job(asset),
        AssetKind::CronJob | AssetKind::RestoreTest => match success::last_run(view, asset) {
            Some((run, ended_at)) if ended_at == at => job_of(asset, run),
            _ => asset.asset.id.name.clone(),
        },
        _ => return None,
    };
    Some((job, at))
}

/// The name that rules about backups of Prometheus look for.
fn own_job(asset: &AssetView) -> String {
    format!("prometheus-backup-{}", asset.asset.id.name)
}

fn job_of(asset: &AssetView, run: &Run) -> String {
    let job = run.id.object().filter(|(kind, _)| *kind == "Job");
    let name = job.map_or(asset.asset.id.name.as_str(), |(_, name)| name);
    name.to_owned()
}
