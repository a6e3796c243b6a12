//! Whatever clocks, outages and outcomes there are: nothing runs twice, nothing is forgotten.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{
    CLOCK_TOLERANCE, Outcome, Run, RunEnd, Schedule,
    scheduling::{Decision, Retries, RunPlan},
};
use proptest::prelude::*;

use crate::scheduler::{Scheduler, at};

/// One look of the scheduler, and what happened before it.
#[derive(Debug, Clone)]
struct Step {
    /// How far the clock moved, in seconds: an ordinary tick, an outage, a leap, or back.
    moved: i64,
    /// Whether Lifeboat was restarted, which cuts short what runs.
    restarted: bool,
    /// How what runs ends at this look, if it does.
    ended: Option<(Outcome, bool)>,
}

fn step() -> impl Strategy<Value = Step> {
    let moved = prop_oneof![
        12 => 1..600_i64,
        3 => 600..20_000_i64,
        1 => 20_000..400_000_i64,
        1 => -200_000..0_i64,
    ];
    let outcome = prop::sample::select(&Outcome::ALL);
    let ended = prop::option::weighted(0.7, (outcome, prop::bool::weighted(0.8)));
    (moved, prop::bool::weighted(0.1), ended).prop_map(|(moved, restarted, ended)| Step {
        moved,
        restarted,
        ended,
    })
}

fn plans() -> impl Strategy<Value = RunPlan> {
    let schedules = prop::sample::select(vec![
        ("0 * * * *", "UTC"),
        ("30 2 * * *", "Europe/Berlin"),
        ("*/20 1-3 * * *", "America/New_York"),
        ("15 4 * * 0", "Australia/Lord_Howe"),
    ]);
    let deadlines = prop::option::of(60..50_000_i64);
    (schedules, 0..900_i64, deadlines, 0..4_u32).prop_map(
        |((expression, zone), jitter, deadline, limit)| RunPlan {
            schedule: Schedule::parse(expression, zone).unwrap(),
            jitter: SignedDuration::from_secs(jitter),
            starting_deadline: deadline.map(SignedDuration::from_secs),
            deadline: SignedDuration::from_hours(1),
            retries: Retries {
                limit,
                backoff: SignedDuration::from_mins(3),
            },
        },
    )
}

/// What must hold at each look.
#[derive(Default)]
struct Observed {
    /// The moments that were run for since the clock last went back.
    first_attempts: BTreeSet<Timestamp>,
    /// The newest moment that was run for since then.
    newest: Option<Timestamp>,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_moment_is_run_twice_none_is_forgotten_and_nothing_overlaps(
        plan in plans(),
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let known_since = at("2026-10-23T00:00:00Z");
        let mut scheduler = Scheduler::known_since(plan.clone(), known_since);
        let mut now = known_since;
        let mut running: Option<Run> = None;
        let mut observed = Observed::default();
        for step in steps {
            now += SignedDuration::from_secs(step.moved);
            if step.moved < 0 {
                // One run too many is the price of a clock that goes back.
                observed = Observed::default();
            }
            let ended = step.ended.or(step.restarted.then_some((Outcome::Inconclusive, true)));
            if let (Some((outcome, retryable)), Some(_)) = (ended, &running) {
                let end = RunEnd {
                    retryable: retryable && outcome != Outcome::Succeeded,
                    ..RunEnd::plain(now, outcome)
                };
                scheduler.end(running.take().unwrap(), end);
            }
            let decision = scheduler.decide(now);
            scheduler.restart();
            prop_assert_eq!(&decision, &scheduler.decide(now), "a restart changes nothing");
            if running.is_some() {
                prop_assert_eq!(decision, Decision::Idle, "never two at once");
                continue;
            }
            if let Decision::Start(start) = &decision {
                // A retry repeats a moment that has come; the clock may have gone back a little since.
                let tolerance = if start.attempt == 1 { SignedDuration::ZERO } else { CLOCK_TOLERANCE };
                prop_assert!(start.scheduled_for <= now + tolerance, "never early");
                prop_assert!(start.attempt <= plan.retries.limit + 1);
                if start.attempt == 1 {
                    prop_assert!(observed.first_attempts.insert(start.scheduled_for), "never twice");
                    prop_assert!(observed.newest < Some(start.scheduled_for), "never backwards");
                }
                observed.newest = observed.newest.max(Some(start.scheduled_for));
                running = Some(scheduler.begin(start, now));
            }
            // The latest moment before now is run for, or it is too late for it, or its jitter holds
            // it back.
            let latest = plan.schedule.at_or_before(now).unwrap();
            let late = now.duration_since(latest);
            let too_late = plan.starting_deadline.is_some_and(|limit| late > limit);
            if latest > known_since && !too_late && late >= plan.jitter {
                let handled = scheduler.history.operation(crate::scheduler::OPERATION)
                    .and_then(|history| history.last_scheduled_for);
                prop_assert!(handled >= Some(latest), "{latest} is forgotten at {now}: {decision:?}");
            }
            if let Decision::Wait(until) = decision {
                prop_assert!(until > now, "no waiting for what is past");
            }
        }
    }
}
