//! How far an operation has come, for whoever wants to show it, and the wish to stop it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Notify;

/// Counters that an operation moves and a display reads. All in bytes or objects.
#[derive(Debug, Default)]
pub struct Progress {
    total: AtomicU64,
    done: AtomicU64,
    sent: AtomicU64,
}

impl Progress {
    /// Bytes that the whole operation has to look at, once it is known.
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Bytes that are done with.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Bytes that went over the wire.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn set_total(&self, bytes: u64) {
        self.total.store(bytes, Ordering::Relaxed);
    }

    pub(crate) fn add_done(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn add_sent(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The wish to stop an operation. It ends at the next safe point, cleans up, and says so.
#[derive(Debug, Default)]
pub struct Cancellation {
    requested: AtomicBool,
    changed: Notify,
}

impl Cancellation {
    /// Asks the operation to stop.
    pub fn request(&self) {
        self.requested.store(true, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// Whether somebody asked.
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::SeqCst)
    }

    /// Ends when somebody asks.
    pub async fn requested(&self) {
        loop {
            let changed = self.changed.notified();
            if self.is_requested() {
                return;
            }
            changed.await;
        }
    }
}
