//! Storms: thousands of alerts at once are few notifications, nothing of them is lost or doubled, and so
//! it is when all is well again.

use std::{fmt::Write, fs, time::Duration};

use lifeboat_testkit::http_server::{HttpServer, Received};
use serde_json::Value;

use crate::closed_prometheus;
use crate::served::{ONCE, Setup};
use crate::support::text;

/// More of them would be no other storm.
const ASSETS: u64 = 2_000;
const MISSING: &str = "PrometheusBackupMissing";
const LONG: Duration = Duration::from_mins(2);

/// Declares so many Prometheuses of which no backup is due for long.
fn declare_many(setup: &Setup) {
    let repository = setup.repository();
    fs::create_dir_all(&repository).unwrap();
    let mut documents = String::new();
    for number in 0..ASSETS {
        write!(
            documents,
            "apiVersion: lifeboat.dev/v1alpha1\nkind: PrometheusBackup\n\
             metadata: {{name: p{number:04}, namespace: monitoring}}\nspec:\n  \
             prometheus: {{url: \"http://127.0.0.1:1\", dataDirectory: /nowhere}}\n  \
             repository: {{url: \"{}/p{number:04}\", instance: p{number:04}}}\n  \
             schedule: \"0 0 1 1 *\"\n  verification: {{suspend: true}}\n  \
             prune: {{suspend: true}}\n---\n",
            repository.display()
        )
        .unwrap();
        fs::create_dir(repository.join(format!("p{number:04}"))).unwrap();
    }
    setup.resource("many.yaml", &documents);
}

/// How many alerts the calls of one status told of, and how many calls that took.
fn told(webhook: &HttpServer, alert: &str, status: &str) -> (u64, usize) {
    let received = webhook.received();
    let bodies = received.iter().map(Received::json);
    let calls: Vec<Value> = bodies
        .filter(|body| text(&body["commonLabels"]["alertname"]) == alert)
        .filter(|body| text(&body["alerts"][0]["status"]) == status)
        .collect();
    let count = |body: &Value| {
        let named = body["alerts"].as_array().unwrap().len() as u64;
        named + body["truncatedAlerts"].as_u64().unwrap()
    };
    (calls.iter().map(count).sum(), calls.len())
}

async fn wait_for(webhook: &HttpServer, alert: &str, status: &str) -> usize {
    let begin = std::time::Instant::now();
    loop {
        let (count, calls) = told(webhook, alert, status);
        assert!(count <= ASSETS, "{count} of {ASSETS} told as {status}");
        if count == ASSETS {
            return calls;
        }
        assert!(
            begin.elapsed() < LONG,
            "{count} of {ASSETS} told as {status}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn two_thousand_alerts_are_few_calls_and_so_is_their_end() {
    let webhook = HttpServer::start();
    let hook = format!("--webhook {}/hook --group-wait 10s", webhook.url());
    let setup = Setup::new().with(&hook);
    declare_many(&setup);
    let served = setup.start().await;
    served
        .wait_for(
            "all repositories were looked into",
            async || served.api("assets").await,
            |list| list["counts"]["unknown"] == 0 || list["counts"]["unknown"] == ASSETS,
        )
        .await;
    // A clock that leaps makes nothing fire at once: what is found now waits its hour.
    setup.set_clock("+27h");
    let all = |state: &'static str| {
        let served = &served;
        async move {
            let query = format!("alerts?alert={MISSING}&state={state}");
            let is_so = |list: &Value| list["alerts"].as_array().unwrap().len() as u64 == ASSETS;
            let ask = async || served.api(&query).await;
            served.wait_for(&query, ask, is_so).await;
        }
    };
    all("pending").await;
    setup.set_clock("+29h");
    all("firing").await;
    let calls = wait_for(&webhook, MISSING, "firing").await;
    assert!(calls <= 3, "{calls} calls");
    served.wait_until_told().await;
    served.kill_9();

    // A restart in the middle of it all tells nobody anything again.
    let served = setup.start().await;
    served.wait_for_evaluation().await;
    let before = webhook.received().len();
    fs::remove_file(setup.path("resources").join("many.yaml")).unwrap();
    let calls = wait_for(&webhook, MISSING, "resolved").await;
    assert!(calls <= 3, "{calls} calls");
    served.wait_until_told().await;
    assert_eq!(told(&webhook, MISSING, "firing").0, ASSETS);
    let all = webhook.received().len();
    assert!(all - before <= 9, "{} calls", all - before);
}

#[tokio::test]
async fn a_death_while_a_message_waits_for_others_neither_loses_nor_doubles_it() {
    let prometheus = closed_prometheus().await;
    let webhook = HttpServer::start();
    let hook = format!("--webhook {}/hook --group-wait 5m", webhook.url());
    let setup = Setup::new().with(&hook);
    setup.declare(&prometheus, ONCE);
    let served = setup.start().await;
    served
        .wait_for_alert("PrometheusBackupFailed", "pending")
        .await;
    setup.set_clock("+6m");
    served
        .wait_for_alert("PrometheusBackupFailed", "firing")
        .await;
    served
        .wait_for(
            "the message is written down",
            async || served.api("assets").await,
            |list| {
                list["lifeboat"]["messages_waiting"] == 1
                    && list["lifeboat"]["ledger"]["waiting_writes"] == 0
            },
        )
        .await;
    assert_eq!(webhook.received().len(), 0);
    served.kill_9();

    let served = setup.start().await;
    served.wait_for_evaluation().await;
    assert_eq!(webhook.received().len(), 0);
    setup.set_clock("+12m");
    webhook.wait_for(1, Duration::from_secs(30)).await;
    served.wait_until_told().await;
    served.kill_9();
    let served = setup.start().await;
    served.wait_for_evaluation().await;
    assert_eq!(webhook.received().len(), 1);
}
