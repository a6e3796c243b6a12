//! The end of the controller: what runs may finish, then is stopped, then is given up, all within the grace.

use std::time::Duration;

use crate::{controller::Controller, runner::STOPS_WITHIN};

/// How long the last writes may take.
const WRITES_WITHIN: Duration = Duration::from_secs(2);
/// How long runs may take to stop where another is about to act: no longer than that one waits.
const GIVES_UP_WITHIN: Duration = Duration::from_secs(2);

impl Controller {
    /// The end of the loop: what runs may finish, then is asked to stop, then is given up.
    pub(crate) async fn end(&mut self) {
        self.requests.close();
        let grace = self.settings.shutdown_grace;
        if self.fleet.running() > 0 {
            tracing::info!(
                "stopping: {} runs may go on for a moment",
                self.fleet.running()
            );
        }
        // The rest is for stopping, and for writing down that they were stopped.
        let end_of_patience = grace.saturating_sub(STOPS_WITHIN + WRITES_WITHIN);
        self.wait_for_runs(end_of_patience).await;
        self.stop_runs();
        self.wait_for_runs(STOPS_WITHIN + WRITES_WITHIN).await;
        let now = (self.clock)();
        let left: Vec<_> = self
            .fleet
            .assets
            .values_mut()
            .flat_map(|managed| std::mem::take(&mut managed.running).into_values())
            .map(|running| running.run)
            .collect();
        for run in left {
            self.abandon(run, now);
        }
        self.evaluate(now);
        self.fleet.write_service_levels(now, &self.recorder);
        if tokio::time::timeout(WRITES_WITHIN, self.recorder.flush())
            .await
            .is_err()
        {
            tracing::error!(
                "the ledger could not be written before the end: {:?}",
                self.recorder.health()
            );
        }
    }

    /// The end of a Lifeboat whose mandate has ended: another may act by now. What is under way is stopped,
    /// and clears up after itself; nothing is written down, and whoever acts next finds it unfinished.
    pub(crate) async fn give_up(&mut self) {
        self.requests.close();
        self.stop_runs();
        self.wait_for_runs(GIVES_UP_WITHIN).await;
    }

    fn stop_runs(&self) {
        for managed in self.fleet.assets.values() {
            for running in managed.running.values() {
                tracing::warn!(asset = %running.run.asset, "stopping the {}", running.run.operation);
                running.cancellation.request();
            }
        }
    }

    async fn wait_for_runs(&mut self, limit: Duration) {
        let all_ended = async {
            while self.fleet.running() > 0 {
                let Some(event) = self.arrivals.recv().await else {
                    return;
                };
                self.take_in(event);
            }
        };
        // What hasn't ended by then is dealt with by the caller.
        let _ = tokio::time::timeout(limit, all_ended).await;
    }
}
