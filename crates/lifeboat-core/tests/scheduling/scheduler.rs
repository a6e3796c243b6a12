//! A scheduler with a plan and a history, asked step by step. It is known since 2026-11-20T00:00:00Z.

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{
    AssetHistory, AssetId, Operation, OperationHistory, Outcome, Run, RunEnd, RunId, RunTrigger,
    Schedule,
    scheduling::{Decision, Planned, Retries, RunPlan, Start},
};

pub(crate) const OPERATION: Operation = Operation::Backup;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// A plan in UTC without jitter or starting deadline, with two retries after 10 and 20 minutes.
pub(crate) fn plan(schedule: &str) -> RunPlan {
    RunPlan {
        schedule: Schedule::parse(schedule, "UTC").unwrap(),
        jitter: SignedDuration::ZERO,
        starting_deadline: None,
        deadline: minutes(60),
        retries: Retries {
            limit: 2,
            backoff: minutes(10),
        },
    }
}

pub(crate) struct Scheduler {
    pub(crate) asset: AssetId,
    pub(crate) planned: Planned,
    pub(crate) history: AssetHistory,
    runs: u32,
}

impl Scheduler {
    pub(crate) fn new(plan: RunPlan) -> Self {
        Self::known_since(plan, at("2026-11-20T00:00:00Z"))
    }

    pub(crate) fn known_since(plan: RunPlan, known_since: Timestamp) -> Self {
        Self {
            asset: "Prometheus/monitoring/main".parse().unwrap(),
            planned: Planned::new(plan, known_since, None),
            history: AssetHistory::new(known_since),
            runs: 0,
        }
    }

    fn runs(&self) -> Option<&OperationHistory> {
        self.history.operation(OPERATION)
    }

    pub(crate) fn decide(&self, now: Timestamp) -> Decision {
        self.planned
            .decide(&self.asset, OPERATION, self.runs(), now)
    }

    /// What it decides, as a line: `schedule 2026-11-20T02:00:00Z 1`, `wait 2026-..`, or `idle`.
    pub(crate) fn says(&self, now: &str) -> String {
        match self.decide(at(now)) {
            Decision::Start(start) => {
                format!(
                    "{} {} {}",
                    start.trigger, start.scheduled_for, start.attempt
                )
            }
            Decision::Wait(until) => format!("wait {until}"),
            Decision::Idle => "idle".to_owned(),
        }
    }

    /// Everything but the ledger is forgotten.
    pub(crate) fn restart(&mut self) {
        let Planned {
            plan, known_since, ..
        } = self.planned.clone();
        self.planned = Planned::new(plan, known_since, self.runs());
    }

    /// The plan is another one from now on.
    pub(crate) fn change(&mut self, plan: RunPlan, changed_at: &str) {
        self.planned = Planned::new(plan, at(changed_at), self.runs());
    }

    pub(crate) fn begin(&mut self, start: &Start, now: Timestamp) -> Run {
        self.begin_for(Some(start.scheduled_for), start.attempt, start.trigger, now)
    }

    fn begin_for(
        &mut self,
        scheduled_for: Option<Timestamp>,
        attempt: u32,
        trigger: RunTrigger,
        now: Timestamp,
    ) -> Run {
        self.runs += 1;
        let run = Run {
            id: RunId(self.runs.to_string()),
            asset: self.asset.clone(),
            operation: OPERATION,
            trigger,
            scheduled_for,
            attempt,
            started_at: now,
            end: None,
        };
        self.record(&run);
        run
    }

    pub(crate) fn end(&mut self, mut run: Run, end: RunEnd) {
        run.end = Some(end);
        self.record(&run);
    }

    fn record(&mut self, run: &Run) {
        self.history.record(run);
        self.restart();
    }

    /// Begins what is due now, and leaves it running.
    pub(crate) fn start(&mut self, now: &str) -> Run {
        match self.decide(at(now)) {
            Decision::Start(start) => self.begin(&start, at(now)),
            other => unreachable!("nothing is due at {now}: {other:?}"),
        }
    }

    /// Runs what is due now, to its end at the same moment.
    pub(crate) fn run(&mut self, outcome: Outcome, now: &str) {
        let run = self.start(now);
        self.end(run, RunEnd::plain(at(now), outcome));
    }

    /// Somebody runs it by hand.
    pub(crate) fn run_by_hand(&mut self, outcome: Outcome, now: &str) {
        let run = self.begin_for(None, 1, RunTrigger::Manual, at(now));
        self.end(run, RunEnd::plain(at(now), outcome));
    }
}
