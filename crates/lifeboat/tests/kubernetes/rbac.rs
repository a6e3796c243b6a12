//! Least privilege: the manifests allow all that Lifeboat asks for, and nothing that it doesn't.

use std::fs;
use std::path::Path;
use std::time::Duration;

use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::kubernetes_objects::{
    CronJob, Deployment, KopiaMaintenance, KubernetesObject, Replication,
};
use lifeboat_testkit::postgres::Postgres;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::installed::{
    allowed, asked, cluster_role, documents, install, kubectl, manifests, needed, scene,
    wait_until_asked,
};
use crate::leading_scene::start_leading;
use crate::scene::{Scene, apply_all};
use crate::served::Served;
use crate::support::copy;

/// Steady state is looked at for so long: several evaluations.
const A_WHILE: Duration = Duration::from_secs(6);

/// Something of every kind that Lifeboat knows.
async fn populate(control_plane: &ControlPlane, scene: &Scene) {
    apply_all(control_plane, &scene.sound_for_long()).await;
    let cron_job = CronJob::new("shop", "files", "0 3 * * *").label("lifeboat.dev/backup", "true");
    let operator = Deployment::new("shop", "cnpg-controller-manager", 1, 1);
    let plugin = Deployment::new("shop", "barman-cloud", 1, 1);
    let policy = json!({
        "apiVersion": "lifeboat.dev/v1alpha1",
        "kind": "BackupPolicy",
        "metadata": { "namespace": "shop", "name": "databases" },
        "spec": { "selector": { "kinds": ["CNPGCluster"] }, "objectives": { "maximumAge": "30h" } },
    });
    let folder = scene.setup.path("repository");
    fs::create_dir(&folder).unwrap();
    let backup = json!({
        "apiVersion": "lifeboat.dev/v1alpha1",
        "kind": "PrometheusBackup",
        "metadata": { "namespace": "shop", "name": "main" },
        "spec": {
            "prometheus": { "url": "http://127.0.0.1:1", "dataDirectory": "/nowhere" },
            "repository": { "url": folder },
            "schedule": "0 0 1 1 *",
        },
    });
    let objects = [cron_job.object(), operator.object(), plugin.object()];
    apply_all(control_plane, &objects).await;
    let source = Replication::source("shop", "files", "files").kopia("kopia");
    let destination = Replication::destination("shop", "copy").kopia("kopia");
    let maintenance = KopiaMaintenance::new("shop", "daily", "kopia", "0 2 * * *");
    let objects = [source.object(), destination.object(), maintenance.object()];
    apply_all(control_plane, &objects).await;
    apply_all(control_plane, &[policy, backup]).await;
}

/// Lets verdicts change until a status of each kind and an event were written.
async fn live(control_plane: &ControlPlane, scene: &Scene, served: &Served<'_>) {
    scene.tells(served, &[]).await;
    let failed = scene.failed(scene.minutes(-15), "the bucket is full");
    control_plane.apply(&failed.object()).await;
    scene.tells(served, &["last_run failing"]).await;
    wait_until_asked(control_plane, |requests| {
        let wrote = |resource: &str| {
            let mut writes = requests.iter();
            writes.any(|one| one.resource == resource && ["patch", "create"].contains(&&*one.verb))
        };
        ["prometheusbackups", "backuppolicies", "events"].map(wrote) == [true; 3]
    })
    .await;
}

/// Compares what was asked with what the manifests allow.
fn compare(control_plane: &ControlPlane, manifests: &[&str]) {
    let asked = asked(control_plane);
    let refused: Vec<_> = asked.iter().filter(|one| one.code == 403).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    let roles: Vec<Value> = manifests.iter().flat_map(|file| documents(file)).collect();
    let (needed, allowed) = (needed(&asked), allowed(&roles));
    let unused: Vec<_> = allowed.difference(&needed).collect();
    let missing: Vec<_> = needed.difference(&allowed).collect();
    assert!(
        unused.is_empty() && missing.is_empty(),
        "{manifests:?} allow what nobody asks for: {unused:#?}; and not: {missing:#?}"
    );
}

#[tokio::test]
async fn the_cluster_role_allows_what_is_asked_and_nothing_else_and_nothing_is_polled() {
    let control_plane = install(&manifests()).await;
    let scene = scene(&control_plane, "--kubernetes --instance-exporters false").await;
    populate(&control_plane, &scene).await;
    let served = scene.setup.start().await;
    live(&control_plane, &scene, &served).await;
    compare(&control_plane, &["rbac.yaml"]);

    // The paces of writing and of trying again have passed then.
    tokio::time::sleep(A_WHILE).await;
    let before = asked(&control_plane).len();
    let generation = served.api("assets").await["at"].clone();
    tokio::time::sleep(A_WHILE).await;
    assert_ne!(served.api("assets").await["at"], generation);
    let since = &asked(&control_plane)[before..];
    assert!(
        since.iter().all(|request| request.verb == "watch"),
        "{since:#?}"
    );
    let (status, log) = served.terminate().await;
    assert!(status.success(), "{status}\n{log}");
}

/// A copy of the manifests with one text of `kustomization.yaml` in the place of another.
fn changed_manifests(from: &str, to: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&manifests().join("."), folder.path());
    let kustomization = folder.path().join("kustomization.yaml");
    let text = fs::read_to_string(&kustomization).unwrap();
    let changed = text.replace(from, to);
    assert_ne!(text, changed);
    fs::write(&kustomization, changed).unwrap();
    folder
}

#[tokio::test]
async fn two_replicas_ask_for_what_their_roles_allow_and_nothing_else() {
    let folder = changed_manifests("# components:", "components:");
    let control_plane = install(folder.path()).await;
    let postgres = Postgres::start().await;
    let more =
        "--kubernetes --instance-exporters false --leader-election --lease-namespace lifeboat";
    let mut scene = scene(&control_plane, more).await;
    scene.setup = scene.setup.on_ledger(&postgres.create_database("ledger"));
    populate(&control_plane, &scene).await;
    let served = start_leading(&scene.setup).await;
    live(&control_plane, &scene, &served).await;
    wait_until_asked(&control_plane, |requests| {
        let mut requests = requests.iter();
        requests.any(|one| one.resource == "leases" && one.verb == "update")
    })
    .await;
    compare(
        &control_plane,
        &["rbac.yaml", "high-availability/lease-role.yaml"],
    );
    let deployment = kubectl(
        &control_plane,
        &[
            "-n",
            "lifeboat",
            "get",
            "deployment",
            "lifeboat",
            "-o",
            "json",
        ],
    );
    let deployment: Value = serde_json::from_str(&deployment).unwrap();
    assert_eq!(deployment["spec"]["replicas"], 2);
    assert_eq!(deployment["spec"]["strategy"]["type"], "RollingUpdate");
    let pod = &deployment["spec"]["template"]["spec"];
    assert_eq!(pod["volumes"], Value::Null);
    let arguments = &pod["containers"][0]["args"];
    assert!(
        arguments.to_string().contains("--leader-election"),
        "{arguments}"
    );
    // All else of the arguments is as with one replica.
    let alone =
        &documents("deployment.yaml")[0]["spec"]["template"]["spec"]["containers"][0]["args"];
    let kept = alone.as_array().unwrap().iter();
    let kept = kept.filter(|argument| !argument.to_string().contains("--ledger="));
    for argument in kept {
        assert!(
            arguments.as_array().unwrap().contains(argument),
            "{argument}"
        );
    }
}

#[tokio::test]
async fn the_namespaced_role_allows_what_is_asked_and_nothing_else() {
    let folder = changed_manifests("  - rbac.yaml", "  - rbac-namespaced.yaml");
    let control_plane = install(folder.path()).await;
    let more = "--watch-namespace shop --instance-exporters false";
    let scene = scene(&control_plane, more).await;
    populate(&control_plane, &scene).await;
    let served = scene.setup.start().await;
    live(&control_plane, &scene, &served).await;
    compare(&control_plane, &["rbac-namespaced.yaml"]);
    let everywhere: Vec<_> = asked(&control_plane)
        .into_iter()
        .filter(|one| one.namespace != "shop" && !one.resource.is_empty())
        .filter(|one| one.resource != "customresourcedefinitions")
        .collect();
    assert!(everywhere.is_empty(), "{everywhere:#?}");
}

#[tokio::test]
async fn the_pod_keeps_to_the_restricted_standard_that_its_namespace_enforces() {
    let control_plane = install(&manifests()).await;
    let deployment = &documents("deployment.yaml")[0];
    let mut template = deployment["spec"]["template"].clone();
    let admit = async |name: &str, template: &Value| {
        let mut pod = template.clone();
        pod["apiVersion"] = "v1".into();
        pod["kind"] = "Pod".into();
        pod["metadata"]["name"] = name.into();
        let path = "/api/v1/namespaces/lifeboat/pods?dryRun=All";
        let content = Some(("application/json", pod.to_string().into()));
        control_plane.request("POST", path, content).await
    };
    let answer = admit("as-it-is", &template).await;
    assert!(answer.is_success(), "{}", answer.text());
    // The twin: the standard is really asked for.
    template["spec"]["containers"][0]["securityContext"] = Value::Null;
    let answer = admit("unlocked", &template).await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert!(answer.text().contains("restricted"), "{}", answer.text());
}

#[test]
fn what_scrapes_and_what_serves_find_the_pod() {
    let deployment = &documents("deployment.yaml")[0];
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    let service = &documents("service.yaml")[0];
    let monitor = &documents("service-monitor.yaml")[0];
    assert_eq!(&service["spec"]["selector"], labels);
    assert_eq!(service["spec"]["ports"][0]["targetPort"], "http");
    assert_eq!(container["ports"][0]["name"], "http");
    // Not ready, as while the ledger is away, it still has metrics.
    assert_eq!(service["spec"]["publishNotReadyAddresses"], true);
    assert_eq!(
        monitor["spec"]["selector"]["matchLabels"],
        service["metadata"]["labels"]
    );
    assert_eq!(monitor["spec"]["endpoints"][0]["honorLabels"], true);
    let port = &service["spec"]["ports"][0]["name"];
    assert_eq!(&monitor["spec"]["endpoints"][0]["port"], port);
}

#[test]
fn the_arguments_of_the_pod_are_understood() {
    let deployment = &documents("deployment.yaml")[0];
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    let arguments = container["args"].as_array().unwrap().iter();
    let arguments = arguments.map(|argument| argument.as_str().unwrap());
    // With one more that ends it before it does anything.
    let mut command = crate::support::lifeboat(arguments.chain(["--config=/nowhere/at/all.yaml"]));
    let ran = crate::support::run(&mut command);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("/nowhere/at/all.yaml"),
        "{}",
        ran.stderr
    );
    assert!(Path::new(&manifests()).join("kustomization.yaml").exists());
}

#[tokio::test]
async fn a_missing_permission_is_told_once_and_holds_up_nothing_else() {
    let control_plane = install(&manifests()).await;
    let mut role = cluster_role();
    let rules = role["rules"].as_array_mut().unwrap();
    rules.retain(|rule| !["patch", "create"].contains(&rule["verbs"][0].as_str().unwrap()));
    rules.push(json!({
        "apiGroups": ["lifeboat.dev"], "resources": ["backuppolicies/status"], "verbs": ["patch"],
    }));
    control_plane.patch(&role, &role).await;
    let scene = scene(&control_plane, "--kubernetes --instance-exporters false").await;
    populate(&control_plane, &scene).await;
    let served = scene.setup.start().await;
    scene.tells(&served, &[]).await;
    let missing =
        "missing permission: patch prometheusbackups.lifeboat.dev/status in namespace shop";
    served.wait_for_log(missing).await;
    let failed = scene.failed(scene.minutes(-15), "the bucket is full");
    control_plane.apply(&failed.object()).await;
    scene.tells(&served, &["last_run failing"]).await;
    served
        .wait_for_log("missing permission: create events.events.k8s.io in namespace shop")
        .await;
    let policy = ["get", "backuppolicies", "-n", "shop", "databases"];
    let failing = "-o=jsonpath={.status.failing}";
    served
        .wait_for(
            "the policy's status is written all the same",
            async || kubectl(&control_plane, &[&policy[..], &[failing]].concat()).into(),
            |count| count == "1",
        )
        .await;
    assert_eq!(served.log().matches(missing).count(), 1, "{}", served.log());
}

#[tokio::test]
async fn the_network_policy_of_the_documentation_is_one() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("network").await;
    let text = fs::read_to_string(manifests().join("../../docs/install-in-a-cluster.md")).unwrap();
    let blocks = text.split("```yaml\n").skip(1);
    let mut blocks = blocks.map(|rest| rest.split_once("```").unwrap().0);
    let yaml = blocks
        .find(|block| block.contains("kind: NetworkPolicy"))
        .unwrap();
    let yaml = yaml.replace("namespace: shop", &format!("namespace: {namespace}"));
    let applied = control_plane.apply_yaml(&yaml).await;
    assert_eq!(applied[0]["kind"], "NetworkPolicy");
    assert_eq!(applied[0]["spec"]["ingress"][0]["ports"][0]["port"], 9187);
}
