//! Several clusters, each with a name: what of one is told as its own, and never disturbs another.

use std::fs;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::http;
use lifeboat_testkit::kubernetes_objects::{CronJob, KubernetesObject};
use serde_json::{Value, json};

use crate::cron_scene::BACKUP;
use crate::scene::whole_second;
use crate::served::{Served, Setup, report};
use crate::support::{lifeboat, run};

/// As managed clusters are called, with all that an asset's identity is divided by.
const EAST: &str = "arn:aws:eks:eu-west-1:1:cluster/east";
const WEST: &str = "west";
const DUMP: &str = "CronJob/shop/dump";

/// A control plane with the namespace `shop`, and in it a backup of 20 hours ago.
async fn control_plane() -> ControlPlane {
    let control_plane = ControlPlane::start().await;
    let definitions = run(&mut lifeboat(["crds"])).exits(0).stdout;
    control_plane.apply_yaml(&definitions).await;
    let shop = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop" } });
    control_plane.apply(&shop).await;
    control_plane.apply(&dump().object()).await;
    control_plane
}

/// The backup `dump`, for which nothing is due for long.
fn dump() -> CronJob {
    let last = whole_second(Timestamp::now()) - SignedDuration::from_hours(20);
    let schedule = last.strftime("%-M %-H %-d %-m *").to_string();
    CronJob::new("shop", "dump", &schedule)
        .label(BACKUP, "true")
        .last_scheduled(last)
        .last_successful(last)
}

/// A backup by Lifeboat itself, which fails at once.
fn prometheus_of_nobody(setup: &Setup) -> Value {
    json!({
        "apiVersion": "lifeboat.dev/v1alpha1",
        "kind": "PrometheusBackup",
        "metadata": { "namespace": "shop", "name": "main" },
        "spec": {
            "prometheus": { "url": "http://127.0.0.1:1", "dataDirectory": "/nowhere" },
            "repository": { "url": setup.repository() },
            "schedule": "0 0 1 1 *",
            "immediate": true,
            "retries": { "limit": 0 },
        },
    })
}

/// One kubeconfig with a context for each control plane.
fn kubeconfig(setup: &Setup, clusters: &[(&str, &ControlPlane)]) -> PathBuf {
    let mut merged = json!({ "apiVersion": "v1", "kind": "Config" });
    for part in ["clusters", "users", "contexts"] {
        merged[part] = json!([]);
    }
    for (name, control_plane) in clusters {
        let text = fs::read_to_string(control_plane.administrators_kubeconfig()).unwrap();
        let mut one: Value = serde_json::from_str(&text).unwrap();
        for part in ["clusters", "users", "contexts"] {
            one[part][0]["name"] = json!(name);
        }
        one["contexts"][0]["context"] = json!({ "cluster": name, "user": name });
        for part in ["clusters", "users", "contexts"] {
            let entries = merged[part].as_array_mut().unwrap();
            entries.push(one[part][0].take());
        }
    }
    let path = setup.path("kubeconfig");
    fs::write(&path, merged.to_string()).unwrap();
    path
}

/// `dump` of a cluster.
async fn dump_of(served: &Served<'_>, cluster: &str) -> Value {
    let path = format!("assets/{DUMP}?cluster={cluster}");
    let url = format!("{}/api/v1/{path}", served.url());
    let answer = http::request("GET", &url, &[], "").await.unwrap();
    if answer.is_success() {
        answer.json()
    } else {
        Value::Null
    }
}

async fn wait_for_dump(
    served: &Served<'_>,
    cluster: &str,
    what: &str,
    is_so: impl Fn(&Value) -> bool,
) -> Value {
    let ask = async || dump_of(served, cluster).await;
    let is_so = |asset: &Value| asset.is_object() && is_so(asset);
    served.wait_for(what, ask, is_so).await
}

fn is_fresh(asset: &Value) -> bool {
    asset["blind"].is_null() && report(asset, "fresh")["status"] == "ok"
}

fn is_stale(asset: &Value) -> bool {
    asset["blind"].is_null() && report(asset, "fresh")["status"] == "failing"
}

fn is_blind(asset: &Value) -> bool {
    !asset["blind"].is_null() && asset["status"] == "unknown"
}

/// Demands that Lifeboat is ready, and that nothing is unknown of the eastern cluster.
async fn all_is_well_in_the_east(served: &Served<'_>) {
    served.wait_for_evaluation().await;
    let east = dump_of(served, EAST).await;
    assert!(is_fresh(&east), "{east:#}");
    let ready = format!("{}/readyz", served.url());
    let ready = http::request("GET", &ready, &[], "").await.unwrap();
    assert!(ready.is_success(), "{}", ready.text());
}

/// Demands that every series of an asset says which cluster it is in.
fn each_series_says_which_cluster(metrics: &str) {
    for (name, label) in [
        ("lifeboat_check_status", "cluster"),
        ("lifeboat_recovery_point_timestamp_seconds", "cluster"),
        (
            "kube_cronjob_status_last_successful_time",
            "kubernetes_cluster",
        ),
    ] {
        let begin = format!("{name}{{");
        let lines = metrics.lines().filter(|line| line.starts_with(&begin));
        let of = |cluster: &str| {
            let wanted = format!("{label}=\"{cluster}\"");
            lines.clone().filter(|line| line.contains(&wanted)).count()
        };
        let (in_east, in_west) = (of(EAST), of(WEST));
        assert!(in_east > 0 && in_west > 0, "{name}");
        assert_eq!(in_east + in_west, lines.clone().count(), "{name}");
    }
    assert!(metrics.contains("lifeboat_check_status{cluster=\"west\""));
}

/// A column where there are several, a filter, and which one may be meant.
fn the_command_line_tells_them_apart(setup: &Setup) {
    let all = setup.ask("status").exits(1).stdout;
    assert!(all.contains("CLUSTER"), "{all}");
    let in_east = setup.ask(&format!("status --cluster {EAST}")).exits(0);
    assert!(!in_east.stdout.contains("CLUSTER"), "{}", in_east.stdout);
    let ambiguous = setup.ask("status dump").exits(2).stderr;
    for cluster in [EAST, WEST] {
        assert!(
            ambiguous.contains(&format!("{cluster}:{DUMP}")),
            "{ambiguous}"
        );
    }
    setup.ask(&format!("status {EAST}:{DUMP}")).exits(0);
    setup.ask("status --cluster west dump").exits(1);
}

#[tokio::test]
async fn what_is_of_one_cluster_is_told_as_its_own_and_disturbs_no_other() {
    let (east, mut west) = tokio::join!(control_plane(), control_plane());
    // A promise that only the western backup breaks.
    let policy = json!({
        "apiVersion": "lifeboat.dev/v1alpha1",
        "kind": "BackupPolicy",
        "metadata": { "namespace": "shop", "name": "strict" },
        "spec": { "selector": { "kinds": ["CronJob"] }, "objectives": { "maximumAge": "2h" } },
    });
    west.apply(&policy).await;
    let setup = Setup::new();
    west.apply(&prometheus_of_nobody(&setup)).await;
    let kubeconfig = kubeconfig(&setup, &[(EAST, &east), ("admin@west", &west)]);
    let clusters = format!(
        "--kubeconfig {} --context {EAST} --context {WEST}=admin@west",
        kubeconfig.display()
    );
    let setup = setup.with(&clusters);
    let served = setup.start().await;
    wait_for_dump(&served, EAST, "the east is seen", is_fresh).await;
    let asset = wait_for_dump(&served, WEST, "the west is stale", is_stale).await;
    assert_eq!(asset["asset"], format!("{WEST}:{DUMP}"));
    assert_eq!(asset["cluster"], WEST);

    // The API, by cluster; and no asset is without one.
    for (query, count) in [("cluster=west", 2), ("cluster=", 0), ("kind=CronJob", 2)] {
        let list = served.api(&format!("assets?{query}")).await;
        assert_eq!(list["assets"].as_array().unwrap().len(), count, "{query}");
    }

    each_series_says_which_cluster(&served.metrics().await);

    // The alerts, and what they are about.
    let alerts = served
        .wait_for(
            "it alerts",
            async || served.api("alerts").await,
            |alerts| {
                let mut alerts = alerts["alerts"].as_array().unwrap().iter();
                alerts.any(|alert| alert["asset"] == format!("{WEST}:Prometheus/shop/main"))
            },
        )
        .await;
    for alert in alerts["alerts"].as_array().unwrap() {
        let asset = alert["asset"].as_str().unwrap();
        assert!(asset.starts_with(WEST), "{asset}");
    }

    the_command_line_tells_them_apart(&setup);

    // The policy's status counts what lies in its own cluster.
    let status = async || west.get(&policy).await.unwrap()["status"].clone();
    let counted = |status: &Value| status["assets"] == 1 && status["failing"] == 1;
    served
        .wait_for("the policy's status", status, counted)
        .await;
    let backup = prometheus_of_nobody(&setup);
    let status = async || west.get(&backup).await.unwrap()["status"].clone();
    let failing = |status: &Value| status["verdict"] == "failing";
    served
        .wait_for("the status of the PrometheusBackup", status, failing)
        .await;

    // One of them is away: what is of the other stays as it is, also after a restart.
    west.hang_api_server();
    wait_for_dump(&served, WEST, "the west is unknown", |asset| {
        !asset["blind"].is_null()
    })
    .await;
    all_is_well_in_the_east(&served).await;
    served.wait_until_told().await;
    served.terminate().await;
    let served = setup.start().await;
    wait_for_dump(&served, EAST, "the east is seen again", is_fresh).await;
    let remembered = dump_of(&served, WEST).await;
    assert!(
        is_blind(&remembered) || !remembered["blind"].is_null(),
        "{remembered:#}"
    );
    all_is_well_in_the_east(&served).await;

    // Without a server too, the other is shown, and what is missing is told.
    west.kill_api_server();
    let glance = run(&mut lifeboat(
        format!("status {clusters}").split_whitespace(),
    ));
    let glance = glance.exits(1).stdout;
    assert!(glance.contains("dump"), "{glance}");
    let flat = glance.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("he cluster west can't be looked at"),
        "{glance}"
    );

    west.start_api_server().await;
    wait_for_dump(&served, WEST, "the west is back", is_stale).await;
    all_is_well_in_the_east(&served).await;
}

#[tokio::test]
async fn a_cluster_that_is_named_later_keeps_its_history() {
    let control_plane = control_plane().await;
    let nameless = Setup::new();
    let kubeconfig = kubeconfig(
        &nameless,
        &[("one", &control_plane), ("two", &control_plane)],
    );
    let one = format!("--kubeconfig {} --context one", kubeconfig.display());
    let ledger = nameless.path("ledger.db").display().to_string();
    let nameless = nameless.with(&one);
    let served = nameless.start().await;
    let asset = served
        .wait_for(
            "the backup is seen",
            async || served.api("assets").await["assets"][0].clone(),
            |asset| asset["asset"] == DUMP,
        )
        .await;
    assert_eq!(asset["cluster"], Value::Null);
    assert!(!served.metrics().await.contains("cluster=\""), "as ever");
    let before = served.api(&format!("assets/{DUMP}")).await;
    served.wait_until_told().await;
    served.terminate().await;
    // Its object is made anew: what is known of its past, only the ledger knows.
    control_plane.delete(&dump().object()).await;
    let schedule = dump().object()["spec"]["schedule"]
        .as_str()
        .unwrap()
        .to_owned();
    let again = CronJob::new("shop", "dump", &schedule).label(BACKUP, "true");
    control_plane.create(&again.object()).await;

    // Beside another, nobody knows whose history it is. That is said, and none of it is lost.
    let several = Setup::new().on_ledger(&ledger).with(&format!(
        "--kubeconfig {} --context home=one --context two",
        kubeconfig.display()
    ));
    let served = several.start().await;
    served
        .wait_for_log("which of these it was nobody can tell: home, two")
        .await;
    served.kill_9();

    let named = Setup::new()
        .on_ledger(&ledger)
        .with(&format!("{one} --cluster hut"));
    let served = named.start().await;
    served.wait_for_log("is the history of hut now").await;
    let after = wait_for_dump(&served, "hut", "the backup is seen", is_fresh).await;
    for field in ["first_seen_at", "newest_good_recovery_point"] {
        let known = |asset: &Value| match &asset[field] {
            Value::Object(point) => point["taken_at"].clone(),
            other => other.clone(),
        };
        assert_eq!(known(&after), known(&before), "{field}");
    }
    let list = served.api("assets").await;
    assert_eq!(list["assets"].as_array().unwrap().len(), 1, "{list:#}");
}

#[test]
fn clusters_that_can_not_be_told_apart_are_refused() {
    for (arguments, error) in [
        ("--context a --context a", "two clusters have the name a"),
        (
            "--context x=a --context y=a",
            "the context a is given twice",
        ),
        (
            "--context a --context b --cluster c",
            "c can't be the name of several clusters",
        ),
        ("--context a=b --cluster c", "the cluster is named twice"),
    ] {
        for command in ["serve", "status"] {
            // A filter, where it is no name.
            if command == "status" && arguments.contains("b --cluster c") {
                continue;
            }
            let ran = run(&mut lifeboat(
                format!("{command} {arguments}").split_whitespace(),
            ));
            let said = ran.exits(2).stderr;
            assert!(said.contains(error), "{command} {arguments}: {said}");
            assert!(said.contains("hint"), "{said}");
        }
    }
}
