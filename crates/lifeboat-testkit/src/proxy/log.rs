//! What went through the proxy, request by request.

use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::fault::{Fault, RequestSummary};

/// One request and what became of it so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// Its number in the order of arrival; the first is 1.
    pub number: u64,
    /// Such as `PUT`.
    pub method: String,
    /// Such as `/bucket/key?partNumber=1`.
    pub path_and_query: String,
    /// What the proxy did to it.
    pub fault: Fault,
    /// The status the server answered with; none when it was not asked or did not answer.
    pub server_status: Option<u16>,
    /// The status the client was told; none when it got no answer (yet).
    pub status: Option<u16>,
    /// Bytes of the request's body that were passed to the server.
    pub request_body_bytes: u64,
    /// Bytes of the answer's body that were passed to the client.
    pub response_body_bytes: u64,
}

/// An entry that is still being written.
#[derive(Debug)]
pub(super) struct Entry {
    request: RequestSummary,
    fault: Fault,
    server_status: AtomicU16,
    status: AtomicU16,
    pub(super) request_body_bytes: Arc<AtomicU64>,
    pub(super) response_body_bytes: Arc<AtomicU64>,
}

impl Entry {
    pub(super) fn set_server_status(&self, status: u16) {
        self.server_status.store(status, Ordering::Relaxed);
    }

    pub(super) fn set_status(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    fn snapshot(&self) -> Exchange {
        // No HTTP status is 0.
        let status = |status: &AtomicU16| match status.load(Ordering::Relaxed) {
            0 => None,
            status => Some(status),
        };
        Exchange {
            number: self.request.number,
            method: self.request.method.clone(),
            path_and_query: self.request.path_and_query.clone(),
            fault: self.fault,
            server_status: status(&self.server_status),
            status: status(&self.status),
            request_body_bytes: self.request_body_bytes.load(Ordering::Relaxed),
            response_body_bytes: self.response_body_bytes.load(Ordering::Relaxed),
        }
    }
}

/// All entries, in the order of arrival.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: Mutex<Vec<Arc<Entry>>>,
}

impl Log {
    pub(super) fn add(&self, request: RequestSummary, fault: Fault) -> Arc<Entry> {
        let entry = Arc::new(Entry {
            request,
            fault,
            server_status: AtomicU16::new(0),
            status: AtomicU16::new(0),
            request_body_bytes: Arc::default(),
            response_body_bytes: Arc::default(),
        });
        self.lock().push(Arc::clone(&entry));
        entry
    }

    pub(super) fn snapshot(&self) -> Vec<Exchange> {
        self.lock().iter().map(|entry| entry.snapshot()).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
