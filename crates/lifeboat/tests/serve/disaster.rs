//! What else is taken away from a Lifeboat that serves: its repository, its Prometheus, its disk.

use std::fs;

use crate::prometheus;
use crate::served::{Setup, report};
use crate::support::text;

const QUIET: &str = "schedule: \"0 0 1 1 *\"\nretries: {limit: 0}";

#[tokio::test]
async fn a_repository_that_is_gone_is_not_made_anew_in_its_place() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, QUIET);
    let served = setup.start().await;
    setup.ask("run main --wait").exits(0);

    fs::rename(setup.repository(), setup.path("elsewhere")).unwrap();
    setup
        .ask("run main --wait")
        .exits(1)
        .says(&["failed to open the repository's folder"]);
    assert!(!setup.repository().exists());
    let asset = served.main_asset().await;
    assert_eq!(report(&asset, "last_run")["status"], "failing");
    // What was there is not forgotten because nobody can look.
    assert_eq!(asset["recovery_points"].as_array().unwrap().len(), 1);

    fs::rename(setup.path("elsewhere"), setup.repository()).unwrap();
    setup.ask("run main --wait").exits(0);
}

#[tokio::test]
async fn backups_that_somebody_deletes_are_missed_at_the_next_look() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, QUIET);
    let served = setup.start().await;
    setup.ask("run main --wait").exits(0);
    fs::remove_dir_all(setup.repository().join("backups")).unwrap();
    setup.ask("run main --operation verification --wait");
    let asset = served
        .wait_for_asset("the loss is seen", |asset| {
            asset["recovery_points"].as_array().unwrap().is_empty()
        })
        .await;
    assert_ne!(report(&asset, "fresh")["status"], "ok");
}

#[tokio::test]
async fn a_prometheus_that_is_stopped_fails_the_backup_with_a_hint() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, QUIET);
    let _served = setup.start().await;
    prometheus.stop().await;
    setup
        .ask("run main --wait")
        .exits(1)
        .says(&["that Prometheus runs and may be reached from here"]);
}

#[tokio::test]
async fn an_object_that_is_altered_is_found_by_the_next_verification() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(
        &prometheus,
        &format!("{QUIET}\nverification: {{schedule: \"0 0 1 1 *\", slices: 1}}"),
    );
    let served = setup.start().await;
    setup.ask("run main --wait").exits(0);
    let tree = lifeboat_testkit::tree::tree(&setup.repository());
    let index = tree
        .keys()
        .find(|path| path.ends_with("index"))
        .unwrap()
        .clone();
    crate::support::flip(&setup.repository().join(&index), 100);

    setup
        .ask("run main --operation verification --wait")
        .exits(1)
        .says(&["index"]);
    let asset = served
        .wait_for_asset("the backup counts as bad", |asset| {
            report(asset, "verified")["status"] == "failing"
        })
        .await;
    assert!(
        text(&report(&asset, "verified")["text"]).contains("hurts backup-"),
        "{asset:#}"
    );
    served
        .wait_for_asset("nothing good is left", |asset| {
            asset["newest_good_recovery_point"].is_null()
        })
        .await;
}
