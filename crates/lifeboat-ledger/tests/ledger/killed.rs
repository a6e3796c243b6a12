//! A writer killed at random moments: what it was told is recorded is there, and all agrees.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use lifeboat_core::{Operation, Outcome};
use lifeboat_ledger::RunFilter;
use lifeboat_testkit::process::Process;
use rstest::rstest;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, asset};

const KILLS: usize = 6;

/// The example that records runs until it is killed, which Cargo builds with the tests.
pub(crate) fn writer() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let example = test.ancestors().nth(2).unwrap().join("examples/write_runs");
    assert!(
        example.exists(),
        "{} is missing: run `cargo build -p lifeboat-ledger --examples`",
        example.display()
    );
    example
}

/// The newest run that a writer was told is recorded.
fn acknowledged(log: &str) -> Option<u64> {
    let complete = log.rfind('\n').map_or("", |end| &log[..end]);
    complete.lines().last().map(|line| line.parse().unwrap())
}

#[rstest]
#[tokio::test]
async fn a_writer_killed_at_any_moment_loses_nothing_that_was_recorded(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let mut newest = None;
    for _ in 0..KILLS {
        let mut command = Command::new(writer());
        command.args([home.argument().as_str(), "1000000"]);
        let process = Process::spawn("write_runs", command);
        process
            .wait_until("record a run", Duration::from_secs(30), async || {
                acknowledged(&process.log()).is_some()
            })
            .await;
        // Any moment will do: this is where in its work the writer is caught.
        tokio::time::sleep(Duration::from_micros(fastrand::u64(..100_000))).await;
        process.kill_9();
        newest = newest.max(acknowledged(&process.log()));
        agrees(&home, newest.unwrap()).await;
    }
}

/// Every acknowledged run is there, and the rows agree with the history they were folded to.
pub(crate) async fn agrees(home: &Home, newest: u64) {
    let ledger = home.open().await;
    let all = RunFilter {
        limit: u32::MAX,
        ..RunFilter::default()
    };
    let runs = ledger.runs(&all).await.unwrap();
    for number in 0..=newest {
        let id = format!("run-{number}");
        let run = runs.iter().find(|run| run.id.0 == id);
        assert!(run.is_some_and(|run| run.end.is_some()), "{id}: {run:?}");
    }
    let history = ledger.history(&asset("main")).await.unwrap().unwrap();
    let backups = history.operation(Operation::Backup).unwrap();
    for outcome in Outcome::ALL {
        let rows = runs
            .iter()
            .filter(|run| run.outcome() == Some(outcome))
            .count();
        let counted = backups.totals.runs.get(&outcome).copied().unwrap_or(0);
        assert_eq!(counted, rows as u64, "{outcome}");
    }
    let unfinished = ledger.unfinished_runs().await.unwrap();
    assert_eq!(
        unfinished,
        Vec::from_iter(backups.running.as_deref().cloned())
    );
    let last = runs.iter().find(|run| run.end.is_some());
    assert_eq!(backups.last.as_deref(), last);
    ledger.close().await;
    if home.server.is_none() {
        let answer: String = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_one(&mut home.connect().await)
            .await
            .unwrap();
        assert_eq!(answer, "ok");
    }
}
