//! Databases that go away, or are held up, under a ledger that is open.

use lifeboat_core::OperationHistory;
use lifeboat_ledger::{Ledger, Problem, RunFilter};
use lifeboat_testkit::postgres::Postgres;

use crate::support::{Home, OnPostgres, OnSqlite, asset, at, backup, ended, record, told};

#[tokio::test]
async fn a_server_that_was_killed_and_comes_back_is_written_to_again() {
    let mut server = Postgres::start_with(&["fsync=on"]).await;
    let location = server.create_database("ledger").parse().unwrap();
    let ledger = Ledger::open(&location).await.unwrap();
    let main = asset("main");
    ledger.see_asset(&main, at(0)).await.unwrap();
    let run = backup(&main, "one", 10);
    record(&ledger, std::slice::from_ref(&run)).await;
    server.kill_9();
    let run = ended(run, 20, lifeboat_core::Outcome::Succeeded);
    let error = ledger
        .end_run(&run, &OperationHistory::default())
        .await
        .unwrap_err();
    assert_eq!(
        error.problem(),
        Some(Problem::Unreachable),
        "{}",
        told(&error)
    );
    ledger.runs(&RunFilter::default()).await.unwrap_err();

    server.restart().await;
    let history = record(&ledger, std::slice::from_ref(&run)).await;
    ledger.check().await.unwrap();
    assert_eq!(ledger.runs(&RunFilter::default()).await.unwrap(), [run]);
    let loaded = ledger.history(&main).await.unwrap().unwrap();
    assert_eq!(loaded.operations, history.operations);
}

#[tokio::test]
async fn a_locked_table_is_given_up_and_written_to_later() {
    let home = Home::new(OnPostgres).await;
    let ledger = home.open().await;
    let main = asset("main");
    ledger.see_asset(&main, at(0)).await.unwrap();
    let (server, database) = home.server.as_ref().unwrap();
    let lock = server.session(database, "BEGIN; LOCK TABLE runs; SELECT pg_sleep(600)");
    let locks = "SELECT COUNT(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted";
    lock.wait_until("lock the table", lifeboat_ledger::TIME_LIMIT, async || {
        server.query(database, locks) == "1"
    })
    .await;
    let run = backup(&main, "one", 10);
    let error = ledger
        .begin_run(&run, &OperationHistory::default())
        .await
        .unwrap_err();
    assert_eq!(error.problem(), Some(Problem::TooSlow), "{}", told(&error));
    lock.kill_9();
    server.execute(
        "postgres",
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)'",
    );
    record(&ledger, std::slice::from_ref(&run)).await;
    assert_eq!(ledger.runs(&RunFilter::default()).await.unwrap(), [run]);
}

#[tokio::test]
async fn a_file_that_another_program_has_locked_is_named_as_busy_and_written_to_later() {
    let home = Home::new(OnSqlite).await;
    let ledger = home.open().await;
    let mut other = home.connect().await;
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
    let error = ledger.check().await.unwrap_err();
    assert_eq!(error.problem(), Some(Problem::Busy), "{}", told(&error));
    ledger.histories().await.unwrap();
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    ledger.check().await.unwrap();
}

/// Whoever stops waiting for a write leaves the ledger as it was, or with all of the write.
#[tokio::test]
async fn a_write_that_nobody_waits_for_harms_nothing() {
    for kind in [OnSqlite, OnPostgres] {
        let home = Home::new(kind).await;
        let ledger = std::sync::Arc::new(home.open().await);
        let main = asset("main");
        ledger.see_asset(&main, at(0)).await.unwrap();
        for number in 0..40 {
            let run = backup(&main, &format!("run-{number}"), number);
            let task = tokio::spawn({
                let ledger = std::sync::Arc::clone(&ledger);
                async move { ledger.begin_run(&run, &OperationHistory::default()).await }
            });
            for _ in 0..number {
                tokio::task::yield_now().await;
            }
            task.abort();
            drop(task.await);
            ledger.check().await.unwrap();
        }
        record(&ledger, &[backup(&main, "last", 100)]).await;
    }
}
