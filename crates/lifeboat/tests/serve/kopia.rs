//! Kopia repositories that a policy names, through the real binary: verdicts, metrics, status, and what
//! it costs.
#![expect(clippy::panic, reason = "a panic in a helper is a failed test")]

use std::fs;

use lifeboat_testkit::{garage::Garage, kopia::KopiaRepository, tools::tool};
use serde_json::Value;

use crate::served::{Served, Setup, report};

const ASSET: &str = "KopiaRepository/backups/kopia-secret";

/// A Lifeboat with a policy that names the repository.
fn setup(repository: &KopiaRepository) -> Setup {
    let setup = Setup::new();
    repository.write_secret(&setup.path("kopia/backups/kopia-secret"));
    name_repository(&setup, "6h");
    let arguments = format!(
        "--kopia-repositories {} --kopia {}",
        setup.path("kopia").display(),
        tool("kopia").display()
    );
    setup.with(&arguments)
}

fn name_repository(setup: &Setup, every: &str) {
    let policy = format!(
        "apiVersion: lifeboat.dev/v1alpha1\n\
         kind: BackupPolicy\n\
         metadata: {{name: kopia, namespace: backups}}\n\
         spec:\n  selector: {{kinds: [KopiaRepository]}}\n  \
         kopiaRepositories:\n    - {{name: kopia-secret, every: {every}}}\n"
    );
    setup.resource("kopia.yaml", &policy);
}

async fn wait_until_readable(served: &Served<'_>, status: &str) -> Value {
    served
        .wait_for(
            &format!("the repository's check readable is {status}"),
            async || served.api(&format!("assets/{ASSET}")).await,
            |asset| report(asset, "readable")["status"] == status,
        )
        .await
}

/// The value of the series with this name and these labels.
fn value(metrics: &str, name: &str, labels: &[&str]) -> f64 {
    let line = metrics.lines().find(|line| {
        line.starts_with(&format!("{name}{{")) && labels.iter().all(|label| line.contains(label))
    });
    let line = line.unwrap_or_else(|| panic!("no {name} with {labels:?} in\n{metrics}"));
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

#[tokio::test]
async fn a_repository_that_a_policy_names_is_read_judged_and_told() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let repository = KopiaRepository::in_bucket(&bucket, "kopia");
    repository.snapshot_with_an_error("files@apps:/data");
    repository.maintain();
    let setup = setup(&repository);
    let served = setup.start().await;
    let asset = wait_until_readable(&served, "ok").await;
    assert_eq!(report(&asset, "maintained")["status"], "ok");
    assert_eq!(report(&asset, "scheduled")["status"], "ok");
    assert_eq!(report(&asset, "snapshots_whole")["status"], "failing");
    served.wait_for_evaluation().await;

    let metrics = served.metrics().await;
    let labels = ["kind=\"KopiaRepository\"", "name=\"kopia-secret\""];
    assert!(
        value(
            &metrics,
            "lifeboat_kopia_repository_physical_bytes",
            &labels
        ) > 1000.0
    );
    let operations = "lifeboat_object_store_requests_total";
    assert!(value(&metrics, operations, &["operation=\"list\""]) >= 20.0);
    assert!(value(&metrics, operations, &["operation=\"read\""]) >= 10.0);
    assert_eq!(
        value(&metrics, operations, &["operation=\"write\""]).to_bits(),
        0
    );
    let succeeded = |metrics: &str| {
        let outcome = "outcome=\"succeeded\"";
        let runs = [labels[0], "operation=\"maintenance\"", outcome];
        value(metrics, "lifeboat_runs_total", &runs)
    };
    // The one with which it was made, and the other.
    assert!((succeeded(&metrics) - 2.0).abs() < f64::EPSILON);

    let told = setup.ask(&format!("status {ASSET}"));
    assert_eq!(told.code, Some(1), "{}", told.stderr);
    assert!(
        told.stdout.contains("maintenance@volsync"),
        "{}",
        told.stdout
    );
    assert!(told.stdout.contains("s3: backups/kopia"), "{}", told.stdout);
    let secret = &bucket.secret_access_key;
    assert!(!served.log().contains(secret.as_str()));
    served.terminate().await;

    // What was counted counts once.
    let served = setup.start().await;
    wait_until_readable(&served, "ok").await;
    served.wait_for_evaluation().await;
    assert!((succeeded(&served.metrics().await) - 2.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn an_owner_that_is_gone_and_a_pause_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let repository = KopiaRepository::in_folder(folder.path());
    repository.run(&[
        "maintenance",
        "set",
        "--full-interval=1ms",
        "--pause-full=0s",
    ]);
    repository.run(&["maintenance", "set", "--owner=gone@nowhere"]);
    let setup = setup(&repository);
    let served = setup.start().await;
    let asset = wait_until_readable(&served, "ok").await;
    let findings = asset["findings"].to_string();
    assert!(
        findings.contains("kopia_maintenance_left_undone"),
        "{asset:#}"
    );
    assert!(findings.contains("gone@nowhere"), "{asset:#}");

    repository.run(&["maintenance", "set", "--owner=me", "--pause-full=72h"]);
    // Another interval has it read anew.
    name_repository(&setup, "5h");
    served
        .wait_for(
            "the pause is seen",
            async || served.api(&format!("assets/{ASSET}")).await,
            |asset| report(asset, "scheduled")["status"] == "failing",
        )
        .await;
}

#[tokio::test]
async fn a_repository_that_cannot_be_read_says_why_and_keeps_what_was_known() {
    let folder = tempfile::tempdir().unwrap();
    let repository = KopiaRepository::in_folder(folder.path());
    let setup = setup(&repository);
    let password = setup.path("kopia/backups/kopia-secret/KOPIA_PASSWORD");
    fs::write(&password, "wrong").unwrap();
    let served = setup.start().await;
    let asset = wait_until_readable(&served, "failing").await;
    let why = report(&asset, "readable").to_string();
    assert!(
        why.contains("the password of the Kopia repository is wrong"),
        "{why}"
    );
    assert_eq!(setup.ask(&format!("status {ASSET}")).code, Some(1));

    fs::write(&password, KopiaRepository::PASSWORD).unwrap();
    name_repository(&setup, "5h");
    let asset = wait_until_readable(&served, "ok").await;
    assert_eq!(report(&asset, "maintained")["status"], "ok");

    fs::write(&password, "wrong").unwrap();
    name_repository(&setup, "4h");
    let asset = wait_until_readable(&served, "failing").await;
    assert_eq!(report(&asset, "maintained")["status"], "ok");
    assert!(asset["repository"]["read_at"].is_string(), "{asset:#}");
}
