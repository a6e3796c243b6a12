//! Resources that change while Lifeboat serves: taken over at once, or refused with the former ones in force.

use serde_json::Value;

use crate::prometheus;
use crate::served::{Setup, report};
use crate::support::text;

const QUIET: &str =
    "schedule: \"0 0 1 1 *\"\nverification: {suspend: true}\nprune: {suspend: true}";

fn names(list: &Value) -> Vec<String> {
    let assets = list["assets"].as_array().unwrap();
    assets.iter().map(|asset| text(&asset["name"])).collect()
}

#[tokio::test]
async fn assets_come_go_and_come_back_with_their_history() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, QUIET);
    let served = setup.start().await;
    setup.ask("run main --wait").exits(0);
    let before = served.main_asset().await;

    std::fs::rename(setup.path("resources/main.yaml"), setup.path("away.yaml")).unwrap();
    served
        .wait_for(
            "the asset is gone",
            async || served.api("assets").await,
            |list| names(list).is_empty(),
        )
        .await;
    let metrics = served.metrics().await;
    assert!(!metrics.contains("name=\"main\""), "{metrics}");

    std::fs::rename(setup.path("away.yaml"), setup.path("resources/main.yaml")).unwrap();
    served
        .wait_for(
            "the asset is back",
            async || served.api("assets").await,
            |list| names(list) == ["main"],
        )
        .await;
    let after = served.main_asset().await;
    assert_eq!(after["first_seen_at"], before["first_seen_at"]);
    assert_eq!(report(&after, "ever_succeeded")["status"], "ok");
    assert_eq!(report(&after, "fresh")["status"], "ok");
}

#[tokio::test]
async fn a_document_that_is_broken_later_changes_nothing_and_is_told_until_it_is_mended() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, QUIET);
    let served = setup.start().await;
    setup.resource(
        "broken.yaml",
        "apiVersion: lifeboat.dev/v1alpha1\nkind: BackupPolicy\nspec: {prioritee: 1}\n",
    );
    let list = served
        .wait_for(
            "the error is told",
            async || served.api("assets").await,
            |list| list["lifeboat"]["resources"]["error"].is_string(),
        )
        .await;
    assert_eq!(names(&list), ["main"]);
    let error = text(&list["lifeboat"]["resources"]["error"]);
    assert!(error.contains("broken.yaml:3"), "{error}");
    setup.ask("status").says(&["broken.yaml"]);

    std::fs::remove_file(setup.path("resources/broken.yaml")).unwrap();
    served
        .wait_for(
            "the error is over",
            async || served.api("assets").await,
            |list| list["lifeboat"]["resources"]["error"].is_null(),
        )
        .await;
}

#[tokio::test]
async fn a_document_that_is_broken_at_the_start_is_refused_with_its_line() {
    let setup = Setup::new();
    setup.resource("broken.yaml", "apiVersion: lifeboat.dev/v1alpha1\nkind: PrometheusBackup\nmetadata: {name: a}\nspec:\n  shedule: daily\n");
    let (status, log) = setup.spawn().wait().await;
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("broken.yaml:5"), "{log}");
    assert!(log.contains("schedule"), "{log}");
}

#[tokio::test]
async fn an_asset_that_is_suspended_is_paused_and_its_age_still_shown() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, &format!("suspend: true\n{QUIET}"));
    let served = setup.start().await;
    let asset = served
        .wait_for_asset("it is paused", |asset| asset["status"] == "paused")
        .await;
    assert_eq!(report(&asset, "fresh")["status"], "paused");
    setup.ask("status").exits(0).says(&["paused"]);
    // Asked for by hand, it runs all the same.
    setup.ask("run main --wait").exits(0);
    let asset = served.main_asset().await;
    assert!(
        text(&report(&asset, "fresh")["text"]).contains("old"),
        "{asset:#}"
    );
}

#[tokio::test]
async fn a_policy_changes_what_is_promised() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, QUIET);
    let served = setup.start().await;
    setup.resource(
        "policy.yaml",
        "apiVersion: lifeboat.dev/v1alpha1\nkind: BackupPolicy\nmetadata: {name: strict}\nspec:\n  selector: {namespaces: [monitoring]}\n  objectives: {maximumAge: 2h}\n",
    );
    served
        .wait_for_asset("the policy is in force", |asset| {
            asset["objectives"]["maximum_age_seconds"] == 7200.0
        })
        .await;
}
