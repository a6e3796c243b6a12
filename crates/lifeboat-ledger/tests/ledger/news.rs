//! News of many assets in one transaction: as if written one by one, all of it or nothing.

use lifeboat_core::{AssetHistory, AssetId, Operation, Outcome, Run, RunId};
use lifeboat_ledger::{Ledger, News, RunFilter};
use rstest::rstest;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, asset, at, backup, ended, point};

/// An asset with two runs and a recovery point.
fn history(name: &str) -> (AssetHistory, Vec<Run>) {
    let main = asset(name);
    let mut history = AssetHistory::new(at(0));
    let runs: Vec<_> = [100, 200]
        .map(|second| {
            ended(
                backup(&main, &format!("{name}-{second}"), second),
                second + 10,
                Outcome::Succeeded,
            )
        })
        .into();
    for run in &runs {
        history.record(run);
    }
    history.take_inventory(at(300), Ok(vec![point(name, 110)]));
    (history, runs)
}

async fn known(ledger: &Ledger) -> (Vec<(AssetId, AssetHistory)>, Vec<RunId>) {
    let runs = ledger.runs(&RunFilter::default()).await.unwrap();
    let histories = ledger.histories().await.unwrap();
    (histories, runs.into_iter().map(|run| run.id).collect())
}

#[rstest]
#[tokio::test]
async fn what_is_written_together_is_known_as_if_written_one_by_one(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let names = ["main", "other"];
    let (together, alone) = (Home::new(kind).await, Home::new(kind).await);
    let (together, alone) = (together.open().await, alone.open().await);
    let histories = names.map(|name| (asset(name), history(name)));
    let mut news = Vec::new();
    for (id, (history, runs)) in &histories {
        news.push(News::Seen(id, at(0)));
        news.push(News::Runs(runs, &history.operations));
        news.push(News::Inventory(id, history));
        news.push(News::Suspended(id, Some(at(400))));

        alone.see_asset(id, at(0)).await.unwrap();
        for run in runs {
            let operation = history.operation(Operation::Backup).unwrap();
            alone.end_run(run, operation).await.unwrap();
        }
        alone.put_inventory(id, history).await.unwrap();
        alone.set_suspended(id, Some(at(400))).await.unwrap();
    }
    together.write_news(&news).await.unwrap();
    let written = known(&together).await;
    assert_eq!((written.0.len(), written.1.len()), (2, 4));
    assert_eq!(written, known(&alone).await);

    let gone = [News::Gone(&histories[0].0, at(500))];
    together.write_news(&gone).await.unwrap();
    assert_eq!(together.histories().await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn of_news_that_cannot_be_written_as_a_whole_nothing_is(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let (main, never_seen) = (asset("main"), history("never-seen"));
    let news = [
        News::Seen(&main, at(0)),
        News::Runs(&never_seen.1, &never_seen.0.operations),
    ];
    ledger.write_news(&news).await.unwrap_err();
    assert_eq!(known(&ledger).await, (Vec::new(), Vec::new()));
    ledger.write_news(&news[..1]).await.unwrap();
    assert_eq!(ledger.histories().await.unwrap().len(), 1);
}
