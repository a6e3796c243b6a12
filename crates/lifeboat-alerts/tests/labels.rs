//! What an alert is called outside.

mod support;

use std::collections::BTreeMap;

use lifeboat_alerts::{annotations, labels};
use support::{firing, start};

fn external(labels: &[(&str, &str)]) -> BTreeMap<String, String> {
    labels
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn an_alert_is_known_by_its_name_severity_and_asset() {
    let labels = labels(&firing("main", start()), &BTreeMap::new());
    let expected = [
        ("alertname", "PrometheusBackupFailed"),
        ("kind", "Prometheus"),
        ("name", "main"),
        ("namespace", "monitoring"),
        ("severity", "critical"),
    ];
    assert_eq!(labels, external(&expected));
}

#[test]
fn external_labels_are_added_and_never_win() {
    let mut instance = firing("main", start());
    let ours = external(&[("cluster", "home"), ("team", "a"), ("empty", "")]);
    let outside = labels(&instance, &ours);
    assert_eq!(outside["cluster"], "home");
    assert_eq!(outside["team"], "a");
    assert!(!outside.contains_key("empty"));

    instance.key.asset.cluster = Some("east".to_owned());
    assert_eq!(labels(&instance, &ours)["cluster"], "east");
}

#[test]
fn the_runbook_is_below_its_base() {
    for base in ["https://wiki.example.com/x", "https://wiki.example.com/x/"] {
        let annotations = annotations(&firing("main", start()), base);
        assert_eq!(
            annotations["runbook_url"],
            "https://wiki.example.com/x/docs/runbooks.md#prometheusbackupfailed"
        );
    }
}
