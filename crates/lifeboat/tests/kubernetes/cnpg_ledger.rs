//! Stories of the ledger, which outlives the objects and the process.

use jiff::SignedDuration;
use lifeboat_testkit::kubernetes_objects::KubernetesObject;
use serde_json::{Value, json};

use crate::scene::{Scene, apply_all, name_of, points};
use crate::served::report;

/// What is counted of runs, which nothing may count twice.
pub(crate) const COUNTERS: [&str; 3] = [
    "lifeboat_runs_total",
    "cnpg_backup_failed_total",
    "lifeboat_run_duration_seconds_count",
];

#[tokio::test]
async fn a_restart_counts_no_run_twice_and_forgets_no_failure() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let failed = scene.failed(scene.minutes(-30), "AccessDenied").object();
    control_plane.apply(&failed).await;
    let served = scene.setup.start().await;
    let told = ["last_run failing"];
    scene.tells(&served, &told).await;
    let counted = scene.lines(&served, &COUNTERS).await;
    assert!(
        counted
            .iter()
            .any(|line| line.contains("failed") && line.ends_with(" 1"))
    );
    served.wait_until_told().await;
    served.terminate().await;

    // While Lifeboat is down, the failed one is tidied away.
    control_plane.delete(&failed).await;
    let served = scene.setup.start().await;
    let asset = scene
        .tells_that(&served, &told, |asset| asset["blind"].is_null())
        .await;
    let error = &report(&asset, "last_run")["facts"]["error"];
    assert!(error.as_str().unwrap().contains("AccessDenied"), "{error}");
    assert_eq!(scene.lines(&served, &COUNTERS).await, counted);
}

#[tokio::test]
async fn story_14_what_is_lost_while_lifeboat_is_down_is_told_and_its_history_is_kept() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let served = scene.setup.start().await;
    let before = scene.tells(&served, &[]).await;
    let counted = scene.lines(&served, &COUNTERS).await;
    served.wait_until_told().await;
    served.terminate().await;

    let yesterday = scene.backup(scene.hours(-25)).object();
    control_plane.delete(&yesterday).await;
    let store = scene.store(Some(scene.minutes(-50)), Some(scene.minutes(-50)));
    control_plane.apply(&store.object()).await;

    let served = scene.setup.start().await;
    let asset = scene.tells(&served, &["points_kept failing"]).await;
    let lost = &report(&asset, "points_kept")["facts"];
    assert_eq!(lost["count"], 1);
    assert_eq!(lost["newest"], name_of(scene.hours(-25)));
    assert_eq!(scene.lines(&served, &COUNTERS).await, counted);
    assert_eq!(asset["first_seen_at"], before["first_seen_at"]);
    // The first success lies before what is left.
    let first = &report(&asset, "ever_succeeded")["facts"]["first"];
    let ended = scene.hours(-25) + SignedDuration::from_mins(10);
    assert_eq!(first, &json!(ended.to_string()));
}

#[tokio::test]
async fn a_cluster_that_is_deleted_and_made_again_is_not_new() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let served = scene.setup.start().await;
    let before = scene.tells(&served, &[]).await;
    let counted = scene.lines(&served, &COUNTERS).await;
    let cluster = scene.cluster().object();
    control_plane.delete(&cluster).await;
    served
        .wait_for(
            "the cluster is gone",
            async || scene.db(&served).await,
            Value::is_null,
        )
        .await;
    assert_eq!(scene.lines(&served, &COUNTERS).await, [""; 0]);
    // Its Backups belonged to it, but not what they left in the store.
    for hours in [-25, -1] {
        let backup = scene.backup(scene.hours(hours)).object();
        control_plane.delete(&backup).await;
    }

    control_plane.apply(&cluster).await;
    let after = scene.tells(&served, &[]).await;
    assert_eq!(after["first_seen_at"], before["first_seen_at"]);
    assert_eq!(points(&after).len(), 2, "{after:#}");
    assert_eq!(scene.lines(&served, &COUNTERS).await, counted);
}

#[tokio::test]
async fn sound_twin_a_restart_without_a_change_changes_nothing() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let served = scene.setup.start().await;
    let before = scene.tells(&served, &[]).await;
    let counted = scene.lines(&served, &COUNTERS).await;
    served.wait_until_told().await;
    served.terminate().await;
    let served = scene.setup.start().await;
    let after = scene
        .tells_that(&served, &[], |asset| asset["blind"].is_null())
        .await;
    assert_eq!(points(&after), points(&before));
    assert_eq!(scene.lines(&served, &COUNTERS).await, counted);
    for check in ["fresh", "last_run", "ever_succeeded"] {
        assert_eq!(
            report(&after, check)["since"],
            report(&before, check)["since"],
            "{check}"
        );
    }
}

#[tokio::test]
async fn failures_that_are_tidied_away_at_once_are_told_all_the_same() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;
    for minutes in 1..=20 {
        let failed = scene
            .failed(scene.minutes(-minutes), "AccessDenied")
            .object();
        control_plane.apply(&failed).await;
        control_plane.delete(&failed).await;
    }
    scene.tells(&served, &["last_run failing"]).await;
    served
        .wait_for(
            "every failure is counted",
            async || json!(scene.metric(&served, "cnpg_backup_failed_total").await),
            |count| *count == json!(20.0),
        )
        .await;
}
