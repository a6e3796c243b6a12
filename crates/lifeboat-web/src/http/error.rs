//! Errors as answers: a status, what is wrong, and the next step.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lifeboat_controller::{Obstacle, Refusal, SilenceRefusal};
use lifeboat_core::readable_causes;

use crate::{api::ErrorBody, history::HistoryError, standby::StandsBy};

/// An answer that is an error.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    body: ErrorBody,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        let (error, hint) = (error.into(), None);
        Self {
            status,
            body: ErrorBody { error, hint },
        }
    }

    pub(super) fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.body.hint = Some(hint.into());
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let error = refusal.to_string();
        match refusal {
            Refusal::UnknownAsset(_) => {
                Self::new(StatusCode::NOT_FOUND, error).hint("GET /api/v1/assets lists the assets")
            }
            Refusal::NotOperated(_) => Self::new(StatusCode::CONFLICT, error)
                .hint("start it where it is operated: with kubectl, or in its own resource"),
            Refusal::Running { asset, .. } => Self::new(StatusCode::CONFLICT, error).hint(format!(
                "`lifeboat status {asset}` shows how far it has come"
            )),
            Refusal::ByOthers(obstacle) => {
                let status = match obstacle.obstacle {
                    Obstacle::NotAllowed => StatusCode::FORBIDDEN,
                    Obstacle::NotPossible | Obstacle::Busy => StatusCode::CONFLICT,
                    Obstacle::OutOfReach => StatusCode::BAD_GATEWAY,
                };
                let answer = Self::new(status, error);
                match obstacle.hint {
                    Some(hint) => answer.hint(hint),
                    None => answer,
                }
            }
            Refusal::Stopping => Self::new(StatusCode::SERVICE_UNAVAILABLE, error),
        }
    }
}

impl From<SilenceRefusal> for ApiError {
    fn from(refusal: SilenceRefusal) -> Self {
        let error = readable_causes(&refusal).join(": ");
        match refusal {
            SilenceRefusal::Wish(wish) => Self::bad_request(error).hint(wish.hint()),
            SilenceRefusal::Unknown(_) => {
                Self::new(StatusCode::NOT_FOUND, error).hint("GET /api/v1/silences lists them")
            }
            SilenceRefusal::Stopping => Self::new(StatusCode::SERVICE_UNAVAILABLE, error),
        }
    }
}

impl From<StandsBy> for ApiError {
    fn from(standby: StandsBy) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, standby.to_string()).hint(standby.hint())
    }
}

impl From<HistoryError> for ApiError {
    fn from(error: HistoryError) -> Self {
        let causes = readable_causes(&error).join(": ");
        tracing::warn!(error = causes, "the ledger can't be read");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, causes)
    }
}
