//! Native rules on what real programs export: a real kube-state-metrics over real objects, CloudNativePG's names, and a
//! real Prometheus that asks the rules' own queries. How long something has to be so is Prometheus's business.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::rules::{Flavour, RuleFormat, RuleOptions, generate};
use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::instance_exporter::{InstanceExporter, Samples};
use lifeboat_testkit::kube_state_metrics::KubeStateMetrics;
use lifeboat_testkit::kubernetes_objects::{CronJob, Deployment, Job, KubernetesObject};
use lifeboat_testkit::prometheus::Prometheus;
use serde_json::{Value, json};

type Found = BTreeSet<(String, String)>;

fn ago(hours: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(hours)
}

/// The queries of the native rules, by the alert's name; there may be several of one name.
fn queries() -> Vec<(String, String)> {
    let options = RuleOptions {
        flavour: Flavour::Native,
        ..RuleOptions::default()
    };
    let rules = generate(RuleFormat::Rules, &options).json;
    let groups = rules["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rules
        .map(|rule| (text(&rule["alert"]), text(&rule["expr"])))
        .collect()
}

/// CronJobs in every state that a rule is about, each named after what is wrong with it.
async fn cron_jobs(control_plane: &ControlPlane, namespace: &str) {
    let cron_job = |name: &str| {
        CronJob::new(namespace, &format!("backup-{name}"), "0 3 * * *").last_scheduled(ago(0))
    };
    let mut made = BTreeMap::new();
    for (name, object) in [
        ("sound", cron_job("sound").last_successful(ago(1))),
        ("stale", cron_job("stale").last_successful(ago(40))),
        ("future", cron_job("future").last_successful(ago(-5))),
        (
            "suspended",
            cron_job("suspended").last_successful(ago(1)).suspended(),
        ),
        (
            "missed",
            cron_job("missed")
                .last_successful(ago(1))
                .last_scheduled(ago(49)),
        ),
        ("failed", cron_job("failed").last_successful(ago(5))),
        ("well-again", cron_job("well-again").last_successful(ago(1))),
        ("stuck", cron_job("stuck").last_successful(ago(20))),
        ("new", cron_job("new")),
    ] {
        made.insert(name, control_plane.apply(&object.object()).await);
    }
    for job in [
        Job::of(&made["failed"], ago(2)).failed(ago(2), ago(1)),
        Job::of(&made["well-again"], ago(3)).failed(ago(3), ago(2)),
        Job::of(&made["stuck"], ago(13)).running(ago(13)),
    ] {
        control_plane.apply(&job.object()).await;
    }
    for (name, available) in [("cnpg-controller-manager", 0), ("volsync", 1), ("web", 0)] {
        let deployment = Deployment::new(namespace, name, 1, available);
        control_plane.apply(&deployment.object()).await;
    }
}

/// Primaries of CloudNativePG, each named after what is wrong with it.
fn instances() -> Vec<(&'static str, InstanceExporter)> {
    let names = ["sound", "stale", "moved", "failed", "unarchived"];
    let exporters = names.map(|name| {
        let mut samples = Samples::primary(name);
        samples.set_wal_files(1.0, 7.0);
        samples.set("cnpg_pg_stat_archiver_seconds_since_last_archival", 60.0);
        match name {
            "stale" => samples.set_backups(Some(ago(90)), Some(ago(40)), None),
            // The old gauge froze when it was moved to the plugin, whose own goes on.
            "moved" => {
                samples.set_backups(Some(ago(90)), Some(ago(80)), None);
                samples.set_plugin_backups(Some(ago(70)), Some(ago(2)), None);
            }
            "failed" => samples.set_backups(Some(ago(90)), Some(ago(5)), Some(ago(1))),
            "unarchived" => {
                samples.set_backups(Some(ago(90)), Some(ago(5)), None);
                samples.set_wal_files(101.0, 0.0);
                samples.set("cnpg_pg_stat_archiver_seconds_since_last_archival", -1.0);
            }
            _ => samples.set_backups(Some(ago(90)), Some(ago(5)), Some(ago(70))),
        }
        (name, InstanceExporter::start(samples))
    });
    exporters.into_iter().collect()
}

fn configuration(states: &str, instances: &[(&str, InstanceExporter)]) -> String {
    let targets = instances.iter().map(|(name, exporter)| {
        let labels = json!({"namespace": "databases", "pod": format!("{name}-1")});
        json!({"targets": [exporter.target()], "labels": labels})
    });
    let job = |name: &str, targets: Value| json!({"job_name": name, "honor_labels": true, "static_configs": targets});
    let jobs = [
        job("kube-state-metrics", json!([{"targets": [states]}])),
        job("cnpg", targets.collect()),
    ];
    let global = json!({"scrape_interval": "500ms", "scrape_timeout": "500ms"});
    json!({"global": global, "scrape_configs": jobs}).to_string()
}

async fn found(prometheus: &Prometheus, namespaces: &[&str]) -> BTreeMap<String, Found> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for (alert, query) in queries() {
        let now = Timestamp::now().as_duration().as_secs_f64();
        let answer = prometheus.query(&query, now).await;
        for series in answer["result"].as_array().unwrap() {
            let label = |name: &str| series["metric"][name].as_str().unwrap().to_owned();
            if namespaces.contains(&&*label("namespace")) {
                let about = (label("kind"), label("name"));
                found.entry(alert.clone()).or_default().insert(about);
            }
        }
    }
    found
}

#[tokio::test]
async fn the_queries_find_what_is_wrong_and_nothing_else() {
    let control_plane = ControlPlane::shared().await;
    let namespace = control_plane.create_namespace("native").await;
    cron_jobs(control_plane, &namespace).await;
    let states = KubeStateMetrics::start(control_plane).await;
    let instances = instances();
    let prometheus = Prometheus::debian()
        .configuration(&configuration(&states.target(), &instances))
        .start()
        .await;
    let expected: BTreeMap<String, Found> = [
        ("BackupRunMissed", "CronJob", "backup-missed"),
        ("BackupScheduleSuspended", "CronJob", "backup-suspended"),
        ("BackupStuck", "CronJob", "backup-stuck"),
        ("BackupTimestampInFuture", "CronJob", "backup-future"),
        ("CNPGBackupFailed", "CNPGCluster", "failed"),
        ("CNPGBackupStale", "CNPGCluster", "stale"),
        ("CNPGBackupTooOld", "CNPGCluster", "stale"),
        ("CNPGOperatorDown", "Operator", "cnpg-controller-manager"),
        ("CNPGWALFilesAccumulating", "CNPGCluster", "unarchived"),
        ("CNPGWALNeverArchived", "CNPGCluster", "unarchived"),
        ("CronJobBackupFailed", "CronJob", "backup-failed"),
        ("CronJobBackupStale", "CronJob", "backup-stale"),
    ]
    .into_iter()
    .map(|(alert, kind, name)| {
        let about = (kind.to_owned(), name.to_owned());
        (alert.to_owned(), BTreeSet::from([about]))
    })
    .collect();
    let mut last = BTreeMap::new();
    for _ in 0..120 {
        last = found(&prometheus, &[&namespace, "databases"]).await;
        if last == expected {
            prometheus.stop().await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("found {last:#?}\n{}", prometheus.log());
}
