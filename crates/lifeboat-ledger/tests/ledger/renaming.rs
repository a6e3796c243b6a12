//! Assets that get the name of their cluster keep everything that is remembered of them.

use lifeboat_core::{AssetHistory, AssetId, Incident, Outcome};
use lifeboat_ledger::{
    AlertChanges, IncidentFilter, MessageEvent, MessageKey, OutboxMessage, RunFilter,
};
use rstest::rstest;
use serde_json::json;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, at, backup, ended, firing, point, record};

fn id(text: &str) -> AssetId {
    text.parse().unwrap()
}

#[rstest]
#[tokio::test]
async fn with_its_clusters_name_an_asset_keeps_its_history(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let [nightly, other] = ["CronJob/shop/nightly", "CronJob/shop/other"].map(id);
    for asset in [&nightly, &other] {
        ledger.see_asset(asset, at(0)).await.unwrap();
    }
    let runs = [
        ended(backup(&nightly, "a", 10), 15, Outcome::Failed),
        backup(&nightly, "b", 20),
    ];
    let mut expected = record(&ledger, &runs).await;
    expected.take_inventory(at(30), Ok(vec![point("first", 5), point("second", 6)]));
    ledger.put_inventory(&nightly, &expected).await.unwrap();
    ledger.set_suspended(&nightly, Some(at(7))).await.unwrap();
    let instance = firing("Missing", &nightly, at(30));
    let incident = Incident::of(&instance).unwrap();
    let key = MessageKey {
        route: "webhook".to_owned(),
        incident_id: incident.id.clone(),
        event: MessageEvent::Firing,
    };
    let message = OutboxMessage::new(key, json!({}), at(30));
    let changes = AlertChanges {
        instances: vec![instance.clone()],
        messages: vec![message],
        ..AlertChanges::default()
    };
    ledger.save_alerts(&changes).await.unwrap();
    let before = ledger.history(&nightly).await.unwrap().unwrap();
    let untouched = ledger.history(&other).await.unwrap();

    let stayed = ledger.name_cluster(std::slice::from_ref(&nightly), "a:b/c");
    assert_eq!(stayed.await.unwrap(), []);

    let named = id("a:b/c:CronJob/shop/nightly");
    assert_eq!(ledger.history(&nightly).await.unwrap(), None);
    let after = ledger.history(&named).await.unwrap().unwrap();
    let of_runs = ledger.runs(&RunFilter::default()).await.unwrap();
    assert_eq!(of_runs.len(), 2);
    assert!(of_runs.iter().all(|run| run.asset == named));
    // What stands in documents is renamed too, and nothing else of them changes.
    let [told_before, told_after] =
        [&before, &after].map(|history| serde_json::to_string(&history.operations).unwrap());
    assert!(!told_after.contains(&format!("\"{nightly}\"")));
    assert_eq!(
        told_after.replace(&named.to_string(), &nightly.to_string()),
        told_before
    );
    let operations = before.operations;
    assert_eq!(
        AssetHistory {
            operations: operations.clone(),
            ..after
        },
        AssetHistory {
            operations,
            ..before
        }
    );
    assert_eq!(ledger.history(&other).await.unwrap(), untouched);

    let mut instance = instance;
    instance.key.asset = named;
    let incident = Incident::of(&instance).unwrap();
    assert_eq!(ledger.alert_instances().await.unwrap(), [instance]);
    let incidents = ledger.incidents(&IncidentFilter::default()).await.unwrap();
    assert_eq!(incidents, std::slice::from_ref(&incident));
    let waiting = ledger.due_messages(at(100), 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].key.incident_id, incident.id);
}

#[rstest]
#[tokio::test]
async fn an_asset_that_is_known_by_the_new_name_is_not_overwritten(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let [nightly, gone, named] = [
        "CronJob/shop/nightly",
        "CronJob/shop/gone",
        "east:CronJob/shop/nightly",
    ]
    .map(id);
    ledger.see_asset(&nightly, at(1)).await.unwrap();
    ledger.see_asset(&gone, at(2)).await.unwrap();
    ledger.asset_gone(&gone, at(3)).await.unwrap();
    ledger.see_asset(&named, at(9)).await.unwrap();
    let nameless = ledger.assets_without_cluster().await.unwrap();
    assert_eq!(nameless, [gone.clone(), nightly.clone()]);

    for _ in 0..2 {
        let nameless = ledger.assets_without_cluster().await.unwrap();
        let stayed = ledger.name_cluster(&nameless, "east").await.unwrap();
        assert_eq!(stayed, std::slice::from_ref(&nightly));
        let history = ledger.history(&named).await.unwrap().unwrap();
        assert_eq!(history.first_seen_at, at(9));
    }
    // What is gone may come back, under the new name.
    let gone = id("east:CronJob/shop/gone");
    assert_eq!(ledger.see_asset(&gone, at(20)).await.unwrap(), at(2));
}
