//! What Lifeboat tells the cluster: statuses as `kubectl get` shows them, and events as `kubectl describe` does.

use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::kubernetes_objects::KubernetesObject;
use lifeboat_testkit::prometheus::Prometheus;
use serde_json::{Value, json};

use crate::installed::{asked, install, kubectl, manifests, scene};
use crate::scene::{Scene, apply_all};
use crate::served::Served;

const HERE: &str = "--kubernetes --instance-exporters false";

/// A custom resource, as JSON.
fn own(kind: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "lifeboat.dev/v1alpha1",
        "kind": kind,
        "metadata": { "namespace": "shop", "name": name },
        "spec": spec,
    })
}

fn policy(maximum_age: &str) -> Value {
    let spec = json!({
        "selector": { "kinds": ["CNPGCluster"] },
        "objectives": { "maximumAge": maximum_age },
    });
    own("BackupPolicy", "databases", &spec)
}

/// Waits until an object's status is like this, and returns the status.
async fn wait_for_status(
    control_plane: &ControlPlane,
    served: &Served<'_>,
    object: &Value,
    what: &str,
    is_so: impl Fn(&Value) -> bool,
) -> Value {
    let status = async || control_plane.get(object).await.unwrap()["status"].clone();
    served.wait_for(what, status, is_so).await
}

fn condition<'a>(status: &'a Value, kind: &str) -> &'a Value {
    let mut conditions = status["conditions"].as_array().into_iter().flatten();
    let found = conditions.find(|condition| condition["type"] == kind);
    found.unwrap_or(&Value::Null)
}

/// The events about an object: reason, type and note of each, in the order in which they were made.
async fn events(control_plane: &ControlPlane, object: &Value) -> Vec<[String; 3]> {
    let uid = &control_plane.get(object).await.unwrap()["metadata"]["uid"];
    let mut events = control_plane
        .list("events.k8s.io/v1", "Event", Some("shop"))
        .await;
    events.retain(|event| event["regarding"]["uid"] == *uid);
    events.sort_by_key(|event| event["eventTime"].as_str().unwrap().to_owned());
    let text = |event: &Value, field: &str| event[field].as_str().unwrap().to_owned();
    events
        .iter()
        .map(|event| ["reason", "type", "note"].map(|field| text(event, field)))
        .collect()
}

async fn wait_for_events(
    control_plane: &ControlPlane,
    served: &Served<'_>,
    object: &Value,
    reasons: &[&str],
) -> Vec<[String; 3]> {
    served
        .wait_for(
            &format!("there are events: {reasons:?}"),
            async || {
                let events = events(control_plane, object).await;
                events.into_iter().map(|[reason, ..]| reason).collect()
            },
            |found| *found == json!(reasons),
        )
        .await;
    events(control_plane, object).await
}

/// What `kubectl get` prints of a `PrometheusBackup`: its columns by their headings.
fn columns(control_plane: &ControlPlane, name: &str) -> Vec<(String, String)> {
    let words = ["get", "prometheusbackups", "-n", "shop", name];
    let text = kubectl(control_plane, &words);
    let mut lines = text.lines().map(|line| {
        let cells = line.split("  ").map(str::trim);
        cells.filter(|cell| !cell.is_empty()).map(str::to_owned)
    });
    let (headings, cells) = (lines.next().unwrap(), lines.next().unwrap());
    headings.zip(cells).collect()
}

async fn sound(control_plane: &ControlPlane, scene: &Scene) -> Value {
    let objects = scene.sound_for_long();
    apply_all(control_plane, &objects).await;
    objects[0].clone()
}

#[tokio::test]
async fn the_status_of_a_prometheus_backup_says_whether_it_could_save_you() {
    let control_plane = install(&manifests()).await;
    let scene = scene(&control_plane, HERE).await;
    let prometheus = Prometheus::debian().admin_api(true).start().await;
    prometheus.wait_for_samples(100).await;
    let repository = scene.setup.repository();
    let spec = json!({
        "prometheus": {
            "url": prometheus.url(), "dataDirectory": prometheus.data_directory(),
        },
        "repository": { "url": repository },
        "schedule": "0 0 1 1 *",
        "immediate": true,
        "verification": { "schedule": "0 0 1 1 *" },
        "prune": { "suspend": true },
    });
    let main = own("PrometheusBackup", "main", &spec);
    control_plane.apply(&main).await;
    // Two that keep their backups under one name would prune each other's.
    let mut rival = spec.clone();
    rival["repository"]["instance"] = "shop-main".into();
    let rival = own("PrometheusBackup", "rival", &rival);
    control_plane.apply(&rival).await;

    let served = scene.setup.start().await;
    wait_for_status(&control_plane, &served, &main, "a backup", |status| {
        status["newestRecoveryPoint"]["name"].is_string()
    })
    .await;
    let verify = "run shop/main --operation verification --wait";
    scene.setup.ask(verify).exits(0);
    let status = wait_for_status(&control_plane, &served, &main, "it is ok", |status| {
        status["verdict"] == "ok"
    })
    .await;
    let point = status["newestRecoveryPoint"]["name"].as_str().unwrap();
    assert!(point.starts_with("backup-"), "{status:#}");
    assert_eq!(status["observedGeneration"], 1);
    let protected = condition(&status, "Protected").clone();
    assert_eq!(protected["status"], "True", "{status:#}");
    assert_eq!(protected["message"], status["evidence"]);
    assert_eq!(condition(&status, "Accepted")["status"], "True");
    assert!(status["evidence"].as_str().unwrap().contains(point));

    let columns = columns(&control_plane, "main");
    let cell = |heading: &str| {
        let mut cells = columns.iter();
        let found = cells.find(|(name, _)| name == heading);
        found.unwrap_or_else(|| panic!("{columns:?}")).1.clone()
    };
    assert_eq!(cell("VERDICT"), "ok");
    assert!(cell("NEXT").ends_with("-01-01T00:00:00Z"), "{columns:?}");
    for age in ["NEWEST", "LAST BACKUP"] {
        assert!(
            cell(age).ends_with('s') || cell(age).ends_with('m'),
            "{columns:?}"
        );
    }

    let refused = wait_for_status(&control_plane, &served, &rival, "it is refused", |status| {
        condition(status, "Accepted")["status"] == "False"
    })
    .await;
    assert_eq!(refused["verdict"], "unknown");
    assert_eq!(condition(&refused, "Protected")["status"], "Unknown");
    let why = condition(&refused, "Accepted")["message"].as_str().unwrap();
    assert!(why.contains("spec.repository.instance"), "{why}");

    // Two days later it isn't good any more, and the condition says since when.
    scene.setup.set_clock("+48h");
    let stale = wait_for_status(&control_plane, &served, &main, "it is failing", |status| {
        status["verdict"] == "failing"
    })
    .await;
    let now = condition(&stale, "Protected");
    assert_eq!(now["status"], "False");
    assert_eq!(now["reason"], "Fresh");
    assert_ne!(now["lastTransitionTime"], protected["lastTransitionTime"]);
    // Whether it is accepted hasn't changed.
    let accepted = |status| condition(status, "Accepted")["lastTransitionTime"].clone();
    assert_eq!(accepted(&stale), accepted(&status));
    // The first backup that ever succeeded was news as well.
    let expected = ["BackupOk", "BackupFailing"];
    let events = wait_for_events(&control_plane, &served, &main, &expected).await;
    assert_eq!([&events[0][1], &events[1][1]], ["Normal", "Warning"]);
    let described = ["describe", "prometheusbackup", "-n", "shop", "main"];
    let described = kubectl(&control_plane, &described);
    assert!(described.contains("BackupFailing"), "{described}");

    // A restart finds everything written, and says nothing twice.
    let (ended, log) = served.terminate().await;
    assert!(ended.success(), "{log}");
    let before = asked(&control_plane).len();
    let served = scene.setup.start().await;
    wait_for_status(&control_plane, &served, &rival, "it is refused", |status| {
        condition(status, "Accepted")["status"] == "False"
    })
    .await;
    served.wait_for_evaluation().await;
    served.wait_for_evaluation().await;
    let writes: Vec<_> = asked(&control_plane)
        .split_off(before)
        .into_iter()
        .filter(|one| one.verb == "patch" || one.verb == "create")
        .collect();
    assert!(writes.is_empty(), "{writes:#?}");
    let again = control_plane.get(&main).await.unwrap()["status"].clone();
    assert_eq!(again, stale);
}

#[tokio::test]
async fn the_status_of_a_policy_counts_its_assets_or_says_why_it_is_refused() {
    let control_plane = install(&manifests()).await;
    let scene = scene(&control_plane, HERE).await;
    sound(&control_plane, &scene).await;
    // The schema takes it; nobody can reckon with it.
    let object = policy("99999999999999h");
    control_plane.apply(&object).await;
    let served = scene.setup.start().await;
    let what = "the policy is refused";
    let refused = wait_for_status(&control_plane, &served, &object, what, |status| {
        condition(status, "Accepted")["status"] == "False"
    })
    .await;
    let message = condition(&refused, "Accepted")["message"].as_str().unwrap();
    assert!(message.contains("maximumAge"), "{message}");
    assert_eq!(refused["assets"], Value::Null);

    control_plane.apply(&policy("40h")).await;
    let what = "the policy counts";
    let counted = wait_for_status(&control_plane, &served, &object, what, |status| {
        status["assets"] == 1
    })
    .await;
    assert_eq!(counted["observedGeneration"], 2);
    assert_eq!(counted["failing"], 0);
    assert_eq!(condition(&counted, "Accepted")["status"], "True");

    scene.setup.set_clock("+48h");
    let what = "the policy counts what fails";
    let failing = wait_for_status(&control_plane, &served, &object, what, |status| {
        status["failing"] == 1
    })
    .await;
    assert_eq!(
        condition(&failing, "Accepted"),
        condition(&counted, "Accepted")
    );
    let words = ["get", "backuppolicies", "-n", "shop", "databases"];
    let printed = kubectl(&control_plane, &words);
    let cells: Vec<&str> = printed.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(cells[..4], ["databases", "1", "1", "0"], "{printed}");
}

#[tokio::test]
async fn an_event_is_made_once_for_each_change_and_none_for_a_start_or_an_outage() {
    let mut control_plane = install(&manifests()).await;
    let scene = scene(&control_plane, HERE).await;
    let cluster = sound(&control_plane, &scene).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;

    let failed = scene
        .failed(scene.minutes(-15), "the bucket is full")
        .object();
    control_plane.apply(&failed).await;
    scene.tells(&served, &["last_run failing"]).await;
    let told = wait_for_events(&control_plane, &served, &cluster, &["BackupFailing"]).await;
    assert_eq!(told[0][1], "Warning");
    assert!(told[0][2].contains("the bucket is full"), "{told:?}");

    // Blind and back.
    control_plane.kill_api_server();
    let what = "nobody can look";
    served
        .wait_for(
            what,
            async || scene.db(&served).await,
            |asset| {
                let fresh = crate::served::report(asset, "fresh");
                fresh["status"] == "unknown"
            },
        )
        .await;
    control_plane.start_api_server().await;
    scene.tells(&served, &["last_run failing"]).await;

    control_plane
        .apply(&scene.completed(scene.minutes(-12)).object())
        .await;
    scene.tells(&served, &[]).await;
    let expected = ["BackupFailing", "BackupOk"];
    let told = wait_for_events(&control_plane, &served, &cluster, &expected).await;
    assert_eq!(told[1][1], "Normal");

    // A restart is no news either.
    let (ended, log) = served.terminate().await;
    assert!(ended.success(), "{log}");
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;
    served.wait_for_evaluation().await;
    wait_for_events(&control_plane, &served, &cluster, &expected).await;
    let described = kubectl(
        &control_plane,
        &["describe", "cluster.postgresql.cnpg.io", "-n", "shop", "db"],
    );
    assert!(described.contains("BackupFailing"), "{described}");
}

#[tokio::test]
async fn what_changes_while_the_api_server_is_away_is_written_when_it_is_back() {
    let mut control_plane = install(&manifests()).await;
    let scene = scene(&control_plane, HERE).await;
    let folder = scene.setup.repository();
    std::fs::create_dir(&folder).unwrap();
    let spec = json!({
        "prometheus": { "url": "http://127.0.0.1:1", "dataDirectory": "/nowhere" },
        "repository": { "url": folder },
        "schedule": "0 0 1 1 *",
    });
    let main = own("PrometheusBackup", "main", &spec);
    control_plane.apply(&main).await;
    let served = scene.setup.start().await;
    let verdict = |wanted: &'static str| move |status: &Value| status["verdict"] == wanted;
    let what = "it is unknown";
    wait_for_status(&control_plane, &served, &main, what, verdict("unknown")).await;

    control_plane.kill_api_server();
    scene.setup.set_clock("+48h");
    let asset = async || scene.asset(&served, "Prometheus", "main").await;
    let failing = |asset: &Value| asset["status"] == "failing";
    served.wait_for("it is stale", asset, failing).await;
    served.wait_for_log("the cluster can't be told").await;
    control_plane.start_api_server().await;
    let what = "it is failing, in the cluster too";
    wait_for_status(&control_plane, &served, &main, what, verdict("failing")).await;
    wait_for_events(&control_plane, &served, &main, &["BackupFailing"]).await;
    served.wait_for_log("the cluster is told again").await;
    let complaints = served.log().matches("the cluster can't be told").count();
    assert_eq!(complaints, 1, "{}", served.log());
}
