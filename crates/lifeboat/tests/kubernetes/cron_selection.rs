//! Which CronJobs are watched: by their own word, by a policy, and those that look like backups and aren't.

use lifeboat_testkit::kubernetes_objects::{CronJob, KubernetesObject};
use serde_json::{Value, json};

use crate::cron_scene::BACKUP;
use crate::scene::Scene;
use crate::served::{Served, report};

impl Scene {
    fn unlabelled(&self, name: &str) -> CronJob {
        CronJob::new(&self.namespace, name, "0 3 1 1 *").last_successful(self.hours(-5))
    }

    fn policy(&self, spec: &Value) -> Value {
        json!({
            "apiVersion": "lifeboat.dev/v1alpha1",
            "kind": "BackupPolicy",
            "metadata": { "namespace": self.namespace, "name": "nightly-jobs" },
            "spec": spec,
        })
    }

    /// Waits until exactly these CronJobs are assets.
    async fn watches(&self, served: &Served<'_>, names: &[&str]) {
        served
            .wait_for(
                &format!("exactly {names:?} are watched"),
                async || served.api("assets").await,
                |list| {
                    let assets = list["assets"].as_array().unwrap().iter();
                    let mut watched: Vec<&str> = assets
                        .filter(|asset| asset["kind"] == "CronJob")
                        .map(|asset| asset["name"].as_str().unwrap())
                        .collect();
                    watched.sort_unstable();
                    watched == names
                },
            )
            .await;
    }

    /// Waits until exactly these CronJobs are said to look like unwatched backups, and returns the
    /// findings.
    async fn hints_at(&self, served: &Served<'_>, names: &[&str]) -> Value {
        served
            .wait_for(
                &format!("there are hints at {names:?}"),
                async || served.api("findings").await,
                |list| {
                    let findings = list["findings"].as_array().unwrap().iter();
                    let mut messages = findings
                        .filter(|finding| finding["code"] == "unselected_backup_cron_job")
                        .map(|finding| finding["message"].as_str().unwrap());
                    let wanted = |name: &&str| format!("CronJob/{}/{name} ", self.namespace);
                    let all: Vec<&str> = messages.by_ref().collect();
                    all.len() == names.len()
                        && names
                            .iter()
                            .all(|name| all.iter().any(|said| said.starts_with(&wanted(name))))
                },
            )
            .await
    }
}

#[tokio::test]
async fn a_label_selects_a_cron_job_and_takes_it_out_again() {
    let (control_plane, scene) = Scene::new().await;
    let chore = control_plane
        .apply(&scene.unlabelled("chore").object())
        .await;
    let served = scene.setup.start().await;
    scene.watches(&served, &[]).await;
    let label = |value: &str| json!({ "metadata": { "labels": { BACKUP: value } } });
    control_plane.patch(&chore, &label("true")).await;
    scene.watches(&served, &["chore"]).await;
    control_plane.patch(&chore, &label("false")).await;
    scene.watches(&served, &[]).await;
}

#[tokio::test]
async fn a_policy_selects_cron_jobs_and_promises_something_of_them() {
    let (control_plane, scene) = Scene::with_jobs().await;
    let tier = |name: &str| scene.unlabelled(name).label("tier", "backup");
    let objects = [
        tier("ledger"),
        tier("media"),
        tier("opted-out").label(BACKUP, "false"),
        tier("elsewhere").label("tier", "chores"),
    ];
    for object in objects {
        control_plane.apply(&object.object()).await;
    }
    let served = scene.setup.start().await;
    scene.watches(&served, &[]).await;

    let spec = json!({
        "selector": { "kinds": ["CronJob"], "matchLabels": { "tier": "backup" } },
        "objectives": { "maximumAge": "4h" },
    });
    let policy = control_plane.apply(&scene.policy(&spec)).await;
    scene.watches(&served, &["ledger", "media"]).await;
    let media = scene
        .tells_of(&served, ("CronJob", "media"), &["fresh failing"], |_| true)
        .await;
    let promised = &report(&media, "fresh")["facts"]["maximum_age_seconds"];
    assert_eq!(promised, 14_400.0);

    // The object's own word comes before that of a policy.
    let own = json!({ "metadata": { "annotations": { "lifeboat.dev/maximum-age": "6h" } } });
    control_plane.patch(&media_object(&media), &own).await;
    scene
        .tells_of(&served, ("CronJob", "media"), &[], |_| true)
        .await;

    let wider = json!({ "spec": { "objectives": { "maximumAge": "8h" } } });
    control_plane.patch(&policy, &wider).await;
    scene
        .tells_of(&served, ("CronJob", "ledger"), &[], |_| true)
        .await;
    control_plane.delete(&policy).await;
    scene.watches(&served, &[]).await;
}

#[tokio::test]
async fn a_policy_that_names_no_kind_makes_no_backup_of_a_cron_job() {
    let (control_plane, scene) = Scene::with_jobs().await;
    let everything = scene.policy(&json!({ "objectives": { "maximumAge": "4h" } }));
    control_plane.apply(&everything).await;
    for object in [
        scene.unlabelled("chore"),
        scene.unlabelled("data").label(BACKUP, "true"),
    ] {
        control_plane.apply(&object.object()).await;
    }
    let served = scene.setup.start().await;
    scene.watches(&served, &["data"]).await;
    // It holds for what is a backup anyway.
    scene
        .tells_of(&served, ("CronJob", "data"), &["fresh failing"], |_| true)
        .await;
    scene.watches(&served, &["data"]).await;
}

#[tokio::test]
async fn a_cron_job_that_looks_like_a_backup_is_hinted_at_until_somebody_decides() {
    let (control_plane, scene) = Scene::new().await;
    let container = "/spec/jobTemplate/spec/template/spec/containers";
    let dump = json!([{ "name": "run", "image": "postgres:17", "command": ["pg_dumpall"] }]);
    let by_name = scene.unlabelled("immich-media-backup");
    let by_command = scene.unlabelled("nightly").field(container, dump);
    let sweep = json!([{ "name": "run", "image": "busybox", "command": ["find", "/tmp"] }]);
    let neither = scene.unlabelled("sweep").field(container, sweep);
    let by_name = control_plane.apply(&by_name.object()).await;
    let by_command = control_plane.apply(&by_command.object()).await;
    control_plane.apply(&neither.object()).await;
    let served = scene.setup.start().await;

    let list = scene
        .hints_at(&served, &["immich-media-backup", "nightly"])
        .await;
    let hint = list["findings"][0]["hint"].as_str().unwrap();
    let command = format!(
        "kubectl -n {} label cronjob immich-media-backup lifeboat.dev/backup=true",
        scene.namespace
    );
    assert!(hint.contains(&command), "{hint}");
    scene.watches(&served, &[]).await;
    let count = "lifeboat_findings{code=\"unselected_backup_cron_job\"} 2";
    let metrics = served.metrics().await;
    assert!(metrics.lines().any(|line| line == count), "{metrics}");

    let label = |value: &str| json!({ "metadata": { "labels": { BACKUP: value } } });
    control_plane.patch(&by_name, &label("true")).await;
    scene.watches(&served, &["immich-media-backup"]).await;
    scene.hints_at(&served, &["nightly"]).await;
    control_plane.patch(&by_command, &label("false")).await;
    scene.hints_at(&served, &[]).await;
    scene.watches(&served, &["immich-media-backup"]).await;
}

/// What the API server needs to know of the object that an asset is.
fn media_object(asset: &Value) -> Value {
    json!({
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": { "namespace": asset["namespace"], "name": asset["name"] },
    })
}
