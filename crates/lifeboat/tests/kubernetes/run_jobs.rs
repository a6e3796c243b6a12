//! `lifeboat run` of a `CronJob`: a Job as kubectl makes it, which the controllers really run; off by default.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::kubernetes_objects::{Cluster, CronJob, KubernetesObject};
use serde_json::{Value, json};

use crate::installed::{PATIENCE, documents, install, kubectl, manifests, scene, wait_until_asked};
use crate::scene::{Scene, points};
use crate::support::{lifeboat, run};
use crate::volsync_scene::with_jobs;

/// The Jobs of a namespace.
async fn jobs(control_plane: &ControlPlane, namespace: &str) -> Vec<Value> {
    control_plane.list("batch/v1", "Job", Some(namespace)).await
}

/// A Job without what differs each time.
fn comparable(mut job: Value) -> Value {
    let metadata = job["metadata"].as_object_mut().unwrap();
    for field in [
        "name",
        "uid",
        "creationTimestamp",
        "resourceVersion",
        "managedFields",
    ] {
        metadata.remove(field);
    }
    metadata.remove("generation");
    job["status"].take();
    // What the API server puts in by itself, from the Job's own name and uid.
    job["spec"]["selector"].take();
    for labels in ["/metadata/labels", "/spec/template/metadata/labels"] {
        if let Some(labels) = job.pointer_mut(labels).and_then(Value::as_object_mut) {
            labels.retain(|label, _| {
                !label.contains("controller-uid") && !label.contains("job-name")
            });
        }
    }
    job
}

#[tokio::test]
async fn a_run_that_is_asked_for_is_a_job_as_kubectl_makes_it_and_is_observed() {
    let (control_plane, mut scene) = Scene::with_jobs().await;
    scene.setup = scene.setup.with("--allow-run-jobs");
    let dump = scene
        .rarely()
        .field("/spec/jobTemplate/metadata/labels/tier", "gold")
        .field(
            "/spec/jobTemplate/metadata/annotations/note",
            "from the template",
        );
    let dump = control_plane.apply(&dump.object()).await;
    let served = scene.setup.start().await;
    scene
        .tells_of_dump_that(
            &served,
            &[
                "ever_succeeded unknown",
                "fresh unknown",
                "last_run unknown",
            ],
            |_| true,
        )
        .await;

    let asset = format!("CronJob/{}/dump", scene.namespace);
    let ran = scene.setup.ask(&format!("run {asset} --wait")).exits(0);
    assert!(
        ran.stdout.contains("The backup succeeded"),
        "{}",
        ran.stdout
    );
    let name = ran.stdout.split_once("Started Job/").unwrap().1;
    let name = name.split_whitespace().next().unwrap();
    assert!(name.starts_with("dump-manual-"), "{name}");

    // Its own run, as any other is observed.
    let told = scene
        .tells_of_dump_that(&served, &[], |asset| points(asset).len() == 1)
        .await;
    assert_eq!(points(&told), [format!("Job/{name}")]);
    let runs = served.api(&format!("runs?asset={asset}")).await;
    assert_eq!(runs["runs"][0]["trigger"], "manual", "{runs:#}");
    assert_eq!(runs["runs"].as_array().unwrap().len(), 1);

    // The same as kubectl's own.
    let namespace = &scene.namespace;
    kubectl(
        control_plane,
        &[
            "create",
            "job",
            "by-hand",
            "--from=cronjob/dump",
            "-n",
            namespace,
        ],
    );
    let made = jobs(control_plane, namespace).await;
    let find = |name: &str| {
        let mut made = made.iter();
        let job = made.find(|job| job["metadata"]["name"] == name);
        comparable(job.unwrap().clone())
    };
    let ours = find(name);
    assert_eq!(ours, find("by-hand"));
    let owner = &ours["metadata"]["ownerReferences"][0];
    assert_eq!(owner["uid"], dump["metadata"]["uid"]);
    assert_eq!(ours["metadata"]["labels"]["tier"], "gold");
}

#[tokio::test]
async fn beside_a_run_that_wants_no_other_none_is_made_unless_it_is_forced() {
    let (control_plane, mut scene) = Scene::with_jobs().await;
    scene.setup = scene.setup.with("--allow-run-jobs");
    let dump = scene
        .rarely()
        .outcome("hang")
        .field("/spec/concurrencyPolicy", "Forbid");
    control_plane.apply(&dump.object()).await;
    let served = scene.setup.start().await;
    let is_there = |asset: &Value| asset.is_object();
    let ask = async || scene.dump(&served).await;
    served.wait_for("dump is an asset", ask, is_there).await;

    let asset = format!("CronJob/{}/dump", scene.namespace);
    let first = scene.setup.ask(&format!("run {asset}")).exits(0).stdout;
    let first = first.split_once("Started Job/").unwrap().1;
    let first = first.split_whitespace().next().unwrap().to_owned();
    let refused = scene.setup.ask(&format!("run {asset}")).exits(1).stderr;
    assert!(
        refused.contains(&format!("Job/{first} is under way")),
        "{refused}"
    );
    assert!(refused.contains("--force"), "{refused}");
    assert_eq!(jobs(control_plane, &scene.namespace).await.len(), 1);
    scene.setup.ask(&format!("run {asset} --force")).exits(0);
    assert_eq!(jobs(control_plane, &scene.namespace).await.len(), 2);

    // Another operation than its own makes no sense, nor does what isn't made of CronJobs.
    let odd = scene.setup.ask(&format!("run {asset} --operation prune"));
    assert!(odd.exits(1).stderr.contains("leave out --operation"));
    let db = Cluster::new(&scene.namespace, "db").backed_up_in_tree("s3://backups/db");
    control_plane.apply(&db.object()).await;
    let ask = async || scene.db(&served).await;
    served.wait_for("db is an asset", ask, is_there).await;
    let db = scene
        .setup
        .ask(&format!("run CNPGCluster/{}/db", scene.namespace));
    let said = db.exits(1).stderr;
    let command = format!("kubectl cnpg backup db -n {}", scene.namespace);
    assert!(said.contains(&command), "{said}");
}

#[tokio::test]
async fn without_a_server_a_job_is_made_with_ones_own_rights() {
    let (control_plane, scene) = Scene::with_jobs().await;
    let namespace = &scene.namespace;
    let asset = format!("CronJob/{namespace}/dump");
    let dump = scene.rarely();
    control_plane.apply(&dump.object()).await;
    let as_whom = |kubeconfig: PathBuf| {
        let words = format!("run {asset} --wait --kubeconfig {}", kubeconfig.display());
        run(&mut lifeboat(words.split(' ')))
    };
    let ran = as_whom(control_plane.administrators_kubeconfig()).exits(0);
    assert!(
        ran.stdout.contains("Started Job/dump-manual-"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("The backup succeeded"),
        "{}",
        ran.stdout
    );

    // Who may look, but not make Jobs.
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": { "namespace": namespace, "name": "onlooker" },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:aggregate-to-view" },
        "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "onlooker" }],
    });
    control_plane.apply(&role).await;
    let refused = as_whom(control_plane.kubeconfig("onlooker"))
        .exits(1)
        .stderr;
    assert!(
        refused.contains("missing permission: create jobs.batch"),
        "{refused}"
    );
    assert_eq!(jobs(control_plane, namespace).await.len(), 1);
}

#[tokio::test]
async fn the_maintenance_of_a_kopia_repository_is_a_job_of_its_cron_job() {
    let (control_plane, mut scene) = with_jobs().await;
    scene.setup = scene.setup.with("--allow-run-jobs");
    let maintenance = control_plane.apply(&scene.maintenance().object()).await;
    let cron_job = CronJob::of_maintenance(&maintenance).object();
    let cron_job = control_plane.apply(&cron_job).await;
    let served = scene.setup.start().await;
    let ask = async || scene.asset(&served, "KopiaMaintenance", "kopia").await;
    let has_cron_job = |asset: &Value| asset["places"]["cron_job"].is_string();
    served
        .wait_for("the upkeep is an asset", ask, has_cron_job)
        .await;

    let asset = format!("KopiaMaintenance/{}/kopia", scene.namespace);
    let ran = scene
        .setup
        .ask(&format!("run {asset} --wait"))
        .exits(0)
        .stdout;
    assert!(ran.contains("The maintenance succeeded"), "{ran}");
    let runs = served.api(&format!("runs?asset={asset}")).await;
    assert_eq!(runs["runs"][0]["operation"], "maintenance", "{runs:#}");
    assert_eq!(runs["runs"][0]["trigger"], "manual");
    let made = jobs(control_plane, &scene.namespace).await;
    let owner = &made[0]["metadata"]["ownerReferences"][0];
    assert_eq!(owner["uid"], cron_job["metadata"]["uid"]);
}

#[tokio::test]
async fn without_the_flag_and_without_the_permission_nothing_is_made() {
    let control_plane = install(&manifests()).await;
    let without = scene(&control_plane, "--kubernetes --instance-exporters false").await;
    control_plane.apply(&without.rarely().object()).await;
    let is_there = |asset: &Value| asset.is_object();
    let served = without.setup.start().await;
    let ask = async || without.dump(&served).await;
    served.wait_for("dump is an asset", ask, is_there).await;
    let refused = without.setup.ask("run CronJob/shop/dump").exits(1).stderr;
    for told in [
        "--allow-run-jobs",
        "deploy/kubernetes/run-jobs",
        "kubectl create job -n shop",
    ] {
        assert!(refused.contains(told), "{told}: {refused}");
    }
    served.terminate().await;

    // The flag alone is not enough.
    let more = "--kubernetes --instance-exporters false --allow-run-jobs";
    let with = scene(&control_plane, more).await;
    let served = with.setup.start().await;
    let ask = async || with.dump(&served).await;
    served.wait_for("dump is an asset", ask, is_there).await;
    let refused = with.setup.ask("run CronJob/shop/dump").exits(1).stderr;
    for told in [
        "missing permission: get cronjobs.batch",
        "deploy/kubernetes/run-jobs",
    ] {
        assert!(refused.contains(told), "{told}: {refused}");
    }
    assert_eq!(jobs(&control_plane, "shop").await, [Value::Null; 0]);

    // With the component, it is; and with no permission more than is used.
    let overlay = tempfile::tempdir().unwrap();
    let copy = [manifests(), overlay.path().join("base")];
    run(Command::new("cp").arg("-r").args(copy)).exits(0);
    let kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n\
                         resources: [base]\ncomponents: [base/run-jobs]\n";
    fs::write(overlay.path().join("kustomization.yaml"), kustomization).unwrap();
    let folder = overlay.path().display().to_string();
    kubectl(
        &control_plane,
        &["apply", "--validate=strict", "-k", &folder],
    );
    let deployment = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "namespace": "lifeboat", "name": "lifeboat" },
    });
    let deployment = control_plane.get(&deployment).await.unwrap();
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    let arguments = container["args"].as_array().unwrap();
    assert!(
        arguments.contains(&json!("--allow-run-jobs")),
        "{arguments:?}"
    );

    let start = std::time::Instant::now();
    // The API server takes a moment to heed new roles.
    while with.setup.ask("run CronJob/shop/dump").code != Some(0) {
        assert!(start.elapsed() < PATIENCE, "it is never allowed");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(jobs(&control_plane, "shop").await.len(), 1);
    wait_until_asked(&control_plane, |requests| {
        let used = |verb: &str, resource: &str| {
            let mut requests = requests.iter().filter(|one| one.code < 300);
            requests.any(|one| one.verb == verb && one.resource == resource)
        };
        used("get", "cronjobs") && used("create", "jobs")
    })
    .await;
    let rules = documents("run-jobs/rbac.yaml");
    let rules = rules[0]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 2, "each of them is used above");
}
