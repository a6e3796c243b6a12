//! Silences, as people make them: the real binary, a real Alertmanager, a webhook, and restarts.

use std::time::Duration;

use lifeboat_testkit::alertmanager::Alertmanager;
use lifeboat_testkit::http_server::{HttpServer, Received};
use serde_json::Value;

use crate::served::{ONCE, Setup, find_alert};
use crate::support::text;
use crate::{closed_prometheus, prometheus};

const FAILED: &str = "PrometheusBackupFailed";
const SOON: Duration = Duration::from_secs(30);

fn told(webhook: &HttpServer) -> Vec<String> {
    let received = webhook.received();
    let bodies = received.iter().map(Received::json);
    bodies.map(|body| text(&body["status"])).collect()
}

/// A Lifeboat that tells an Alertmanager and a webhook alike.
fn setup(alertmanager: &Alertmanager, webhook: &HttpServer) -> Setup {
    let setup = Setup::new();
    let settings = format!(
        "alerts:\n  notifiers:\n    - name: alertmanager\n      alertmanager: {{urls: [\"{}\"]}}\n    \
         - name: webhook\n      webhook: {{url: \"{}/hook\"}}\n",
        alertmanager.url(),
        webhook.url()
    );
    std::fs::write(setup.path("lifeboat.yaml"), settings).unwrap();
    let path = setup.path("lifeboat.yaml").display().to_string();
    setup.with(&format!("--config {path}"))
}

fn suppressor(alerts: &Value) -> Option<&Value> {
    let alert = find_alert(alerts, FAILED)?;
    (alert["state"] == "firing").then(|| &alert["suppressed_by"])
}

#[tokio::test]
async fn what_is_silenced_is_told_when_the_silence_ends_by_itself_and_restarts_change_nothing() {
    let closed = closed_prometheus().await;
    let alertmanager = Alertmanager::builder().start().await;
    let webhook = HttpServer::start();
    let setup = setup(&alertmanager, &webhook);
    setup.declare(&closed, ONCE);
    let served = setup.start().await;
    served.wait_for_alert(FAILED, "pending").await;
    let silence = format!("alerts silence {FAILED} name=main --for 20m --comment moving");
    let made = setup.ask(&silence).exits(0).stdout;
    assert!(made.contains("It fits 1 alert now"), "{made}");
    served.kill_9();

    setup.set_clock("+6m");
    let served = setup.start().await;
    let is_silenced = async || {
        let alerts = async || served.api("alerts").await;
        let silenced = |alerts: &Value| suppressor(alerts).is_some_and(|by| !by.is_null());
        served.wait_for("it is silenced", alerts, silenced).await
    };
    let alerts = is_silenced().await;
    assert!(text(&suppressor(&alerts).unwrap()["silence"]).starts_with("silence-"));
    setup
        .ask("alerts list --state suppressed")
        .exits(0)
        .says(&[FAILED, "not told: silence-"]);
    served.wait_for_evaluation().await;
    assert_eq!(told(&webhook), [""; 0]);
    assert_eq!(alertmanager.alerts().await, [Value::Null; 0]);
    let metrics = served.metrics().await;
    assert!(
        metrics.contains("lifeboat_silences{state=\"active\"} 1"),
        "{metrics}"
    );
    served.kill_9();

    setup.set_clock("+21m");
    let served = setup.start().await;
    webhook.wait_for(1, SOON).await;
    let is_there = |alerts: &[Value]| alerts.len() == 1;
    alertmanager.wait_for_alerts("it is told", is_there).await;
    served.wait_until_told().await;
    let fired_at = text(&find_alert(&served.api("alerts").await, FAILED).unwrap()["fired_at"]);
    let body = webhook.received()[0].json();
    assert_eq!(text(&body["alerts"][0]["startsAt"]), fired_at);
    setup
        .ask("alerts silences")
        .exits(0)
        .says(&["expired", "moving"]);
    served.kill_9();

    // It fires on, and nobody hears of it twice; its end is told once.
    let served = setup.start().await;
    served.wait_for_evaluation().await;
    assert_eq!(told(&webhook), ["firing"]);
    let open = prometheus().await;
    setup.declare(&open, ONCE);
    served.wait_for_log("the resources have changed").await;
    setup.ask("run main --wait").exits(0);
    webhook.wait_for(2, SOON).await;
    served.wait_until_told().await;
    assert_eq!(told(&webhook), ["firing", "resolved"]);
    let incidents = setup.ask("alerts incidents").exits(0).stdout;
    assert!(incidents.contains(FAILED), "{incidents}");
    assert!(
        incidents.contains("Mean time to resolution: "),
        "{incidents}"
    );
    let metrics = served.metrics().await;
    for name in ["detection", "resolution"] {
        let count = format!("lifeboat_incident_{name}_seconds_count{{severity=\"critical\"}} 1");
        assert!(metrics.contains(&count), "{metrics}");
    }
}

#[tokio::test]
async fn what_begins_and_ends_within_a_silence_is_never_told_and_listed_all_the_same() {
    let closed = closed_prometheus().await;
    let alertmanager = Alertmanager::builder().start().await;
    let webhook = HttpServer::start();
    let setup = setup(&alertmanager, &webhook);
    setup.declare(&closed, ONCE);
    let served = setup.start().await;
    served.wait_for_alert(FAILED, "pending").await;
    setup
        .ask("alerts silence kind=Prometheus --for 1h --comment moving")
        .exits(0);
    setup.set_clock("+6m");
    served.wait_for_alert(FAILED, "firing").await;

    let open = prometheus().await;
    setup.declare(&open, ONCE);
    served.wait_for_log("the resources have changed").await;
    setup.ask("run main --wait").exits(0);
    served.wait_for_alert(FAILED, "resolved").await;
    served.wait_for_evaluation().await;
    served.wait_until_told().await;
    assert_eq!(told(&webhook), [""; 0]);
    assert_eq!(alertmanager.alerts().await, [Value::Null; 0]);
    setup.ask("alerts incidents").exits(0).says(&[FAILED]);
}

#[tokio::test]
async fn whoever_ends_a_silence_hears_at_once_of_what_it_hid() {
    let closed = closed_prometheus().await;
    let webhook = HttpServer::start();
    let setup = Setup::new().with(&format!("--webhook {}/hook", webhook.url()));
    setup.declare(&closed, ONCE);
    let served = setup.start().await;
    served.wait_for_alert(FAILED, "pending").await;
    // By a name that nothing has, which is told.
    setup
        .ask("alerts silence name=mian --comment moving")
        .exits(0)
        .says(&["fits no alert"]);
    let silence = "alerts silence name=main --comment moving --output json";
    let made: Value = serde_json::from_str(&setup.ask(silence).exits(0).stdout).unwrap();
    assert_eq!(made["kept"], true);
    setup.set_clock("+6m");
    served.wait_for_alert(FAILED, "firing").await;
    served.wait_for_evaluation().await;
    assert_eq!(told(&webhook), [""; 0]);
    let id = text(&made["silence"]);
    setup.ask(&format!("alerts unsilence {id}")).exits(0);
    webhook.wait_for(1, SOON).await;
    assert_eq!(told(&webhook), ["firing"]);
}
