//! Prometheus's own engine, which goes by the generated rules over what a Lifeboat writes at one moment.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use lifeboat_testkit::tools::tool;
use serde_json::{Value, json};

use crate::served::Served;
use crate::support::{lifeboat, run};

/// Demands that Lifeboat and a Prometheus raise exactly these alerts about `Prometheus/monitoring/main`.
pub(crate) async fn both_raise(served: &Served<'_>, alerts: &[&str]) {
    let expected: BTreeSet<&str> = alerts.iter().copied().collect();
    wait_for_alerts(served, "Prometheus/monitoring/main", &expected).await;
    let about = "kind=\"Prometheus\",namespace=\"monitoring\",name=\"main\"";
    raises(&served.metrics().await, about, &expected);
}

/// Waits until Lifeboat itself raises exactly these alerts about an asset.
pub(crate) async fn wait_for_alerts(served: &Served<'_>, id: &str, expected: &BTreeSet<&str>) {
    served
        .wait_for(
            &format!("Lifeboat alerts about {id}: {expected:?}"),
            async || {
                let alerts = served.api("alerts").await;
                json!(active(&alerts, id, expected))
            },
            |found| *found == json!(expected),
        )
        .await;
}

/// The alerts that go on for minutes after what they are about: what Lifeboat says at one moment doesn't
/// tell a Prometheus that they fired before.
const KEEP_FIRING: [&str; 2] = ["CNPGWALArchivingFailed", "CNPGWALArchivingBudgetBurnFast"];

/// The alerts about an asset that are pending or firing, but for those that only go on.
fn active(alerts: &Value, id: &str, expected: &BTreeSet<&str>) -> BTreeSet<String> {
    let alerts = alerts["alerts"].as_array().unwrap().iter();
    alerts
        .filter(|alert| alert["asset"] == id && alert["state"] != "resolved")
        .map(|alert| alert["alert"].as_str().unwrap())
        .filter(|alert| !KEEP_FIRING.contains(alert) || expected.contains(alert))
        .map(ToOwned::to_owned)
        .collect()
}

/// Demands that the generated rules raise these alerts at once, and that all of them fire three hours
/// later. Prometheus's own engine evaluates them, by the clock of `promtool`.
pub(crate) fn raises(metrics: &str, about: &str, expected: &BTreeSet<&str>) {
    const ASKED: [&str; 3] = [
        "lifeboat_check_status{",
        "lifeboat_check_reason{",
        "lifeboat_asset_info{",
    ];
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rules.yaml"), rules()).unwrap();
    let lines = metrics
        .lines()
        .filter(|line| line.contains(about) && ASKED.iter().any(|name| line.starts_with(name)));
    let series: Vec<Value> = lines
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(series, value)| json!({ "series": series, "values": format!("{value}+0x180") }))
        .collect();
    assert!(!series.is_empty(), "nothing is written of {about}");
    let samples: Vec<Value> = expected
        .iter()
        .map(|alert| json!({ "labels": format!("{{alertname=\"{alert}\"}}"), "value": 1 }))
        .collect();
    let asked = |state: &str, at: &str| {
        json!({
            "expr": format!("count by (alertname) (ALERTS{{{state}{about}}})"),
            "eval_time": at,
            "exp_samples": samples,
        })
    };
    let test = json!({
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [{
            "interval": "1m",
            "input_series": series,
            "promql_expr_test": [asked("", "0m"), asked("alertstate=\"firing\",", "3h")],
        }],
    });
    let file = folder.path().join("test.yaml");
    // JSON is YAML too.
    fs::write(&file, test.to_string()).unwrap();
    let output = Command::new(tool("promtool"))
        .args(["test", "rules"])
        .arg(&file)
        .output()
        .unwrap();
    let mut said = String::new();
    for text in [&output.stdout, &output.stderr] {
        write!(said, "{}", String::from_utf8_lossy(text)).unwrap();
    }
    assert!(output.status.success(), "{about}: {said}");
}

/// The rules that the binary generates.
fn rules() -> &'static str {
    static RULES: OnceLock<String> = OnceLock::new();
    RULES.get_or_init(|| {
        let mut generate = lifeboat(["rules", "generate", "--format", "rules"]);
        run(&mut generate).exits(0).stdout
    })
}
