//! The server: which path is answered by what, and how it ends.

mod alerts;
mod assets;
mod coverage;
mod error;
mod guard;
mod health;
mod limits;
mod metrics;
mod page;
mod runs;

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Method, StatusCode, Uri},
    middleware,
    routing::{delete, get},
};
use error::ApiError;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::state::State;

/// The port that `lifeboat serve` listens on and `lifeboat status` asks unless told otherwise.
pub const DEFAULT_PORT: u16 = 9780;

/// What a client may send.
const LARGEST_BODY: usize = 64 * 1024;
/// How long requests that are under way may take to end when the server does.
const ENDS_WITHIN: Duration = Duration::from_secs(3);

/// The server came to an end that nobody asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It can't take connections.
    #[error("failed to serve HTTP")]
    Serve(#[source] std::io::Error),
}

/// Answers requests until `shutdown`, and then ends within seconds, whatever its clients do.
pub async fn serve(
    listener: TcpListener,
    state: State,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    let app = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let server =
        axum::serve(listener, app).with_graceful_shutdown(shutdown.clone().cancelled_owned());
    let overdue = async {
        shutdown.cancelled().await;
        tokio::time::sleep(ENDS_WITHIN).await;
    };
    tokio::select! {
        ended = server => ended.map_err(Error::Serve),
        () = overdue => Ok(()),
    }
}

fn router(state: State) -> Router {
    Router::new()
        .route("/", get(page::show))
        .route("/metrics", get(metrics::show))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/api/v1/assets", get(assets::list))
        .route(
            "/api/v1/assets/{kind}/{namespace}/{name}",
            get(assets::show),
        )
        .route("/api/v1/alerts", get(alerts::list))
        .route(
            "/api/v1/silences",
            get(alerts::silences).post(alerts::silence),
        )
        .route("/api/v1/silences/{id}", delete(alerts::unsilence))
        .route("/api/v1/incidents", get(alerts::incidents))
        .route("/api/v1/findings", get(assets::findings))
        .route("/api/v1/coverage", get(coverage::list))
        .route("/api/v1/runs", get(runs::list).post(runs::start))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(limits::in_time))
        .with_state(state)
}

async fn no_such_path(uri: Uri) -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        format!("there is nothing at {}", uri.path()),
    )
    .hint("/ lists what there is")
}

async fn no_such_method(method: Method, uri: Uri) -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("{} does not take {method}", uri.path()),
    )
}
