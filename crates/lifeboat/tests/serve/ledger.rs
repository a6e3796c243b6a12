//! The ledger under `serve`: claimed by one, away for a while, in PostgreSQL.

use lifeboat_testkit::postgres::Postgres;

use crate::prometheus;
use crate::served::{Setup, report};

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
