//! Many alerts, told as one: what a webhook gets of a group, and what an Alertmanager does.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use lifeboat_alerts::{Message, Notification, Router};
use lifeboat_core::{AlertInstance, Severity};
use lifeboat_testkit::{alertmanager::Alertmanager, http_server::HttpServer};
use serde_json::{Value, json};
use support::{firing, message, resolved, router, second, start};

fn webhook(url: &str, more: &Value) -> Router {
    let mut settings = json!({ "notifiers": [{ "name": "pager", "webhook": { "url": url } }] });
    let limit = more.get("maxAlerts").cloned();
    if let Some(limit) = limit {
        settings["notifiers"][0]["webhook"]["maxAlerts"] = limit;
    }
    if let Some(by) = more.get("groupBy") {
        settings["groupBy"] = by.clone();
    }
    router(&settings)
}

/// Alerts about so many assets, the last of which is critical and the others warnings.
fn storm(count: usize) -> Vec<AlertInstance> {
    let alert = |number| {
        let mut alert = firing(&format!("asset-{number:04}"), start());
        if number + 1 < count {
            alert.severity = Severity::Warning;
        }
        alert
    };
    (0..count).map(alert).collect()
}

fn messages(instances: &[AlertInstance]) -> Vec<Message> {
    let messages = instances.iter();
    messages.map(|one| message("pager", one, start())).collect()
}

async fn tell(router: &Router, messages: Vec<Message>, others_go_on: bool) {
    let notification = Notification::new(messages, others_go_on).unwrap();
    let delivery = router.deliver(&notification, second(10)).await;
    assert!(
        format!("{delivery:?}").contains("Delivered"),
        "{delivery:?}"
    );
}

#[tokio::test]
async fn a_group_is_one_call_that_names_the_worst_and_counts_the_rest() {
    let server = HttpServer::start();
    let router = webhook(&server.url(), &json!({}));
    tell(&router, messages(&storm(2_000)), false).await;
    let received = server.received();
    assert_eq!(received.len(), 1);
    let body = received[0].json();
    assert_eq!(body["alerts"].as_array().unwrap().len(), 200);
    assert_eq!(body["truncatedAlerts"], 1_800);
    assert_eq!(body["alerts"][0]["labels"]["name"], "asset-1999");
    assert_eq!(body["alerts"][1]["labels"]["name"], "asset-0000");
    assert_eq!(
        body["groupLabels"],
        json!({ "alertname": "PrometheusBackupFailed" })
    );
    let common = json!({
        "alertname": "PrometheusBackupFailed", "kind": "Prometheus", "namespace": "monitoring",
    });
    assert_eq!(body["commonLabels"], common);
    assert_eq!(
        body["commonAnnotations"]["summary"],
        "The last backup failed"
    );
    assert!(received[0].body.len() < 1 << 20);
}

#[tokio::test]
async fn a_limit_of_nothing_is_none_and_groups_are_by_the_labels_of_the_settings() {
    let server = HttpServer::start();
    let more = json!({ "maxAlerts": 0, "groupBy": ["namespace", "cluster"] });
    let router = webhook(&server.url(), &more);
    tell(&router, messages(&storm(300)), false).await;
    let body = server.received()[0].json();
    assert_eq!(body["alerts"].as_array().unwrap().len(), 300);
    assert_eq!(body["truncatedAlerts"], 0);
    assert_eq!(body["groupKey"], r#"{}:{namespace="monitoring"}"#);
}

#[tokio::test]
async fn a_group_is_over_when_the_last_of_its_alerts_is() {
    let server = HttpServer::start();
    let router = webhook(&server.url(), &json!({}));
    let alerts = storm(3);
    let over: Vec<_> = alerts.iter().map(|one| resolved(one, second(60))).collect();
    tell(&router, messages(&over[..2]), true).await;
    tell(&router, messages(&over[2..]), false).await;
    let bodies: Vec<Value> = server
        .received()
        .iter()
        .map(lifeboat_testkit::http_server::Received::json)
        .collect();
    assert_eq!(
        (&bodies[0]["status"], &bodies[1]["status"]),
        (&json!("firing"), &json!("resolved"))
    );
    for alert in bodies[0]["alerts"].as_array().unwrap() {
        assert_eq!(alert["status"], "resolved");
    }
    assert_eq!(bodies[0]["groupKey"], bodies[1]["groupKey"]);
}

#[tokio::test]
async fn the_same_messages_have_the_same_key_and_others_another() {
    let server = HttpServer::start();
    let router = webhook(&server.url(), &json!({}));
    let mut some = messages(&storm(3));
    tell(&router, some.clone(), false).await;
    some.reverse();
    tell(&router, some.clone(), false).await;
    some.pop();
    tell(&router, some, false).await;
    let keys: Vec<String> = server
        .received()
        .iter()
        .map(|one| one.headers["idempotency-key"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
}

#[tokio::test]
async fn an_alertmanager_takes_all_of_a_group_and_forgets_what_is_suppressed() {
    let alertmanager = Alertmanager::builder().start().await;
    let settings = json!({ "notifiers": [
        { "name": "pager", "alertmanager": { "urls": [alertmanager.url()] } },
    ] });
    let router = router(&settings);
    let now = jiff::Timestamp::now();
    let mut alerts: Vec<_> = (0..600)
        .map(|number| firing(&format!("asset-{number:04}"), now))
        .collect();
    let told: Vec<_> = alerts
        .iter()
        .map(|one| message("pager", one, now))
        .collect();
    let notification = Notification::new(told, false).unwrap();
    let delivery = router.deliver(&notification, now).await;
    assert!(
        format!("{delivery:?}").contains("Delivered"),
        "{delivery:?}"
    );
    assert_eq!(alertmanager.alerts().await.len(), 600);

    // Five minutes later all are due again, but for one that somebody silenced, and one that ended
    // without anybody having been told of it.
    let later = now + jiff::SignedDuration::from_mins(5);
    alerts[0].suppressed_by = Some(std::sync::Arc::new(lifeboat_core::Suppressor::Silence(
        "silence".to_owned(),
    )));
    alerts[1] = resolved(&alerts[1], now);
    alerts[1].withheld = true;
    assert!(router.refresh(&alerts, later).await.is_empty());
    let until = |name: &str, all: &[Value]| {
        let mut all = all.iter();
        let alert = all.find(|alert| alert["labels"]["name"] == name).unwrap();
        alert["endsAt"]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .unwrap()
    };
    let all = alertmanager.alerts().await;
    assert!(until("asset-0002", &all) > later);
    for name in ["asset-0000", "asset-0001"] {
        assert!(until(name, &all) < later, "{name}");
        assert!(until(name, &all) > now, "{name}");
    }
}
