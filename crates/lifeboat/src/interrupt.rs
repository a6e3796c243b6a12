//! Turns SIGINT and SIGTERM into the wish to stop; a second signal ends the program at once.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use lifeboat_repository::{Cancellation, Error};
use tokio::signal::unix::{SignalKind, signal};

/// What a shell reports for a program that was ended by SIGINT.
const INTERRUPTED: i32 = 130;

/// How long an operation may take to stop: a request may hang.
const STOPS_WITHIN: Duration = Duration::from_secs(5);

/// Carries out an operation that a signal stops: by itself, or else by being dropped.
pub(crate) async fn stoppable<T>(
    operation: impl AsyncFnOnce(Arc<Cancellation>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let cancellation = on_signal()?;
    tokio::select! {
        result = operation(Arc::clone(&cancellation)) => result,
        () = overdue(&cancellation) => Err(Error::Cancelled.into()),
    }
}

async fn overdue(cancellation: &Cancellation) {
    cancellation.requested().await;
    tokio::time::sleep(STOPS_WITHIN).await;
}

/// A wish to stop that the next signal expresses.
pub(crate) fn on_signal() -> anyhow::Result<Arc<Cancellation>> {
    let cancellation = Arc::new(Cancellation::default());
    let mut interrupt = signal(SignalKind::interrupt()).context("failed to listen for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?;
    let wish = Arc::clone(&cancellation);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if wish.is_requested() {
                std::process::exit(INTERRUPTED);
            }
            tracing::warn!("stopping; again to stop at once");
            wish.request();
        }
    });
    Ok(cancellation)
}
