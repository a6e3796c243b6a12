//! The mandate: the right to act, which one of several Lifeboats has at a time.

use std::{fmt, sync::Arc};

use tokio_util::sync::CancellationToken;

/// The right to begin runs, to write and to tell people, for as long as it lasts. Cheap to clone.
///
/// It is asked right before each of these, and not only heeded when it is told to have ended: a process
/// that was stopped for a while and goes on has missed that it was told.
#[derive(Clone)]
pub struct Mandate {
    holds: Arc<dyn Fn() -> bool + Send + Sync>,
    ended: CancellationToken,
}

impl Mandate {
    /// One that ends when `holds` says so, or once `ended` is cancelled. What has ended must not begin
    /// again.
    #[must_use]
    pub fn new(holds: Arc<dyn Fn() -> bool + Send + Sync>, ended: CancellationToken) -> Self {
        Self { holds, ended }
    }

    /// Whether it lasts.
    #[must_use]
    pub fn holds(&self) -> bool {
        !self.ended.is_cancelled() && (self.holds)()
    }

    /// Waits until it is told to have ended.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }
}

impl Default for Mandate {
    /// That of a Lifeboat beside which there is no other. It never ends.
    fn default() -> Self {
        Self::new(Arc::new(|| true), CancellationToken::new())
    }
}

impl fmt::Debug for Mandate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Mandate");
        shown.field("holds", &self.holds()).finish_non_exhaustive()
    }
}
