//! Runs in the controller: beginning them, taking in their ends, and giving up those that nobody can finish.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use lifeboat_core::{Outcome, Run, RunEnd, RunId, RunTrigger};

use crate::{
    controller::Controller,
    fleet::DueRun,
    handle::{Begun, Refusal, RunRequest},
    recorder::Record,
    runner::{Event, Job},
};

/// How long a run may take whose operation has no plan: one that somebody asked for.
const DEFAULT_DEADLINE: Duration = Duration::from_hours(6);

impl Controller {
    /// Begins a run that is due.
    pub(crate) fn begin(&mut self, due: &DueRun, now: Timestamp) {
        let run = Run {
            id: new_id(now),
            asset: due.asset.clone(),
            operation: due.operation,
            trigger: due.start.trigger,
            scheduled_for: Some(due.start.scheduled_for),
            attempt: due.start.attempt,
            started_at: now,
            end: None,
        };
        self.start_run(&run);
    }

    /// Answers somebody who asks for a run.
    pub(crate) fn answer_run(&mut self, request: RunRequest) {
        let now = (self.clock)();
        let answer = self.begin_on_request(&request, now);
        // Whoever asked may have gone; the run goes on.
        let _ = request.answer.send(answer);
        self.evaluate(now);
    }

    fn begin_on_request(&mut self, request: &RunRequest, now: Timestamp) -> Result<Begun, Refusal> {
        if !self.settings.mandate.holds() {
            return Err(Refusal::Stopping);
        }
        let Some(managed) = self.fleet.assets.get(&request.asset) else {
            return Err(Refusal::UnknownAsset(request.asset.clone()));
        };
        if managed.operator.is_none() {
            let source = &self.sources[managed.source].source;
            let trigger = source.trigger();
            let trigger = trigger.filter(|_| !managed.asset.id.kind.is_operated());
            let trigger = trigger.ok_or_else(|| Refusal::NotOperated(request.asset.clone()))?;
            return Ok(Begun::ByOthers(trigger, Arc::clone(managed.places())));
        }
        if let Some(running) = managed.running.get(&request.operation) {
            return Err(Refusal::Running {
                asset: request.asset.clone(),
                operation: request.operation,
                since: running.run.started_at,
            });
        }
        let run = Run {
            id: new_id(now),
            asset: request.asset.clone(),
            operation: request.operation,
            trigger: RunTrigger::Manual,
            scheduled_for: None,
            attempt: 1,
            started_at: now,
            end: None,
        };
        let id = run.id.clone();
        self.start_run(&run);
        Ok(Begun::Run(id))
    }

    fn start_run(&mut self, run: &Run) {
        let Some(managed) = self.fleet.assets.get_mut(&run.asset) else {
            return;
        };
        tracing::info!(asset = %run.asset, run = %run.id, trigger = %run.trigger, attempt = run.attempt, "{} begins", run.operation);
        // Nothing is due for what others operate.
        let Some(operator) = managed.operator.clone() else {
            return;
        };
        let history = managed.asset.history.operation(run.operation).cloned();
        let planned = managed.asset.planned.get(&run.operation);
        let deadline = planned
            .and_then(|planned| Duration::try_from(planned.plan.deadline).ok())
            .unwrap_or(DEFAULT_DEADLINE);
        let job = Job {
            run: run.clone(),
            operator,
            history,
            has_recovery_points: managed.asset.history.first_recovery_point_at.is_some(),
            random: rand::random(),
            deadline,
            clock: Arc::clone(&self.clock),
            events: self.events.clone(),
        };
        managed.record(run);
        if let Some(history) = managed.asset.history.operation(run.operation) {
            let history = history.clone();
            self.recorder.record(Record::Began(run.clone(), history));
        }
        managed.running.insert(run.operation, job.start());
        self.changed = true;
    }

    /// Takes in what has ended.
    pub(crate) fn take_in(&mut self, event: Event) {
        match event {
            Event::Ended(run) => {
                if let Some(managed) = self.fleet.assets.get_mut(&run.asset) {
                    managed.running.remove(&run.operation);
                    managed.taking_inventory = true;
                }
                self.record_end(run);
            }
            Event::Inventory { asset, found } => {
                let now = (self.clock)();
                if let Some(managed) = self.fleet.assets.get_mut(&asset) {
                    managed.taking_inventory = false;
                    let known = managed.asset.history.inventory.as_ref();
                    let known = known.and_then(|inventory| inventory.error.as_ref());
                    if let Err(error) = &found
                        && known != Some(error)
                    {
                        tracing::warn!(%asset, "the repository can't be looked into: {error}");
                    }
                    managed.take_inventory(now, found);
                    let history = Box::new(managed.asset.history.clone());
                    self.recorder.record(Record::Inventory(asset, history));
                }
            }
        }
        self.changed = true;
    }

    /// Ends a run that nobody can finish any more.
    pub(crate) fn abandon(&mut self, mut run: Run, now: Timestamp) {
        run.end = Some(RunEnd {
            error: Some("lifeboat ended while this run was under way".to_owned()),
            ..RunEnd::plain(now.max(run.started_at), Outcome::Inconclusive)
        });
        self.record_end(run);
    }

    fn record_end(&mut self, run: Run) {
        report(&run);
        let history = if let Some(managed) = self.fleet.assets.get_mut(&run.asset) {
            managed.record(&run);
            managed.asset.history.operation(run.operation).cloned()
        } else {
            // The asset is declared no more; the run happened all the same.
            let departed = self.departed.get_mut(&run.asset);
            departed.map(|history| history.record(&run).clone())
        };
        if let Some(history) = history {
            self.recorder.record(Record::Ended(run, history));
        } else {
            tracing::error!(run = %run.id, "nothing is known of the asset of this run");
        }
        self.changed = true;
    }
}

fn report(run: &Run) {
    let Some(end) = &run.end else { return };
    let (asset, id, operation, outcome) = (&run.asset, &run.id, run.operation, end.outcome);
    match (&end.error, &end.summary) {
        (Some(error), _) => tracing::error!(
            %asset, run = %id, hint = end.hint.as_deref(), "{operation} {outcome}: {error}"
        ),
        (None, Some(summary)) => {
            tracing::info!(%asset, run = %id, "{operation} {outcome}: {summary}");
        }
        (None, None) => tracing::info!(%asset, run = %id, "{operation} {outcome}"),
    }
}

/// Sorts by time, and two of one moment are apart.
fn new_id(now: Timestamp) -> RunId {
    let random: u32 = rand::random();
    RunId(format!("{}-{random:08x}", now.strftime("%Y%m%dT%H%M%SZ")))
}
