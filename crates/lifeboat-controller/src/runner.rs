//! Runs: carries one out on a thread of its own, within its deadline, and reports its end whatever happens.

use std::{
    future::pending,
    sync::Arc,
    time::{Duration, Instant},
};

use lifeboat_core::{
    HumanDuration, OperationHistory, Outcome, RecoveryPoint, Run, RunEnd, readable_causes,
};
use lifeboat_repository::{Cancellation, Clock, Progress};
use tokio::{runtime::Handle, sync::mpsc, time::timeout};

use crate::operations::{OperationError, Operator, Order};

/// How long a run may take to stop once it is asked to: a request may hang.
pub(crate) const STOPS_WITHIN: Duration = Duration::from_secs(5);

/// How long it may take to look which recovery points there are.
const INVENTORY_WITHIN: Duration = Duration::from_mins(10);

/// What a run or a look at the repository came to.
#[derive(Debug)]
pub(crate) enum Event {
    /// A run has ended.
    Ended(Run),
    /// Somebody looked which recovery points there are.
    Inventory {
        /// The asset.
        asset: lifeboat_core::AssetId,
        /// What there is, or why nobody knows.
        found: Result<Vec<RecoveryPoint>, String>,
    },
}

/// A run under way, as seen from outside.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) run: Run,
    pub(crate) progress: Arc<Progress>,
    pub(crate) cancellation: Arc<Cancellation>,
}

/// Everything a run needs.
pub(crate) struct Job {
    pub(crate) run: Run,
    pub(crate) operator: Arc<dyn Operator>,
    pub(crate) history: Option<OperationHistory>,
    pub(crate) has_recovery_points: bool,
    pub(crate) random: u32,
    pub(crate) deadline: Duration,
    pub(crate) clock: Arc<Clock>,
    pub(crate) events: mpsc::UnboundedSender<Event>,
}

impl Job {
    /// Starts the run. Its end comes as an [`Event`], followed by an inventory.
    pub(crate) fn start(self) -> Running {
        let running = Running {
            run: self.run.clone(),
            progress: Arc::new(Progress::default()),
            cancellation: Arc::new(Cancellation::default()),
        };
        let (progress, cancellation) = (
            Arc::clone(&running.progress),
            Arc::clone(&running.cancellation),
        );
        let clock = Arc::clone(&self.clock);
        let (events, operator) = (self.events.clone(), Arc::clone(&self.operator));
        let knows_points = self.has_recovery_points;
        let mut run = self.run.clone();
        // An operation computes a great deal: a thread of its own keeps that away from those that
        // answer and alert.
        let work = on_a_thread(async move || self.carry_out(progress, cancellation).await);
        tokio::spawn(async move {
            // A panic must not look like a run that goes on for ever.
            run.end = Some(work.await.unwrap_or_else(|panic| RunEnd {
                error: Some(format!("it was ended by a defect of lifeboat: {panic}")),
                ..RunEnd::plain(clock(), Outcome::Failed)
            }));
            let asset = run.asset.clone();
            // Nobody listens only when the program ends, and then the ledger knows the run as
            // unfinished.
            if events.send(Event::Ended(run)).is_ok() {
                take_inventory(asset, operator, knows_points, events).await;
            }
        });
        running
    }

    async fn carry_out(self, progress: Arc<Progress>, cancellation: Arc<Cancellation>) -> RunEnd {
        let order = Order {
            operation: self.run.operation,
            history: self.history.as_ref(),
            has_recovery_points: self.has_recovery_points,
            random: self.random,
            progress,
            cancellation: Arc::clone(&cancellation),
            clock: &*self.clock,
        };
        let work = self.operator.carry_out(order);
        let deadline = async {
            tokio::time::sleep(self.deadline).await;
            cancellation.request();
            // From here on, the wish to stop decides.
            pending::<()>().await;
        };
        let stopped = async {
            cancellation.requested().await;
            tokio::time::sleep(STOPS_WITHIN).await;
        };
        let started = Instant::now();
        // What doesn't stop by itself is dropped, which removes its snapshot.
        let result = tokio::select! {
            result = work => Some(result),
            () = deadline => None,
            () = stopped => None,
        };
        let at = (self.clock)();
        let overdue = started.elapsed() >= self.deadline;
        match result {
            // What is done is done, even if it was late.
            Some(Ok(finding)) => finding.into_end(at),
            Some(Err(error)) if !error.is_cancelled() => error.into_end(at),
            _ if overdue => self.overdue(at),
            _ => OperationError::from(lifeboat_repository::Error::Cancelled).into_end(at),
        }
    }

    fn overdue(&self, at: jiff::Timestamp) -> RunEnd {
        let deadline =
            jiff::SignedDuration::try_from(self.deadline).unwrap_or(jiff::SignedDuration::MAX);
        RunEnd {
            error: Some(format!(
                "it took longer than its deadline of {} and was stopped",
                HumanDuration(deadline)
            )),
            hint: Some(
                "what was sent stays for the next run; give it a longer `deadline`, more \
                 `concurrency`, or look why the store or Prometheus is slow"
                    .to_owned(),
            ),
            ..RunEnd::plain(at, Outcome::Failed)
        }
    }
}

/// Looks which recovery points there are, and reports it as an event.
pub(crate) async fn take_inventory(
    asset: lifeboat_core::AssetId,
    operator: Arc<dyn Operator>,
    has_recovery_points: bool,
    events: mpsc::UnboundedSender<Event>,
) {
    let look = on_a_thread(async move || {
        timeout(INVENTORY_WITHIN, operator.inventory(has_recovery_points)).await
    });
    let found = match look.await {
        Ok(Ok(Ok(points))) => Ok(points),
        Ok(Ok(Err(error))) => Err(with_hint(&error)),
        Ok(Err(_)) => Err("looking into the repository took too long".to_owned()),
        Err(panic) => Err(format!("it was ended by a defect of lifeboat: {panic}")),
    };
    // As above: nobody listens only when the program ends.
    let _ = events.send(Event::Inventory { asset, found });
}

fn with_hint(error: &OperationError) -> String {
    let causes = readable_causes(error).join(": ");
    match error.hint_for_resources() {
        Some(hint) => format!("{causes} (hint: {hint})"),
        None => causes,
    }
}

/// Drives a future that can't move between threads on one of the runtime's blocking threads.
fn on_a_thread<T: Send + 'static>(
    work: impl AsyncFnOnce() -> T + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(work()))
}
