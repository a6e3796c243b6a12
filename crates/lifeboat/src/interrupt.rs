//! Turns SIGINT and SIGTERM into the wish to stop; a second signal ends the program at once.

use std::sync::Arc;

use anyhow::Context;
use lifeboat_repository::Cancellation;
use tokio::signal::unix::{SignalKind, signal};

/// What a shell reports for a program that was ended by SIGINT.
const INTERRUPTED: i32 = 130;

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
