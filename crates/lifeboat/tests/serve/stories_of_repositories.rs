//! The stories of damage, as `serve` tells them: in Prometheus's own blocks, and in the repository.

use std::fs;

use lifeboat_testkit::blocks::blocks_in;
use lifeboat_testkit::prometheus::Prometheus;
use lifeboat_testkit::tree::tree;

use crate::prometheus;
use crate::prometheus_engine::both_raise;
use crate::served::{ONCE, Setup, report};
use crate::support::{blocks, flip, text};

#[tokio::test]
async fn story_34_a_bad_byte_in_a_block_of_prometheus_is_told_with_its_place() {
    let data = blocks(2);
    let damaged = blocks_in(data.path())[0].clone();
    flip(&damaged.join("chunks/000001"), 200);
    let prometheus = Prometheus::debian().admin_api(true);
    let prometheus = prometheus.data_directory(data.path()).start().await;
    let setup = Setup::new();
    setup.declare(&prometheus, ONCE);
    let served = setup.start().await;

    let asset = served
        .wait_for_asset("the backup is not whole", |asset| {
            report(asset, "complete")["status"] == "failing"
        })
        .await;
    let told = text(&report(&asset, "complete")["text"]);
    let ulid = damaged.file_name().unwrap().to_str().unwrap();
    assert!(told.contains(ulid) && told.contains("at offset"), "{told}");
    both_raise(
        &served,
        &["PrometheusBackupDamaged", "PrometheusBackupFailed"],
    )
    .await;
}

#[tokio::test]
async fn story_36_an_object_that_is_gone_from_the_repository_is_told_by_the_next_verification() {
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare(&prometheus, ONCE);
    let served = setup.start().await;
    served.wait_for_backups(1).await;
    // The sound twin: a verification that finds everything.
    setup
        .ask("run main --operation verification --wait")
        .exits(0);
    both_raise(&served, &[]).await;

    let repository = setup.repository();
    let files = tree(&repository);
    let index = files.keys().find(|file| file.ends_with("index")).unwrap();
    fs::remove_file(repository.join(index)).unwrap();
    setup
        .ask("run main --operation verification --wait")
        .exits(1);
    let asset = served
        .wait_for_asset("the verification has failed", |asset| {
            report(asset, "verified")["status"] == "failing"
        })
        .await;
    let told = text(&report(&asset, "verified")["text"]);
    assert!(told.contains("index"), "{told}");
    both_raise(
        &served,
        &["BackupVerificationFailed", "PrometheusBackupDamaged"],
    )
    .await;
}
