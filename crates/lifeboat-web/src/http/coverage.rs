//! `GET /api/v1/coverage`.

use axum::{
    Json,
    extract::{self, Query, rejection::QueryRejection},
};

use super::error::ApiError;
use crate::{
    api::{CoverageList, CoverageQuery},
    state::State,
};

pub(super) async fn list(
    extract::State(state): extract::State<State>,
    query: Result<Query<CoverageQuery>, QueryRejection>,
) -> Result<Json<CoverageList>, ApiError> {
    let Query(query) = query.map_err(|error| {
        ApiError::bad_request(error.body_text()).hint(
            "the query takes kind (PersistentVolumeClaim, StatefulSet or CNPGCluster), cluster, \
             namespace, and state (covered, uncovered, unknown or excused)",
        )
    })?;
    let (view, as_of) = state.view()?;
    Ok(Json(CoverageList::selected(&view, &query, as_of)))
}
