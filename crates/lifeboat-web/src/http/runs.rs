//! `GET /api/v1/runs` and `POST /api/v1/runs`.

use std::net::SocketAddr;

use axum::{
    Json,
    body::Bytes,
    extract::{
        self, ConnectInfo, Query,
        rejection::{BytesRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode},
};

use super::{error::ApiError, guard};
use crate::{
    api::{RunList, RunQuery, RunReport, StartRun, StartedRun},
    state::State,
};

pub(super) async fn list(
    extract::State(state): extract::State<State>,
    query: Result<Query<RunQuery>, QueryRejection>,
) -> Result<Json<RunList>, ApiError> {
    let Query(query) = query.map_err(|error| {
        ApiError::bad_request(error.body_text()).hint(
            "the query takes asset (Kind/namespace/name), operation, outcome, since (RFC 3339), \
             run and limit",
        )
    })?;
    if query.limit == Some(0) {
        return Err(ApiError::bad_request("limit must be at least 1"));
    }
    let runs = state.serving()?.history.runs(&query).await?;
    let runs = runs.iter().map(RunReport::from).collect();
    Ok(Json(RunList { runs }))
}

pub(super) async fn start(
    extract::State(state): extract::State<State>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<StartedRun>), ApiError> {
    // Before the body: who may not start runs is told so and nothing else.
    guard::may_send(state.api_token.as_deref(), peer, &headers)?;
    let body = body.map_err(|error| ApiError::new(error.status(), error.body_text()))?;
    let wanted: StartRun = serde_json::from_slice(&body).map_err(|error| {
        ApiError::bad_request(format!("the body is not what it should be: {error}"))
            .hint(r#"send {"asset": "Kind/namespace/name", "operation": "backup"}"#)
    })?;
    let run = state
        .serving()?
        .handle
        .run_now(wanted.asset.clone(), wanted.operation, wanted.force)
        .await?;
    tracing::info!(asset = %wanted.asset, operation = %wanted.operation, %run, %peer, "a run was asked for");
    Ok((StatusCode::ACCEPTED, Json(StartedRun { run })))
}
