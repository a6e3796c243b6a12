//! Which assets and which runs are asked for, as in the queries of `GET /api/v1/assets` and `GET /api/v1/runs`.

use jiff::Timestamp;
use lifeboat_core::{AssetId, AssetKind, Operation, Outcome, RunId, Status};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::effective_limit;

/// Which assets are asked for. What is none asks for nothing, so it fits all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetQuery {
    /// Assets of this kind, in upper or lower case.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "kind"
    )]
    pub kind: Option<AssetKind>,
    /// Assets in this cluster; empty for those whose cluster has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Assets in this namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Assets with this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
}

impl AssetQuery {
    /// Whether it asks for an asset that has a status.
    #[must_use]
    pub fn fits(&self, asset: &AssetId, status: Status) -> bool {
        self.kind.is_none_or(|kind| kind == asset.kind)
            && self
                .cluster
                .as_ref()
                .is_none_or(|cluster| cluster == asset.cluster.as_deref().unwrap_or_default())
            && self
                .namespace
                .as_ref()
                .is_none_or(|namespace| *namespace == asset.namespace)
            && self.status.is_none_or(|wanted| wanted == status)
    }
}

fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<AssetKind>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(de::Error::custom)
}

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
    /// How many runs to answer with.
    #[must_use]
    pub fn limit(&self) -> u32 {
        effective_limit(self.limit)
    }
}
