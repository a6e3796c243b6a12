//! The rehearsals of a restore: when one last succeeded, and when the next one is due.

use jiff::Timestamp;
use lifeboat_controller::AssetView;
use lifeboat_core::Operation;
use serde::{Deserialize, Serialize};

use super::maintenance::next;
use crate::api::{RunReport, seconds};

/// How rehearsals go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RehearsalReport {
    /// When one last succeeded.
    pub last_rehearsal: Option<Timestamp>,
    /// How long that is ago.
    pub age_seconds: Option<f64>,
    /// When the next one is due: in the past if it was missed.
    pub next_scheduled_rehearsal: Option<Timestamp>,
    /// How many have failed since the last one that succeeded.
    pub rehearsal_failures: u32,
    /// The run that ended last, whatever came of it.
    pub last_run: Option<RunReport>,
}

impl RehearsalReport {
    /// None for what rehearses nothing.
    pub(super) fn new(view: &AssetView, at: Timestamp) -> Option<Self> {
        let asset = &view.asset;
        if asset.id.kind.operation() != Some(Operation::Drill) {
            return None;
        }
        let last = asset.history.last_succeeded_at(Operation::Drill, at);
        let runs = asset.history.operation(Operation::Drill);
        Some(Self {
            last_rehearsal: last,
            age_seconds: last.map(|last| seconds(at.duration_since(last))),
            next_scheduled_rehearsal: asset.facts.as_deref().and_then(next),
            rehearsal_failures: runs.map_or(0, |runs| runs.failures),
            last_run: runs
                .and_then(|runs| runs.last.as_deref())
                .map(RunReport::from),
        })
    }
}
