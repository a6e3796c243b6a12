//! `lifeboat resources check`, as a person or a pipeline uses it.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::{fs, path::Path};

use insta::assert_snapshot;
use serde_json::Value;
use support::{lifeboat, run};
use tempfile::TempDir;

const GOOD: &str = "apiVersion: lifeboat.dev/v1alpha1
kind: PrometheusBackup
metadata: {name: main, namespace: monitoring}
spec:
  prometheus: {url: \"http://127.0.0.1:9090\", dataDirectory: /prometheus}
  repository: {url: /backups}
  schedule: 0 2 * * *
  timeZone: Asia/Kolkata
";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn check(path: &Path, more: &[&str]) -> support::Ran {
    let mut command = lifeboat(["resources", "check"]);
    run(command.arg(path).args(more))
}

#[test]
fn good_documents_are_shown_with_their_next_runs() {
    let folder = folder(&[("a.yaml", GOOD)]);
    let ran = check(folder.path(), &["-o", "json"]).exits(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let row = &report["resources"][0];
    assert_eq!(row["name"], "main");
    assert_eq!(row["repository"], "/backups");
    assert_eq!(row["instance"], "monitoring-main");
    let runs = row["next_runs"].as_array().unwrap();
    assert_eq!(runs.len(), 3);
    for moment in runs {
        assert!(
            moment.as_str().unwrap().ends_with("T02:00:00+05:30"),
            "{moment}"
        );
    }
    check(folder.path(), &[]).exits(0).says(&[
        "PrometheusBackup",
        "monitoring/main",
        "Asia/Kolkata",
        "all good",
    ]);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let slip = GOOD.replace("schedule:", "shedule:");
    let soon = GOOD.replace("name: main", "name: other") + "  deadline: soon\n";
    let folder = folder(&[("a.yaml", &slip), ("b.yaml", &soon), ("c.yaml", GOOD)]);
    let ran = check(folder.path(), &[]).exits(1);
    let text = ran
        .stdout
        .replace(folder.path().to_str().unwrap(), "resources");
    assert_snapshot!(text, @"
    resources/a.yaml:7:3: spec has no field 'shedule'
      hint: did you mean 'schedule'?
    resources/b.yaml:9:13: spec.deadline: 'soon' is not a length of time
      hint: use a length of time such as 25h, 90m or 7d

    2 problems in 2 files
    ");
}

#[test]
fn a_machine_gets_each_problem_with_its_place() {
    let folder = folder(&[("a.yaml", &GOOD.replace("Asia/Kolkata", "Asia/Atlantis"))]);
    let ran = check(&folder.path().join("a.yaml"), &["-o", "json"]).exits(1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let problem = &report["problems"][0];
    assert_eq!(problem["position"]["line"], 8);
    assert_eq!(problem["position"]["column"], 13);
    assert!(problem["hint"].as_str().unwrap().contains("Europe/Berlin"));
}

#[test]
fn an_empty_folder_is_fine_and_a_missing_one_is_not() {
    let folder = folder(&[]);
    check(folder.path(), &[])
        .exits(0)
        .says(&["No resources in"]);
    check(&folder.path().join("missing"), &[])
        .exits(1)
        .complains(&["failed to read the resources in", "hint: check the path"]);
}
