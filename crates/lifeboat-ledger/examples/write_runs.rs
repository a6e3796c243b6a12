//! Records backups in a ledger, one after the other, until it is killed or has recorded enough; tests kill it.
//!
//! Usage: `write_runs LEDGER COUNT`. Prints the number of each run once its end is recorded. What
//! fails is told on stderr and tried again, so that a full disk can be emptied meanwhile.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for tests"
)]

use std::{error::Error, time::Duration};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AssetHistory, AssetId, Operation, Outcome, Run, RunEnd, RunId, RunTrigger};
use lifeboat_ledger::Ledger;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(ledger), Some(count)) = (arguments.next(), arguments.next()) else {
        return Err("usage: write_runs LEDGER COUNT".into());
    };
    let (ledger, count) = (Ledger::open(&ledger.parse()?).await?, count.parse::<i64>()?);
    let asset: AssetId = "Prometheus/monitoring/main".parse()?;
    let first_seen_at = ledger.see_asset(&asset, Timestamp::UNIX_EPOCH).await?;
    let mut history = ledger
        .history(&asset)
        .await?
        .unwrap_or_else(|| AssetHistory::new(first_seen_at));
    for mut run in ledger.unfinished_runs().await? {
        run.end = Some(RunEnd::plain(run.started_at, Outcome::Inconclusive));
        record(&ledger, &mut history, &run).await;
    }
    let next = history
        .operation(Operation::Backup)
        .map_or(0, |backups| backups.totals.runs.values().sum());
    for number in i64::try_from(next)?..count {
        let mut run = backup(&asset, number)?;
        record(&ledger, &mut history, &run).await;
        let mut end = RunEnd::plain(
            run.started_at + SignedDuration::from_secs(number % 100),
            Outcome::ALL[usize::try_from(number)? % 3],
        );
        end.summary = Some(format!("{number} ").repeat(200));
        run.end = Some(end);
        record(&ledger, &mut history, &run).await;
        println!("{number}");
    }
    ledger.close().await;
    Ok(())
}

fn backup(asset: &AssetId, number: i64) -> Result<Run, Box<dyn Error>> {
    Ok(Run {
        id: RunId(format!("run-{number}")),
        asset: asset.clone(),
        operation: Operation::Backup,
        trigger: RunTrigger::Manual,
        scheduled_for: None,
        attempt: 1,
        started_at: Timestamp::from_second(number * 3_600)?,
        end: None,
    })
}

async fn record(ledger: &Ledger, history: &mut AssetHistory, run: &Run) {
    let folded = history.record(run).clone();
    let write = async || match run.end {
        None => ledger.begin_run(run, &folded).await,
        Some(_) => ledger.end_run(run, &folded).await,
    };
    while let Err(error) = write().await {
        eprintln!("{error}; hint: {}", error.hint().unwrap_or("none"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
