//! `GET /metrics`.

use std::convert::Infallible;

use axum::{
    body::Body,
    extract,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;

use super::error::ApiError;
use crate::{
    metrics::{Process, TextFormat},
    state::State,
};

pub(super) async fn show(
    extract::State(state): extract::State<State>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let accept = headers.get_all(header::ACCEPT).iter();
    let format = TextFormat::accepted(accept.filter_map(|value| value.to_str().ok()));
    let standing = state.standing();
    // One that stands by says nothing of assets: each series is to be there once.
    let exposition = state
        .serving()
        .ok()
        .map(|serving| state.expositions.of(serving.handle.view()));
    // Rendering thousands of assets takes longer than others should wait for this thread.
    let parts = tokio::task::spawn_blocking(move || -> Result<[Bytes; 2], std::fmt::Error> {
        let view = match exposition {
            Some(exposition) => exposition.view_part(format)?,
            None => Bytes::new(),
        };
        Ok([view, format.process_part(&standing, &Process::read())?])
    });
    let Ok(Ok(parts)) = parts.await else {
        return Err(ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "failed to render the metrics",
        ));
    };
    let length = parts.iter().map(Bytes::len).sum::<usize>();
    let headers = [
        (header::CONTENT_TYPE, format.content_type().to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    let stream = futures_util::stream::iter(parts.map(Ok::<_, Infallible>));
    Ok((headers, Body::from_stream(stream)).into_response())
}
