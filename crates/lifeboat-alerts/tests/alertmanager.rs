//! Real Alertmanagers: every replica hears of every alert, for as long as it goes on.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{Delivery, Notification, fingerprint, labels};
use lifeboat_core::AlertInstance;
use lifeboat_testkit::{
    alertmanager::Alertmanager, http_server::HttpServer, http_server::Received,
};
use serde_json::{Value, json};
use support::{SOON, firing, message, resolved, router};

/// Alertmanager compares ends of alerts with its own clock, so these tests live in the present.
fn now() -> Timestamp {
    Timestamp::now()
}

fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

fn settings(urls: &[String], more: &Value) -> Value {
    let mut alertmanager = json!({ "urls": urls });
    if let (Some(alertmanager), Some(more)) = (alertmanager.as_object_mut(), more.as_object()) {
        alertmanager.extend(more.clone());
    }
    json!({ "notifiers": [{ "name": "alertmanager", "alertmanager": alertmanager }] })
}

/// The status and asset name of each notification that a webhook got.
fn told(received: &[Received]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    received
        .iter()
        .map(Received::json)
        .map(|body| (text(&body["status"]), text(&body["commonLabels"]["name"])))
        .collect()
}

fn pair(status: &str, name: &str) -> (String, String) {
    (status.to_owned(), name.to_owned())
}

#[tokio::test]
async fn every_replica_is_told_and_one_is_enough_for_delivery() {
    let [first, second] = [
        Alertmanager::builder().start().await,
        Alertmanager::builder().start().await,
    ];
    let router = router(&settings(&[first.url(), second.url()], &json!({})));
    let instance = firing("main", ago(1));
    let delivery = router
        .deliver(
            &Notification::alone(message("alertmanager", &instance, now())),
            now(),
        )
        .await;
    let taken = Delivery::Delivered {
        by: "alertmanager".to_owned(),
        error: None,
    };
    assert_eq!(delivery, taken);
    for replica in [&first, &second] {
        replica
            .wait_for_alerts("hear of the alert", |alerts| alerts.len() == 1)
            .await;
    }
}

#[tokio::test]
async fn one_dead_replica_is_reported_and_told_when_it_is_back() {
    let alive = Alertmanager::builder().start().await;
    let mut dead = Alertmanager::builder().start().await;
    dead.kill_9();
    let router = router(&settings(&[alive.url(), dead.url()], &json!({})));
    let instances = [firing("main", ago(1))];

    let moment = now();
    let failures = router.refresh(&instances, moment).await;
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].notifier, "alertmanager");
    let error = failures[0].error.to_string();
    assert!(error.contains(&dead.url()), "{error}");
    assert_eq!(alive.alerts().await.len(), 1);

    dead.restart().await;
    // It is left alone for a moment first, which is time that comes in here as an argument.
    let later = moment + SignedDuration::from_secs(5);
    assert!(router.refresh(&instances, later).await.is_empty());
    assert_eq!(dead.alerts().await.len(), 1);
}

#[tokio::test]
async fn a_replica_that_hangs_delays_neither_delivery_nor_the_other() {
    let hanging = HttpServer::start();
    hanging.hang();
    let alive = Alertmanager::builder().start().await;
    let router = router(&settings(&[hanging.url(), alive.url()], &json!({})));
    let instance = firing("main", ago(1));
    let message = message("alertmanager", &instance, now());
    let refreshed = router.refresh(std::slice::from_ref(&instance), now());
    let delivered = async {
        let delivery = router
            .deliver(&Notification::alone(message.clone()), now())
            .await;
        (delivery, alive.alerts().await.len())
    };
    // Both begin together; the refresh can only end with the time limit of the one that hangs.
    tokio::pin!(refreshed);
    tokio::select! {
        biased;
        _ = &mut refreshed => panic!("the replica that hangs has answered"),
        (delivery, alerts) = delivered => {
            assert!(matches!(delivery, Delivery::Delivered { .. }), "{delivery:?}");
            assert_eq!(alerts, 1);
        }
    }
    let failures = refreshed.await;
    assert_eq!(failures.len(), 1);
    assert!(failures[0].error.to_string().contains(&hanging.url()));
}

#[tokio::test]
async fn the_fingerprint_is_alertmanagers_own() {
    let alertmanager = Alertmanager::builder().start().await;
    let router = router(&settings(&[alertmanager.url()], &json!({})));
    let instance = firing("with 'quotes' and 🛟", ago(1));
    assert!(
        router
            .refresh(std::slice::from_ref(&instance), now())
            .await
            .is_empty()
    );
    let alerts = alertmanager.alerts().await;
    let ours = fingerprint(&labels(&instance, &std::collections::BTreeMap::new()));
    assert_eq!(alerts[0]["fingerprint"], ours);
}

#[tokio::test]
async fn every_text_survives_the_way() {
    let alertmanager = Alertmanager::builder().start().await;
    let mut settings = settings(&[alertmanager.url()], &json!({}));
    settings["externalLabels"] = json!({ "team": "\"on\\call\" 🛟" });
    settings["externalUrl"] = json!("https://lifeboat.example.com");
    let router = router(&settings);
    let mut instance = firing("main", ago(1));
    instance.summary = "It's \"gone\"".to_owned();
    instance.description = "First line\nsecond\tline \\ {{ .Template }} 🛟 <b>".to_owned();
    assert!(
        router
            .refresh(std::slice::from_ref(&instance), now())
            .await
            .is_empty()
    );
    let alert = &alertmanager.alerts().await[0];
    assert_eq!(alert["annotations"]["summary"], instance.summary);
    assert_eq!(alert["annotations"]["description"], instance.description);
    assert_eq!(alert["labels"]["team"], "\"on\\call\" 🛟");
    assert_eq!(alert["generatorURL"], "https://lifeboat.example.com");
    let starts_at: Timestamp = alert["startsAt"].as_str().unwrap().parse().unwrap();
    // Alertmanager keeps milliseconds.
    assert_eq!(
        starts_at.as_millisecond(),
        instance.fired_at.unwrap().as_millisecond()
    );
}

#[tokio::test]
async fn an_alert_that_is_repeated_goes_on_and_one_that_is_not_ends_by_itself() {
    let webhook = HttpServer::start();
    let alertmanager = Alertmanager::builder().webhook(webhook.url()).start().await;
    let router = router(&settings(
        &[alertmanager.url()],
        &json!({ "resendInterval": "1s" }),
    ));
    let [repeated, forgotten] = ["repeated", "forgotten"].map(|name| firing(name, ago(1)));
    assert!(
        router
            .refresh(&[repeated.clone(), forgotten], now())
            .await
            .is_empty()
    );
    // Good for four seconds each: what isn't repeated ends, and Alertmanager says so.
    let ended = async {
        loop {
            let told = told(&webhook.received());
            if told.contains(&pair("resolved", "forgotten")) {
                return told;
            }
            assert!(
                router
                    .refresh(std::slice::from_ref(&repeated), now())
                    .await
                    .is_empty()
            );
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let told = tokio::time::timeout(SOON, ended).await.unwrap();
    assert!(!told.contains(&pair("resolved", "repeated")), "{told:?}");
    let alerts = alertmanager.alerts().await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(alerts[0]["labels"]["name"], "repeated");
}

#[tokio::test]
async fn the_end_of_an_alert_arrives_and_is_told_once() {
    let webhook = HttpServer::start();
    let alertmanager = Alertmanager::builder().webhook(webhook.url()).start().await;
    let router = router(&settings(&[alertmanager.url()], &json!({})));
    let instance = firing("main", ago(5));
    assert!(
        router
            .refresh(std::slice::from_ref(&instance), now())
            .await
            .is_empty()
    );
    webhook.wait_for(1, SOON).await;
    let over = resolved(&instance, now());
    let delivery = router
        .deliver(
            &Notification::alone(message("alertmanager", &over, now())),
            now(),
        )
        .await;
    assert!(
        matches!(delivery, Delivery::Delivered { .. }),
        "{delivery:?}"
    );
    let received = webhook.wait_for(2, SOON).await;
    assert_eq!(
        told(&received),
        [pair("firing", "main"), pair("resolved", "main")]
    );

    // Said again for a quarter of an hour, it tells nobody anything new; and what comes next is told.
    for minutes in 1..20 {
        let later = now() + SignedDuration::from_mins(minutes);
        assert!(
            router
                .refresh(std::slice::from_ref(&over), later)
                .await
                .is_empty()
        );
    }
    let next = firing("next", ago(1));
    assert!(router.refresh(&[over, next], now()).await.is_empty());
    let received = webhook.wait_for(3, SOON).await;
    assert_eq!(told(&received)[2], pair("firing", "next"));
}

#[tokio::test]
async fn an_end_before_its_beginning_is_taken_all_the_same() {
    // The clock went back between the two.
    let alertmanager = Alertmanager::builder().start().await;
    let router = router(&settings(&[alertmanager.url()], &json!({})));
    let over = resolved(
        &firing("main", now() + SignedDuration::from_hours(1)),
        now(),
    );
    let delivery = router
        .deliver(
            &Notification::alone(message("alertmanager", &over, now())),
            now(),
        )
        .await;
    assert!(
        matches!(delivery, Delivery::Delivered { .. }),
        "{delivery:?}"
    );
}

#[tokio::test]
async fn two_replicas_of_a_cluster_double_nothing() {
    let webhook = HttpServer::start();
    let replicas = Alertmanager::builder()
        .webhook(webhook.url())
        .start_pair()
        .await;
    let urls: Vec<String> = replicas.iter().map(Alertmanager::url).collect();
    let router = router(&settings(&urls, &json!({})));
    let instance = firing("main", ago(5));
    let both_have_asked_whether_it_was_told = async |times: f64| {
        for replica in &replicas {
            replica
                .wait_for_metric("alertmanager_nflog_queries_total", times)
                .await;
        }
    };
    assert!(
        router
            .refresh(std::slice::from_ref(&instance), now())
            .await
            .is_empty()
    );
    both_have_asked_whether_it_was_told(1.0).await;
    let over = resolved(&instance, now());
    assert!(
        router
            .refresh(std::slice::from_ref(&over), now())
            .await
            .is_empty()
    );
    both_have_asked_whether_it_was_told(2.0).await;
    // Each replica has looked at the beginning before this: a second "firing" would have come by now.
    let received = webhook.wait_for(2, SOON).await;
    assert_eq!(
        told(&received),
        [pair("firing", "main"), pair("resolved", "main")]
    );
}

#[tokio::test]
async fn a_path_prefix_stays() {
    let alertmanager = Alertmanager::builder()
        .flags(["--web.route-prefix=/alerts"])
        .start()
        .await;
    let url = format!("{}/alerts/", alertmanager.url());
    let router = router(&settings(&[url], &json!({})));
    assert!(
        router
            .refresh(&[firing("main", ago(1))], now())
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn what_alertmanager_finds_invalid_does_not_stop_the_rest_and_is_reported() {
    let webhook = HttpServer::start();
    let alertmanager = Alertmanager::builder().webhook(webhook.url()).start().await;
    let router = router(&settings(&[alertmanager.url()], &json!({})));
    let valid = firing("valid", ago(1));
    let mut invalid: AlertInstance = firing("invalid", ago(1));
    // Long before Christ, and so not a moment that Alertmanager can read.
    invalid.fired_at = Some(Timestamp::MIN);
    let instances = [valid, invalid.clone(), firing("valid too", ago(1))];
    let moment = now();
    let failures = router.refresh(&instances, moment).await;
    assert_eq!(failures.len(), 1, "{failures:?}");
    let error = failures[0].error.to_string();
    assert!(error.contains("400"), "{error}");
    assert_eq!(alertmanager.alerts().await.len(), 2);
    // It is not said again before the others are.
    assert!(router.refresh(&instances, moment).await.is_empty());

    let delivery = router
        .deliver(
            &Notification::alone(message("alertmanager", &invalid, now())),
            now(),
        )
        .await;
    let Delivery::Refused { error } = delivery else {
        panic!("it was not refused: {delivery:?}");
    };
    assert!(
        error.contains("alertmanager: the Alertmanager at"),
        "{error}"
    );
}
