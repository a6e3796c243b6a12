//! Alerts, their incidents and the messages about them: one transaction, and nothing told twice.

use jiff::Timestamp;
use lifeboat_core::{AlertState, Incident, IncidentTotals, Severity};
use lifeboat_ledger::{
    AlertChanges, IncidentFilter, Ledger, MessageEvent, MessageKey, OutboxMessage, Problem,
};
use rstest::rstest;
use serde_json::json;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, asset, at, firing, resolved};

fn message(route: &str, incident: &Incident, event: MessageEvent, now: i64) -> OutboxMessage {
    let key = MessageKey {
        route: route.to_owned(),
        incident_id: incident.id.clone(),
        event,
    };
    OutboxMessage::new(
        key,
        json!({ "text": "no backup", "numbers": [1, 2.5] }),
        at(now),
    )
}

async fn save(ledger: &Ledger, changes: AlertChanges) {
    ledger.save_alerts(&changes).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn an_alert_lives_and_ends_and_its_incident_stays(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let main = asset("main");
    let mut pending = firing("Missing", &main, at(0));
    (pending.state, pending.fired_at) = (AlertState::Pending, None);
    let instances = vec![pending.clone()];
    save(
        &ledger,
        AlertChanges {
            instances,
            ..Default::default()
        },
    )
    .await;
    assert_eq!(ledger.alert_instances().await.unwrap(), [pending]);
    let incidents = async |filter: IncidentFilter| ledger.incidents(&filter).await.unwrap();
    assert_eq!(incidents(IncidentFilter::default()).await, []);

    // A moment finer than a microsecond: the incident must still be the same one when it is over.
    let fired = firing("Missing", &main, Timestamp::new(30, 123_456_789).unwrap());
    save(
        &ledger,
        AlertChanges {
            instances: vec![fired.clone()],
            ..Default::default()
        },
    )
    .await;
    let loaded = ledger.alert_instances().await.unwrap();
    assert_eq!(loaded, std::slice::from_ref(&fired));
    let over = resolved(loaded[0].clone(), 90);
    let open = IncidentFilter {
        unresolved: true,
        ..Default::default()
    };
    assert_eq!(incidents(open.clone()).await.len(), 1);
    let key = over.key.clone();
    save(
        &ledger,
        AlertChanges {
            instances: vec![over],
            ..Default::default()
        },
    )
    .await;
    save(
        &ledger,
        AlertChanges {
            inactive: vec![key],
            ..Default::default()
        },
    )
    .await;
    assert_eq!(ledger.alert_instances().await.unwrap(), []);
    assert_eq!(incidents(open).await, []);
    let all = incidents(IncidentFilter::default()).await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].resolved_at, Some(at(90)));
    assert_eq!(all[0].id, Incident::of(&fired).unwrap().id);
}

#[rstest]
#[tokio::test]
async fn incidents_are_listed_newest_first_through_filters(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let (main, other) = (asset("main"), asset("other"));
    let instances = vec![
        firing("Missing", &main, at(30)),
        resolved(firing("Failed", &main, at(10)), 15),
        firing("Missing", &other, at(20)),
    ];
    save(
        &ledger,
        AlertChanges {
            instances,
            ..Default::default()
        },
    )
    .await;
    let list = async |filter: IncidentFilter| -> Vec<i64> {
        let incidents = ledger.incidents(&filter).await.unwrap();
        incidents
            .iter()
            .map(|one| one.fired_at.as_second())
            .collect()
    };
    let all = IncidentFilter::default;
    assert_eq!(list(all()).await, [30, 20, 10]);
    assert_eq!(list(IncidentFilter { limit: 1, ..all() }).await, [30]);
    assert_eq!(
        list(IncidentFilter {
            asset: Some(main),
            ..all()
        })
        .await,
        [30, 10]
    );
    let missing = Some("Missing".to_owned());
    assert_eq!(
        list(IncidentFilter {
            alert: missing,
            ..all()
        })
        .await,
        [30, 20]
    );
    assert_eq!(
        list(IncidentFilter {
            unresolved: true,
            ..all()
        })
        .await,
        [30, 20]
    );
    let range = IncidentFilter {
        since: Some(at(10)),
        before: Some(at(30)),
        ..all()
    };
    assert_eq!(list(range).await, [20, 10]);
}

#[rstest]
#[tokio::test]
async fn a_message_is_due_until_it_is_told_and_never_again(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let instance = firing("Missing", &asset("main"), at(30));
    let incident = Incident::of(&instance).unwrap();
    let telegram = message("telegram", &incident, MessageEvent::Firing, 31);
    let webhook = message("webhook", &incident, MessageEvent::Firing, 30);
    let changes = AlertChanges {
        instances: vec![instance],
        messages: vec![telegram.clone(), webhook.clone()],
        ..Default::default()
    };
    save(&ledger, changes.clone()).await;
    let due = async |now| ledger.due_messages(at(now), 10).await.unwrap();
    assert_eq!(due(29).await, []);
    assert_eq!(due(31).await, [webhook.clone(), telegram.clone()]);
    assert_eq!(ledger.due_messages(at(31), 1).await.unwrap().len(), 1);

    ledger
        .messages_failed(std::slice::from_ref(&telegram.key), at(60), "timed out\0")
        .await
        .unwrap();
    ledger
        .messages_delivered(std::slice::from_ref(&webhook.key), "webhook", at(40))
        .await
        .unwrap();
    assert_eq!(due(59).await, []);
    assert_eq!(ledger.undelivered_count().await.unwrap(), 1);
    let again = due(60).await;
    assert_eq!(again[0].attempts, 1);
    assert_eq!(again[0].last_error.as_deref(), Some("timed out\u{fffd}"));
    ledger
        .messages_delivered(std::slice::from_ref(&telegram.key), "fallback", at(61))
        .await
        .unwrap();
    // What was told can't fail any more, and is not put into the outbox again.
    ledger
        .messages_failed(std::slice::from_ref(&telegram.key), at(62), "late")
        .await
        .unwrap();
    save(&ledger, changes).await;
    assert_eq!(due(1_000).await, []);
    assert_eq!(ledger.undelivered_count().await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn a_state_and_its_message_are_never_apart(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let instance = firing("Missing", &asset("main"), at(30));
    let mut stray = Incident::of(&instance).unwrap();
    stray.id = "of no incident".to_owned();
    let error = ledger
        .save_alerts(&AlertChanges {
            messages: vec![message("webhook", &stray, MessageEvent::Firing, 30)],
            instances: vec![instance],
            ..Default::default()
        })
        .await
        .unwrap_err();
    assert_eq!(error.problem(), Some(Problem::UnknownReference));
    assert_eq!(ledger.alert_instances().await.unwrap(), []);
    assert_eq!(
        ledger.incidents(&IncidentFilter::default()).await.unwrap(),
        []
    );
    assert_eq!(ledger.undelivered_count().await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn messages_that_went_out_together_are_told_together_or_not_at_all(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let instances: Vec<_> = ["a", "b", "c"]
        .map(|name| firing("Missing", &asset(name), at(0)))
        .into();
    let messages: Vec<_> = instances
        .iter()
        .filter_map(Incident::of)
        .map(|incident| message("webhook", &incident, MessageEvent::Firing, 0))
        .collect();
    let changes = AlertChanges {
        instances,
        messages: messages.clone(),
        ..Default::default()
    };
    save(&ledger, changes).await;
    let keys: Vec<MessageKey> = messages.iter().map(|message| message.key.clone()).collect();
    ledger
        .messages_failed(&keys, at(60), "timed out")
        .await
        .unwrap();
    let due = ledger.due_messages(at(60), 10).await.unwrap();
    let attempts: Vec<u32> = due.iter().map(|message| message.attempts).collect();
    assert_eq!(attempts, [1, 1, 1]);

    ledger
        .messages_delivered(&keys[..2], "webhook", at(60))
        .await
        .unwrap();
    // Again, as after an answer that was lost, and with one more.
    ledger
        .messages_delivered(&keys, "fallback", at(61))
        .await
        .unwrap();
    assert_eq!(ledger.undelivered_count().await.unwrap(), 0);
    let mut tellers = Vec::new();
    for key in &keys {
        tellers.extend(ledger.tellers(&key.incident_id).await.unwrap());
    }
    let by: Vec<&str> = tellers.iter().map(|(_, by)| by.as_str()).collect();
    assert_eq!(by, ["webhook", "webhook", "fallback"]);
}

#[rstest]
#[tokio::test]
async fn the_times_of_incidents_are_counted_from_them_once_and_then_kept(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    assert_eq!(
        ledger.incident_totals().await.unwrap(),
        IncidentTotals::default()
    );
    // From the time before somebody counted.
    let mut old = firing("Missing", &asset("main"), at(60));
    old.condition_since = at(20);
    let changes = AlertChanges {
        instances: vec![resolved(old, 180)],
        ..Default::default()
    };
    save(&ledger, changes).await;
    let mut totals = ledger.incident_totals().await.unwrap();
    let detection = &totals.detection[&Severity::Critical];
    assert_eq!((detection.counts[2], detection.seconds), (1, 40.0));
    let resolution = &totals.resolution[&Severity::Critical];
    assert_eq!((resolution.counts[3], resolution.seconds), (1, 120.0));

    let incident = Incident::of(&firing("Failed", &asset("main"), at(300))).unwrap();
    totals.count_detection(&incident);
    let changes = AlertChanges {
        totals: Some(totals.clone()),
        ..Default::default()
    };
    save(&ledger, changes).await;
    ledger.forget(at(1_000)).await.unwrap();
    assert_eq!(
        ledger.incidents(&IncidentFilter::default()).await.unwrap(),
        []
    );
    ledger.close().await;
    let ledger = home.open().await;
    assert_eq!(ledger.incident_totals().await.unwrap(), totals);
}
