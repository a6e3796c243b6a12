//! Stories of the API server: it can't be reached, and a namespace goes.

use std::time::Duration;

use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::kubernetes_objects::{Backup, Cluster, KubernetesObject};
use serde_json::{Value, json};

use crate::cnpg_ledger::COUNTERS;
use crate::scene::{Scene, apply_all, name_of, newest};
use crate::served::{Served, report};

const DB: (&str, &str) = ("CNPGCluster", "db");
const BAD: (&str, &str) = ("CNPGCluster", "bad");

/// What is told of a cluster that nobody can look at.
const UNKNOWN: [&str; 11] = [
    "archiving unknown",
    "clock unknown",
    "ever_archived unknown",
    "ever_succeeded unknown",
    "fresh unknown",
    "last_run unknown",
    "not_stuck unknown",
    "on_schedule unknown",
    "points_kept unknown",
    "scheduled unknown",
    "seen unknown",
];

/// What is told of `bad`: its only backup failed, and no schedule makes another.
const FAILING: [&str; 4] = [
    "ever_succeeded unknown",
    "fresh unknown",
    "last_run failing",
    "scheduled failing",
];

/// A control plane of the test's own, which it may end.
async fn own_control_plane() -> ControlPlane {
    let control_plane = ControlPlane::start().await;
    control_plane.install_custom_resource_definitions().await;
    control_plane
}

/// `db`, which is sound, and `bad`, whose backup failed.
async fn sound_and_bad(control_plane: &ControlPlane) -> Scene {
    let scene = Scene::of(control_plane, "--instance-exporters false").await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let bad = Cluster::new(&scene.namespace, "bad")
        .backed_up_in_tree("s3://backups/bad")
        .archiving(true, scene.hours(-720));
    control_plane.apply(&bad.object()).await;
    let failed = Backup::new(&scene.namespace, "bad-first", "bad").failed(
        scene.minutes(-30),
        scene.minutes(-20),
        "AccessDenied",
    );
    control_plane.apply(&failed.object()).await;
    scene
}

/// Waits until nobody can look, and demands that what was failing is, and all else is unknown.
async fn nothing_is_green(scene: &Scene, served: &Served<'_>) {
    let asset = scene
        .tells_of(served, DB, &UNKNOWN, |asset| !asset["blind"].is_null())
        .await;
    assert_eq!(asset["status"], "unknown");
    // What was known is still shown.
    assert!(newest(&asset).starts_with("daily-"), "{asset:#}");
    let mut bad: Vec<&str> = UNKNOWN.to_vec();
    for failing in ["last_run", "scheduled"] {
        bad.retain(|told| !told.starts_with(failing));
    }
    bad.extend(["last_run failing", "scheduled failing"]);
    scene.tells_of(served, BAD, &bad, |_| true).await;
    let list = served.api("assets").await;
    let assets = list["assets"].as_array().unwrap();
    assert_eq!(assets.len(), 2);
    assert!(assets.iter().all(|asset| asset["status"] != "ok"));
    let blind = scene.lines(served, &["lifeboat_observation_blind{"]).await;
    assert_eq!(blind.len(), 2, "{blind:?}");
    assert!(blind.iter().all(|line| line.ends_with(" 1")), "{blind:?}");
}

/// Waits until both are as they were before.
async fn all_is_as_before(scene: &Scene, served: &Served<'_>, counted: &[String]) {
    let seen = |asset: &Value| asset["blind"].is_null();
    scene.tells_of(served, DB, &[], seen).await;
    scene.tells_of(served, BAD, &FAILING, seen).await;
    assert_eq!(scene.lines(served, &COUNTERS).await, counted);
}

#[tokio::test]
async fn story_38_while_the_api_server_is_away_nothing_is_green_and_then_all_is_as_before() {
    let mut control_plane = own_control_plane().await;
    let scene = sound_and_bad(&control_plane).await;
    let served = scene.setup.start().await;
    scene.tells_of(&served, DB, &[], |_| true).await;
    scene.tells_of(&served, BAD, &FAILING, |_| true).await;
    let counted = scene.lines(&served, &COUNTERS).await;

    control_plane.kill_api_server();
    nothing_is_green(&scene, &served).await;
    // Nor does it become so, or fail, by the mere passing of time.
    scene.setup.set_clock("+40h");
    served.wait_for_evaluation().await;
    nothing_is_green(&scene, &served).await;

    // What has turned stale meanwhile is told then, and nothing else.
    control_plane.start_api_server().await;
    let seen = |asset: &Value| asset["blind"].is_null();
    scene.tells_of(&served, DB, &["fresh failing"], seen).await;
    let stale = ["ever_succeeded failing", "fresh failing"];
    let bad = [stale[0], stale[1], "last_run failing", "scheduled failing"];
    scene.tells_of(&served, BAD, &bad, seen).await;
    assert_eq!(scene.lines(&served, &COUNTERS).await, counted);
}

#[tokio::test]
async fn story_38_sound_twin_after_a_short_outage_all_is_as_before() {
    let mut control_plane = own_control_plane().await;
    let scene = sound_and_bad(&control_plane).await;
    let served = scene.setup.start().await;
    scene.tells_of(&served, DB, &[], |_| true).await;
    scene.tells_of(&served, BAD, &FAILING, |_| true).await;
    let counted = scene.lines(&served, &COUNTERS).await;
    for _ in 0..2 {
        control_plane.kill_api_server();
        nothing_is_green(&scene, &served).await;
        control_plane.start_api_server().await;
        all_is_as_before(&scene, &served, &counted).await;
        served.wait_for_evaluation().await;
        all_is_as_before(&scene, &served, &counted).await;
    }
}

#[tokio::test]
async fn story_38_what_happened_during_the_outage_is_taken_in_once() {
    let mut control_plane = own_control_plane().await;
    let scene = sound_and_bad(&control_plane).await;
    let running = scene.backup(scene.minutes(-5)).running(scene.minutes(-5));
    control_plane.apply(&running.object()).await;
    let served = scene.setup.start().await;
    scene.tells_of(&served, DB, &[], |_| true).await;

    // Lifeboat alone loses contact: the backup ends while nobody tells it.
    control_plane.hang_api_server();
    scene
        .tells_of(&served, DB, &UNKNOWN, |asset| !asset["blind"].is_null())
        .await;
    control_plane.kill_api_server();
    control_plane.start_api_server().await;
    let done = scene.backup(scene.minutes(-5));
    let done = done.completed(scene.minutes(-5), scene.begin);
    control_plane.apply(&done.object()).await;
    let name = name_of(scene.minutes(-5));
    scene
        .tells_of(&served, DB, &[], |asset| newest(asset) == name)
        .await;
    let counted = scene.lines(&served, &["lifeboat_runs_total"]).await;
    let succeeded = counted.iter().find(|line| {
        line.contains("name=\"db\"")
            && line.contains("operation=\"backup\"")
            && line.contains("outcome=\"succeeded\"")
    });
    assert!(succeeded.unwrap().ends_with(" 3"), "{counted:?}");
}

#[tokio::test]
async fn story_38_a_lifeboat_started_during_the_outage_shows_what_it_remembers_as_unknown() {
    let mut control_plane = own_control_plane().await;
    let scene = sound_and_bad(&control_plane).await;
    let served = scene.setup.start().await;
    scene.tells_of(&served, DB, &[], |_| true).await;
    scene.tells_of(&served, BAD, &FAILING, |_| true).await;
    let counted = scene.lines(&served, &COUNTERS).await;
    served.wait_until_told().await;
    served.terminate().await;

    control_plane.kill_api_server();
    let served = scene.setup.start().await;
    let remembered = |asset: &Value| !asset["blind"].is_null();
    let asset = served
        .wait_for(
            "db is remembered",
            async || scene.db(&served).await,
            remembered,
        )
        .await;
    assert_eq!(asset["status"], "unknown", "{asset:#}");
    assert!(newest(&asset).starts_with("daily-"), "{asset:#}");
    let list = served.api("assets").await;
    let assets = list["assets"].as_array().unwrap();
    assert_eq!(assets.len(), 2);
    let checks = asset["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["status"] == "unknown"));
    // A failure that was known before is still one.
    let bad = scene.asset(&served, BAD.0, BAD.1).await;
    assert_eq!(report(&bad, "last_run")["status"], "failing");
    assert_eq!(scene.lines(&served, &COUNTERS).await, counted);

    control_plane.start_api_server().await;
    all_is_as_before(&scene, &served, &counted).await;
}

/// An object that is a namespace.
fn namespace(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
}

#[tokio::test]
async fn story_40_with_a_namespace_its_verdicts_and_series_go_and_those_of_others_stay() {
    let control_plane = ControlPlane::builder().with_controllers().start().await;
    control_plane.install_custom_resource_definitions().await;
    let more = "--instance-exporters false";
    let doomed = Scene::of(&control_plane, more).await;
    let more = format!("{more} --watch-namespace {}", doomed.namespace);
    let other = Scene::of(&control_plane, &more).await;
    for scene in [&doomed, &other] {
        apply_all(&control_plane, &scene.sound_for_long()).await;
    }
    let served = other.setup.start().await;
    for scene in [&doomed, &other] {
        scene.tells(&served, &[]).await;
    }
    assert!(
        !doomed
            .lines(&served, &["lifeboat_", "cnpg_"])
            .await
            .is_empty()
    );

    let object = namespace(&doomed.namespace);
    control_plane.delete(&object).await;
    served
        .wait_for(
            "the asset is gone",
            async || doomed.db(&served).await,
            Value::is_null,
        )
        .await;
    // Not one line is left, of whatever name.
    served
        .wait_for(
            "no series is left",
            async || json!(doomed.lines(&served, &[""]).await),
            |lines| lines == &json!([]),
        )
        .await;
    let list = served.api("assets").await;
    assert_eq!(list["assets"].as_array().unwrap().len(), 1);
    // Its objects go one after the other, and for a moment a schedule may have no cluster.
    served
        .wait_for(
            "no finding is left",
            async || served.api("findings").await,
            |findings| !findings.to_string().contains(&doomed.namespace),
        )
        .await;
    other.stays_silent(&served).await;

    // And it stays away, once everything of it has been deleted and after a restart as well.
    let start = std::time::Instant::now();
    while control_plane.get(&object).await.is_some() {
        assert!(start.elapsed() < Duration::from_mins(2), "{object} stays");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    served.wait_until_told().await;
    served.terminate().await;
    let served = other.setup.start().await;
    other.tells(&served, &[]).await;
    assert_eq!(doomed.db(&served).await, Value::Null);
    assert_eq!(doomed.lines(&served, &[""]).await, [""; 0]);
}
