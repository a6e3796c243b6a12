//! Generated rules, as real versions of Prometheus take them: what they load, and when they alert.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

use std::{fs, process::Command};

use lifeboat_alerts::{
    Group, catalogue, recordings,
    rules::{Flavour, RuleFormat, RuleOptions, generate, query_text},
};
use lifeboat_testkit::tools::tool;
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

fn options(flavour: Flavour) -> RuleOptions {
    RuleOptions {
        flavour,
        ..RuleOptions::default()
    }
}

/// A folder with a file of rules and the tests of them.
fn generated(options: &RuleOptions) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (format, name) in [
        (RuleFormat::Rules, options.rule_file.as_str()),
        (RuleFormat::PromtoolTests, "tests.yaml"),
    ] {
        fs::write(folder.path().join(name), generate(format, options).yaml).unwrap();
    }
    folder
}

fn promtool(program: &str, folder: &TempDir, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(tool(program));
    let output = command.args(arguments).current_dir(folder.path()).output();
    let output = output.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[rstest]
fn promtool_loads_every_rule_without_a_remark(
    #[values("promtool", "promtool3")] program: &str,
    #[values(Flavour::Exporter, Flavour::Native)] flavour: Flavour,
) {
    let options = options(flavour);
    let folder = generated(&options);
    let (good, said) = promtool(program, &folder, &["check", "rules", &options.rule_file]);
    assert!(good, "{said}");
    if flavour == Flavour::Exporter {
        let count = catalogue().len() + recordings().len();
        assert!(said.contains(&format!("{count} rules found")), "{said}");
    }
}

#[rstest]
fn every_rule_fires_in_its_scene_and_is_silent_in_that_of_its_twins(
    #[values("promtool", "promtool3")] program: &str,
    #[values(Flavour::Exporter, Flavour::Native)] flavour: Flavour,
) {
    let folder = generated(&options(flavour));
    let (good, said) = promtool(program, &folder, &["test", "rules", "tests.yaml"]);
    assert!(good, "{said}");
}

#[test]
fn every_entry_of_the_catalogue_and_everything_recorded_has_a_test() {
    let tests = generate(RuleFormat::PromtoolTests, &options(Flavour::Exporter)).json;
    let tests = tests["tests"].as_array().unwrap();
    for alert in catalogue() {
        let cases = tests.iter().flat_map(|test| {
            let cases = test["alert_rule_test"].as_array();
            cases.into_iter().flatten()
        });
        let expected: Vec<bool> = cases
            .filter(|case| case["alertname"] == alert.name)
            .map(|case| !case["exp_alerts"].as_array().unwrap().is_empty())
            .collect();
        assert!(expected.contains(&true), "{} never fires", alert.name);
        assert!(expected.contains(&false), "{} is never silent", alert.name);
    }
    let text = serde_json::to_string(&tests).unwrap();
    for recording in recordings() {
        assert!(text.contains(recording.name), "{}", recording.name);
    }
}

#[rstest]
fn rules_of_one_group_pass_their_own_tests(
    #[values(Group::Archiving, Group::Lifeboat)] group: Group,
) {
    let options = RuleOptions {
        groups: vec![group],
        job: "boats".to_owned(),
        rule_file: "some.yaml".to_owned(),
        ..RuleOptions::default()
    };
    let folder = generated(&options);
    let (good, said) = promtool("promtool", &folder, &["test", "rules", "tests.yaml"]);
    assert!(good, "{said}");
    let rules = generate(RuleFormat::Rules, &options).json;
    let groups = rules["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0]["name"], format!("lifeboat-{group}"));
}

#[test]
fn a_prometheus_rule_holds_the_same_rules() {
    let options = RuleOptions {
        name: "backups".to_owned(),
        namespace: Some("monitoring".to_owned()),
        labels: vec![("release".to_owned(), "kube-prometheus-stack".to_owned())],
        ..RuleOptions::default()
    };
    let document = generate(RuleFormat::PrometheusRule, &options);
    let read: Value = serde_saphyr::from_str(&document.yaml).unwrap();
    assert_eq!(read, document.json);
    assert_eq!(read["apiVersion"], "monitoring.coreos.com/v1");
    assert_eq!(read["kind"], "PrometheusRule");
    let metadata = serde_json::json!({
        "name": "backups",
        "namespace": "monitoring",
        "labels": {"release": "kube-prometheus-stack"},
    });
    assert_eq!(read["metadata"], metadata);
    let rules = generate(RuleFormat::Rules, &options).json;
    assert_eq!(read["spec"]["groups"], rules["groups"]);
    assert_eq!(document, generate(RuleFormat::PrometheusRule, &options));
}

#[rstest]
#[case("a\"b", false)]
#[case("a\\b", false)]
#[case("{job}", false)]
#[case("", false)]
#[case("monitoring/lifeboat", true)]
#[case(".*-(backup|dump)-[0-9]+", true)]
fn what_would_break_out_of_a_query_is_refused(#[case] text: &str, #[case] good: bool) {
    assert_eq!(query_text(text).is_ok(), good);
}
