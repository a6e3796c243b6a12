//! No request takes for ever.

use std::time::Duration;

use axum::{
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::error::ApiError;

/// How long an answer may take, the sending of its body not counted.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

pub(super) async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWERS_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::new(
            StatusCode::GATEWAY_TIMEOUT,
            format!("no answer within {} s", ANSWERS_WITHIN.as_secs()),
        )
        .hint("Lifeboat may hang: /healthz and its log tell")
        .into_response(),
    }
}
