//! A controller as small as it can be: it decides, runs, records and takes inventory, and knows
//! nothing of the world but what those tell it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{
    AssetHistory, AssetId, ObjectiveOverrides, Operation, Outcome, Run, RunEnd, RunId, Schedule,
    assess::{Assessment, Asset, assess_asset},
    scheduling::{Decision, Planned, Retries, RunPlan},
};

use crate::{fault::Fault, world::World};

const SLICES: u32 = 4;

/// How often the asset is backed up, and how old a recovery point may be; in seconds.
pub(crate) struct Rhythm {
    pub(crate) schedule: &'static str,
    pub(crate) time_zone: &'static str,
    pub(crate) maximum_age: i64,
    pub(crate) starting_deadline: Option<i64>,
    pub(crate) between_runs: i64,
}

pub(crate) struct Controller {
    asset: Asset,
    /// What is under way, with the true time of its end.
    pub(crate) running: BTreeMap<Operation, (Run, Timestamp)>,
    /// How each backup that ended did so, as far as it was recorded: the oracle's own book.
    pub(crate) backups: Vec<Outcome>,
    /// How many changes the world had seen at the last look into the repository.
    looked_after: u64,
    runs: u64,
    wake_at: Option<Timestamp>,
}

impl Controller {
    pub(crate) fn new(rhythm: &Rhythm, known_since: Timestamp) -> Self {
        let plan = |schedule: &str| RunPlan {
            schedule: Schedule::parse(schedule, rhythm.time_zone).unwrap(),
            jitter: SignedDuration::from_mins(5),
            starting_deadline: rhythm.starting_deadline.map(SignedDuration::from_secs),
            deadline: SignedDuration::from_hours(1),
            retries: Retries {
                limit: 3,
                backoff: SignedDuration::from_mins(2),
            },
        };
        let verification = RunPlan {
            starting_deadline: None,
            ..plan("45 5 * * 3")
        };
        let plans = [
            (Operation::Backup, plan(rhythm.schedule)),
            (Operation::Verification, verification),
        ];
        let id: AssetId = "Prometheus/monitoring/main".parse().unwrap();
        let planned = |(operation, plan)| (operation, Planned::new(plan, known_since, None));
        Self {
            asset: Asset {
                id,
                labels: BTreeMap::new(),
                own: ObjectiveOverrides {
                    maximum_age: Some(SignedDuration::from_secs(rhythm.maximum_age)),
                    ..ObjectiveOverrides::default()
                }
                .boxed(),
                suspended: false,
                planned: plans.into_iter().map(planned).collect(),
                history: AssetHistory::new(known_since),
                facts: None,
                blind: None,
            },
            running: BTreeMap::new(),
            backups: Vec::new(),
            looked_after: u64::MAX,
            runs: 0,
            wake_at: None,
        }
    }

    /// Everything but the ledger is lost. What ran is closed when Lifeboat is back.
    pub(crate) fn crash(&mut self) {
        for (_, ends_at) in self.running.values_mut() {
            *ends_at = Timestamp::MIN;
        }
        self.wake_at = None;
    }

    /// Ends and starts what is to be ended and started now.
    pub(crate) fn work(&mut self, world: &mut World) {
        let suspended = world.fault() == Some(Fault::Suspended);
        if suspended != self.asset.suspended {
            self.asset.suspended = suspended;
            self.asset.history.suspended_since = suspended.then(|| world.clock());
        }
        for operation in [Operation::Backup, Operation::Verification] {
            if let Some((run, ends_at)) = self.running.get(&operation).cloned()
                && ends_at <= world.time
            {
                self.running.remove(&operation);
                self.end(run, ends_at == Timestamp::MIN, world);
            }
        }
        if self.looked_after != world.changes {
            self.looked_after = world.changes;
            self.look(world);
        }
        self.wake_at = None;
        if !suspended {
            self.start_what_is_due(world);
        }
    }

    fn end(&mut self, mut run: Run, crashed: bool, world: &mut World) {
        let slice = self.slice_of(run.operation);
        let end = if crashed {
            RunEnd::plain(world.clock(), Outcome::Inconclusive)
        } else {
            world.end(run.operation, run.started_at, slice)
        };
        if end.outcome != Outcome::Succeeded {
            world.trouble_until(world.time);
        }
        if run.operation == Operation::Backup {
            self.backups.push(end.outcome);
        }
        run.end = Some(end);
        self.record(&run);
        self.look(world);
    }

    fn look(&mut self, world: &World) {
        let (now, found) = (world.clock(), world.inventory());
        self.asset.history.take_inventory(now, found);
    }

    /// As the real one does: what was found bad is taken back only by a look at everything.
    fn slice_of(&self, operation: Operation) -> Option<(u32, u32)> {
        let history = self.asset.history.operation(operation);
        let failing = history.is_some_and(|history| history.failing_since.is_some());
        let next = history.map_or(0, |history| history.next_slice(SLICES));
        (operation == Operation::Verification && !failing).then_some((next, SLICES))
    }

    fn start_what_is_due(&mut self, world: &mut World) {
        let now = world.clock();
        for operation in [Operation::Backup, Operation::Verification] {
            let history = self.asset.history.operation(operation);
            let planned = &self.asset.planned[&operation];
            match planned.decide(&self.asset.id, operation, history, now) {
                Decision::Start(start) => {
                    self.runs += 1;
                    let run = Run {
                        id: RunId(self.runs.to_string()),
                        asset: self.asset.id.clone(),
                        operation,
                        trigger: start.trigger,
                        scheduled_for: Some(start.scheduled_for),
                        attempt: start.attempt,
                        started_at: now,
                        end: None,
                    };
                    self.record(&run);
                    let duration = world.duration();
                    if duration > SignedDuration::from_hours(1) {
                        // Its recovery point is old when it is made: the next one mends that.
                        let next = SignedDuration::from_secs(world.between_runs);
                        world.trouble_until(world.time + duration + next);
                    }
                    self.running.insert(operation, (run, world.time + duration));
                }
                Decision::Wait(until) => {
                    let until = until - world.skew();
                    let earliest = self.wake_at.map_or(until, |wake_at| wake_at.min(until));
                    self.wake_at = Some(earliest);
                }
                Decision::Idle => {}
            }
        }
    }

    fn record(&mut self, run: &Run) {
        let operation = run.operation;
        let history = self.asset.history.record(run);
        // An end changes nothing about what is due, and searching schedules is what takes the time.
        if run.end.is_none() {
            let planned = &self.asset.planned[&operation];
            let (plan, known_since) = (planned.plan.clone(), planned.known_since);
            let planned = Planned::new(plan, known_since, Some(history));
            self.asset.planned.insert(operation, planned);
        }
    }

    pub(crate) fn history(&self) -> &AssetHistory {
        &self.asset.history
    }

    pub(crate) fn assess(&self, world: &World) -> Assessment {
        assess_asset(&self.asset, &[], world.clock())
    }

    /// The true time at which something ends, begins, gets too old or is stuck for too long.
    pub(crate) fn next_event(&self, world: &World) -> Option<Timestamp> {
        let ends = self.running.values().map(|(_, ends_at)| *ends_at);
        let stuck = self
            .running
            .values()
            .map(|(run, _)| run.started_at + SignedDuration::from_mins(65) - world.skew());
        let newest = self.asset.history.newest_good_point(world.clock());
        let maximum_age = self.asset.own.as_ref().and_then(|own| own.maximum_age);
        let expires = newest
            .zip(maximum_age)
            .map(|(newest, age)| newest.taken_at + age - world.skew());
        let second_after = |moment: Timestamp| moment + SignedDuration::from_secs(1);
        ends.chain(stuck.chain(expires).map(second_after))
            .chain(self.wake_at)
            .filter(|moment| *moment > world.time)
            .min()
    }
}
