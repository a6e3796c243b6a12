//! Measures how long the metrics of 10,000 synthetic assets take: `cargo run --release -p lifeboat-web --example render_metrics`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that people start by hand"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{sync::Arc, time::Instant};

use lifeboat_controller::AssetView;
use lifeboat_web::metrics::{Exposition, Process, Standing, TextFormat, render};
use support::{HOUR, cnpg, cron_job, failing, now, operator, sound, view};

const ASSETS: usize = 10_000;
const ROUNDS: usize = 10;

fn main() {
    let operated = [sound("sound"), failing("failing")];
    let all = [
        sound("sound"),
        cnpg(now(), "shop", "db")
            .failed(20 * HOUR)
            .completed(8 * HOUR, 4)
            .under_way(2)
            .build(),
        cron_job(now(), "shop", "media")
            .failed(20 * HOUR)
            .completed(8 * HOUR, 4)
            .build(),
        operator(now(), "shop", "operator", 2).build(),
    ];
    println!("what Lifeboat operates:");
    measure(&operated);
    println!("all kinds in equal parts:");
    measure(&all);
}

fn measure(kinds: &[AssetView]) {
    let assets = (0..ASSETS).map(|number| {
        let mut one = kinds[number % kinds.len()].clone();
        let mut asset = (*one.asset).clone();
        asset.id.namespace = format!("namespace-{}", number % 100);
        asset.id.name = format!("asset-{number}");
        one.asset = Arc::new(asset);
        one
    });
    let view = Arc::new(view(assets.collect::<Vec<AssetView>>()));
    for format in [TextFormat::OpenMetrics, TextFormat::Plain] {
        let mut milliseconds: Vec<f64> = (0..=ROUNDS)
            .map(|_| {
                let (next, standing) = (Some(Arc::clone(&view)), Standing::default());
                let start = Instant::now();
                let mut exposition = Exposition::new(next, standing, format, true);
                while exposition.next_piece().unwrap().is_some() {}
                start.elapsed().as_secs_f64() * 1_000.0
            })
            .collect();
        let first = milliseconds.remove(0);
        milliseconds.sort_by(f64::total_cmp);
        let text = render(&view, &Process::read(), format).unwrap();
        println!(
            "{format:?}: {ASSETS} assets, {} series, {} MiB: {:.0} ms (median of {ROUNDS}; the first {first:.0})",
            text.lines().filter(|line| !line.starts_with('#')).count(),
            text.len() >> 20,
            milliseconds[ROUNDS / 2],
        );
    }
}
