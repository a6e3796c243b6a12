//! Runs: `GET` and `POST /api/v1/runs`.

use jiff::Timestamp;
use lifeboat_core::{AssetId, Operation, Outcome, Run, RunId, RunTrigger};
use serde::{Deserialize, Serialize};

use super::seconds;

/// Runs, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunList {
    /// The runs.
    pub runs: Vec<RunReport>,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// Its identity.
    pub run: RunId,
    /// What it worked on.
    pub asset: AssetId,
    /// What it did.
    pub operation: Operation,
    /// Why it was started.
    pub trigger: RunTrigger,
    /// The moment of the schedule that it stands for; none if somebody asked for it.
    pub scheduled_for: Option<Timestamp>,
    /// 1 for the first attempt, 2 for the first retry.
    pub attempt: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none while it is under way, as with all that follows.
    pub ended_at: Option<Timestamp>,
    /// How long it took.
    pub duration_seconds: Option<f64>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Bytes moved: sent by a backup, read by a verification, freed by a prune.
    pub bytes: Option<u64>,
    /// What it found or made.
    pub summary: Option<String>,
    /// Why it did not succeed.
    pub error: Option<String>,
    /// The next step.
    pub hint: Option<String>,
    /// The recovery point that it made.
    pub recovery_point: Option<String>,
}

impl From<&Run> for RunReport {
    fn from(run: &Run) -> Self {
        let end = run.end.as_ref();
        Self {
            run: run.id.clone(),
            asset: run.asset.clone(),
            operation: run.operation,
            trigger: run.trigger,
            scheduled_for: run.scheduled_for,
            attempt: run.attempt,
            started_at: run.started_at,
            ended_at: end.map(|end| end.at),
            duration_seconds: run.duration().map(seconds),
            outcome: run.outcome(),
            bytes: end.and_then(|end| end.bytes),
            summary: end.and_then(|end| end.summary.clone()),
            error: end.and_then(|end| end.error.clone()),
            hint: end.and_then(|end| end.hint.clone()),
            recovery_point: end.and_then(|end| end.recovery_point.clone()),
        }
    }
}

/// What `POST /api/v1/runs` takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartRun {
    /// The asset to work on.
    pub asset: AssetId,
    /// What to do.
    pub operation: Operation,
    /// Also while a run is under way beside which a `CronJob` forbids another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
}

/// What `POST /api/v1/runs` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedRun {
    /// The run's identity.
    pub run: RunId,
}
