//! What holds data, and which backup covers it: told by the API, the metrics and the status alike.

use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::kubernetes_objects::{
    CronJob, KubernetesObject, PersistentVolumeClaim, Replication, StatefulSet,
};
use serde_json::{Value, json};

use crate::installed::{cluster_role, install, manifests};
use crate::scene::{Scene, apply_all};
use crate::served::Served;
use crate::support::{Ran, lifeboat, run};

const NOTHING: &str = "nothing that makes backups names it";

impl Scene {
    fn claim(&self, name: &str) -> PersistentVolumeClaim {
        PersistentVolumeClaim::new(&self.namespace, name)
    }

    fn copy_of(&self, claim: &str) -> Replication {
        let copy = Replication::source(&self.namespace, "copy", claim);
        copy.kopia("repository").schedule("0 3 * * *")
    }

    fn dump_of(&self, claim: &str) -> CronJob {
        let volumes = json!([{ "name": "v", "persistentVolumeClaim": { "claimName": claim } }]);
        CronJob::new(&self.namespace, "dump", "0 2 * * *")
            .field("/spec/jobTemplate/spec/template/spec/volumes", volumes)
    }

    /// Waits until exactly this is told of one thing: `state`, and what covers it or why not. The API
    /// and the metrics agree. Returns the report.
    async fn covers(
        &self,
        served: &Served<'_>,
        (kind, name): (&str, &str),
        state: &str,
        words: &str,
    ) -> Value {
        let value = match state {
            "covered" => "0",
            "uncovered" => "1",
            "unknown" => "2",
            _ => "3",
        };
        let path = format!("coverage?namespace={}&kind={kind}", self.namespace);
        let answer = served
            .wait_for(
                &format!("{kind}/{name} is {state}: {words}"),
                async || {
                    let list = served.api(&path).await;
                    let subjects = list["subjects"].as_array().unwrap();
                    let found = subjects.iter().find(|one| one["name"] == name);
                    let metric = format!("lifeboat_coverage_status{{kind=\"{kind}\"");
                    let lines = self.lines(served, &[&metric]).await;
                    let named = format!("name=\"{name}\"");
                    let line = lines.into_iter().find(|line| line.contains(&named));
                    json!({ "told": found, "line": line })
                },
                |answer| {
                    let told = &answer["told"];
                    let line = answer["line"].as_str().unwrap_or_default();
                    told["state"] == state
                        && words_of(told) == words
                        && line.ends_with(&format!(" {value}"))
                },
            )
            .await;
        answer["told"].clone()
    }
}

/// What covers a thing, or why nothing does.
fn words_of(told: &Value) -> String {
    if let Some(why) = told["why"].as_str() {
        return why.to_owned();
    }
    let by = told["covered_by"].as_array().into_iter().flatten();
    let by: Vec<_> = by
        .map(|cover| {
            let asset = cover["asset"].as_str().unwrap();
            let (kind, _) = asset.split_once('/').unwrap();
            format!("{kind} by {}", cover["means"].as_str().unwrap())
        })
        .collect();
    by.join(", ")
}

const CLAIM: &str = "PersistentVolumeClaim";

#[tokio::test]
async fn a_claim_is_covered_from_when_a_copy_is_made_to_when_it_goes_over_restarts_too() {
    let (control_plane, scene) = Scene::new().await;
    let made = control_plane.apply(&scene.claim("data").object()).await;
    let served = scene.setup.start().await;
    let data = (CLAIM, "data");
    let told = scene.covers(&served, data, "uncovered", NOTHING).await;
    assert_eq!(told["since"], made["metadata"]["creationTimestamp"]);

    scene.setup.set_clock("+1h");
    let copy = control_plane.apply(&scene.copy_of("data").object()).await;
    let by = "ReplicationSource by volume_backup";
    scene.covers(&served, data, "covered", by).await;
    let info = scene.lines(&served, &["lifeboat_coverage_info"]).await;
    assert_eq!(info.len(), 1, "{info:?}");
    let covered_by = format!("covered_by=\"ReplicationSource/{}/copy\"", scene.namespace);
    assert!(info[0].contains(&covered_by), "{info:?}");

    scene.setup.set_clock("+2h");
    control_plane.delete(&copy).await;
    let lost = scene.covers(&served, data, "uncovered", NOTHING).await;
    let since: jiff::Timestamp = lost["since"].as_str().unwrap().parse().unwrap();
    assert!(since >= scene.hours(2), "since it lost its cover: {lost:#}");

    served.wait_until_told().await;
    served.terminate().await;
    scene.setup.set_clock("+3h");
    let served = scene.setup.start().await;
    let again = scene.covers(&served, data, "uncovered", NOTHING).await;
    assert_eq!(again["since"], lost["since"]);

    // What nothing covers breaks no promise.
    let status = scene.setup.ask("status").exits(0).stdout;
    let line = format!("{CLAIM}/{}/data no backup, for 1h", scene.namespace);
    assert!(status.contains(&line), "{status}");
    let all = scene.setup.ask("status --coverage").exits(0).stdout;
    assert!(
        all.contains("Nothing that makes backups names it."),
        "{all}"
    );
}

#[tokio::test]
async fn a_set_with_two_claims_of_which_one_is_covered_names_the_other() {
    let (control_plane, scene) = Scene::new().await;
    let set = StatefulSet::new(&scene.namespace, "search", &["data", "log"]);
    let set = control_plane.apply(&set.object()).await;
    let claims = ["data-search-0", "log-search-0"].map(|name| scene.claim(name).object());
    apply_all(control_plane, &claims).await;
    let copy = scene.copy_of("data-search-0").object();
    control_plane.apply(&copy).await;
    let served = scene.setup.start().await;
    let search = ("StatefulSet", "search");
    let why = "1 of its 2 claims has no backup: log-search-0";
    scene.covers(&served, search, "uncovered", why).await;

    let dump = scene
        .dump_of("log-search-0")
        .label("lifeboat.dev/backup", "true");
    control_plane.apply(&dump.object()).await;
    let by = "CronJob by cron_job, ReplicationSource by volume_backup";
    scene.covers(&served, search, "covered", by).await;

    // What is gone is told no more.
    control_plane.delete(&set).await;
    served
        .wait_for(
            "the set is gone from the metrics",
            async || json!(scene.lines(&served, &["lifeboat_coverage"]).await),
            |lines| !lines.to_string().contains("StatefulSet"),
        )
        .await;
}

#[tokio::test]
async fn the_volumes_of_a_cluster_are_covered_as_the_cluster_is() {
    let (control_plane, scene) = Scene::new().await;
    apply_all(control_plane, &scene.sound_for_long()).await;
    let claim = scene.claim("db-1").label("cnpg.io/cluster", "db");
    control_plane.apply(&claim.object()).await;
    let served = scene.setup.start().await;
    let by = "CNPGCluster by cnpg";
    scene
        .covers(&served, ("CNPGCluster", "db"), "covered", by)
        .await;
    scene.covers(&served, (CLAIM, "db-1"), "covered", by).await;

    let suspended = scene.yearly().field("/spec/suspend", true).object();
    control_plane.apply(&suspended).await;
    let why = "ScheduledBackup/daily is suspended";
    scene
        .covers(&served, ("CNPGCluster", "db"), "uncovered", why)
        .await;
    scene
        .covers(&served, (CLAIM, "db-1"), "uncovered", why)
        .await;
}

#[tokio::test]
async fn a_cron_job_that_mounts_a_claim_covers_it_once_it_is_known_as_a_backup() {
    let (control_plane, scene) = Scene::new().await;
    control_plane.apply(&scene.claim("data").object()).await;
    control_plane.apply(&scene.dump_of("data").object()).await;
    let served = scene.setup.start().await;
    let data = (CLAIM, "data");
    scene.covers(&served, data, "uncovered", NOTHING).await;
    let selected = scene.dump_of("data").label("lifeboat.dev/backup", "true");
    control_plane.apply(&selected.clone().object()).await;
    scene
        .covers(&served, data, "covered", "CronJob by cron_job")
        .await;
    // It writes there, and does not read.
    let elsewhere = selected.annotation("lifeboat.dev/covers", "");
    control_plane.apply(&elsewhere.object()).await;
    scene.covers(&served, data, "uncovered", NOTHING).await;
}

#[tokio::test]
async fn a_reason_excuses_and_without_one_it_is_asked_for() {
    let (control_plane, scene) = Scene::new().await;
    let annotation = "lifeboat.dev/no-backup";
    let objects = [
        scene.claim("cache").annotation(annotation, "fills itself"),
        scene.claim("data").annotation(annotation, ""),
    ];
    apply_all(control_plane, &objects.map(KubernetesObject::object)).await;
    let served = scene.setup.start().await;
    scene
        .covers(&served, (CLAIM, "cache"), "excused", "fills itself")
        .await;
    scene
        .covers(&served, (CLAIM, "data"), "uncovered", NOTHING)
        .await;
    let findings = served.api("findings").await;
    let findings = findings["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let message = findings[0]["message"].as_str().unwrap();
    assert!(
        message.starts_with(&format!("{CLAIM}/data in namespace {}", scene.namespace))
            && message.contains("it has no reason"),
        "{message}"
    );
}

#[tokio::test]
async fn what_volsync_keeps_for_itself_is_not_told_of() {
    let (control_plane, scene) = Scene::new().await;
    control_plane.apply(&scene.claim("data").object()).await;
    let copy = control_plane.apply(&scene.copy_of("data").object()).await;
    let cache = scene
        .claim("volsync-src-copy-cache")
        .label("app.kubernetes.io/created-by", "volsync")
        .owned_by(&copy);
    control_plane.apply(&cache.object()).await;
    let served = scene.setup.start().await;
    let by = "ReplicationSource by volume_backup";
    scene.covers(&served, (CLAIM, "data"), "covered", by).await;
    let list = served.api("coverage").await;
    assert_eq!(list["counts"]["covered"], 1, "{list:#}");
    assert_eq!(list["subjects"].as_array().unwrap().len(), 1, "{list:#}");
}

/// The status of the cluster itself, without a server.
fn glance(control_plane: &ControlPlane, scene: &Scene, more: &str) -> Ran {
    let kubeconfig = control_plane.administrators_kubeconfig();
    let words = format!(
        "status --kubernetes --kubeconfig {} --namespace {} {more}",
        kubeconfig.display(),
        scene.namespace
    );
    run(&mut lifeboat(words.split_whitespace()))
}

#[tokio::test]
async fn a_glance_at_the_cluster_tells_of_ten_and_all_of_them_when_asked() {
    let (control_plane, scene) = Scene::new().await;
    let names: Vec<String> = (0..12).map(|number| format!("data-{number:02}")).collect();
    for name in &names {
        control_plane.apply(&scene.claim(name).object()).await;
    }
    control_plane
        .apply(&scene.copy_of("data-00").object())
        .await;
    let short = glance(control_plane, &scene, "").stdout;
    let head = "Coverage: 1 of 12 covered (1 by volume backup), 11 WITHOUT BACKUP.";
    assert!(short.contains(head), "{short}");
    assert!(
        short.contains("and 1 more: lifeboat status --coverage"),
        "{short}"
    );
    assert!(!short.contains("data-11"), "{short}");
    assert!(
        short.lines().all(|line| line.chars().count() <= 80),
        "{short}"
    );

    let all = glance(control_plane, &scene, "--coverage").exits(0).stdout;
    assert!(all.contains("data-11"), "{all}");
    let by = format!("by ReplicationSource/{}/copy", scene.namespace);
    assert!(all.contains(&by), "{all}");
    let json = glance(control_plane, &scene, "--coverage --output json").exits(0);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["counts"]["uncovered"], 11);
    let json = glance(control_plane, &scene, "--output json").stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["coverage"]["counts"]["uncovered"], 11);
}

#[tokio::test]
async fn without_the_permission_to_see_claims_nothing_looks_covered() {
    let control_plane = install(&manifests()).await;
    let mut role = cluster_role();
    for rule in role["rules"].as_array_mut().unwrap() {
        let resources = rule["resources"].as_array_mut().unwrap();
        resources.retain(|resource| resource != "persistentvolumeclaims");
    }
    let rules = role["rules"].as_array_mut().unwrap();
    rules.retain(|rule| rule["resources"] != json!([]));
    control_plane.patch(&role, &role).await;
    let more = "--kubernetes --instance-exporters false";
    let scene = crate::installed::scene(&control_plane, more).await;
    let set = StatefulSet::new("shop", "search", &["data"]);
    control_plane.apply(&set.object()).await;
    let served = scene.setup.start().await;
    let why = "the permission to list and watch persistentvolumeclaims is missing";
    scene
        .covers(&served, ("StatefulSet", "search"), "unknown", why)
        .await;
    // Until everything else was listed, that can't be seen either.
    served
        .wait_for(
            "claims alone are told not to be seen",
            async || served.api("coverage").await["unseen"].take(),
            |unseen| unseen.as_array().unwrap().len() == 1 && unseen[0]["kind"] == CLAIM,
        )
        .await;
    let metrics = served.metrics().await;
    let complete = format!("lifeboat_coverage_complete{{kind=\"{CLAIM}\"}} 0");
    assert!(metrics.contains(&complete), "{metrics}");
    let all = scene.setup.ask("status --coverage").exits(1).stdout;
    let told = all.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains(&format!("Not every {CLAIM} is seen: {why}.")),
        "{all}"
    );
    let status = scene.setup.ask("status").exits(1).stdout;
    assert!(status.contains("persistentvolumeclaims"), "{status}");
}
