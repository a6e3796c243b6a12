//! An asset with a past, built step by step. It is known since 2026-11-20T00:00:00Z.

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{
    AssetHistory, Check, Evidence, Integrity, Operation, Outcome, PointVerification, Policy,
    RecoveryPoint, Run, RunEnd, RunId, RunTrigger, Schedule, Status, Verdict,
    assess::{Assessment, Asset, assess_asset},
    scheduling::{Planned, Retries, RunPlan},
};

pub(crate) const KNOWN_SINCE: &str = "2026-11-20T00:00:00Z";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An asset with the default objectives: 25 h for recovery points, 8 days for verifications.
pub(crate) struct Builder {
    history: AssetHistory,
    recorded: Vec<Run>,
    points: Vec<RecoveryPoint>,
    plans: Vec<(Operation, RunPlan)>,
    suspended: bool,
    runs: u32,
}

pub(crate) fn asset() -> Builder {
    Builder {
        history: AssetHistory::new(at(KNOWN_SINCE)),
        recorded: Vec::new(),
        points: Vec::new(),
        plans: Vec::new(),
        suspended: false,
        runs: 0,
    }
}

impl Builder {
    pub(crate) fn first_seen(mut self, moment: &str) -> Self {
        self.history.first_seen_at = at(moment);
        self
    }

    /// A good recovery point. Every step about recovery points ends with an inventory that finds
    /// all of them, as of the newest.
    pub(crate) fn point(self, taken_at: &str) -> Self {
        self.add(taken_at, Integrity::Whole, None)
    }

    pub(crate) fn damaged_point(self, taken_at: &str) -> Self {
        let damage = "chunk 3 of block 01JX is damaged".to_owned();
        self.add(taken_at, Integrity::Damaged(damage), None)
    }

    pub(crate) fn refuted_point(self, taken_at: &str, refuted_at: &str) -> Self {
        let verification = PointVerification {
            at: at(refuted_at),
            level: "checksums".to_owned(),
            good: false,
        };
        self.add(taken_at, Integrity::Whole, Some(verification.into()))
    }

    fn add(
        mut self,
        taken_at: &str,
        integrity: Integrity,
        verification: Option<Box<PointVerification>>,
    ) -> Self {
        self.points.push(RecoveryPoint {
            name: format!("backup-{}", at(taken_at).strftime("%Y%m%d-%H%M%S")),
            taken_at: at(taken_at),
            bytes: Some(1_000),
            integrity,
            verification,
            pinned: false,
        });
        let newest = self
            .points
            .iter()
            .map(|point| point.taken_at)
            .max()
            .unwrap();
        self.history.take_inventory(newest, Ok(self.points.clone()));
        self
    }

    /// An inventory that finds what there is: nothing, if no step before added any.
    pub(crate) fn inventory(mut self, moment: &str) -> Self {
        self.history
            .take_inventory(at(moment), Ok(self.points.clone()));
        self
    }

    pub(crate) fn inventory_failed(mut self, moment: &str) -> Self {
        self.history
            .take_inventory(at(moment), Err("connection refused".to_owned()));
        self
    }

    /// All recovery points are gone.
    pub(crate) fn emptied(mut self, moment: &str) -> Self {
        self.points.clear();
        self.inventory(moment)
    }

    /// A run that began at `started_at` and ended five minutes later.
    pub(crate) fn run(self, operation: Operation, outcome: Outcome, started_at: &str) -> Self {
        let ended_at = at(started_at) + SignedDuration::from_mins(5);
        let end = RunEnd {
            error: (outcome != Outcome::Succeeded).then(|| format!("{outcome} of {started_at}")),
            ..RunEnd::plain(ended_at, outcome)
        };
        self.ended(operation, started_at, end)
    }

    /// A verification of one slice; what it finds bad, it would find again.
    pub(crate) fn slice(self, slice: (u32, u32), outcome: Outcome, ended_at: &str) -> Self {
        let end = RunEnd {
            error: (outcome != Outcome::Succeeded).then(|| format!("slice {} is bad", slice.0)),
            slice: Some(slice),
            retryable: false,
            ..RunEnd::plain(at(ended_at), outcome)
        };
        self.ended(Operation::Verification, ended_at, end)
    }

    pub(crate) fn ended(mut self, operation: Operation, started_at: &str, end: RunEnd) -> Self {
        let mut run = self.begin(operation, started_at);
        run.end = Some(end);
        self.history.record(&run);
        self.recorded.push(run);
        self
    }

    /// The ended runs of another builder happen after those of this one.
    pub(crate) fn followed_by(mut self, other: Self) -> Self {
        for run in other.recorded {
            self.history.record(&run);
        }
        self
    }

    pub(crate) fn running(mut self, operation: Operation, started_at: &str) -> Self {
        self.begin(operation, started_at);
        self
    }

    fn begin(&mut self, operation: Operation, started_at: &str) -> Run {
        self.runs += 1;
        let run = Run {
            id: RunId(self.runs.to_string()),
            asset: "Prometheus/monitoring/main".parse().unwrap(),
            operation,
            trigger: RunTrigger::Schedule,
            scheduled_for: Some(at(started_at)),
            attempt: 1,
            started_at: at(started_at),
            end: None,
        };
        self.history.record(&run);
        run
    }

    /// A schedule in UTC, with a jitter of 5 minutes and a deadline of an hour.
    pub(crate) fn planned(mut self, operation: Operation, schedule: &str) -> Self {
        let plan = RunPlan {
            schedule: Schedule::parse(schedule, "UTC").unwrap(),
            jitter: SignedDuration::from_mins(5),
            starting_deadline: None,
            deadline: SignedDuration::from_hours(1),
            retries: Retries {
                limit: 2,
                backoff: SignedDuration::from_mins(1),
            },
        };
        self.plans.push((operation, plan));
        self
    }

    pub(crate) fn suspended(mut self, since: &str) -> Self {
        self.suspended = true;
        self.history.suspended_since = Some(at(since));
        self
    }

    pub(crate) fn assessed_with(self, policies: &[Policy], now: &str) -> Assessment {
        let history = self.history;
        let planned = self.plans.into_iter().map(|(operation, plan)| {
            let runs = history.operation(operation);
            (operation, Planned::new(plan, history.first_seen_at, runs))
        });
        let asset = Asset {
            id: "Prometheus/monitoring/main".parse().unwrap(),
            labels: std::collections::BTreeMap::new(),
            own: None,
            suspended: self.suspended,
            planned: planned.collect(),
            history: history.clone(),
            facts: None,
            blind: None,
        };
        assess_asset(&asset, policies, at(now))
    }

    pub(crate) fn verdict(self, check: Check, now: &str) -> Verdict {
        let assessment = self.assessed_with(&[], now);
        assessment.verdict(check).unwrap().clone()
    }

    /// Status, since and evidence of one check.
    pub(crate) fn says(self, check: Check, now: &str) -> (Status, Timestamp, Evidence) {
        let verdict = self.verdict(check, now);
        (verdict.status, verdict.since, verdict.evidence)
    }
}
