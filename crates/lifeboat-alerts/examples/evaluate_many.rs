//! Measures how long the alerts of 10,000 assets take to evaluate: `cargo run --release -p lifeboat-alerts --example evaluate_many`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that people start by hand"
)]

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{Silences, catalogue, evaluate};
use lifeboat_core::{
    AssetKind, Check, Effective, Evidence, Objectives, Operation, Silence, Status, Verdict,
    assess::Assessment,
};

const ASSETS: usize = 10_000;
const ROUNDS: usize = 10;

fn main() {
    let now = Timestamp::now();
    let later = now + SignedDuration::from_mins(10);
    let (sound, failing) = (fleet(now, Status::Ok), fleet(now, Status::Failing));
    let none = Silences::default();
    println!("{ASSETS} assets, {} alerts", catalogue().len());
    measured("all is well", || {
        evaluate(catalogue(), &sound, &[], &none, now)
    });
    let fired = measured("all fire at once", || {
        evaluate(catalogue(), &failing, &[], &none, now)
    });
    assert_eq!(fired.transitions.len(), ASSETS);
    measured("all fire on", || {
        evaluate(catalogue(), &failing, &fired.instances, &none, later)
    });
    let silences: Vec<Silence> = (0..20).map(|number| silence(number, now)).collect();
    let silences = Silences::new(&silences);
    measured("all fire on beside 20 silences", || {
        evaluate(catalogue(), &failing, &fired.instances, &silences, later)
    });
    let over = measured("all are over at once", || {
        evaluate(catalogue(), &sound, &fired.instances, &none, later)
    });
    assert_eq!(over.transitions.len(), ASSETS);
}

/// The best of some rounds, since other work of the machine only makes them longer.
fn measured<T>(what: &str, work: impl Fn() -> T) -> T {
    let times = (0..ROUNDS).map(|_| {
        let begin = Instant::now();
        drop(work());
        begin.elapsed()
    });
    let best = times.min().unwrap_or_default();
    println!("{what}: {best:.1?}");
    work()
}

/// Clusters of CloudNativePG with ten verdicts each, one of which has this status.
fn fleet(now: Timestamp, status: Status) -> Vec<Assessment> {
    let others = Check::ALL
        .into_iter()
        .filter(|check| *check != Check::LastRun);
    let checks: Vec<Check> = others.take(9).chain([Check::LastRun]).collect();
    let verdict = |check: &Check| Verdict {
        check: *check,
        status: if *check == Check::LastRun {
            status
        } else {
            Status::Ok
        },
        since: now,
        evidence: Evidence::RunFailed {
            operation: Operation::Backup,
            at: now,
            failures: 3,
            error: "the object store refused the credentials".to_owned(),
            hint: None,
        },
    };
    let assessment = |number: usize| Assessment {
        asset: format!(
            "CNPGCluster/namespace-{:03}/database-{number:05}",
            number % 500
        )
        .parse()
        .unwrap(),
        effective: Effective {
            objectives: Objectives::default_for(AssetKind::CnpgCluster),
            severity: None,
            suspend: false,
        }
        .into(),
        status,
        verdicts: checks.iter().map(verdict).collect(),
    };
    (0..ASSETS).map(assessment).collect()
}

fn silence(number: usize, now: Timestamp) -> Silence {
    Silence {
        id: format!("silence-{number}"),
        matchers: vec![
            "alertname=CNPGBackupFailed".parse().unwrap(),
            format!("namespace=~other-{number}-.*").parse().unwrap(),
        ],
        starts_at: now,
        ends_at: now + SignedDuration::from_hours(2),
        comment: "a measurement".to_owned(),
        created_by: "nobody".to_owned(),
        created_at: now,
    }
}
