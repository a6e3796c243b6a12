//! An HTTP/1.1 proxy in front of an S3 server that records every request and fails on purpose.
//!
//! Bodies are streamed, never held. The Host field is passed on as the client sent it, so that
//! S3 signatures, made for the proxy's address, stay valid at a server that is addressed by path.
//! It runs on a thread of its own: the test may block while a client talks through it.

mod body;
mod exchange;
mod fault;
mod log;
mod random;

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use url::Url;

use crate::server_thread::{Body, ServerThread};

pub use fault::{ErrorAnswer, Fault, RequestSummary};
pub use log::Exchange;
pub use random::RandomFaults;

type Policy = Box<dyn FnMut(&RequestSummary) -> Fault + Send>;
type Action = Box<dyn FnOnce() + Send>;

/// When an action runs: see [`Proxy::on_request`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// The request's head has arrived and nothing of it has been sent on.
    BeforeForwarding,
    /// The server has done the request and answered; the client has heard nothing yet.
    AfterAnswer,
}

/// A proxy that runs until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    server: ServerThread,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Starts a proxy on a free loopback port in front of `upstream`, such as
    /// `http://127.0.0.1:3900`. It passes everything until told otherwise.
    #[must_use]
    pub fn start(upstream: &str) -> Self {
        let url = Url::parse(upstream)
            .unwrap_or_else(|error| panic!("the upstream {upstream} is not a URL: {error}"));
        assert_eq!(
            url.scheme(),
            "http",
            "the proxy speaks plain HTTP, not {upstream}"
        );
        let shared = Arc::new(Shared {
            upstream: url.authority().to_owned(),
            client: Client::builder(TokioExecutor::new()).build_http(),
            policy: Mutex::new(Box::new(|_| Fault::Pass)),
            actions: Mutex::default(),
            arrived: AtomicU64::new(0),
            log: log::Log::default(),
        });
        let handler = {
            let shared = Arc::clone(&shared);
            move |request| exchange::exchange(Arc::clone(&shared), request)
        };
        Self {
            server: ServerThread::start("proxy", handler),
            shared,
        }
    }

    /// Decides the fault of every request from here on with `policy`.
    #[must_use]
    pub fn fault(self, policy: impl FnMut(&RequestSummary) -> Fault + Send + 'static) -> Self {
        self.set_fault(policy);
        self
    }

    /// Like [`Proxy::fault`], on a proxy in use.
    pub fn set_fault(&self, policy: impl FnMut(&RequestSummary) -> Fault + Send + 'static) {
        *lock(&self.shared.policy) = Box::new(policy);
    }

    /// Runs `action` once, at that moment of request `number` (the first is 1). The request goes
    /// on when the action returns, and others pass meanwhile.
    ///
    /// After killing the client before forwarding, the server may still get the request, if it
    /// had been sent whole; together with [`Fault::ResetBefore`] it never does.
    pub fn on_request(&self, number: u64, moment: Moment, action: impl FnOnce() + Send + 'static) {
        lock(&self.shared.actions).insert((number, moment), Box::new(action));
    }

    /// Where clients reach it, such as `http://127.0.0.1:40001`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Its host and port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Exchange> {
        self.shared.log.snapshot()
    }
}

/// What all requests of a proxy share.
struct Shared {
    /// Host and port of the server behind.
    upstream: String,
    client: Client<HttpConnector, Body>,
    policy: Mutex<Policy>,
    actions: Mutex<HashMap<(u64, Moment), Action>>,
    arrived: AtomicU64,
    log: log::Log,
}

impl Shared {
    fn next_number(&self) -> u64 {
        self.arrived.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn decide(&self, request: &RequestSummary) -> Fault {
        lock(&self.policy)(request)
    }

    async fn act(&self, number: u64, moment: Moment) {
        let action = lock(&self.actions).remove(&(number, moment));
        if let Some(action) = action {
            // A panic of the action has been printed by its thread; the request goes on.
            drop(tokio::task::spawn_blocking(action).await);
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Shared")
            .field("upstream", &self.upstream)
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
