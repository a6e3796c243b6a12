//! Stories 27 and 31, and paused sources: what VolSync copies, and what it doesn't tell of it.

use lifeboat_testkit::kubernetes_objects::{KubernetesObject, Replication};
use serde_json::json;

use crate::cron_scene::{moment, text};
use crate::scene::{Scene, findings, newest, points};
use crate::served::report;
use crate::volsync_scene::operation;

const LOG: &str = "Connecting to the repository\nERROR: can't open repository: access denied";

#[tokio::test]
async fn story_27_a_failure_behind_a_synchronisation_that_goes_on_is_told() {
    let (control_plane, scene) = Scene::new().await;
    control_plane.apply(&scene.synchronised().object()).await;
    let served = scene.setup.start().await;
    scene.tells_of_data(&served, &[]).await;

    let begun = scene.synchronised().synchronising(scene.begin);
    control_plane.apply(&begun.clone().object()).await;
    let failed = begun.mover_says("Failed", LOG);
    control_plane.apply(&failed.clone().object()).await;
    let asset = scene.tells_of_data(&served, &["last_run failing"]).await;
    let told = text(&asset, "last_run");
    assert!(
        told.contains("ERROR: can't open repository: access denied"),
        "{told}"
    );
    assert!(!told.contains('\n'), "{told}");
    assert_eq!(operation(&asset, "backup")["failures"], 1);

    // Hours later it is still the same one, after a restart as well.
    scene.setup.set_clock("+6h");
    served.terminate().await;
    let served = scene.setup.start().await;
    let again = failed.mover_says("Failed", "once more");
    control_plane.apply(&again.object()).await;
    let stuck = ["last_run failing", "not_stuck failing"];
    let asset = scene.tells_of_data(&served, &stuck).await;
    assert_eq!(operation(&asset, "backup")["failures"], 1);
    assert!(
        text(&asset, "not_stuck").contains("ReplicationSource/data"),
        "{asset:#}"
    );

    let ended = scene.source().synchronised(scene.begin, scene.hours(6));
    control_plane.apply(&ended.object()).await;
    let asset = scene.tells_of_data(&served, &[]).await;
    assert_eq!(operation(&asset, "backup")["failures"], 0);
    let runs = scene.lines(&served, &["lifeboat_runs_total{"]).await;
    let runs: Vec<&String> = runs
        .iter()
        .filter(|line| line.contains("\"data\""))
        .collect();
    let count = |outcome: &str, value: &str| {
        let mut runs = runs.iter();
        runs.any(|line| line.contains(&format!("\"{outcome}\"")) && line.ends_with(value))
    };
    assert!(
        count("failed", " 1") && count("succeeded", " 2"),
        "{runs:#?}"
    );
    assert!(count("inconclusive", " 0"), "{runs:#?}");
}

#[tokio::test]
async fn story_27_sound_twin_a_long_synchronisation_without_a_failure_is_silent() {
    let (control_plane, scene) = Scene::new().await;
    let sound = scene.synchronised().synchronising(scene.begin);
    control_plane.apply(&sound.object()).await;
    let served = scene.setup.start().await;
    let asset = scene.tells_of_data(&served, &[]).await;
    assert_eq!(
        asset["under_way"][0]["phase"], "SyncInProgress",
        "{asset:#}"
    );
    scene.setup.set_clock("+50m");
    served.wait_for_evaluation().await;
    scene.tells_of_data(&served, &[]).await;
}

#[tokio::test]
async fn story_31_a_source_that_is_asked_by_hand_grows_old_by_policy() {
    let (control_plane, scene) = Scene::new().await;
    let old = scene
        .unscheduled()
        .manual("by-hand-1")
        .synchronised(scene.hours(-240), scene.minutes(-239 * 60));
    let data = control_plane.apply(&old.object()).await;
    let served = scene.setup.start().await;
    let asset = scene.tells_of_data(&served, &["fresh failing"]).await;
    let since = moment(&report(&asset, "fresh")["since"]);
    assert_eq!(since, scene.minutes((36 - 239) * 60));
    // A longer promise is kept by the same.
    let longer = json!({ "metadata": { "annotations": { "lifeboat.dev/maximum-age": "30d" } } });
    control_plane.patch(&data, &longer).await;
    scene.tells_of_data(&served, &[]).await;
}

#[tokio::test]
async fn story_31_sound_twin_one_that_was_asked_of_late_is_silent() {
    let (control_plane, scene) = Scene::new().await;
    let sound = scene
        .unscheduled()
        .manual("by-hand-1")
        .synchronised(scene.hours(-1), scene.minutes(-50));
    control_plane.apply(&sound.object()).await;
    let served = scene.setup.start().await;
    scene.setup.set_clock("+30h");
    served.wait_for_evaluation().await;
    let asset = scene.tells_of_data(&served, &[]).await;
    assert!(
        asset["checks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|check| check["check"] != "scheduled")
    );
}

#[tokio::test]
async fn a_paused_source_makes_no_points_though_volsync_says_that_it_does() {
    let (control_plane, scene) = Scene::new().await;
    control_plane.apply(&scene.synchronised().object()).await;
    let served = scene.setup.start().await;
    let before = scene.tells_of_data(&served, &[]).await;

    let idle = scene
        .source()
        .synchronised(scene.begin, scene.begin)
        .field("/status/lastSyncDuration", "842.117ms");
    control_plane.apply(&idle.clone().paused().object()).await;
    let data = ("ReplicationSource", "data");
    let paused = |asset: &serde_json::Value| asset["status"] == "paused";
    let asset = scene.tells_of(&served, data, &[], paused).await;
    assert_eq!(newest(&asset), newest(&before));

    control_plane.apply(&idle.object()).await;
    let asset = scene
        .tells_of(&served, data, &[], |asset| !findings(asset).is_empty())
        .await;
    assert_eq!(findings(&asset), ["nothing_copied"]);
    assert_eq!(points(&asset), points(&before));
    scene.setup.set_clock("+35h 11m");
    scene
        .tells_of_data(&served, &["fresh failing", "on_schedule failing"])
        .await;
}

#[tokio::test]
async fn a_source_that_is_made_again_keeps_its_past() {
    let (control_plane, scene) = Scene::new().await;
    let data = control_plane.apply(&scene.synchronised().object()).await;
    let served = scene.setup.start().await;
    let before = scene.tells_of_data(&served, &[]).await;
    served.wait_until_told().await;
    served.terminate().await;

    control_plane.delete(&data).await;
    let begun = scene.source().synchronising(scene.begin);
    control_plane.create(&begun.object()).await;
    let served = scene.setup.start().await;
    let after = scene.tells_of_data(&served, &[]).await;
    assert_eq!(newest(&after), newest(&before));
    scene.setup.set_clock("+35h 11m");
    let stale = ["fresh failing", "not_stuck failing"];
    scene.tells_of_data(&served, &stale).await;
}

#[tokio::test]
async fn a_destination_by_hand_is_paused_and_one_by_schedule_is_not() {
    let (control_plane, scene) = Scene::new().await;
    let copy = |name: &str| {
        Replication::destination(&scene.namespace, name)
            .kopia("kopia")
            .synchronised(scene.hours(-1), scene.minutes(-50))
    };
    control_plane
        .apply(&copy("by-hand").manual("restore").object())
        .await;
    control_plane
        .apply(&copy("daily").schedule("0 0 1 1 *").object())
        .await;
    let served = scene.setup.start().await;
    for (name, status) in [("by-hand", "paused"), ("daily", "ok")] {
        let destination = ("ReplicationDestination", name);
        scene
            .tells_of(&served, destination, &[], |asset| asset["status"] == status)
            .await;
    }
}
