//! Which runs are asked for, as in the query of `GET /api/v1/runs`.

use jiff::Timestamp;
use lifeboat_core::{AssetId, Operation, Outcome, RunId};
use serde::{Deserialize, Serialize};

/// Which runs are asked for. What is none asks for nothing, so it fits all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunQuery {
    /// The run with this identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Runs on this asset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
    /// Runs of this operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// Runs that ended so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Runs that began at this moment or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// How many at most, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl RunQuery {
    /// How many runs are answered with if no limit is given.
    pub const DEFAULT_LIMIT: u32 = 50;
    /// How many runs are answered with at most.
    pub const MAXIMUM_LIMIT: u32 = 1_000;

    /// How many runs to answer with.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
            .unwrap_or(Self::DEFAULT_LIMIT)
            .clamp(1, Self::MAXIMUM_LIMIT)
    }
}
