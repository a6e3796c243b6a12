//! How long assessing a fleet takes: 10,000 assets with 60 recovery points and three operations each.
//! `cargo run --release -p lifeboat-core --example assess_throughput`
#![expect(clippy::print_stdout, reason = "what it measures is its output")]

use std::{collections::BTreeMap, error::Error, hint::black_box, time::Instant};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{
    AssetHistory, AssetId, Integrity, Operation, Outcome, Policy, RecoveryPoint, Run, RunEnd,
    RunId, RunTrigger, Schedule, Selector,
    assess::{Asset, assess},
    scheduling::{Planned, Retries, RunPlan},
};

const ASSETS: u32 = 10_000;
const POINTS: i64 = 60;
const ROUNDS: u32 = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let now: Timestamp = "2026-11-21T12:00:00Z".parse()?;
    let schedule = Schedule::parse("0 2 * * *", "Europe/Berlin")?;
    let fleet: Vec<Asset> = (0..ASSETS)
        .map(|number| asset(number, &schedule, now))
        .collect::<Result<_, _>>()?;
    let policies = [
        policy("everything", "a", 0),
        policy("team-a", "a", 1),
        policy("team-b", "b", 1),
    ];
    println!("{ASSETS} assets, {POINTS} recovery points and 3 operations each, one core");

    let began = Instant::now();
    let assessed = assess(&fleet, &policies, now);
    println!("assessed once:  {:>7.1} ms", milliseconds(began));
    println!(
        "first verdicts: {:?}",
        assessed.first().map(|first| first.status)
    );

    let began = Instant::now();
    for round in 0..ROUNDS {
        let later = now + SignedDuration::from_secs(i64::from(round));
        black_box(assess(&fleet, &policies, later));
    }
    let each = milliseconds(began) / f64::from(ROUNDS);
    println!("assessed again: {each:>7.1} ms, the mean of {ROUNDS}");

    let began = Instant::now();
    for asset in &fleet {
        for (operation, planned) in &asset.planned {
            let history = asset.history.operation(*operation);
            black_box(planned.decide(&asset.id, *operation, history, now));
        }
    }
    println!("decided once:   {:>7.1} ms", milliseconds(began));
    Ok(())
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

fn policy(name: &str, team: &str, priority: i32) -> Policy {
    Policy {
        name: format!("monitoring/{name}"),
        selector: Selector {
            labels: BTreeMap::from([("team".to_owned(), team.to_owned())]),
            ..Selector::default()
        },
        priority,
        ..Policy::default()
    }
}

/// Every tenth asset has never been backed up, which is the case that costs most.
fn asset(number: u32, schedule: &Schedule, now: Timestamp) -> Result<Asset, Box<dyn Error>> {
    let id: AssetId = format!("Prometheus/monitoring/prometheus-{number}").parse()?;
    let known_since = now - SignedDuration::from_hours(24 * 90);
    let mut history = AssetHistory::new(known_since);
    let points = if number.is_multiple_of(10) { 0 } else { POINTS };
    let found = (0..points).map(|day| point(now - SignedDuration::from_hours(24 * day + 10)));
    history.take_inventory(now, Ok(found.collect()));
    let mut planned = BTreeMap::new();
    for operation in Operation::ALL {
        if points > 0 {
            history.record(&run(&id, operation, now - SignedDuration::from_hours(10)));
        }
        let plan = RunPlan {
            schedule: schedule.clone(),
            jitter: SignedDuration::from_mins(5),
            starting_deadline: None,
            deadline: SignedDuration::from_hours(1),
            retries: Retries {
                limit: 2,
                backoff: SignedDuration::from_mins(1),
            },
        };
        let joined = Planned::new(plan, known_since, history.operation(operation));
        planned.insert(operation, joined);
    }
    let team = if number.is_multiple_of(2) { "a" } else { "b" };
    Ok(Asset {
        id,
        labels: BTreeMap::from([("team".to_owned(), team.to_owned())]),
        own: None,
        suspended: false,
        planned,
        history,
        facts: None,
        blind: None,
    })
}

fn point(taken_at: Timestamp) -> RecoveryPoint {
    RecoveryPoint {
        name: taken_at.strftime("backup-%Y%m%d-%H%M%S").to_string(),
        taken_at,
        bytes: Some(1 << 30),
        integrity: Integrity::Whole,
        verification: None,
        pinned: false,
    }
}

fn run(asset: &AssetId, operation: Operation, started_at: Timestamp) -> Run {
    let slice = (operation == Operation::Verification).then_some((3, 30));
    Run {
        id: RunId(format!("{operation} of {started_at}")),
        asset: asset.clone(),
        operation,
        trigger: RunTrigger::Schedule,
        scheduled_for: Some(started_at),
        attempt: 1,
        started_at,
        end: Some(RunEnd {
            slice,
            ..RunEnd::plain(started_at, Outcome::Succeeded)
        }),
    }
}
