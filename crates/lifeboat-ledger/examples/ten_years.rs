//! Fills a ledger with ten years of hourly runs of one asset, and prints how long it takes to ask for some of them.
//!
//! Usage: `ten_years LEDGER [ASSETS]`. The ledger should be new. With ASSETS, it has so many more
//! assets, each with 30 recovery points and one run.
#![expect(clippy::print_stdout, reason = "a program whose output is its purpose")]

use std::{error::Error, time::Instant};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{
    AssetHistory, AssetId, Integrity, Operation, Outcome, RecoveryPoint, Run, RunEnd, RunId,
    RunTrigger,
};
use lifeboat_ledger::{Ledger, RunFilter};

const RUNS: i64 = 87_600;
const MONTH: i64 = 30 * 24;
/// Each question is asked so many times; the median counts.
const TIMES: usize = 21;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(ledger) = arguments.next() else {
        return Err("usage: ten_years LEDGER [ASSETS]".into());
    };
    let assets = arguments
        .next()
        .map_or(Ok(0), |count| count.parse::<u32>())?;
    let ledger = Ledger::open(&ledger.parse()?).await?;
    let asset: AssetId = "Prometheus/monitoring/main".parse()?;

    let start = Instant::now();
    fill(&ledger, &asset).await?;
    for number in 0..assets {
        add_asset(&ledger, number).await?;
    }
    println!("fill: {:.0} s", start.elapsed().as_secs_f64());

    let newest = RunFilter {
        asset: Some(asset.clone()),
        ..RunFilter::default()
    };
    median("newest_50_runs", 50, async || {
        Ok(ledger.runs(&newest).await?.len())
    })
    .await?;
    let month = RunFilter {
        since: Some(hour(RUNS / 2)?),
        before: Some(hour(RUNS / 2 + MONTH)?),
        limit: u32::MAX,
        ..newest
    };
    median("one_month_of_runs", 720, async || {
        Ok(ledger.runs(&month).await?.len())
    })
    .await?;
    let all = usize::try_from(assets)? + 1;
    median("histories", all, async || {
        Ok(ledger.histories().await?.len())
    })
    .await?;
    ledger.close().await;
    Ok(())
}

fn hour(number: i64) -> Result<Timestamp, jiff::Error> {
    Timestamp::from_second(number * 3_600)
}

async fn median(
    name: &str,
    expected: usize,
    ask: impl AsyncFn() -> Result<usize, lifeboat_ledger::Error>,
) -> Result<(), Box<dyn Error>> {
    let mut milliseconds = Vec::new();
    for _ in 0..TIMES {
        let start = Instant::now();
        let found = ask().await?;
        milliseconds.push(start.elapsed().as_secs_f64() * 1_000.0);
        if found != expected {
            return Err(format!("{name}: {found} were found instead of {expected}").into());
        }
    }
    milliseconds.sort_by(f64::total_cmp);
    println!("{name}: {:.2} ms", milliseconds[TIMES / 2]);
    Ok(())
}

async fn fill(ledger: &Ledger, asset: &AssetId) -> Result<(), Box<dyn Error>> {
    let mut history = AssetHistory::new(ledger.see_asset(asset, hour(0)?).await?);
    for number in 0..RUNS {
        let run = backup(asset, number)?;
        ledger.end_run(&run, history.record(&run)).await?;
    }
    Ok(())
}

async fn add_asset(ledger: &Ledger, number: u32) -> Result<(), Box<dyn Error>> {
    let asset: AssetId = format!("Prometheus/monitoring/other-{number}").parse()?;
    let mut history = AssetHistory::new(ledger.see_asset(&asset, hour(0)?).await?);
    let run = backup(&asset, 0)?;
    ledger.end_run(&run, history.record(&run)).await?;
    let points = (0..30).map(point).collect::<Result<_, _>>()?;
    history.take_inventory(hour(1)?, Ok(points));
    Ok(ledger.put_inventory(&asset, &history).await?)
}

fn point(number: i64) -> Result<RecoveryPoint, jiff::Error> {
    Ok(RecoveryPoint {
        name: format!("backup-{number}"),
        taken_at: hour(number)?,
        bytes: Some(1 << 30),
        integrity: Integrity::Whole,
        verification: None,
        pinned: false,
    })
}

fn backup(asset: &AssetId, number: i64) -> Result<Run, jiff::Error> {
    let started_at = hour(number)?;
    let mut end = RunEnd::plain(
        started_at + SignedDuration::from_secs(90),
        Outcome::Succeeded,
    );
    end.bytes = Some(1 << 30);
    end.summary = Some("312 blocks, 4 of them new".to_owned());
    end.recovery_point = Some(format!("backup-{number}"));
    Ok(Run {
        id: RunId(format!("{asset}-{number}")),
        asset: asset.clone(),
        operation: Operation::Backup,
        trigger: RunTrigger::Schedule,
        scheduled_for: Some(started_at),
        attempt: 1,
        started_at,
        end: Some(end),
    })
}
