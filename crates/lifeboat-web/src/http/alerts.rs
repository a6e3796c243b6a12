//! `GET /api/v1/alerts`, silences and `GET /api/v1/incidents`.

use std::net::SocketAddr;

use axum::{
    Json,
    body::Bytes,
    extract::{
        self, ConnectInfo, Path, Query,
        rejection::{BytesRejection, PathRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode},
};
use jiff::Timestamp;
use lifeboat_controller::{SilenceWish, Silenced};

use super::{error::ApiError, guard};
use crate::{
    api::{
        Alert, AlertList, AlertQuery, ChangedSilence, IncidentList, IncidentQuery, MakeSilence,
        SilenceList, SilenceQuery, SilenceReport,
    },
    state::State,
};

pub(super) async fn list(
    extract::State(state): extract::State<State>,
    query: Result<Query<AlertQuery>, QueryRejection>,
) -> Result<Json<AlertList>, ApiError> {
    let Query(query) = query.map_err(|error| {
        ApiError::bad_request(error.body_text()).hint(
            "the query takes state (firing, suppressed, pending or resolved), alert, severity, \
             cluster, and asset (Kind/namespace/name)",
        )
    })?;
    let (view, as_of) = state.view()?;
    let fitting = view.alerts.iter().filter(|alert| query.fits(alert));
    let alerts = Alert::sorted(fitting);
    Ok(Json(AlertList { as_of, alerts }))
}

pub(super) async fn silences(
    extract::State(state): extract::State<State>,
    query: Result<Query<SilenceQuery>, QueryRejection>,
) -> Result<Json<SilenceList>, ApiError> {
    let Query(query) = query.map_err(|error| {
        ApiError::bad_request(error.body_text())
            .hint("the query takes state (active, pending or expired)")
    })?;
    let (view, as_of) = state.view()?;
    let mut silences = SilenceReport::sorted(&view.silences, state.now());
    silences.retain(|silence| query.state.is_none_or(|state| state == silence.state));
    Ok(Json(SilenceList { as_of, silences }))
}

pub(super) async fn silence(
    extract::State(state): extract::State<State>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<ChangedSilence>), ApiError> {
    guard::may_send(state.api_token.as_deref(), peer, &headers)?;
    let body = body.map_err(|error| ApiError::new(error.status(), error.body_text()))?;
    let wanted: MakeSilence = serde_json::from_slice(&body).map_err(|error| {
        ApiError::bad_request(format!("the body is not what it should be: {error}")).hint(
            r#"send {"matchers": ["alertname=CNPGBackupStale"], "comment": "why", "created_by": "you"}"#,
        )
    })?;
    let wish = SilenceWish {
        matchers: wanted.matchers,
        starts_at: wanted.starts_at,
        ends_at: wanted.ends_at,
        comment: wanted.comment,
        created_by: wanted.created_by,
    };
    let silenced = state.serving()?.handle.silence(wish).await?;
    let id = &silenced.silence.id;
    tracing::info!(silence = %id, until = %silenced.silence.ends_at, %peer, "a silence was made");
    Ok((StatusCode::CREATED, Json(changed(&silenced, state.now()))))
}

pub(super) async fn unsilence(
    extract::State(state): extract::State<State>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<ChangedSilence>, ApiError> {
    guard::may_change(state.api_token.as_deref(), peer, &headers)?;
    let Path(id) = path.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let silenced = state.serving()?.handle.unsilence(id).await?;
    tracing::info!(silence = %silenced.silence.id, %peer, "a silence was ended");
    Ok(Json(changed(&silenced, state.now())))
}

fn changed(silenced: &Silenced, now: Timestamp) -> ChangedSilence {
    ChangedSilence {
        silence: SilenceReport::new(&silenced.silence, now),
        matching_alerts: silenced.matching,
        kept: silenced.is_kept,
    }
}

pub(super) async fn incidents(
    extract::State(state): extract::State<State>,
    query: Result<Query<IncidentQuery>, QueryRejection>,
) -> Result<Json<IncidentList>, ApiError> {
    let Query(query) = query.map_err(|error| {
        ApiError::bad_request(error.body_text()).hint(
            "the query takes alert, asset (Kind/namespace/name), unresolved (true or false), since \
             (RFC 3339) and limit",
        )
    })?;
    if query.limit == Some(0) {
        return Err(ApiError::bad_request("limit must be at least 1"));
    }
    let incidents = state.serving()?.history.incidents(&query).await?;
    Ok(Json(IncidentList::new(&incidents)))
}
