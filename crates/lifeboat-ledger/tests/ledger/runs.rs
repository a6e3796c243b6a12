//! Runs: what goes in comes out, in order, through filters, with the history it folds to.

use jiff::Timestamp;
use lifeboat_core::{Operation, OperationHistory, Outcome, Run, RunEnd};
use lifeboat_ledger::{Problem, RunFilter};
use rstest::rstest;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, asset, at, backup, ended, record, told};

#[rstest]
#[tokio::test]
async fn a_run_comes_back_as_it_was_recorded(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let main = asset("main");
    ledger.see_asset(&main, at(0)).await.unwrap();
    let begun = backup(&main, "one", 1_000);
    record(&ledger, std::slice::from_ref(&begun)).await;
    assert_eq!(
        ledger.unfinished_runs().await.unwrap(),
        std::slice::from_ref(&begun)
    );
    let run = Run {
        end: Some(RunEnd {
            at: Timestamp::from_microsecond(1_234_567_891).unwrap(),
            outcome: Outcome::Failed,
            bytes: Some(u64::MAX),
            summary: Some("a 'quoted' \"summary\" — with a dash; DROP TABLE runs".to_owned()),
            error: Some("line one\nline two".to_owned()),
            hint: Some(String::new()),
            recovery_point: Some("backup-1".to_owned()),
            slice: Some((3, 7)),
            retryable: false,
        }),
        ..begun
    };
    let history = record(&ledger, std::slice::from_ref(&run)).await;
    assert_eq!(ledger.unfinished_runs().await.unwrap(), []);
    assert_eq!(ledger.runs(&RunFilter::default()).await.unwrap(), [run]);
    let loaded = ledger.history(&main).await.unwrap().unwrap();
    assert_eq!(loaded.operations, history.operations);
}

#[rstest]
#[tokio::test]
async fn a_write_may_be_repeated(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let main = asset("main");
    ledger.see_asset(&main, at(0)).await.unwrap();
    let run = ended(backup(&main, "one", 10), 20, Outcome::Succeeded);
    for _ in 0..2 {
        record(&ledger, std::slice::from_ref(&run)).await;
    }
    assert_eq!(ledger.runs(&RunFilter::default()).await.unwrap(), [run]);
}

#[rstest]
#[tokio::test]
async fn runs_are_listed_newest_first_through_filters(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let (main, other) = (asset("main"), asset("other"));
    for asset in [&main, &other] {
        ledger.see_asset(asset, at(0)).await.unwrap();
    }
    let mut pruned = ended(backup(&main, "c", 30), 31, Outcome::Succeeded);
    pruned.operation = Operation::Prune;
    for run in [
        ended(backup(&main, "b", 20), 25, Outcome::Failed),
        ended(backup(&main, "a", 10), 15, Outcome::Succeeded),
        pruned,
        ended(backup(&other, "d", 40), 41, Outcome::Succeeded),
        backup(&main, "e", 50),
    ] {
        record(&ledger, &[run]).await;
    }
    let list = async |filter: RunFilter| {
        let runs = ledger.runs(&filter).await.unwrap();
        runs.into_iter().map(|run| run.id.0).collect::<String>()
    };
    let all = RunFilter::default;
    assert_eq!(list(all()).await, "edcba");
    assert_eq!(list(RunFilter { limit: 2, ..all() }).await, "ed");
    assert_eq!(
        list(RunFilter {
            asset: Some(main.clone()),
            ..all()
        })
        .await,
        "ecba"
    );
    assert_eq!(
        list(RunFilter {
            operation: Some(Operation::Prune),
            ..all()
        })
        .await,
        "c"
    );
    assert_eq!(
        list(RunFilter {
            outcome: Some(Outcome::Succeeded),
            ..all()
        })
        .await,
        "dca"
    );
    assert_eq!(
        list(RunFilter {
            since: Some(at(20)),
            before: Some(at(40)),
            ..all()
        })
        .await,
        "cb"
    );
    let both = RunFilter {
        asset: Some(main),
        outcome: Some(Outcome::Succeeded),
        ..all()
    };
    assert_eq!(
        list(RunFilter {
            before: Some(at(30)),
            ..both
        })
        .await,
        "a"
    );
}

#[rstest]
#[tokio::test]
async fn a_run_of_an_unknown_asset_is_refused_and_leaves_nothing(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let main = asset("main");
    let run = backup(&main, "one", 10);
    let error = ledger
        .begin_run(&run, &OperationHistory::default())
        .await
        .unwrap_err();
    assert_eq!(
        error.problem(),
        Some(Problem::UnknownReference),
        "{}",
        told(&error)
    );
    assert!(told(&error).contains("failed to record the start of the backup of Prometheus/"));
    assert_eq!(ledger.runs(&RunFilter::default()).await.unwrap(), []);
    ledger.see_asset(&main, at(0)).await.unwrap();
    record(&ledger, &[run]).await;
}

#[rstest]
#[tokio::test]
async fn a_message_with_a_nul_is_recorded_without_it(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let main = asset("main");
    ledger.see_asset(&main, at(0)).await.unwrap();
    let mut run = ended(backup(&main, "one", 10), 20, Outcome::Failed);
    run.end.as_mut().unwrap().error = Some("bad\0byte".to_owned());
    record(&ledger, &[run]).await;
    let runs = ledger.runs(&RunFilter::default()).await.unwrap();
    let error = runs[0].end.as_ref().unwrap().error.as_deref();
    assert_eq!(error, Some("bad\u{fffd}byte"));
}

/// The run's row and the operation's history are one transaction: where the second is refused,
/// the first is not there either.
#[rstest]
#[tokio::test]
async fn a_run_and_its_history_are_recorded_together_or_not_at_all(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let main = asset("main");
    ledger.see_asset(&main, at(0)).await.unwrap();
    let mut around = home.connect().await;
    sqlx::query("ALTER TABLE operation_histories RENAME TO elsewhere")
        .execute(&mut around)
        .await
        .unwrap();
    let run = backup(&main, "one", 10);
    ledger
        .begin_run(&run, &OperationHistory::default())
        .await
        .unwrap_err();
    assert_eq!(ledger.runs(&RunFilter::default()).await.unwrap(), []);
    sqlx::query("ALTER TABLE elsewhere RENAME TO operation_histories")
        .execute(&mut around)
        .await
        .unwrap();
    record(&ledger, std::slice::from_ref(&run)).await;
    assert_eq!(ledger.runs(&RunFilter::default()).await.unwrap(), [run]);
}
