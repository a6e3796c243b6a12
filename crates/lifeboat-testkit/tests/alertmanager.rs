//! The Alertmanager of the testkit takes alerts, tells its webhook, and comes back where it was.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

use std::time::Duration;

use lifeboat_testkit::alertmanager::Alertmanager;
use lifeboat_testkit::http::request;
use lifeboat_testkit::http_server::HttpServer;
use serde_json::json;

#[tokio::test]
async fn it_takes_alerts_tells_its_webhook_and_survives_a_restart_on_its_port() {
    let webhook = HttpServer::start();
    let mut alertmanager = Alertmanager::builder().webhook(webhook.url()).start().await;
    let before = alertmanager.url();
    post(&before, "First").await;
    let received = webhook.wait_for(1, Duration::from_secs(30)).await;
    assert_eq!(received[0].json()["commonLabels"]["alertname"], "First");
    let names: Vec<_> = alertmanager.alerts().await;
    assert_eq!(names[0]["labels"]["alertname"], "First");

    alertmanager.kill_9();
    alertmanager.restart().await;
    assert_eq!(alertmanager.url(), before);
    post(&before, "Second").await;
    alertmanager
        .wait_for_alerts("list the second", |alerts| {
            alerts
                .iter()
                .any(|alert| alert["labels"]["alertname"] == "Second")
        })
        .await;
    alertmanager.stop().await;
}

async fn post(url: &str, name: &str) {
    let alerts = json!([{ "labels": { "alertname": name } }]).to_string();
    let headers = [("content-type", "application/json")];
    let answer = request("POST", &format!("{url}/api/v2/alerts"), &headers, alerts)
        .await
        .unwrap();
    assert!(answer.is_success(), "{}", answer.text());
}
