//! An HTTP server on a thread and runtime of its own, so that a test may block its own thread.

use std::convert::Infallible;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::flush::{Flushed, FlushingStream};

/// Any error of a body.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// A body that is streamed or held.
pub(crate) type Body = UnsyncBoxBody<Bytes, BoxError>;

/// A body that is held.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never: Infallible| match never {})
        .boxed_unsync()
}

/// What a handler returns to cut its connection with a TCP reset instead of answering.
#[derive(Debug)]
pub(crate) struct Reset;

impl fmt::Display for Reset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is to be cut")
    }
}

impl std::error::Error for Reset {}

/// A listening server. Dropping it closes the listener and every connection.
#[derive(Debug)]
pub(crate) struct ServerThread {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ServerThread {
    /// Listens on a free loopback port and gives each request to `handler`, with the [`Flushed`]
    /// of its connection among its extensions.
    pub(crate) fn start<H, F>(name: &str, handler: H) -> Self
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response<Body>, Reset>> + Send + 'static,
    {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap_or_else(|error| panic!("failed to listen for {name} on 127.0.0.1: {error}"));
        Self::start_on(listener, name, handler)
    }

    /// Like [`ServerThread::start`], on an address of the caller's choice.
    pub(crate) fn start_on<H, F>(listener: std::net::TcpListener, name: &str, handler: H) -> Self
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response<Body>, Reset>> + Send + 'static,
    {
        listener
            .set_nonblocking(true)
            .unwrap_or_else(|error| panic!("failed to make {name} wait for nobody: {error}"));
        let address = listener
            .local_addr()
            .unwrap_or_else(|error| panic!("failed to learn the port of {name}: {error}"));
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || run(listener, stopped, handler))
            .unwrap_or_else(|error| panic!("failed to start a thread for {name}: {error}"));
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for ServerThread {
    fn drop(&mut self) {
        // Dropping the sender is the signal to stop.
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the server has been printed by its thread, and has failed its clients.
            drop(thread.join());
        }
    }
}

fn run<H, F>(listener: std::net::TcpListener, stopped: oneshot::Receiver<()>, handler: H)
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<Body>, Reset>> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap_or_else(|error| panic!("failed to build a runtime: {error}"));
    runtime.block_on(async {
        tokio::select! {
            () = accept(listener, handler) => {}
            _ = stopped => {}
        }
    });
    // Not waiting: an action of a test may still block a thread.
    runtime.shutdown_background();
}

async fn accept<H, F>(listener: std::net::TcpListener, handler: H)
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<Body>, Reset>> + Send + 'static,
{
    let listener =
        TcpListener::from_std(listener).unwrap_or_else(|error| panic!("failed to listen: {error}"));
    loop {
        let (stream, _) = listener
            .accept()
            .await
            .unwrap_or_else(|error| panic!("failed to accept a connection: {error}"));
        tokio::spawn(serve(stream, handler.clone()));
    }
}

async fn serve<H, F>(stream: TcpStream, handler: H)
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<Body>, Reset>> + Send + 'static,
{
    let reset = Arc::new(AtomicBool::new(false));
    let flushed = Flushed::default();
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(flushed.clone());
        let (answer, reset) = (handler(request), Arc::clone(&reset));
        async move {
            let answer = answer.await;
            reset.store(answer.is_err(), Ordering::Relaxed);
            answer
        }
    });
    let stream = FlushingStream {
        stream,
        flushed: flushed.clone(),
    };
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A connection ends with an error whenever a client leaves or a fault cuts it: both are usual.
    drop((&mut connection).await);
    if reset.load(Ordering::Relaxed) {
        // With no time to linger, closing sends RST instead of FIN.
        connection
            .into_parts()
            .io
            .into_inner()
            .stream
            .set_zero_linger()
            .unwrap_or_else(|error| {
                panic!("failed to make a connection end with a reset: {error}")
            });
    }
}
