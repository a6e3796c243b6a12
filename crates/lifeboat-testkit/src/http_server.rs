//! A small HTTP server that records what it is sent and answers as told: a webhook's other end.

use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{HeaderMap, Request, Response};

use crate::server_thread::{Body, Reset, ServerThread, full};

/// One request that arrived whole.
#[derive(Clone, Debug)]
pub struct Received {
    /// Such as `POST`.
    pub method: String,
    /// Such as `/hook?token=1`.
    pub path_and_query: String,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Received {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("a received body is not JSON: {error}: {:?}", self.body))
    }
}

/// How the server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// With this status and body.
    Answer(u16, Bytes),
    /// With this status, and a `Retry-After` of this value.
    RetryAfter(u16, String),
    /// Not at all, until the client gives up.
    Hang,
    /// By cutting the connection (TCP reset).
    Reset,
}

#[derive(Debug)]
struct State {
    received: Vec<Received>,
    reply: Reply,
}

/// A server that runs until it is dropped. It answers 200 with an empty body unless told otherwise.
#[derive(Debug)]
pub struct HttpServer {
    server: ServerThread,
    state: Arc<Mutex<State>>,
}

impl HttpServer {
    /// Starts on a free loopback port.
    #[must_use]
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            received: Vec::new(),
            reply: Reply::Answer(200, Bytes::new()),
        }));
        let handler = {
            let state = Arc::clone(&state);
            move |request| handle(Arc::clone(&state), request)
        };
        Self {
            server: ServerThread::start("http-server", handler),
            state,
        }
    }

    /// Answers every request from here on with `status` and `body`.
    pub fn answer(&self, status: u16, body: impl Into<Bytes>) {
        lock(&self.state).reply = Reply::Answer(status, body.into());
    }

    /// Answers every request from here on with `status` and the header `Retry-After`.
    pub fn retry_after(&self, status: u16, value: impl Into<String>) {
        lock(&self.state).reply = Reply::RetryAfter(status, value.into());
    }

    /// Leaves every request from here on without an answer.
    pub fn hang(&self) {
        lock(&self.state).reply = Reply::Hang;
    }

    /// Cuts the connection of every request from here on.
    pub fn reset(&self) {
        lock(&self.state).reply = Reply::Reset;
    }

    /// Where clients reach it, such as `http://127.0.0.1:40001`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Every request so far, in the order in which they were complete.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        lock(&self.state).received.clone()
    }

    /// Waits until at least `count` requests have arrived, and returns all of them.
    pub async fn wait_for(&self, count: usize, deadline: Duration) -> Vec<Received> {
        let start = Instant::now();
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(
                start.elapsed() < deadline,
                "{} of {count} expected requests arrived within {deadline:?}: {received:?}",
                received.len()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn handle(
    state: Arc<Mutex<State>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Reset> {
    let (head, body) = request.into_parts();
    // A body that breaks off is no request: its connection is gone anyway.
    let body = body
        .collect()
        .await
        .map_err(|_broken_off| Reset)?
        .to_bytes();
    let reply = {
        let mut state = lock(&state);
        state.received.push(Received {
            method: head.method.to_string(),
            path_and_query: head.uri.to_string(),
            headers: head.headers,
            body,
        });
        state.reply.clone()
    };
    match reply {
        Reply::Answer(status, body) => Response::builder()
            .status(status)
            .body(full(body))
            .map_err(|_not_a_status| Reset),
        Reply::RetryAfter(status, value) => Response::builder()
            .status(status)
            .header("retry-after", value)
            .body(full(Bytes::new()))
            .map_err(|_not_a_status| Reset),
        Reply::Hang => pending().await,
        Reply::Reset => Err(Reset),
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
