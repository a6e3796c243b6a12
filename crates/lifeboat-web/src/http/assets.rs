//! `GET /api/v1/assets`, one asset of them, and `GET /api/v1/findings`.

use axum::{
    Json,
    extract::{
        self, Path, Query,
        rejection::{PathRejection, QueryRejection},
    },
    http::StatusCode,
};
use lifeboat_core::{AssetId, AssetIdError};
use serde::Deserialize;

use super::error::ApiError;
use crate::{
    api::{AssetDetail, AssetList, AssetQuery, FindingList},
    state::State,
};

/// Where one Lifeboat watches several clusters, two assets may have one path.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cluster {
    cluster: Option<String>,
}

pub(super) async fn list(
    extract::State(state): extract::State<State>,
    query: Result<Query<AssetQuery>, QueryRejection>,
) -> Result<Json<AssetList>, ApiError> {
    let Query(query) = query.map_err(|error| {
        ApiError::bad_request(error.body_text()).hint(
            "the query takes kind (such as CNPGCluster), cluster, namespace, and status (ok, \
             failing, unknown or paused)",
        )
    })?;
    let (view, as_of) = state.view()?;
    Ok(Json(AssetList::selected(&view, &query, as_of)))
}

pub(super) async fn show(
    extract::State(state): extract::State<State>,
    path: Result<Path<(String, String, String)>, PathRejection>,
    query: Result<Query<Cluster>, QueryRejection>,
) -> Result<Json<AssetDetail>, ApiError> {
    let Path((kind, namespace, name)) =
        path.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let Query(Cluster { cluster }) =
        query.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let id = AssetId {
        cluster,
        kind: kind
            .parse()
            .map_err(|error: AssetIdError| ApiError::bad_request(error.to_string()))?,
        namespace,
        name,
    };
    let (view, as_of) = state.view()?;
    let asset = view.asset(&id).ok_or_else(|| {
        ApiError::new(StatusCode::NOT_FOUND, format!("there is no asset {id}"))
            .hint("GET /api/v1/assets lists the assets")
    })?;
    Ok(Json(AssetDetail::new(&view, asset, as_of)))
}

pub(super) async fn findings(
    extract::State(state): extract::State<State>,
) -> Result<Json<FindingList>, ApiError> {
    let (view, as_of) = state.view()?;
    Ok(Json(FindingList::new(&view, as_of)))
}
