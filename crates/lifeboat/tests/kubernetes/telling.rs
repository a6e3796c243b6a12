//! What Lifeboat tells of a scene, by the API and by the metrics.

use jiff::Timestamp;
use lifeboat_core::Check;
use lifeboat_testkit::http;
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::served::Served;

impl Scene {
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

    /// Waits until of `db` exactly these broken or unknown promises are told, each as `<check> <status>`, by the API
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
                    let metrics = served.metrics().await;
                    let in_metrics = self.in_metrics(&metrics, kind, name);
                    json!({ "told": told(&asset), "in_metrics": in_metrics, "asset": asset, "metrics": metrics })
                },
                |answer| {
                    answer["told"] == expected
                        && answer["in_metrics"] == expected
                        && is_so(&answer["asset"])
                },
            )
            .await;
        let metrics = answer["metrics"].as_str().unwrap();
        self.both_engines_agree(served, &answer["asset"], metrics)
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
                let check = label(line, "check");
                is_promise(check).then(|| format!("{check} {status}"))
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

/// Whether a check makes sense for an asset as it is.
pub(crate) fn is_asked(asset: &Value, check: &str) -> bool {
    let checks = asset["checks"].as_array().into_iter().flatten();
    checks.into_iter().any(|report| report["check"] == check)
}

/// Whether a check is about a promise. The others only warn, and stories of theirs ask for them.
fn is_promise(name: &str) -> bool {
    let check = Check::ALL.into_iter().find(|check| check.name() == name);
    !check.is_some_and(Check::is_advisory)
}

/// The checks that are failing or unknown, but not those that only warn, each as `<check> <status>`,
/// sorted; null for no asset.
fn told(asset: &Value) -> Value {
    let Some(checks) = asset["checks"].as_array() else {
        return Value::Null;
    };
    let text = |check: &Value, field: &str| check[field].as_str().unwrap().to_owned();
    let mut troubles: Vec<String> = checks
        .iter()
        .map(|check| (text(check, "check"), text(check, "status")))
        .filter(|(_, status)| status != "ok" && status != "paused")
        .filter(|(check, _)| is_promise(check))
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
