//! The control plane of tests does what clusters do.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lifeboat_testkit::control_plane::{ApiRequest, ControlPlane};
use lifeboat_testkit::kubernetes_objects::{Backup, CronJob, KubernetesObject};
use lifeboat_testkit::process::Process;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_mins(3);

async fn wait_for(what: &str, condition: impl AsyncFn() -> Option<Value>) -> Value {
    let start = std::time::Instant::now();
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(
            start.elapsed() < PATIENCE,
            "{what}: not within {PATIENCE:?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_backup_is_made_and_its_status_is_read_back() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("backups").await;
    let backup = Backup::new(&namespace, "daily", "main")
        .running(Timestamp::now())
        .object();
    let made = control_plane.apply(&backup).await;
    assert_eq!(made["status"]["phase"], "running");

    control_plane
        .patch_status(
            &backup,
            &json!({ "phase": "failed", "error": "no space left" }),
        )
        .await;
    let read = control_plane.get(&backup).await.unwrap();
    assert_eq!(read["status"]["error"], "no space left");

    control_plane.delete(&backup).await;
    assert_eq!(control_plane.get(&backup).await, None);
}

#[tokio::test]
async fn a_status_that_the_definition_does_not_allow_is_refused() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("refused").await;
    control_plane
        .apply(&Backup::new(&namespace, "daily", "main").object())
        .await;
    let path = format!("/apis/postgresql.cnpg.io/v1/namespaces/{namespace}/backups/daily/status");
    let change = json!({ "status": { "startedAt": "yesterday" } }).to_string();
    let content = Some(("application/merge-patch+json", change.into()));
    let answer = control_plane.request("PATCH", &path, content).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
}

#[tokio::test]
async fn the_audit_log_tells_who_asked_what() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("audit").await;
    control_plane
        .apply_yaml(&format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{namespace: {namespace}, name: reader}}\n"
        ))
        .await;
    let kubeconfig = control_plane
        .kubeconfig_for_service_account(&namespace, "reader")
        .await;
    let refused = control_plane
        .kubectl()
        .env("KUBECONFIG", kubeconfig)
        .args([
            "get",
            "backups.postgresql.cnpg.io",
            "--namespace",
            &namespace,
        ])
        .output()
        .unwrap();
    let errors = String::from_utf8(refused.stderr).unwrap();
    assert!(errors.contains("is forbidden"), "{errors}");

    let user = format!("system:serviceaccount:{namespace}:reader");
    let requests = control_plane
        .wait_for_requests(&user, PATIENCE, |requests| {
            requests.iter().any(|request| request.resource == "backups")
        })
        .await;
    let request = requests
        .iter()
        .find(|request| request.resource == "backups")
        .unwrap();
    assert_eq!(
        (request.verb.as_str(), request.group.as_str(), request.code),
        ("list", "postgresql.cnpg.io", 403)
    );
    assert_eq!(request.namespace, namespace);
    assert!(request.user_agent.starts_with("kubectl"), "{request:?}");
    assert!(!request.started);
}

#[tokio::test]
async fn a_watch_is_in_the_audit_log_while_it_goes_on() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("watch").await;
    let mut command = control_plane.kubectl();
    command.args(["get", "configmaps", "--watch", "--namespace", &namespace]);
    let kubectl = Process::spawn("kubectl", command);
    let is_it = |request: &&ApiRequest| request.verb == "watch" && request.namespace == namespace;
    let requests = control_plane
        .wait_for_requests("administrator", PATIENCE, |requests| {
            requests.iter().any(|request| is_it(&request))
        })
        .await;
    assert!(requests.iter().find(is_it).unwrap().started);

    kubectl.kill_9();
    control_plane
        .wait_for_requests("administrator", PATIENCE, |requests| {
            requests
                .iter()
                .filter(is_it)
                .any(|request| !request.started)
        })
        .await;
}

#[tokio::test]
async fn the_api_server_comes_back_with_its_data() {
    let mut control_plane = ControlPlane::start().await;
    let url = control_plane.url();
    let namespace = control_plane.create_namespace("kept").await;
    let object = json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": { "name": namespace },
    });
    let before = control_plane.get(&object).await.unwrap();
    control_plane.kill_api_server();
    control_plane.start_api_server().await;
    assert_eq!(control_plane.url(), url);
    assert_eq!(control_plane.get(&object).await.unwrap(), before);

    control_plane.hang_api_server();
    {
        let hung = control_plane.get(&object);
        let waited = tokio::time::timeout(Duration::from_secs(1), hung).await;
        assert!(waited.is_err(), "a hung server answered: {waited:?}");
    }
    control_plane.unhang_api_server();
    assert_eq!(control_plane.get(&object).await.unwrap(), before);
}

#[tokio::test]
async fn jobs_run_to_the_end_that_their_label_says() {
    let control_plane = ControlPlane::builder()
        .with_controllers()
        .with_kwok()
        .start()
        .await;
    let namespace = control_plane.create_namespace("jobs").await;
    let long_ago = Timestamp::now() - SignedDuration::from_hours(1);
    for (name, outcome) in [("good", "succeed"), ("bad", "fail"), ("stuck", "hang")] {
        // It has missed an hour of runs, and makes up for it at once.
        let cron_job = CronJob::new(&namespace, name, "* * * * *")
            .outcome(outcome)
            .last_scheduled(long_ago)
            .object();
        control_plane.apply(&cron_job).await;
    }
    let good = CronJob::new(&namespace, "good", "* * * * *").object();
    wait_for("the CronJob succeeds", async || {
        let cron_job = control_plane.get(&good).await.unwrap();
        let time = cron_job["status"]["lastSuccessfulTime"].clone();
        (!time.is_null()).then_some(time)
    })
    .await;
    for (name, field) in [("bad-", "failed"), ("stuck-", "active")] {
        wait_for(&format!("a Job of {name} has {field}"), async || {
            let jobs = control_plane
                .list("batch/v1", "Job", Some(&namespace))
                .await;
            jobs.into_iter().find(|job| {
                let its_name = job["metadata"]["name"].as_str().unwrap();
                its_name.starts_with(name) && job["status"][field] == 1
            })
        })
        .await;
    }
}
