//! The queries of a manual for hand-made monitoring, asked of a real Prometheus that scrapes Lifeboat; beside it one that scrapes kube-state-metrics.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::instance_exporter::{InstanceExporter, Samples};
use lifeboat_testkit::kube_state_metrics::KubeStateMetrics;
use lifeboat_testkit::kubernetes_objects::{
    Backup, Cluster, CronJob, InstancePod, KubernetesObject, ScheduledBackup,
};
use lifeboat_testkit::prometheus::Prometheus;
use serde_json::{Value, json};

use crate::cron_scene::BACKUP;
use crate::scene::seconds;
use crate::served::Setup;

const PATIENCE: Duration = Duration::from_mins(1);

const MEDIA_AGE: &str = "(time()-kube_cronjob_status_last_successful_time{namespace=\"immich\",\
                         cronjob=\"immich-media-offsite-sync\"})/3600";
const DATABASE_AGE: &str =
    "(time()-cnpg_collector_last_available_backup_timestamp{cluster=\"immich-db\"})/3600";
const MEDIA_STALE: &str = "time() - max by (namespace, cronjob) (\
                           kube_cronjob_status_last_successful_time{namespace=\"immich\", \
                           cronjob=\"immich-media-offsite-sync\"}) > 36 * 60 * 60";
const DATABASE_STALE: &str = "time() - max by (cluster) (\
                              cnpg_collector_last_available_backup_timestamp{cluster=\"immich-db\"}\
                              ) > 36 * 60 * 60";
const LAST_SUCCESS: &str = "kube_cronjob_status_last_successful_time{namespace=\"immich\"}";
const LAST_SCHEDULED: &str = "kube_cronjob_status_last_schedule_time{namespace=\"immich\"}";
const NEXT: &str = "kube_cronjob_next_schedule_time{namespace=\"immich\"}";
const SUSPENDED: &str = "kube_cronjob_spec_suspend{namespace=\"immich\"}";

/// The cluster of the manual: media and a database, each backed up some hours ago.
struct Home {
    control_plane: ControlPlane,
    begin: Timestamp,
    setup: Setup,
}

impl Home {
    /// With more arguments for `serve`, separated by blanks.
    async fn new(more: &str) -> Self {
        let control_plane = ControlPlane::start().await;
        control_plane.install_custom_resource_definitions().await;
        for name in ["immich", "postgresql"] {
            let metadata = json!({ "name": name });
            let namespace =
                json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata });
            control_plane.create(&namespace).await;
        }
        let kubeconfig = control_plane.administrators_kubeconfig();
        let setup = Setup::new().with(&format!("--kubeconfig {} {more}", kubeconfig.display()));
        let begin = Timestamp::now().round(jiff::Unit::Second).unwrap();
        Self {
            control_plane,
            begin,
            setup,
        }
    }

    fn hours_ago(&self, hours: i64) -> Timestamp {
        self.begin - jiff::SignedDuration::from_hours(hours)
    }

    fn media(&self) -> CronJob {
        let due = self.hours_ago(6);
        let schedule = due.strftime("%-M %-H * * *").to_string();
        CronJob::new("immich", "immich-media-offsite-sync", &schedule)
            .time_zone("Etc/UTC")
            .label(BACKUP, "true")
    }

    /// Makes everything; the database's backups are one that succeeded and one that failed.
    async fn furnish(&self) -> Value {
        let cluster =
            Cluster::new("postgresql", "immich-db").backed_up_in_tree("s3://backups/immich");
        let schedule = ScheduledBackup::new("postgresql", "nightly", "immich-db", "0 0 3 1 1 *");
        let completed = Backup::new("postgresql", "nightly-1", "immich-db")
            .scheduled_by("nightly")
            .completed(self.hours_ago(9), self.hours_ago(8));
        let failed = Backup::new("postgresql", "nightly-2", "immich-db")
            .scheduled_by("nightly")
            .failed(self.hours_ago(4), self.hours_ago(3), "no space left");
        for object in [
            cluster.object(),
            schedule.object(),
            completed.object(),
            failed.object(),
        ] {
            self.control_plane.apply(&object).await;
        }
        let media = self
            .media()
            .last_scheduled(self.hours_ago(6))
            .last_successful(self.hours_ago(5));
        self.control_plane.apply(&media.object()).await
    }
}

async fn scraping(target: &str) -> Prometheus {
    let builder = Prometheus::version3().honor_labels(true);
    builder.scrape_target(target).start().await
}

/// The values of a query's answer now, as numbers.
async fn ask(prometheus: &Prometheus, query: &str) -> Vec<f64> {
    let answer = prometheus.query(query, seconds(Timestamp::now())).await;
    let series = answer["result"].as_array().unwrap().iter();
    series
        .map(|series| series["value"][1].as_str().unwrap().parse().unwrap())
        .collect()
}

/// Asks until the answer is as wanted.
async fn answers(prometheus: &Prometheus, query: &str, wanted: impl Fn(&[f64]) -> bool) {
    let start = Instant::now();
    loop {
        let values = ask(prometheus, query).await;
        if wanted(&values) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{query}: {values:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Whether the one value is about this: what passes while a test runs is minutes at most.
fn about(expected: f64) -> impl Fn(&[f64]) -> bool {
    move |values| matches!(values, [value] if (expected..expected + 0.2).contains(value))
}

/// Whether this is the one value.
fn exactly(expected: f64) -> impl Fn(&[f64]) -> bool {
    move |values| values == [expected]
}

#[tokio::test]
async fn the_queries_of_the_manual_are_answered_rightly() {
    let home = Home::new("--instance-exporters false").await;
    let media = home.furnish().await;
    let served = home.setup.start().await;
    let lifeboat = scraping(&served.address()).await;
    answers(&lifeboat, MEDIA_AGE, about(5.0)).await;
    answers(&lifeboat, DATABASE_AGE, about(8.0)).await;
    for (query, hours_ago) in [
        (LAST_SUCCESS, 5),
        (LAST_SCHEDULED, 6),
        ("cnpg_collector_last_available_backup_timestamp", 8),
        ("cnpg_collector_last_failed_backup_timestamp", 3),
        ("cnpg_collector_first_recoverability_point", 8),
    ] {
        let at = seconds(home.hours_ago(hours_ago));
        answers(&lifeboat, query, exactly(at)).await;
    }
    let next = home.hours_ago(6 - 24);
    let next = seconds(next) - seconds(next).rem_euclid(60.0);
    answers(&lifeboat, NEXT, exactly(next)).await;
    answers(&lifeboat, SUSPENDED, exactly(0.0)).await;
    for rule in [MEDIA_STALE, DATABASE_STALE] {
        answers(&lifeboat, rule, <[f64]>::is_empty).await;
    }

    let states = KubeStateMetrics::start(&home.control_plane).await;
    let states = scraping(&states.target()).await;
    for query in [LAST_SUCCESS, LAST_SCHEDULED, NEXT, SUSPENDED] {
        let ours = ask(&lifeboat, query).await;
        answers(&states, query, |theirs| theirs == ours).await;
    }
    assert_eq!(
        labels(&lifeboat, LAST_SUCCESS).await,
        labels(&states, LAST_SUCCESS).await
    );

    // Rules fire when it is time, and go quiet with the next success.
    let success = |hours: i64| json!({ "lastSuccessfulTime": home.hours_ago(hours).to_string() });
    home.control_plane.patch_status(&media, &success(37)).await;
    answers(&states, MEDIA_STALE, |found| found.len() == 1).await;
    // An older time in the status is no reason to forget the newer success.
    answers(&lifeboat, MEDIA_STALE, <[f64]>::is_empty).await;
    home.control_plane.patch_status(&media, &success(1)).await;
    answers(&lifeboat, MEDIA_AGE, about(1.0)).await;
    answers(&states, MEDIA_STALE, <[f64]>::is_empty).await;
}

#[tokio::test]
async fn where_kube_state_metrics_falls_silent_lifeboat_does_not() {
    let home = Home::new("--instance-exporters false").await;
    let media = home.furnish().await;
    let never = CronJob::new("immich", "never", "0 3 * * *").label(BACKUP, "true");
    home.control_plane.apply(&never.object()).await;
    let states = KubeStateMetrics::start(&home.control_plane).await;
    let states = scraping(&states.target()).await;
    let served = home.setup.start().await;
    let lifeboat = scraping(&served.address()).await;
    answers(&lifeboat, MEDIA_AGE, about(5.0)).await;
    answers(&states, MEDIA_AGE, about(5.0)).await;

    // Suspended: there is no next time, and both say so.
    let suspended = json!({ "spec": { "suspend": true } });
    home.control_plane.patch(&media, &suspended).await;
    for prometheus in [&lifeboat, &states] {
        let of_media = |metric: &str| {
            format!("{metric}{{namespace=\"immich\",cronjob=\"immich-media-offsite-sync\"}}")
        };
        let next = of_media("kube_cronjob_next_schedule_time");
        answers(prometheus, &next, <[f64]>::is_empty).await;
        let suspend = of_media("kube_cronjob_spec_suspend");
        answers(prometheus, &suspend, exactly(1.0)).await;
    }

    // Made again: its status is empty, and one of the two remembers.
    home.control_plane.delete(&media).await;
    home.control_plane.create(&home.media().object()).await;
    answers(&states, MEDIA_AGE, <[f64]>::is_empty).await;
    answers(&lifeboat, MEDIA_AGE, about(5.0)).await;

    // Never succeeded: absent while it is new, then older than any rule allows.
    let age = "time() - kube_cronjob_status_last_successful_time{cronjob=\"never\"} > 36 * 60 * 60";
    for prometheus in [&lifeboat, &states] {
        assert_eq!(ask(prometheus, age).await, Vec::<f64>::new());
    }
    home.setup.set_clock("+48h");
    answers(&lifeboat, age, |found| found.len() == 1).await;
    assert_eq!(ask(&states, age).await, Vec::<f64>::new());
}

#[tokio::test]
async fn where_gauges_are_frozen_or_zero_lifeboat_has_the_truth() {
    const WAITING: &str = "cnpg_collector_pg_wal_archive_status{value=\"ready\"}";

    let home = Home::new("").await;
    home.furnish().await;
    let month_ago = home.hours_ago(720);
    let mut frozen = Samples::primary("immich-db");
    frozen.set_backups(Some(month_ago), Some(month_ago), None);
    frozen.set_wal_files(3.0, 40.0);
    let primary = InstanceExporter::start(frozen);
    let replica = InstanceExporter::start(Samples::replica("immich-db"));
    let namespace = "postgresql";
    for pod in [
        InstancePod::primary(
            namespace,
            "immich-db",
            "immich-db-1",
            primary.address(),
            month_ago,
        ),
        InstancePod::replica(
            namespace,
            "immich-db",
            "immich-db-2",
            replica.address(),
            month_ago,
        ),
    ] {
        home.control_plane.apply(&pod.object()).await;
    }
    let gauges = Prometheus::version3()
        .scrape_target(&primary.target())
        .scrape_target(&replica.target());
    let gauges = gauges.start().await;
    let served = home.setup.start().await;
    let lifeboat = scraping(&served.address()).await;

    let age = "(time() - max(cnpg_collector_last_available_backup_timestamp)) / 3600";
    answers(&gauges, age, about(720.0)).await;
    answers(&lifeboat, age, about(8.0)).await;
    answers(&lifeboat, DATABASE_AGE, about(8.0)).await;
    let never = "cnpg_collector_last_available_backup_timestamp == 0";
    answers(&gauges, never, |found| found.len() == 1).await;
    assert_eq!(ask(&lifeboat, never).await, Vec::<f64>::new());
    // What only the instance knows is passed on.
    for prometheus in [&gauges, &lifeboat] {
        let sum = format!("sum({WAITING})");
        answers(prometheus, &sum, exactly(3.0)).await;
    }
    let of_primary = WAITING.replace('{', "{namespace=\"postgresql\",pod=\"immich-db-1\",");
    answers(&lifeboat, &of_primary, exactly(3.0)).await;
}

/// The labels by which rules and dashboards choose.
async fn labels(prometheus: &Prometheus, query: &str) -> Vec<(Value, Value)> {
    let answer = prometheus.query(query, seconds(Timestamp::now())).await;
    let series = answer["result"].as_array().unwrap().iter();
    series
        .map(|series| {
            let metric = &series["metric"];
            (metric["namespace"].clone(), metric["cronjob"].clone())
        })
        .collect()
}
