//! Retention of history: what is long over goes, what goes on or is still to be told stays.

use lifeboat_core::{AssetHistory, Incident, Outcome};
use lifeboat_ledger::{
    AlertChanges, Forgotten, IncidentFilter, MessageEvent, MessageKey, OutboxMessage, RunFilter,
};
use rstest::rstest;
use serde_json::Value;

use crate::support::{
    Home, Kind, OnPostgres, OnSqlite, asset, at, backup, ended, firing, point, record, resolved,
};

#[rstest]
#[tokio::test]
async fn old_runs_and_points_go_and_what_they_came_to_stays(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let main = asset("main");
    ledger.see_asset(&main, at(0)).await.unwrap();
    let runs = [
        ended(backup(&main, "old", 10), 99, Outcome::Succeeded),
        ended(backup(&main, "new", 20), 100, Outcome::Failed),
        backup(&main, "running", 30),
    ];
    let mut history = record(&ledger, &runs).await;
    history.take_inventory(at(50), Ok(vec![point("kept", 1), point("vanished", 2)]));
    ledger.put_inventory(&main, &history).await.unwrap();
    history.take_inventory(at(60), Ok(vec![point("kept", 1)]));
    ledger.put_inventory(&main, &history).await.unwrap();

    let forgotten = ledger.forget(at(100)).await.unwrap();
    let expected = Forgotten {
        runs: 1,
        recovery_points: 1,
        ..Default::default()
    };
    assert_eq!(forgotten, expected);
    let left = ledger.runs(&RunFilter::default()).await.unwrap();
    assert_eq!(left, [runs[2].clone(), runs[1].clone()]);
    assert_eq!(ledger.recovery_points(&main, true).await.unwrap().len(), 1);
    assert_eq!(ledger.history(&main).await.unwrap(), Some(history));
    assert_eq!(ledger.forget(at(100)).await.unwrap(), Forgotten::default());
}

#[rstest]
#[tokio::test]
async fn more_than_a_batch_goes_at_once(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    ledger.see_asset(&asset("main"), at(0)).await.unwrap();
    sqlx::query(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500) \
         INSERT INTO runs (id, asset, operation, started_by, attempt, started_at, ended_at, \
             outcome, retryable) SELECT CAST(n AS TEXT), 'Prometheus/monitoring/main', 'backup', \
             'manual', 1, n, n, 'succeeded', 0 FROM numbers",
    )
    .execute(&mut home.connect().await)
    .await
    .unwrap();
    let forgotten = ledger.forget(at(100)).await.unwrap();
    assert_eq!(forgotten.runs, 2500);
    assert_eq!(ledger.runs(&RunFilter::default()).await.unwrap(), []);
}

#[rstest]
#[tokio::test]
async fn an_asset_that_is_long_gone_goes_with_everything_about_it(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let (gone, main) = (asset("gone"), asset("main"));
    for asset in [&gone, &main] {
        ledger.see_asset(asset, at(0)).await.unwrap();
        let mut history = record(&ledger, &[backup(asset, &asset.name, 10)]).await;
        history.take_inventory(at(50), Ok(vec![point("a", 1)]));
        ledger.put_inventory(asset, &history).await.unwrap();
    }
    let instances = vec![
        firing("Missing", &gone, at(20)),
        firing("Missing", &main, at(20)),
    ];
    let changes = AlertChanges {
        instances,
        ..Default::default()
    };
    ledger.save_alerts(&changes).await.unwrap();
    ledger.asset_gone(&gone, at(99)).await.unwrap();

    let expected = Forgotten {
        runs: 1,
        recovery_points: 1,
        assets: 1,
        ..Default::default()
    };
    assert_eq!(ledger.forget(at(99)).await.unwrap(), Forgotten::default());
    assert_eq!(ledger.forget(at(100)).await.unwrap(), expected);
    assert_eq!(ledger.see_asset(&gone, at(200)).await.unwrap(), at(200));
    let history = ledger.history(&gone).await.unwrap();
    assert_eq!(history, Some(AssetHistory::new(at(200))));
    assert_eq!(
        ledger.alert_instances().await.unwrap(),
        changes.instances[1..]
    );
    assert_eq!(ledger.runs(&RunFilter::default()).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn an_incident_stays_as_long_as_something_of_it_is_to_be_told(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let instance = resolved(firing("Missing", &asset("main"), at(20)), 30);
    let going_on = firing("Failed", &asset("main"), at(20));
    let messages: Vec<_> = [&instance, &going_on]
        .map(|instance| MessageKey {
            route: "webhook".to_owned(),
            incident_id: Incident::of(instance).unwrap().id,
            event: MessageEvent::Firing,
        })
        .map(|key| OutboxMessage::new(key, Value::Null, at(20)))
        .into();
    let changes = AlertChanges {
        instances: vec![instance, going_on],
        messages,
        ..Default::default()
    };
    ledger.save_alerts(&changes).await.unwrap();
    assert_eq!(ledger.forget(at(100)).await.unwrap(), Forgotten::default());
    for message in &changes.messages {
        ledger
            .messages_delivered(std::slice::from_ref(&message.key), "webhook", at(99))
            .await
            .unwrap();
    }
    let expected = Forgotten {
        messages: 1,
        incidents: 1,
        ..Default::default()
    };
    assert_eq!(ledger.forget(at(100)).await.unwrap(), expected);
    let left = ledger.incidents(&IncidentFilter::default()).await.unwrap();
    assert_eq!(left[0].key.alert, "Failed");
    // Of the one that goes on, it is still known what was told.
    ledger.save_alerts(&changes).await.unwrap();
    assert_eq!(ledger.due_messages(at(1_000), 10).await.unwrap().len(), 1);
}
