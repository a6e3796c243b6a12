//! A real Alertmanager with the generated inhibitions holds back what the built-in engine does.

mod support;

use std::collections::BTreeSet;

use lifeboat_alerts::{
    Condition, LabelSet, Silences, catalogue, labels,
    rules::{RuleFormat, RuleOptions, generate},
    suppress,
};
use lifeboat_core::{AlertInstance, AlertKey, AssetId, AssetKind, Severity};
use lifeboat_testkit::{alertmanager::Alertmanager, http::request};
use serde_json::{Value, json};
use support::second;

fn firing(alert: &str, asset: AssetId, severity: Severity) -> AlertInstance {
    AlertInstance {
        key: AlertKey {
            alert: alert.to_owned(),
            asset,
        },
        severity,
        ..support::firing("any", second(0))
    }
}

fn asset(cluster: &str, kind: AssetKind, name: &str) -> AssetId {
    AssetId {
        cluster: Some(cluster.to_owned()),
        kind,
        namespace: "shop".to_owned(),
        name: name.to_ascii_lowercase(),
    }
}

/// Every alert about an asset of its own in two clusters; what explains others fires in the eastern one only.
/// One asset has what explains an alert beside that alert, and one has alerts of each severity.
fn fires() -> Vec<AlertInstance> {
    let mut fires = Vec::new();
    let explains = |name: &str| {
        catalogue()
            .iter()
            .any(|one| one.explained_by.contains(&name))
    };
    for alert in catalogue() {
        let Condition::Verdict(condition) = &alert.condition else {
            continue;
        };
        let clusters: &[&str] = if explains(alert.name) {
            &["east"]
        } else {
            &["east", "west"]
        };
        for kind in condition.kinds {
            for cluster in clusters {
                let asset = asset(cluster, *kind, alert.name);
                fires.push(firing(alert.name, asset, Severity::Info));
            }
            for source in alert.explained_by {
                let asset = asset("west", *kind, &format!("{}-{source}", alert.name));
                if !fires
                    .iter()
                    .any(|one| one.key.alert == *source && one.key.asset == asset)
                    && condition_is_about(source, *kind)
                {
                    fires.push(firing(source, asset.clone(), Severity::Info));
                    fires.push(firing(alert.name, asset, Severity::Info));
                }
            }
        }
    }
    let worse = asset("west", AssetKind::Prometheus, "worse");
    for (alert, severity) in [
        ("PrometheusBackupFailed", Severity::Critical),
        ("BackupScheduleSuspended", Severity::Warning),
        ("BackupTimestampInFuture", Severity::Info),
    ] {
        fires.push(firing(alert, worse.clone(), severity));
    }
    fires
}

fn condition_is_about(alert: &str, kind: AssetKind) -> bool {
    let mut entries = catalogue().iter();
    entries.any(|entry| match &entry.condition {
        Condition::Verdict(condition) => entry.name == alert && condition.kinds.contains(&kind),
        Condition::Outside(_) => false,
    })
}

fn named(labels: &Value) -> String {
    let label = |name: &str| labels[name].as_str().unwrap_or_default().to_owned();
    ["cluster", "kind", "name", "alertname"]
        .map(label)
        .join(" ")
}

#[tokio::test]
async fn alertmanager_holds_back_what_the_built_in_engine_does() {
    let mut instances = fires();
    suppress(
        catalogue(),
        &mut instances,
        &Silences::default(),
        second(60),
    );
    let told = |one: &AlertInstance| json!(labels(one, &LabelSet::new()));
    let suppressed = instances.iter().filter(|one| one.suppressed_by.is_some());
    let expected: BTreeSet<String> = suppressed.map(|one| named(&told(one))).collect();
    assert!(
        expected.len() > 10 && expected.len() < instances.len() / 2,
        "{expected:#?}"
    );

    let rules = generate(RuleFormat::InhibitRules, &RuleOptions::default()).json;
    let rules = rules["inhibit_rules"].clone();
    let alertmanager = Alertmanager::builder().inhibit_rules(rules).start().await;
    let alerts: Vec<Value> = instances
        .iter()
        .map(|one| json!({"labels": told(one)}))
        .collect();
    let url = format!("{}/api/v2/alerts", alertmanager.url());
    let header = [("content-type", "application/json")];
    let answer = request("POST", &url, &header, json!(alerts).to_string())
        .await
        .unwrap();
    assert!(answer.is_success(), "{}", answer.text());
    alertmanager
        .wait_for_alerts("hold back the same", |held| {
            let suppressed = held
                .iter()
                .filter(|one| one["status"]["state"] == "suppressed");
            let suppressed: BTreeSet<String> =
                suppressed.map(|one| named(&one["labels"])).collect();
            held.len() == instances.len() && suppressed == expected
        })
        .await;
}
