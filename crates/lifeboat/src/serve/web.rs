//! The HTTP side of `serve`, from its start to its end.

use anyhow::Context;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// Answers until it is ended.
pub(super) struct Web {
    serving: JoinHandle<Result<(), lifeboat_web::Error>>,
    stop: CancellationToken,
}

impl Web {
    pub(super) fn start(listener: TcpListener, state: lifeboat_web::State) -> Self {
        let stop = CancellationToken::new();
        let serving = tokio::spawn(lifeboat_web::serve(listener, state, stop.clone()));
        Self { serving, stop }
    }

    pub(super) async fn end(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.serving
            .await
            .context("the HTTP side was ended by a defect")??;
        Ok(())
    }
}
