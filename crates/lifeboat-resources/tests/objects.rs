//! Custom resources as an API server returns them: read by the same rules as files, one by one, and told by field.

use insta::assert_snapshot;
use lifeboat_core::{AssetKind, LabelOperator};
use lifeboat_resources::{BackupPolicy, PrometheusBackup};
use serde_json::{Value, json};

/// A `PrometheusBackup` with all that a cluster adds to it.
fn backup() -> Value {
    json!({
        "apiVersion": "lifeboat.dev/v1alpha1",
        "kind": "PrometheusBackup",
        "metadata": {
            "name": "main",
            "namespace": "monitoring",
            "uid": "9b0c",
            "resourceVersion": "7",
            "generation": 2,
            "creationTimestamp": "2026-11-21T02:00:00Z",
            "deletionTimestamp": "2026-11-21T03:00:00Z",
            "deletionGracePeriodSeconds": 0,
            "finalizers": ["example.com/hold"],
            "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "b"}],
            "managedFields": [{"manager": "kubectl", "operation": "Apply"}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
            "labels": {"team": "a"},
        },
        "spec": {
            "prometheus": {"url": "http://prometheus:9090", "dataDirectory": "/prometheus"},
            "repository": {"url": "s3://backups/prometheus", "concurrency": 4},
        },
        "status": {"verdict": "ok", "unheardOf": true},
    })
}

#[test]
fn what_a_cluster_adds_does_no_harm() {
    let read = PrometheusBackup::from_object(&backup()).unwrap();
    assert_eq!(read.asset_id().to_string(), "Prometheus/monitoring/main");
    assert_eq!(read.metadata().labels["team"], "a");
}

#[test]
fn an_item_of_a_list_has_neither_version_nor_kind() {
    let mut object = backup();
    object.as_object_mut().unwrap().remove("apiVersion");
    object.as_object_mut().unwrap().remove("kind");
    assert!(PrometheusBackup::from_object(&object).is_ok());
}

#[test]
fn everything_that_is_wrong_is_told_with_its_field_and_the_next_step() {
    let mut object = backup();
    object["spec"]["deadline"] = json!("soon");
    object["metadata"]["naem"] = json!("main");
    let error = PrometheusBackup::from_object(&object).unwrap_err();
    assert_snapshot!(error, @"metadata has no field 'naem' (hint: did you mean 'name'?); spec.deadline: 'soon' is not a length of time (hint: use a length of time such as 25h, 90m or 7d)");
    let mut object = backup();
    object["spec"]["prometheus"]["username"] = json!("admin");
    object["spec"]["retention"] = json!({"daily": 0, "monthly": 0, "yearly": 0});
    let error = PrometheusBackup::from_object(&object).unwrap_err();
    assert_eq!(error.problems()[0].path, "spec.prometheus.username");
    assert_snapshot!(error, @"spec.prometheus.username: there is a username, but no passwordFile (hint: give either username and passwordFile, or bearerTokenFile); spec.retention: the retention keeps nothing: every count is 0 (hint: keep something, such as 'daily: 30'; to keep everything, use 'prune: {suspend: true}')");
}

#[test]
fn an_object_of_another_kind_is_refused() {
    let error = BackupPolicy::from_object(&backup()).unwrap_err();
    assert_snapshot!(error, @"kind: the object is a PrometheusBackup, not a BackupPolicy");
    assert!(PrometheusBackup::from_object(&json!("text")).is_err());
}

#[test]
fn one_bad_object_leaves_the_others_readable() {
    let mut bad = backup();
    bad["spec"]["schedule"] = json!("never");
    let objects = [backup(), bad, backup()];
    let read = objects.iter().map(PrometheusBackup::from_object);
    let good: Vec<bool> = read.map(|read| read.is_ok()).collect();
    assert_eq!(good, [true, false, true]);
}

#[test]
fn a_policy_selects_by_expressions_and_names_its_kinds() {
    let object = json!({
        "metadata": {"name": "nightly", "namespace": "shop"},
        "spec": {
            "selector": {
                "kinds": ["CronJob", "CNPGCluster", "Operator"],
                "matchExpressions": [{"key": "tier", "operator": "In", "values": ["gold"]}],
            },
            "objectives": {"maximumRunDuration": "2h"},
        },
    });
    let policy = BackupPolicy::from_object(&object).unwrap().policy();
    assert!(policy.selector.names_kind(AssetKind::CronJob));
    assert!(policy.selector.names_kind(AssetKind::CnpgCluster));
    assert!(!policy.selector.names_kind(AssetKind::Prometheus));
    let expression = &policy.selector.expressions[0];
    assert_eq!(
        (expression.key.as_str(), expression.operator),
        ("tier", LabelOperator::In)
    );
    let duration = policy.overrides.maximum_run_duration.unwrap();
    assert_eq!(duration.as_hours(), 2);
}

#[test]
fn a_bad_expression_is_told_with_its_number() {
    let object = json!({
        "metadata": {"name": "nightly", "namespace": "shop"},
        "spec": {"selector": {"matchExpressions": [
            {"key": "tier", "operator": "Exists"},
            {"key": "tier", "operator": "In"},
            {"key": "tier", "operator": "Exists", "values": ["gold"]},
        ]}},
    });
    let error = BackupPolicy::from_object(&object).unwrap_err();
    assert_snapshot!(error, @"spec.selector.matchExpressions.1: In and NotIn need values (hint: name at least one in values, or use Exists or DoesNotExist); spec.selector.matchExpressions.2.values: Exists and DoesNotExist take no values (hint: leave out values, or use In or NotIn)");
}
