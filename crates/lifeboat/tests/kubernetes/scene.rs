//! The scene of a story: a namespace, CloudNativePG's objects in it, and what Lifeboat tells of them.

use jiff::{SignedDuration, Timestamp, Unit};
use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::http;
use lifeboat_testkit::kubernetes_objects::{
    Backup, Cluster, KubernetesObject, ObjectStore, ScheduledBackup,
};
use serde_json::{Value, json};

use crate::served::{Served, Setup};

/// How long each backup of a scene takes.
const TAKES: SignedDuration = SignedDuration::from_mins(10);

/// A namespace of a control plane, and what a Lifeboat is started with that watches it.
pub(crate) struct Scene {
    pub(crate) namespace: String,
    pub(crate) setup: Setup,
    /// When the story begins, to the second: the clock of Lifeboat says so at `+0`.
    pub(crate) begin: Timestamp,
}

impl Scene {
    /// A scene in the control plane that all stories share. Nobody reads exporters there.
    pub(crate) async fn new() -> (&'static ControlPlane, Self) {
        let control_plane = ControlPlane::shared().await;
        let scene = Self::of(control_plane, "--instance-exporters false").await;
        (control_plane, scene)
    }

    /// The same with exporters of instances that are read.
    pub(crate) async fn with_exporters() -> (&'static ControlPlane, Self) {
        let control_plane = ControlPlane::shared().await;
        (control_plane, Self::of(control_plane, "").await)
    }

    /// A scene in a control plane; more arguments for `serve` are separated by blanks.
    pub(crate) async fn of(control_plane: &ControlPlane, more: &str) -> Self {
        let namespace = control_plane.create_namespace("story").await;
        let kubeconfig = control_plane.administrators_kubeconfig();
        let setup = Setup::new().with(&format!(
            "--kubeconfig {} --watch-namespace {namespace} {more}",
            kubeconfig.display()
        ));
        Self {
            namespace,
            setup,
            begin: Timestamp::now().round(Unit::Second).unwrap(),
        }
    }

    /// So many hours after the beginning, or before it.
    pub(crate) fn hours(&self, count: i64) -> Timestamp {
        self.begin + SignedDuration::from_hours(count)
    }

    /// So many minutes after the beginning, or before it.
    pub(crate) fn minutes(&self, count: i64) -> Timestamp {
        self.begin + SignedDuration::from_mins(count)
    }

    /// The cluster `db`, which the plugin backs up to `store`.
    pub(crate) fn cluster(&self) -> Cluster {
        Cluster::new(&self.namespace, "db")
            .backed_up_by_plugin("store")
            .archiving(true, self.hours(-720))
    }

    /// The store of the plugin, which keeps everything for 30 days, and its account of `db`.
    pub(crate) fn store(&self, first: Option<Timestamp>, last: Option<Timestamp>) -> ObjectStore {
        ObjectStore::new(&self.namespace, "store", "s3://backups/shop")
            .retention("30d")
            .recovery_window("db", first, last, None)
    }

    /// The schedule of `db`, once a day; the operator has made its last Backup at `last`.
    pub(crate) fn daily(&self, last: Timestamp) -> ScheduledBackup {
        self.schedule(&last.strftime("%-S %-M %-H * * *").to_string())
            .scheduled(last, last + SignedDuration::from_hours(24))
    }

    /// A schedule of `db` by which nothing is due for long: for stories in which time passes and
    /// nothing else happens.
    pub(crate) fn yearly(&self) -> ScheduledBackup {
        let last = self.hours(-1);
        self.schedule(&last.strftime("%-S %-M %-H %-d %-m *").to_string())
            .scheduled(last, self.hours(365 * 24))
    }

    /// The schedule of `db`, which has not made any Backup yet.
    pub(crate) fn schedule(&self, text: &str) -> ScheduledBackup {
        ScheduledBackup::new(&self.namespace, "daily", "db", text).by_plugin()
    }

    /// The Backup that the schedule makes at a moment, as it is made.
    pub(crate) fn backup(&self, at: Timestamp) -> Backup {
        Backup::new(&self.namespace, &name_of(at), "db")
            .method("plugin")
            .scheduled_by("daily")
    }

    /// The same, completed after ten minutes.
    pub(crate) fn completed(&self, at: Timestamp) -> Backup {
        self.backup(at).completed(at, at + TAKES)
    }

    /// The same, failed after ten minutes.
    pub(crate) fn failed(&self, at: Timestamp, error: &str) -> Backup {
        self.backup(at).failed(at, at + TAKES, error)
    }

    /// What belongs to a sound `db`: backups of yesterday and of an hour ago.
    pub(crate) fn sound(&self) -> [Value; 5] {
        [
            self.cluster().object(),
            self.store(Some(self.minutes(-1490)), Some(self.minutes(-50)))
                .object(),
            self.daily(self.hours(-1)).object(),
            self.completed(self.hours(-25)).object(),
            self.completed(self.hours(-1)).object(),
        ]
    }

    /// The same, but that nothing more is due for long. The newest backup is 36 hours old 35 hours
    /// and 10 minutes after the beginning.
    pub(crate) fn sound_for_long(&self) -> [Value; 5] {
        let [cluster, store, _, yesterday, newest] = self.sound();
        [cluster, store, self.yearly().object(), yesterday, newest]
    }

    /// The asset `db`, or null if there is none.
    pub(crate) async fn db(&self, served: &Served<'_>) -> Value {
        self.asset(served, "CNPGCluster", "db").await
    }

    /// An asset of the namespace, or null if there is none.
    pub(crate) async fn asset(&self, served: &Served<'_>, kind: &str, name: &str) -> Value {
        let path = format!("assets/{kind}/{}/{name}", self.namespace);
        let url = format!("{}/api/v1/{path}", served.url());
        let answer = http::request("GET", &url, &[], "").await.unwrap();
        assert!(
            answer.is_success() || answer.status == 404,
            "{}",
            answer.text()
        );
        if answer.is_success() {
            answer.json()
        } else {
            Value::Null
        }
    }

    /// Waits until of `db` exactly these troubles are told, each as `<check> <status>`, by the API
    /// and by the metrics alike. Returns the asset.
    pub(crate) async fn tells(&self, served: &Served<'_>, troubles: &[&str]) -> Value {
        self.tells_that(served, troubles, |_| true).await
    }

    /// The same, and the asset is like this: what the test did has been seen.
    pub(crate) async fn tells_that(
        &self,
        served: &Served<'_>,
        troubles: &[&str],
        is_so: impl Fn(&Value) -> bool,
    ) -> Value {
        self.tells_of(served, ("CNPGCluster", "db"), troubles, is_so)
            .await
    }

    /// The same of another asset of the namespace.
    pub(crate) async fn tells_of(
        &self,
        served: &Served<'_>,
        (kind, name): (&str, &str),
        troubles: &[&str],
        is_so: impl Fn(&Value) -> bool,
    ) -> Value {
        let mut expected: Vec<&str> = troubles.to_vec();
        expected.sort_unstable();
        let expected = json!(expected);
        let answer = served
            .wait_for(
                &format!("of {kind}/{name}, this is told: {expected}"),
                async || {
                    let asset = self.asset(served, kind, name).await;
                    let in_metrics = self.in_metrics(&served.metrics().await, kind, name);
                    json!({ "told": told(&asset), "in_metrics": in_metrics, "asset": asset })
                },
                |answer| {
                    answer["told"] == expected
                        && answer["in_metrics"] == expected
                        && is_so(&answer["asset"])
                },
            )
            .await;
        answer["asset"].clone()
    }

    /// Waits for one more evaluation, by the clock as it is now, and demands that nothing is told
    /// of `db` then.
    pub(crate) async fn stays_silent(&self, served: &Served<'_>) {
        served.wait_for_evaluation().await;
        let asset = self.db(served).await;
        assert_eq!(told(&asset), json!([]), "{asset:#}");
        assert_eq!(asset["status"], "ok");
    }

    /// What `lifeboat_check_status` says of an asset beside ok and paused.
    fn in_metrics(&self, metrics: &str, kind: &str, name: &str) -> Value {
        let labels = [
            ("kind", kind),
            ("namespace", &self.namespace),
            ("name", name),
        ];
        let mut troubles: Vec<String> = series(metrics, "lifeboat_check_status", &labels)
            .into_iter()
            .filter_map(|(line, value)| {
                let status = match value {
                    "1" => "failing",
                    "2" => "unknown",
                    _ => return None,
                };
                Some(format!("{} {status}", label(line, "check")))
            })
            .collect();
        troubles.sort();
        json!(troubles)
    }

    /// The value of the only series of a name about `db`, as rules for CloudNativePG ask for it;
    /// none if there is no such series.
    pub(crate) async fn metric(&self, served: &Served<'_>, name: &str) -> Option<f64> {
        let metrics = served.metrics().await;
        let labels = [("namespace", self.namespace.as_str()), ("cluster", "db")];
        let found = series(&metrics, name, &labels);
        assert!(found.len() < 2, "{name}: {found:?}");
        found.first().map(|(_, value)| value.parse().unwrap())
    }

    /// Every line of the metrics about the namespace whose name begins like this, in order.
    pub(crate) async fn lines(&self, served: &Served<'_>, names: &[&str]) -> Vec<String> {
        let metrics = served.metrics().await;
        let namespace = format!("namespace=\"{}\"", self.namespace);
        let lines = metrics.lines().filter(|line| {
            line.contains(&namespace) && names.iter().any(|name| line.starts_with(name))
        });
        lines.map(ToOwned::to_owned).collect()
    }
}

/// Applies objects one after the other.
pub(crate) async fn apply_all(control_plane: &ControlPlane, objects: &[Value]) {
    for object in objects {
        control_plane.apply(object).await;
    }
}

/// The name that the operator gives to the schedule's Backup of a moment.
pub(crate) fn name_of(at: Timestamp) -> String {
    at.strftime("daily-%Y%m%d%H%M%S").to_string()
}

/// Seconds since 1970, as metrics have them.
pub(crate) fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

/// The name of the newest good recovery point; empty if there is none.
pub(crate) fn newest(asset: &Value) -> &str {
    let name = asset["newest_good_recovery_point"]["name"].as_str();
    name.unwrap_or_default()
}

/// The names of all recovery points, newest first.
pub(crate) fn points(asset: &Value) -> Vec<&str> {
    let points = asset["recovery_points"].as_array();
    let points = points.into_iter().flatten();
    points
        .map(|point| point["name"].as_str().unwrap())
        .collect()
}

/// The codes of what somebody should look at.
pub(crate) fn findings(asset: &Value) -> Vec<&str> {
    let findings = asset["findings"].as_array();
    let findings = findings.into_iter().flatten();
    findings
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

/// The checks that are failing or unknown, each as `<check> <status>`, sorted; null for no asset.
fn told(asset: &Value) -> Value {
    let Some(checks) = asset["checks"].as_array() else {
        return Value::Null;
    };
    let text = |check: &Value, field: &str| check[field].as_str().unwrap().to_owned();
    let mut troubles: Vec<String> = checks
        .iter()
        .map(|check| (text(check, "check"), text(check, "status")))
        .filter(|(_, status)| status != "ok" && status != "paused")
        .map(|(check, status)| format!("{check} {status}"))
        .collect();
    troubles.sort();
    json!(troubles)
}

/// The series of a metric that have these labels: each line with its value.
fn series<'a>(metrics: &'a str, name: &str, labels: &[(&str, &str)]) -> Vec<(&'a str, &'a str)> {
    let begin = format!("{name}{{");
    let lines = metrics.lines().filter(|line| line.starts_with(&begin));
    lines
        .filter(|line| labels.iter().all(|(key, value)| label(line, key) == *value))
        .filter_map(|line| line.rsplit_once(' '))
        .collect()
}

/// The value of a label in a line of the text format; empty if it isn't there.
fn label<'a>(line: &'a str, key: &str) -> &'a str {
    let at = ["{", ","].iter().find_map(|before| {
        let begin = format!("{before}{key}=\"");
        Some(line.find(&begin)? + begin.len())
    });
    let rest = at.map_or("", |at| &line[at..]);
    rest.split('"').next().unwrap_or_default()
}
