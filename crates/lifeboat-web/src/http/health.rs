//! `GET /healthz` and `GET /readyz`, as plain text.

use axum::{
    extract,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{api::STALE_AFTER, state::State};

/// Whether Lifeboat does its work: its view is young. One that stands by has no work but to answer.
pub(super) async fn alive(extract::State(state): extract::State<State>) -> Response {
    let Ok((view, as_of)) = state.view() else {
        return answer([]);
    };
    let reasons = as_of.stale.then(|| {
        format!(
            "the newest view is of {} and more than {} s old: Lifeboat hangs",
            view.at,
            STALE_AFTER.as_secs()
        )
    });
    answer(reasons)
}

/// Whether Lifeboat knows anything yet and can keep what it learns. One that stands by is ready if it
/// could lead: a rollout waits for that, and the leader's pod is ended only then.
pub(super) async fn ready(extract::State(state): extract::State<State>) -> Response {
    let view = match state.serving() {
        Ok(serving) => serving.handle.view(),
        Err(standby) if standby.is_ready() => {
            return (StatusCode::OK, format!("{standby}\n")).into_response();
        }
        Err(standby) => return answer([standby.to_string()]),
    };
    let first = (view.generation == 0).then(|| "nothing has been assessed yet".to_owned());
    let ledger = view.health.ledger_error.as_ref();
    let ledger = ledger.map(|error| format!("the ledger can't be written: {error}"));
    answer(first.into_iter().chain(ledger))
}

fn answer(reasons: impl IntoIterator<Item = String>) -> Response {
    let lines: String = reasons.into_iter().map(|reason| reason + "\n").collect();
    if lines.is_empty() {
        (StatusCode::OK, "ok\n").into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, lines).into_response()
    }
}
