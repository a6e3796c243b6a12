//! Measures how long one evaluation of the whole catalogue takes for synthetic assets, 10,000 if nobody says otherwise:
//! `cargo run --release -p lifeboat-web --example evaluate_alerts [ASSETS [FILE]]`. Into the file go the series that the
//! generated rules read of the same assets, for a Prometheus to compare with.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that people start by hand"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{env, fs, sync::Arc, time::Instant};

use jiff::SignedDuration;
use lifeboat_alerts::{Silences, catalogue, evaluate};
use lifeboat_controller::{AssetView, View};
use lifeboat_core::assess::Assessment;
use lifeboat_web::metrics::{Process, TextFormat, render};
use support::{
    HOUR, cnpg, cron_job, failing, kopia_maintenance, kopia_source, now, operator, sound, view,
};

const ROUNDS: usize = 20;
/// One in so many assets is in trouble.
const TROUBLE: usize = 50;
/// What the rules ask for.
const READ: [&str; 3] = [
    "lifeboat_check_status",
    "lifeboat_check_reason",
    "lifeboat_asset_info",
];

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let assets = arguments
        .get(1)
        .map_or(10_000, |count| count.parse().unwrap());
    let view = fleet(assets);
    if let Some(file) = arguments.get(2) {
        let text = render(&view, &Process::default(), TextFormat::Plain).unwrap();
        let lines = text
            .lines()
            .filter(|line| READ.iter().any(|read| line.starts_with(read)));
        let lines: String = lines.flat_map(|line| [line, "\n"]).collect();
        println!("series: {}", lines.lines().count());
        fs::write(file, lines).unwrap();
    }

    let assessments: Vec<&Assessment> = view.assets.iter().map(|one| &*one.assessment).collect();
    let silences = Silences::default();
    let (mut instances, mut now) = (Vec::new(), now());
    let mut milliseconds: Vec<f64> = (0..=ROUNDS)
        .map(|_| {
            now += SignedDuration::from_mins(1);
            let start = Instant::now();
            let every = assessments.iter().copied();
            instances = evaluate(catalogue(), every, &instances, &silences, now).instances;
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    let first = milliseconds.remove(0);
    milliseconds.sort_by(f64::total_cmp);
    println!("entries: {}", catalogue().len());
    println!("alerts: {}", instances.len());
    println!(
        "evaluated: {:.2} ms (median of {ROUNDS}; the first {first:.2})",
        milliseconds[ROUNDS / 2]
    );
}

/// Assets of all kinds in equal parts, of which a few are in trouble.
fn fleet(count: usize) -> View {
    let well = [
        sound("sound"),
        cnpg(now(), "shop", "db").completed(8 * HOUR, 4).build(),
        cron_job(now(), "shop", "media")
            .completed(8 * HOUR, 4)
            .build(),
        kopia_source(now(), "shop", "photos", "kopia")
            .completed(8 * HOUR, 4)
            .build(),
        kopia_maintenance(now(), "shop", "kopia")
            .completed(8 * HOUR, 4)
            .build(),
        operator(now(), "shop", "operator", 2).build(),
    ];
    let ill = [
        failing("failing"),
        cnpg(now(), "shop", "db")
            .failed(8 * HOUR)
            .archiver("db-1", 9, 200)
            .build(),
        cron_job(now(), "shop", "media")
            .completed(50 * HOUR, 4)
            .failed(60)
            .build(),
        operator(now(), "shop", "operator", 0).build(),
    ];
    let assets = (0..count).map(|number| {
        let in_trouble = number % TROUBLE == 0;
        let kinds = if in_trouble { &ill[..] } else { &well[..] };
        let turn = if in_trouble { number / TROUBLE } else { number };
        named(&kinds[turn % kinds.len()], number)
    });
    view(assets.collect())
}

/// The same asset under a name of its own.
fn named(one: &AssetView, number: usize) -> AssetView {
    let mut named = one.clone();
    let mut asset = (*one.asset).clone();
    asset.id.namespace = format!("namespace-{}", number % 100);
    asset.id.name = format!("asset-{number}");
    let mut assessment = (*one.assessment).clone();
    assessment.asset = asset.id.clone();
    named.asset = Arc::new(asset);
    named.assessment = Arc::new(assessment);
    named
}
