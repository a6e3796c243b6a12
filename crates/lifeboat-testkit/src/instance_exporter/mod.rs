//! A stand-in for the exporter of a CloudNativePG instance: no PostgreSQL, but its metrics.
//!
//! The real one is the instance manager inside of an instance's pod, which runs in no other place.
//! Names, types, labels and odd values are those of CloudNativePG 1.30 and its Barman Cloud
//! plugin 0.14; values are set by the test. See [`Samples`].

mod samples;

pub use samples::Samples;

use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::{Request, Response};

use crate::server_thread::{Body, Reset, ServerThread, full};

/// The port on which every instance of CloudNativePG has its metrics.
pub const PORT: u16 = 9187;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// How an exporter answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// With its metrics.
    #[default]
    Healthy,
    /// With its metrics, after this long.
    Slow(Duration),
    /// Not at all, until the client gives up.
    Hang,
    /// By cutting the connection (TCP reset).
    Reset,
    /// With this status and text, such as 500, or 200 and what is no metrics.
    Answer(u16, String),
}

#[derive(Debug, Default)]
struct State {
    samples: Mutex<Samples>,
    behaviour: Mutex<Behaviour>,
    scrapes: AtomicUsize,
}

/// An exporter that runs until it is dropped, on a loopback address of its own.
#[derive(Debug)]
pub struct InstanceExporter {
    _server: ServerThread,
    address: Ipv4Addr,
    state: Arc<State>,
}

impl InstanceExporter {
    /// Starts on a loopback address of which no one else uses port 9187.
    #[must_use]
    pub fn start(samples: Samples) -> Self {
        let (address, listener) = free_address();
        Self::serve(address, listener, samples)
    }

    /// Starts on a given loopback address: such as that of one that was dropped, to stand for an
    /// instance that comes back.
    #[must_use]
    pub fn start_at(address: Ipv4Addr, samples: Samples) -> Self {
        let listener = TcpListener::bind((address, PORT))
            .unwrap_or_else(|error| panic!("failed to listen on {address}:{PORT}: {error}"));
        Self::serve(address, listener, samples)
    }

    fn serve(address: Ipv4Addr, listener: TcpListener, samples: Samples) -> Self {
        let state = Arc::new(State {
            samples: Mutex::new(samples),
            ..State::default()
        });
        let handler = {
            let state = Arc::clone(&state);
            move |request| answer(Arc::clone(&state), request)
        };
        Self {
            _server: ServerThread::start_on(listener, "instance-exporter", handler),
            address,
            state,
        }
    }

    /// The address for `status.podIP` of the instance's pod.
    #[must_use]
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// Where Prometheus would scrape it, such as `127.8.4.2:9187`.
    #[must_use]
    pub fn target(&self) -> String {
        SocketAddr::from((self.address, PORT)).to_string()
    }

    /// Changes what is exported from here on.
    pub fn update(&self, change: impl FnOnce(&mut Samples)) {
        change(&mut lock(&self.state.samples));
    }

    /// Changes how every scrape from here on is answered.
    pub fn behave(&self, behaviour: Behaviour) {
        *lock(&self.state.behaviour) = behaviour;
    }

    /// How many times it was asked so far, whatever the answer.
    #[must_use]
    pub fn scrapes(&self) -> usize {
        self.state.scrapes.load(Ordering::Relaxed)
    }

    /// Waits until it was asked `more` times from here on: what is set now has been seen then.
    pub async fn wait_for_scrapes(&self, more: usize, deadline: Duration) {
        let (start, wanted) = (Instant::now(), self.scrapes() + more);
        while self.scrapes() < wanted {
            assert!(
                start.elapsed() < deadline,
                "{} was not scraped {more} times within {deadline:?}",
                self.target()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Body>, Reset> {
    if request.uri().path() != "/metrics" {
        return response(404, "text/plain", "404 page not found\n".to_owned());
    }
    state.scrapes.fetch_add(1, Ordering::Relaxed);
    let behaviour = lock(&state.behaviour).clone();
    match behaviour {
        Behaviour::Healthy => {}
        Behaviour::Slow(time) => tokio::time::sleep(time).await,
        Behaviour::Hang => pending().await,
        Behaviour::Reset => return Err(Reset),
        Behaviour::Answer(status, text) => return response(status, "text/plain", text),
    }
    let text = lock(&state.samples).text();
    response(
        200,
        "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
        text,
    )
}

fn response(status: u16, content_type: &str, body: String) -> Result<Response<Body>, Reset> {
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(full(body))
        .map_err(|_not_a_status| Reset)
}

/// An address of 127.0.0.0/8, all of which is loopback on Linux, and a listener on it. Test
/// processes that run side by side start far apart, by their process id.
fn free_address() -> (Ipv4Addr, TcpListener) {
    let start = std::process::id().wrapping_mul(7919);
    for _ in 0..1_000 {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        // 127.1.0.0 and up, and neither the first nor the last of any 256.
        let number = start.wrapping_add(step) % (253 * 253 * 253);
        let octet = |value: u32| u8::try_from(value % 253 + 1).unwrap_or(1);
        let address = Ipv4Addr::new(
            127,
            octet(number / 253 / 253),
            octet(number / 253),
            octet(number),
        );
        if let Ok(listener) = TcpListener::bind((address, PORT)) {
            return (address, listener);
        }
    }
    panic!("port {PORT} is free on none of a thousand loopback addresses")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
