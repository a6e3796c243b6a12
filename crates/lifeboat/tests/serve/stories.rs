//! The failure stories that `serve` is measured by, each with its sound twin.

use std::time::Duration;

use lifeboat_testkit::alertmanager::Alertmanager;
use lifeboat_testkit::http_server::HttpServer;
use lifeboat_testkit::prometheus::Prometheus;

use crate::prometheus_engine::both_raise;
use crate::served::{ONCE, Served, Setup, find_alert, report};
use crate::support::text;
use crate::{closed_prometheus, prometheus};

const FAILED: &str = "PrometheusBackupFailed";
const MISSING: &str = "PrometheusBackupMissing";
const SOON: Duration = Duration::from_secs(30);

/// The status of each alert that a webhook was told of, in order.
fn told(webhook: &HttpServer) -> Vec<(String, String)> {
    let received = webhook.received();
    let bodies = received
        .iter()
        .map(lifeboat_testkit::http_server::Received::json);
    bodies
        .map(|body| {
            let alert = text(&body["alerts"][0]["labels"]["alertname"]);
            (alert, text(&body["status"]))
        })
        .collect()
}

/// Declares a Prometheus that can be backed up in the place of the one that can't, and backs it up.
async fn mend(setup: &Setup, served: &Served<'_>) -> Prometheus {
    let open = prometheus().await;
    setup.declare(&open, ONCE);
    served.wait_for_log("the resources have changed").await;
    setup.ask("run main --wait").exits(0);
    open
}

fn firing(name: &str) -> (String, String) {
    (name.to_owned(), "firing".to_owned())
}

fn resolved(name: &str) -> (String, String) {
    (name.to_owned(), "resolved".to_owned())
}

#[tokio::test]
async fn story_33_prometheus_without_its_admin_api_fails_the_backup_and_the_hint_names_the_flag() {
    let prometheus = closed_prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, ONCE);
    let served = setup.start().await;

    let asset = served
        .wait_for_asset("the backup has failed", |asset| {
            report(asset, "last_run")["status"] == "failing"
        })
        .await;
    let hint = text(&report(&asset, "last_run")["hint"]);
    assert!(hint.contains("--web.enable-admin-api"), "{hint}");
    served.wait_for_alert(FAILED, "pending").await;
    both_raise(&served, &[FAILED]).await;
    setup
        .ask("status")
        .exits(1)
        .says(&["FAILING", "--web.enable-admin-api"]);

    setup.set_clock("+6m");
    let alert = served.wait_for_alert(FAILED, "firing").await;
    let description = text(&alert["description"]);
    assert!(
        description.contains("--web.enable-admin-api"),
        "{description}"
    );
}

#[tokio::test]
async fn story_33_twin_with_the_admin_api_all_is_silent() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, ONCE);
    let served = setup.start().await;

    served
        .wait_for_asset("the backup has succeeded", |asset| {
            report(asset, "last_run")["status"] == "ok" && report(asset, "fresh")["status"] == "ok"
        })
        .await;
    setup.set_clock("+6m");
    served.wait_for_evaluation().await;
    both_raise(&served, &[]).await;
}

#[tokio::test]
async fn story_35_no_run_for_25_hours_is_pending_and_an_hour_later_firing_until_the_next_backup() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, ONCE);
    let served = setup.start().await;
    served.wait_for_backups(1).await;

    setup.set_clock("+24h");
    served.wait_for_evaluation().await;
    assert!(find_alert(&served.api("alerts").await, MISSING).is_none());

    setup.set_clock("+25h 1m");
    served.wait_for_alert(MISSING, "pending").await;
    both_raise(&served, &[MISSING]).await;
    setup.set_clock("+26h");
    served.wait_for_evaluation().await;
    let alerts = served.api("alerts").await;
    assert_eq!(find_alert(&alerts, MISSING).unwrap()["state"], "pending");

    setup.set_clock("+26h 2m");
    let alert = served.wait_for_alert(MISSING, "firing").await;
    let description = text(&alert["description"]);
    assert!(description.contains("1d 2h"), "{description}");

    setup.ask("run main --wait").exits(0);
    served.wait_for_alert(MISSING, "resolved").await;
}

#[tokio::test]
async fn story_35_twin_a_backup_that_is_made_up_for_keeps_it_silent() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, "immediate: true\nschedule: \"0 * * * *\"");
    let served = setup.start().await;
    served.wait_for_backups(1).await;

    setup.set_clock("+26h 2m");
    served.wait_for_backups(2).await;
    served.wait_for_evaluation().await;
    // The leap of the clock left an hour of the first day without a young backup: that stays true.
    both_raise(&served, &["BackupSLOViolation"]).await;
    let runs = served.api("runs?operation=backup").await;
    let triggers: Vec<_> = runs["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| text(&run["trigger"]))
        .collect();
    // One for all of the 26 that were missed.
    assert_eq!(triggers, ["catch_up", "schedule"]);
}

#[tokio::test]
async fn story_37_pending_survives_20_minutes_of_downtime_and_a_firing_alert_is_told_once() {
    let prometheus = closed_prometheus().await;
    let webhook = HttpServer::start();
    let setup = Setup::new().with(&format!("--webhook {}/hook", webhook.url()));
    setup.declare(&prometheus, ONCE);
    let served = setup.start().await;
    let pending = served.wait_for_alert(FAILED, "pending").await;
    served.kill_9();

    setup.set_clock("+20m");
    let served = setup.start().await;
    let alert = served.wait_for_alert(FAILED, "firing").await;
    assert_eq!(alert["active_at"], pending["active_at"]);
    webhook.wait_for(1, SOON).await;
    served.wait_until_told().await;
    served.kill_9();

    // It fires on, over a restart and a longer absence.
    setup.set_clock("+50m");
    let served = setup.start().await;
    served.wait_for_alert(FAILED, "firing").await;
    served.wait_for_evaluation().await;
    assert_eq!(told(&webhook), [firing(FAILED)]);

    let _open = mend(&setup, &served).await;
    served.wait_for_alert(FAILED, "resolved").await;
    webhook.wait_for(2, SOON).await;
    assert_eq!(told(&webhook), [firing(FAILED), resolved(FAILED)]);
}

#[tokio::test]
async fn story_37_twin_a_failure_that_is_mended_while_pending_is_never_told() {
    let prometheus = closed_prometheus().await;
    let webhook = HttpServer::start();
    let setup = Setup::new().with(&format!("--webhook {}/hook", webhook.url()));
    setup.declare(&prometheus, ONCE);
    let served = setup.start().await;
    served.wait_for_alert(FAILED, "pending").await;
    served.kill_9();

    let open = crate::prometheus().await;
    setup.declare(&open, ONCE);
    setup.set_clock("+2m");
    let served = setup.start().await;
    setup.ask("run main --wait").exits(0);
    served
        .wait_for(
            "nothing is pending",
            async || served.api("alerts").await,
            |alerts| find_alert(alerts, FAILED).is_none(),
        )
        .await;
    setup.set_clock("+30m");
    served.wait_for_evaluation().await;
    assert_eq!(told(&webhook), []);
}

#[tokio::test]
async fn story_39_an_alertmanager_that_hangs_is_stood_in_for_and_nothing_is_lost_or_doubled() {
    let prometheus = closed_prometheus().await;
    let mute = HttpServer::start();
    mute.hang();
    let webhook = HttpServer::start();
    let setup = Setup::new().with(&format!(
        "--alertmanager {} --webhook {}/hook",
        mute.url(),
        webhook.url()
    ));
    setup.declare(&prometheus, ONCE);
    let served = setup.start().await;
    served.wait_for_alert(FAILED, "pending").await;
    setup.set_clock("+6m");
    served.wait_for_alert(FAILED, "firing").await;
    mute.wait_for(1, SOON).await;
    assert_eq!(told(&webhook), [], "the fallback waits its minute");

    setup.set_clock("+8m");
    webhook.wait_for(1, SOON).await;
    served.wait_until_told().await;
    assert_eq!(told(&webhook), [firing(FAILED)]);

    // Once it answers again it learns what fires, and the fallback hears of nothing twice.
    let before = mute.received().len();
    mute.answer(200, "");
    setup.set_clock("+10m");
    mute.wait_for(before + 1, SOON).await;
    served.wait_for_evaluation().await;
    assert_eq!(told(&webhook), [firing(FAILED)]);

    let _open = mend(&setup, &served).await;
    webhook.wait_for(2, SOON).await;
    assert_eq!(told(&webhook), [firing(FAILED), resolved(FAILED)]);
}

#[tokio::test]
async fn story_39_twin_while_the_alertmanager_takes_everything_the_fallback_hears_nothing() {
    let prometheus = closed_prometheus().await;
    let alertmanager = Alertmanager::builder().start().await;
    let webhook = HttpServer::start();
    let setup = Setup::new().with(&format!(
        "--alertmanager {} --webhook {}/hook --external-label cluster=test",
        alertmanager.url(),
        webhook.url()
    ));
    setup.declare(&prometheus, ONCE);
    let served = setup.start().await;
    served.wait_for_alert(FAILED, "pending").await;
    setup.set_clock("+6m");
    served.wait_for_alert(FAILED, "firing").await;
    alertmanager
        .wait_for_alerts("the alert has arrived", |alerts| {
            alerts.len() == 1
                && alerts[0]["labels"]["alertname"] == FAILED
                && alerts[0]["labels"]["cluster"] == "test"
                && alerts[0]["labels"]["name"] == "main"
        })
        .await;
    setup.set_clock("+12m");
    served.wait_for_evaluation().await;
    served.wait_until_told().await;
    assert_eq!(told(&webhook), []);
}
