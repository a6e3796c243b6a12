//! What a list says of each asset.

use std::cmp::Reverse;

use jiff::Timestamp;
use lifeboat_controller::AssetView;
use lifeboat_core::{
    AssetId, AssetKind, Objectives, Operation, RecoveryPoint, RunId, Status, slo::Ratio,
};
use serde::{Deserialize, Serialize};

use super::maintenance::MaintenanceReport;
use super::observed::{BlindReport, ScheduleReport, UnderWayReport};
use super::rehearsal::RehearsalReport;
use crate::api::{CheckReport, FindingReport, RunReport, seconds};

/// One asset in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssetSummary {
    /// Its identity, `Kind/namespace/name`.
    pub asset: AssetId,
    /// What it is.
    pub kind: AssetKind,
    /// The namespace of the object it belongs to.
    pub namespace: String,
    /// The name of that object.
    pub name: String,
    /// The cluster, where one Lifeboat watches several.
    pub cluster: Option<String>,
    /// The most urgent status of its checks.
    pub status: Status,
    /// Whether it is suspended on purpose.
    pub suspended: bool,
    /// What pauses it beside a resource or a policy, such as `hibernated`.
    pub paused: Option<String>,
    /// Why nobody can look at it, while that is so.
    pub blind: Option<BlindReport>,
    /// What is promised of it.
    pub objectives: ObjectiveValues,
    /// The newest recovery point that one could restore from.
    pub newest_good_recovery_point: Option<Point>,
    /// The backup that ended last.
    pub last_backup: Option<RunReport>,
    /// How its upkeep goes, for what is maintained.
    pub maintenance: Option<MaintenanceReport>,
    /// How rehearsals of a restore go, for what carries them out.
    pub rehearsal: Option<RehearsalReport>,
    /// What runs now.
    pub running: Vec<RunningRun>,
    /// What runs next.
    pub next_runs: Vec<NextRun>,
    /// The schedules that others keep for it.
    pub schedules: Vec<ScheduleReport>,
    /// The backups that others began, or that wait, oldest first.
    pub under_way: Vec<UnderWayReport>,
    /// The checks that are failing, and then those that are unknown.
    pub troubles: Vec<CheckReport>,
    /// What somebody should look at.
    pub findings: Vec<FindingReport>,
}

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveValues {
    /// How old the newest good recovery point may be.
    pub maximum_age_seconds: f64,
    /// How long ago the newest good verification may lie.
    pub verification_age_seconds: f64,
    /// How long ago the last good maintenance may lie.
    pub maintenance_age_seconds: f64,
    /// How long a run may take; none where nobody says.
    pub maximum_run_duration_seconds: Option<f64>,
    /// From which age of the newest good recovery point on one is warned; none for no warning.
    pub warning_age_seconds: Option<f64>,
    /// How long a run should take at most; none where nobody says.
    pub expected_run_duration_seconds: Option<f64>,
    /// How long ago the last good maintenance may lie before the repository counts as neglected.
    pub neglect_age_seconds: f64,
    /// How long ago the last good rehearsal of a restore may lie.
    pub drill_age_seconds: f64,
    /// How long a rehearsal of a restore may take; none where nobody says.
    pub recovery_time_seconds: Option<f64>,
    /// How far a standby may lie behind; none where nobody says.
    pub replay_lag_seconds: Option<f64>,
    /// The share by which a repository may grow within a week.
    pub maximum_growth_ratio: f64,
    /// What a repository is given, by what it keeps of that, at the least.
    pub minimum_deduplication_ratio: f64,
    /// For what share of thirty days the newest good recovery point is to be young enough.
    pub backup_slo_ratio: Ratio,
    /// What share of the attempts to archive WAL is to succeed within thirty days.
    pub wal_archiving_slo_ratio: Ratio,
}

/// A recovery point in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Its name where it is kept.
    pub name: String,
    /// The moment whose state it holds.
    pub taken_at: Timestamp,
    /// Its age.
    pub age_seconds: f64,
    /// What a restore would fetch, in bytes; none where nobody says.
    pub bytes: Option<u64>,
}

/// A run that is under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunningRun {
    /// Its identity.
    pub run: RunId,
    /// What it does.
    pub operation: Operation,
    /// When it began.
    pub started_at: Timestamp,
    /// How long that is ago.
    pub for_seconds: f64,
    /// How far it has come, once that is known.
    pub progress: Option<Progress>,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes that are done with.
    pub done_bytes: u64,
    /// Bytes to look at in all; 0 until it is known.
    pub total_bytes: u64,
    /// Bytes that were sent.
    pub sent_bytes: u64,
}

/// A run to come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NextRun {
    /// What it will do.
    pub operation: Operation,
    /// When it starts.
    pub at: Timestamp,
    /// How long that is from now; below 0 if it is waiting for others.
    pub in_seconds: f64,
}

impl From<Objectives> for ObjectiveValues {
    fn from(objectives: Objectives) -> Self {
        Self {
            maximum_age_seconds: seconds(objectives.maximum_age),
            verification_age_seconds: seconds(objectives.verification_age),
            maintenance_age_seconds: seconds(objectives.maintenance_age),
            maximum_run_duration_seconds: objectives.maximum_run_duration.map(seconds),
            warning_age_seconds: objectives.warning_age.map(seconds),
            expected_run_duration_seconds: objectives.expected_run_duration.map(seconds),
            neglect_age_seconds: seconds(objectives.neglect_age),
            drill_age_seconds: seconds(objectives.drill_age),
            recovery_time_seconds: objectives.recovery_time.map(seconds),
            replay_lag_seconds: objectives.replay_lag.map(seconds),
            maximum_growth_ratio: f64::from(objectives.maximum_growth_percent) / 100.0,
            minimum_deduplication_ratio: f64::from(objectives.minimum_deduplication_percent)
                / 100.0,
            backup_slo_ratio: objectives.backup_slo,
            wal_archiving_slo_ratio: objectives.wal_archiving_slo,
        }
    }
}

impl Point {
    pub(super) fn new(point: &RecoveryPoint, at: Timestamp) -> Self {
        Self {
            name: point.name.clone(),
            taken_at: point.taken_at,
            age_seconds: seconds(at.duration_since(point.taken_at)),
            bytes: point.bytes,
        }
    }
}

impl AssetSummary {
    /// Reports an asset as of a moment.
    #[must_use]
    pub fn new(view: &AssetView, at: Timestamp) -> Self {
        let (asset, assessment) = (&view.asset, &view.assessment);
        let last_backup = asset
            .history
            .operation(Operation::Backup)
            .and_then(|history| history.last.as_deref());
        let newest = asset.history.newest_good_point(at);
        let verdicts = assessment.verdicts.iter();
        let facts = asset.facts.as_deref();
        let mut troubles: Vec<CheckReport> = verdicts
            .map(|verdict| CheckReport::new(&asset.id, verdict, at))
            .filter(CheckReport::is_trouble)
            .collect();
        troubles.sort_by_key(|check| Reverse(check.status));
        let findings = facts.iter().flat_map(|facts| &facts.findings);
        Self {
            asset: asset.id.clone(),
            kind: asset.id.kind,
            namespace: asset.id.namespace.clone(),
            name: asset.id.name.clone(),
            cluster: asset.id.cluster.clone(),
            status: assessment.status,
            suspended: asset.is_paused() || assessment.effective.suspend,
            paused: facts.and_then(|facts| facts.paused.clone()),
            blind: asset
                .blind
                .as_ref()
                .map(|blind| BlindReport::new(blind, at)),
            objectives: assessment.effective.objectives.into(),
            newest_good_recovery_point: newest.map(|point| Point::new(point, at)),
            last_backup: last_backup.map(RunReport::from),
            maintenance: MaintenanceReport::new(view, at),
            rehearsal: RehearsalReport::new(view, at),
            running: running(view, at),
            next_runs: view
                .next_starts
                .iter()
                .map(|(operation, next)| NextRun {
                    operation: *operation,
                    at: *next,
                    in_seconds: seconds(next.duration_since(at)),
                })
                .collect(),
            schedules: ScheduleReport::all(facts),
            under_way: UnderWayReport::all(facts, at),
            findings: findings
                .map(|finding| FindingReport::new(Some(&asset.id), finding))
                .collect(),
            troubles,
        }
    }
}

fn running(view: &AssetView, at: Timestamp) -> Vec<RunningRun> {
    let histories = view.asset.history.operations.iter();
    let running =
        histories.filter_map(|(operation, history)| Some((*operation, history.running.as_ref()?)));
    running
        .map(|(operation, run)| RunningRun {
            run: run.id.clone(),
            operation,
            started_at: run.started_at,
            for_seconds: seconds(at.duration_since(run.started_at)),
            progress: view.progress.get(&operation).map(|progress| Progress {
                done_bytes: progress.done(),
                total_bytes: progress.total(),
                sent_bytes: progress.sent(),
            }),
        })
        .collect()
}
