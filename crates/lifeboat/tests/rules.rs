//! `lifeboat rules generate`, as a person or a pipeline uses it.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::{fs, path::Path, process::Command};

use lifeboat_testkit::tools::tool;
use rstest::rstest;
use serde_json::{Value, json};
use support::{Ran, lifeboat, run};
use tempfile::TempDir;

fn generate(arguments: &[&str]) -> Ran {
    run(lifeboat(["rules", "generate"]).args(arguments))
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// A manifest of the ones that people install Lifeboat with.
fn manifest(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/kubernetes");
    let text = fs::read_to_string(folder.join(name)).unwrap();
    yaml(text.split("\n---").next().unwrap())
}

#[rstest]
#[case::a_group_that_is_none(&["--group", "backups"], "use one of freshness, backup")]
#[case::a_job_that_breaks_out(&["--job", "a\"}) or vector(1"], "use no quotes")]
#[case::cron_jobs_for_nothing(&["--cron-jobs", ".*"], "--native")]
#[case::a_namespace_that_is_none(&["--namespace", "Monitoring"], "use lower-case letters")]
#[case::a_label_without_a_value(&["--label", "release"], "use KEY=VALUE")]
#[case::a_format_that_is_none(&["--format", "grafana"], "prometheus-rule")]
fn what_cannot_work_is_refused_with_a_way_out(#[case] arguments: &[&str], #[case] said: &str) {
    let ran = generate(arguments).exits(2);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}

#[test]
fn a_prometheus_rule_has_the_name_and_the_labels_that_were_asked_for() {
    let label = "release=kube-prometheus-stack";
    let ran = generate(&[
        "--namespace",
        "monitoring",
        "--label",
        label,
        "--label",
        "team=data",
    ]);
    let document = yaml(&ran.exits(0).stdout);
    let metadata = json!({
        "name": "lifeboat",
        "namespace": "monitoring",
        "labels": {"release": "kube-prometheus-stack", "team": "data"},
    });
    assert_eq!(document["kind"], "PrometheusRule");
    assert_eq!(document["metadata"], metadata);
    let one = generate(&["--group", "archiving", "--format", "rules"]).exits(0);
    let groups = yaml(&one.stdout)["groups"].as_array().unwrap().len();
    assert_eq!(groups, 1);
}

#[test]
fn machines_get_the_same_without_comments() {
    for format in ["prometheus-rule", "promtool-tests", "inhibit-rules"] {
        let people = generate(&["--format", format]).exits(0).stdout;
        let machines = generate(&["--format", format, "--output", "json"]).exits(0);
        assert!(people.starts_with("# "), "{people}");
        let json: Value = serde_json::from_str(&machines.stdout).unwrap();
        assert_eq!(yaml(&people), json);
    }
}

#[test]
fn the_monitors_find_what_the_manifests_install() {
    let of = |format| yaml(&generate(&["--format", format]).exits(0).stdout);
    let service_monitor = of("service-monitor");
    let pod_monitor = of("pod-monitor");
    let written = manifest("service-monitor.yaml");
    let selector = &written["spec"]["selector"];
    assert_eq!(&service_monitor["spec"]["selector"], selector);
    assert_eq!(&pod_monitor["spec"]["selector"], selector);
    let pods = &manifest("deployment.yaml")["spec"]["template"]["metadata"]["labels"];
    let services = &manifest("service.yaml")["metadata"]["labels"];
    assert_eq!(&selector["matchLabels"], pods);
    assert_eq!(&selector["matchLabels"], services);
    for endpoint in [
        &service_monitor["spec"]["endpoints"][0],
        &pod_monitor["spec"]["podMetricsEndpoints"][0],
        &written["spec"]["endpoints"][0],
    ] {
        assert_eq!(endpoint["honorLabels"], true);
        assert_eq!(endpoint["port"], "http");
    }
}

#[rstest]
#[case::on_its_own_metrics(&[])]
#[case::without_lifeboat(&["--native", "--cron-jobs", ".*-(backup|dump)"])]
fn what_is_printed_is_what_promtool_takes(#[case] flavour: &[&str]) {
    let folder = TempDir::new().unwrap();
    let arguments = [flavour, &["--format", "rules"]].concat();
    let rules = generate(&arguments).exits(0).stdout;
    fs::write(folder.path().join("rules.yaml"), rules).unwrap();
    for program in ["promtool", "promtool3"] {
        let mut promtool = Command::new(tool(program));
        promtool.args(["check", "rules", "rules.yaml"]);
        let output = promtool.current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
}
