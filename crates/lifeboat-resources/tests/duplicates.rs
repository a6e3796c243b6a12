//! No two documents may describe the same, nor keep their backups under one name.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use insta::assert_snapshot;
use support::{backup, read};

#[test]
fn an_asset_in_two_files_is_refused_and_both_places_are_named() {
    let document = backup("main", "");
    let error = read(&[("a.yaml", &document), ("b.yaml", &document)]).unwrap_err();
    assert_snapshot!(error, @"
    b.yaml:4:9: PrometheusBackup monitoring/main is described twice: also at a.yaml:4:9
      hint: take one of them out, or give it another name
    ");
}

#[test]
fn two_that_would_prune_each_other_s_backups_are_refused() {
    let (first, second) = (
        backup("one", "    instance: prometheus\n"),
        backup("two", "    instance: prometheus\n"),
    );
    let error = read(&[("a.yaml", &first), ("b.yaml", &second)]).unwrap_err();
    assert_snapshot!(error, @"
    b.yaml:12:15: two Prometheus keep their backups as 'prometheus' in s3://backups/prometheus: also at a.yaml:12:15
      hint: give each a spec.repository.instance of its own
    ");
}

#[test]
fn the_same_name_in_another_namespace_is_another_asset() {
    let first = backup("main", "");
    let second = first.replace("namespace: monitoring", "namespace: other");
    let resources = read(&[("a.yaml", &first), ("b.yaml", &second)]).unwrap();
    assert_eq!(resources.backups.len(), 2);
}

#[test]
fn every_bad_document_is_told_and_not_only_the_first() {
    let bad = backup("main", "  deadline: soon\n");
    let worse = backup("other", "  jitter: later\n");
    let error = read(&[("a.yaml", &bad), ("b.yaml", &worse), ("c.yaml", "a: [")]).unwrap_err();
    let files: Vec<String> = error
        .problems()
        .iter()
        .map(|problem| problem.file.display().to_string())
        .collect();
    assert_eq!(files, ["a.yaml", "b.yaml", "c.yaml"]);
}
