//! The ledger under `serve`: claimed by one, away for a while, in PostgreSQL.

use std::fs;
use std::io::Write;
use std::time::Duration;

use lifeboat_testkit::http_server::HttpServer;
use lifeboat_testkit::postgres::Postgres;

use crate::served::{Setup, report};
use crate::{closed_prometheus, prometheus};

const QUIET: &str = "schedule: \"0 0 1 1 *\"";

#[tokio::test]
async fn a_second_lifeboat_on_the_same_ledger_is_refused() {
    let setup = Setup::new();
    let _first = setup.start().await;
    let second = Setup::new().on_ledger(&setup.path("ledger.db").display().to_string());
    crate::support::run(&mut second.command())
        .exits(1)
        .complains(&["ledger", "hint"]);
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let setup = Setup::new();
    let _first = setup.start().await;
    crate::support::run(&mut setup.command())
        .exits(1)
        .complains(&["failed to listen on 127.0.0.1:"]);
}

#[tokio::test]
async fn postgresql_keeps_history_over_restarts_and_its_own_death_stops_no_backup() {
    let mut postgres = Postgres::start().await;
    let url = postgres.create_database("serve");
    let prometheus = prometheus().await;
    let setup = Setup::new().on_ledger(&url);
    setup.declare(&prometheus, QUIET);
    let served = setup.start().await;
    setup.ask("run main --wait").exits(0);

    postgres.kill_9();
    setup.ask("run main --wait").exits(0);
    let list = served
        .wait_for(
            "the ledger's death is told",
            async || served.api("assets").await,
            |list| list["lifeboat"]["ledger"]["error"].is_string(),
        )
        .await;
    assert_eq!(list["counts"]["failing"], 0, "{list:#}");
    postgres.restart().await;
    served
        .wait_for(
            "the ledger is written again",
            async || served.api("assets").await,
            |list| list["lifeboat"]["ledger"]["error"].is_null(),
        )
        .await;
    let (status, log) = served.terminate().await;
    assert!(status.success(), "{log}");

    let served = setup.start().await;
    let asset = served.main_asset().await;
    assert_eq!(report(&asset, "last_run")["status"], "ok");
    assert_eq!(
        served.api("runs").await["runs"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test]
async fn a_full_disk_under_the_ledger_stops_neither_backups_nor_alerts() {
    let open = prometheus().await;
    let closed = closed_prometheus().await;
    let webhook = HttpServer::start();
    let setup = Setup::new().with(&format!("--webhook {}/hook", webhook.url()));
    let ledger = setup.path("disk/ledger.db").display().to_string();
    let setup = setup.on_ledger(&ledger);
    setup.declare(&open, QUIET);
    let served = setup.start_on_a_small_disk(8).await;
    setup.ask("run main --wait").exits(0);

    let filler = served.inside(&setup.path("disk/filler"));
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    setup.ask("run main --wait").exits(0);
    let health = served
        .wait_for(
            "the full disk is told",
            async || served.api("assets").await,
            |list| list["lifeboat"]["ledger"]["error"].is_string(),
        )
        .await;
    let error = crate::support::text(&health["lifeboat"]["ledger"]["error"]);
    assert!(error.contains("the disk is full"), "{error}");
    setup.ask("status").says(&["the disk is full", "free some"]);

    setup.declare(&closed, &format!("{QUIET}\nretries: {{limit: 0}}"));
    served.wait_for_log("the resources have changed").await;
    setup.ask("run main --wait").exits(1);
    served
        .wait_for_alert("PrometheusBackupFailed", "pending")
        .await;
    setup.set_clock("+6m");
    webhook.wait_for(1, Duration::from_secs(30)).await;

    drop(file);
    fs::remove_file(&filler).unwrap();
    served
        .wait_for(
            "the ledger is written again",
            async || served.api("assets").await,
            |list| {
                list["lifeboat"]["ledger"]["error"].is_null()
                    && list["lifeboat"]["ledger"]["waiting_writes"] == 0
            },
        )
        .await;
    // Everything that waited is there, in its order.
    let runs = served.api("runs").await;
    let outcomes: Vec<_> = runs["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| &run["outcome"])
        .collect();
    assert_eq!(outcomes, ["failed", "succeeded", "succeeded"]);
    served.wait_until_told().await;
    assert_eq!(webhook.received().len(), 1);
}
