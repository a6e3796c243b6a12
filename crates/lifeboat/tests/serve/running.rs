//! Runs: schedules, requests, restarts, and the end of the program in the middle of one.

use serde_json::Value;

use crate::prometheus;
use crate::served::{Setup, entries, report};
use crate::support::text;

/// So slow that a backup takes far longer than a test.
const SLOW: &str = "schedule: \"0 0 1 1 *\"\nimmediate: true\nretries: {limit: 2, backoff: 1s}";

fn outcomes(runs: &Value) -> Vec<(String, String)> {
    let runs = runs["runs"].as_array().unwrap();
    runs.iter()
        .map(|run| {
            (
                text(&run["operation"]),
                run["outcome"].as_str().unwrap_or("running").to_owned(),
            )
        })
        .collect()
}

/// A Lifeboat whose backup is on its way, slowly.
async fn in_the_middle(
    setup: &Setup,
) -> (
    crate::served::Served<'_>,
    lifeboat_testkit::prometheus::Prometheus,
) {
    let prometheus = prometheus().await;
    setup.declare_slowly(&prometheus, SLOW);
    let served = setup.start().await;
    served
        .wait_for_asset("the backup is under way", |asset| {
            asset["running"]
                .as_array()
                .is_some_and(|running| running.len() == 1)
        })
        .await;
    // Known to the ledger, too: what happened between two writes nobody can know after a kill.
    served
        .wait_for(
            "the run is written down",
            async || served.api("runs").await,
            |runs| outcomes(runs).len() == 1,
        )
        .await;
    (served, prometheus)
}

#[tokio::test]
async fn a_run_that_was_killed_is_inconclusive_and_is_made_anew_at_once() {
    let setup = Setup::new();
    let (served, prometheus) = in_the_middle(&setup).await;
    served.kill_9();

    setup.declare(&prometheus, SLOW);
    let served = setup.start().await;
    let asset = served
        .wait_for_asset("the retry has succeeded", |asset| {
            report(asset, "last_run")["status"] == "ok"
        })
        .await;
    assert_eq!(report(&asset, "fresh")["status"], "ok");
    let runs = served.api("runs").await;
    assert_eq!(
        outcomes(&runs),
        [
            ("backup".to_owned(), "succeeded".to_owned()),
            ("backup".to_owned(), "inconclusive".to_owned())
        ]
    );
    assert_eq!(runs["runs"][0]["trigger"], "retry");
    assert!(text(&runs["runs"][1]["error"]).contains("lifeboat ended"));
    assert_eq!(entries(&prometheus.data_directory().join("snapshots")), 0);
}

#[tokio::test]
async fn sigterm_stops_what_runs_within_the_grace_and_leaves_no_snapshot() {
    let setup = Setup::new().with("--shutdown-grace 8s");
    let (served, prometheus) = in_the_middle(&setup).await;
    let (status, log) = served.terminate().await;
    assert!(status.success(), "{status}\n{log}");
    assert!(log.contains("stopping the backup"), "{log}");
    assert_eq!(entries(&prometheus.data_directory().join("snapshots")), 0);

    setup.declare(&prometheus, SLOW);
    let served = setup.start().await;
    served
        .wait_for_asset("the retry has succeeded", |asset| {
            report(asset, "last_run")["status"] == "ok"
        })
        .await;
    assert_eq!(outcomes(&served.api("runs").await)[1].1, "inconclusive");
}

#[tokio::test]
async fn sigterm_lets_a_short_run_finish() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, "immediate: true\nschedule: \"0 0 1 1 *\"");
    let served = setup.start().await;
    served.wait_for_log("backup begins").await;
    let (status, log) = served.terminate().await;
    assert!(status.success(), "{status}\n{log}");

    let served = setup.start().await;
    assert_eq!(
        outcomes(&served.api("runs").await),
        [("backup".to_owned(), "succeeded".to_owned())]
    );
}

#[tokio::test]
async fn the_same_operation_never_runs_twice_at_once() {
    let setup = Setup::new();
    let (_served, _prometheus) = in_the_middle(&setup).await;
    setup
        .ask("run main")
        .exits(1)
        .complains(&["backup of Prometheus/monitoring/main is running since"]);
}

#[tokio::test]
async fn whoever_asks_can_run_every_operation_now_and_see_how_it_ends() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, "schedule: \"0 0 1 1 *\"");
    let served = setup.start().await;
    for operation in ["backup", "verification", "prune"] {
        setup
            .ask(&format!("run main --operation {operation} --wait"))
            .exits(0);
    }
    let runs = served.api("runs").await;
    assert_eq!(outcomes(&runs).len(), 3);
    assert!(
        runs["runs"]
            .as_array()
            .unwrap()
            .iter()
            .all(|run| run["trigger"] == "manual" && run["outcome"] == "succeeded"),
        "{runs:#}"
    );
    setup.ask("run nobody").exits(2).complains(&["nobody"]);
}

#[tokio::test]
async fn a_run_past_its_deadline_is_stopped_and_failed() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare_slowly(
        &prometheus,
        "immediate: true\nschedule: \"0 0 1 1 *\"\ndeadline: 2s\nretries: {limit: 0}",
    );
    let served = setup.start().await;
    let asset = served
        .wait_for_asset("the backup has failed", |asset| {
            report(asset, "last_run")["status"] == "failing"
        })
        .await;
    let said = text(&report(&asset, "last_run")["text"]);
    assert!(said.contains("deadline of 2s"), "{said}");
    assert_eq!(entries(&prometheus.data_directory().join("snapshots")), 0);
}

#[tokio::test]
async fn verifications_cover_the_repository_slice_by_slice() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(
        &prometheus,
        "schedule: \"0 0 1 1 *\"\nverification: {schedule: \"0 0 1 1 *\", slices: 3}",
    );
    let served = setup.start().await;
    setup.ask("run main --wait").exits(0);
    for done in 1..=3 {
        setup
            .ask("run main --operation verification --wait")
            .exits(0);
        let asset = served.main_asset().await;
        let said = text(&report(&asset, "verified")["text"]);
        assert!(said.contains(&format!("{done} of 3 shares")), "{said}");
    }
}

#[tokio::test]
async fn every_scheduled_minute_is_run_once() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(
        &prometheus,
        "schedule: \"* * * * *\"\nprune: {suspend: true}\nverification: {suspend: true}",
    );
    let served = setup.start().await;
    for minutes in 1..=3_usize {
        setup.set_clock(&format!("+{minutes}m"));
        served
            .wait_for(
                "the minute's backup has run",
                async || served.api("runs").await,
                |runs| {
                    outcomes(runs)
                        .iter()
                        .filter(|(_, outcome)| outcome == "succeeded")
                        .count()
                        >= minutes
                },
            )
            .await;
    }
    let runs = served.api("runs").await;
    let mut moments: Vec<_> = runs["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| text(&run["scheduled_for"]))
        .collect();
    let all = moments.len();
    moments.dedup();
    assert_eq!(moments.len(), all, "{moments:?}");
}
