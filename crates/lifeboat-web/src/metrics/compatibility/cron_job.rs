//! Names of kube-state-metrics about CronJobs, with a memory that outlives them.

use lifeboat_controller::{AssetView, View};
use lifeboat_core::{AssetKind, Facts, ObservedSchedule, ScheduleState};

use super::{
    super::{Family, Kind, observed},
    labels::{self, ObjectLabels},
    success,
};

const LABELS: &[&str] = &["namespace", "cronjob"];

pub(in super::super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "kube_cronjob_status_last_successful_time",
        kind: Kind::Gauge,
        unit: None,
        help: "When a Job of a CronJob last succeeded.",
        labels: LABELS,
        of_asset: false,
        source: "The ledger: the newest of its Jobs that completed, and its `status.lastSuccessfulTime`. \
                 Stays when the CronJob is made anew. Dates more than five minutes in the future don't \
                 count. Absent while a first success isn't due yet; then 0 until there is one. CronJobs \
                 that are neither backups nor rehearsals of a restore have none of these series.",
        write: |view, series| {
            for (asset, _) in cron_jobs(view) {
                if let Some(at) = success::last(view, asset) {
                    series.sample_of(&of(asset), at)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "kube_cronjob_status_last_schedule_time",
        kind: Kind::Gauge,
        unit: None,
        help: "When a CronJob last made a Job by its schedule. It says nothing of success.",
        labels: LABELS,
        of_asset: false,
        source: "`status.lastScheduleTime`. Absent until there is one.",
        write: |view, series| {
            for (asset, facts) in cron_jobs(view) {
                let moments = observed::schedules(facts);
                let last = moments.filter_map(|schedule| schedule.last_scheduled_at);
                if let Some(last) = last.max() {
                    series.sample_of(&of(asset), last)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "kube_cronjob_next_schedule_time",
        kind: Kind::Gauge,
        unit: None,
        help: "When a CronJob is due: the first moment after the last Job; in the past if it was missed.",
        labels: LABELS,
        of_asset: false,
        source: "`spec.schedule` in `spec.timeZone` (UTC where there is none). Absent while it is \
                 suspended or can't be read.",
        write: |view, series| {
            for (asset, facts) in cron_jobs(view) {
                let next = observed::schedules(facts).filter_map(ObservedSchedule::first_due);
                if let Some(next) = next.min() {
                    series.sample_of(&of(asset), next)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "kube_cronjob_spec_suspend",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if a CronJob is suspended, else 0.",
        labels: LABELS,
        of_asset: false,
        source: "`spec.suspend`. Absent while nobody can look.",
        write: |view, series| {
            for (asset, facts) in cron_jobs(view).filter(|(asset, _)| asset.asset.blind.is_none()) {
                let states = observed::schedules(facts).map(|schedule| &schedule.state);
                let suspended =
                    states.map(|state| matches!(state, ScheduleState::Suspended { .. }));
                if let Some(suspended) = suspended.max() {
                    series.sample_of(&of(asset), u32::from(suspended))?;
                }
            }
            Ok(())
        },
    },
];

fn cron_jobs(view: &View) -> impl Iterator<Item = (&AssetView, &Facts)> {
    let cron_jobs = [AssetKind::CronJob, AssetKind::RestoreTest];
    observed::each(view).filter(move |(asset, _)| cron_jobs.contains(&asset.asset.id.kind))
}

fn of(asset: &AssetView) -> ObjectLabels<'_, 1> {
    labels::of(&asset.asset.id, [("cronjob", &asset.asset.id.name)])
}
