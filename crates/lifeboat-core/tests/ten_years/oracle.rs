//! The oracle: what is true in the world, told without looking at what Lifeboat knows.

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{
    CLOCK_TOLERANCE, Check, Evidence, Integrity, Operation, Outcome, RecoveryPoint, Status,
    assess::Assessment,
};

use crate::{
    controller::{Controller, Rhythm},
    fault::Fault,
    world::World,
};

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Compares what can be told at any time, whatever is wrong. Recovery points count by the date that
/// they bear: nobody but the check of the clock can know that it is wrong.
pub(crate) fn compare(world: &World, controller: &Controller, assessment: &Assessment) {
    let now = world.clock();
    let status = |check| assessment.verdict(check).unwrap().status;
    let context = || format!("at {} ({now}) with {:?}", world.time, world.fault());
    for verdict in &assessment.verdicts {
        assert!(verdict.since <= now, "{verdict:?} {}", context());
    }
    if world.fault() == Some(Fault::Suspended) {
        let mut verdicts = assessment.verdicts.iter();
        assert!(
            verdicts.all(|verdict| verdict.status == Status::Paused),
            "{}",
            context()
        );
        return;
    }
    let past = || {
        let dated = |point: &&RecoveryPoint| point.taken_at <= now + CLOCK_TOLERANCE;
        world.points.iter().filter(dated)
    };
    let restorable = |point: &RecoveryPoint| {
        point.integrity == Integrity::Whole
            && point.verification.as_ref().is_none_or(|found| found.good)
    };
    let maximum_age = assessment.effective.objectives.maximum_age;
    let newest_good = past()
        .filter(|point| restorable(point))
        .map(|point| point.taken_at)
        .max();
    let is_fresh = newest_good.is_some_and(|newest| now.duration_since(newest) <= maximum_age);
    // While the repository is away nobody can see whether it was emptied, but nothing is added.
    assert_eq!(
        status(Check::Fresh) == Status::Ok,
        is_fresh,
        "fresh: {newest_good:?} {}",
        context()
    );
    let newest = past().max_by_key(|point| (point.taken_at, &point.name));
    let complete = match newest {
        None => Status::Unknown,
        Some(point) if restorable(point) => Status::Ok,
        Some(_) => Status::Failing,
    };
    assert_eq!(status(Check::Complete), complete, "complete {}", context());

    let last_success = controller
        .backups
        .iter()
        .rposition(|outcome| *outcome == Outcome::Succeeded);
    let since = &controller.backups[last_success.map_or(0, |position| position + 1)..];
    let last_run = match (since.contains(&Outcome::Failed), since.last()) {
        (true, _) => Status::Failing,
        (false, None) if last_success.is_some() => Status::Ok,
        (false, _) => Status::Unknown,
    };
    assert_eq!(status(Check::LastRun), last_run, "last run {}", context());
    let ever = status(Check::EverSucceeded) == Status::Ok;
    assert!(
        !ever || last_success.is_some(),
        "ever succeeded {}",
        context()
    );

    let patience = SignedDuration::from_mins(65);
    let hangs = controller
        .running
        .values()
        .any(|(run, _)| now.duration_since(run.started_at) > patience);
    assert_eq!(
        status(Check::NotStuck) == Status::Failing,
        hangs,
        "stuck {}",
        context()
    );

    let known_bad = past().any(|point| !restorable(point) && point.verification.is_some());
    let age = match &assessment.verdict(Check::Verified).unwrap().evidence {
        Evidence::VerificationAge { age, .. } => Some(*age),
        _ => None,
    };
    if status(Check::Verified) == Status::Ok {
        assert!(age.is_some_and(|age| age <= WEEK + SignedDuration::from_hours(24)));
        assert!(!known_bad, "verified {}", context());
    }
    let mut verdicts = assessment.verdicts.iter();
    let all_green = verdicts.all(|verdict| verdict.status == Status::Ok);
    assert_eq!(assessment.status == Status::Ok, all_green, "{}", context());
    // Nothing runs for these, so nothing may be told of them.
    assert!(controller.history().operation(Operation::Prune).is_none());
}

/// After trouble all must be green again in time, and stay so until there is trouble again.
pub(crate) struct Soundness {
    recovers_within: SignedDuration,
    recovered_from: Option<Timestamp>,
    begin: Timestamp,
    green: u64,
    other: u64,
}

impl Soundness {
    pub(crate) fn new(rhythm: &Rhythm, begin: Timestamp) -> Self {
        // The next backup, the next verification, and what they take.
        let next_backup = SignedDuration::from_secs(rhythm.between_runs);
        Self {
            recovers_within: next_backup.max(WEEK) + SignedDuration::from_hours(2),
            recovered_from: None,
            begin,
            green: 0,
            other: 0,
        }
    }

    pub(crate) fn compare(&mut self, world: &World, assessment: &Assessment) {
        let trouble = world.troubled_until;
        let green = assessment.status == Status::Ok;
        self.green += u64::from(green);
        self.other += u64::from(!green);
        if world.time <= trouble {
            return;
        }
        if green {
            self.recovered_from = Some(trouble);
            return;
        }
        let report = || {
            let wrong = assessment.leading().unwrap();
            format!("at {}, troubled until {trouble}: {wrong:?}", world.time)
        };
        assert_ne!(
            self.recovered_from,
            Some(trouble),
            "a false alarm {}",
            report()
        );
        let calm = world.time.duration_since(trouble.max(self.begin));
        assert!(calm <= self.recovers_within, "still not green {}", report());
    }

    pub(crate) fn assert_that_both_occurred(&self) {
        assert!(
            self.green > 100 && self.other > 100,
            "{} {}",
            self.green,
            self.other
        );
    }
}
