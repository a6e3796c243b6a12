//! The definitions in deploy/kubernetes are those of the types, and have the form that Kubernetes demands.
//!
//! After a change of a field: `LIFEBOAT_WRITE_DOCS=1 cargo test -p lifeboat-resources --test custom_resource_definitions`.

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use jiff::Timestamp;
use lifeboat_core::{Check, Status};
use lifeboat_resources::custom_resources::{
    BackupPolicyStatus, Condition, ConditionStatus, CustomResource, NewestRecoveryPoint,
    PrometheusBackupStatus, VerdictSpec, definitions_yaml, reason,
};
use rstest::rstest;
use serde_json::{Value, json};

fn schema_of(resource: CustomResource) -> Value {
    resource.definition()["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}

/// A schema and all below it, with the path to each.
fn all_below<'a>(path: &str, schema: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    found.push((path.to_owned(), schema));
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        all_below(&format!("{path}.{name}"), property, found);
    }
    for key in ["items", "additionalProperties"] {
        if schema[key].is_object() {
            all_below(&format!("{path}[]"), &schema[key], found);
        }
    }
}

#[test]
fn the_definitions_in_deploy_are_those_of_the_types() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy/kubernetes/custom-resource-definitions.yaml");
    let expected = definitions_yaml(&CustomResource::ALL).unwrap();
    if env::var_os("LIFEBOAT_WRITE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &expected).unwrap();
        return;
    }
    let found = fs::read_to_string(&path).unwrap();
    assert!(
        expected == found,
        "deploy/kubernetes/custom-resource-definitions.yaml is not what the types say; write it anew \
         with `LIFEBOAT_WRITE_DOCS=1 cargo test -p lifeboat-resources --test \
         custom_resource_definitions`"
    );
}

#[rstest]
#[case(CustomResource::PrometheusBackup)]
#[case(CustomResource::BackupPolicy)]
fn every_schema_is_structural(#[case] resource: CustomResource) {
    let schema = schema_of(resource);
    let mut all = Vec::new();
    all_below("", &schema, &mut all);
    assert!(all.len() > 20);
    for (path, schema) in all {
        let keys: BTreeSet<&str> = schema
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        for foreign in [
            "$ref", "$defs", "$schema", "anyOf", "oneOf", "allOf", "const", "title",
        ] {
            assert!(!keys.contains(foreign), "{path} has {foreign}");
        }
        assert!(schema["type"].is_string(), "{path} has no single type");
        let map = keys.contains("additionalProperties") && keys.contains("properties");
        assert!(!map, "{path} is both a map and a group");
        assert_ne!(schema["additionalProperties"], json!(false), "{path}");
        assert!(
            !keys.contains("default") || !schema["default"].is_null(),
            "{path}"
        );
        if let Some(format) = schema["format"].as_str() {
            assert!(
                ["int32", "int64", "date-time"].contains(&format),
                "{path}: {format}"
            );
        }
        // Kubernetes describes what it knows itself.
        let own = ["", ".metadata"].contains(&path.as_str()) || path.ends_with("[]");
        assert!(
            own || schema["description"].is_string(),
            "{path} lacks a description"
        );
    }
}

#[test]
fn words_are_an_enumeration_with_their_meanings() {
    let schema = schema_of(CustomResource::PrometheusBackup);
    let level = &schema["properties"]["spec"]["properties"]["verification"]["properties"]["level"];
    assert_eq!(level["enum"], json!(["quick", "checksums", "deep"]));
    assert_eq!(level["default"], json!("deep"));
    let description = level["description"].as_str().unwrap();
    assert!(
        description.contains("checksums: Every byte is read"),
        "{description}"
    );
}

#[test]
fn whole_numbers_have_their_bounds() {
    let schema = schema_of(CustomResource::PrometheusBackup);
    let spec = &schema["properties"]["spec"]["properties"];
    let daily = &spec["retention"]["properties"]["daily"];
    assert_eq!(daily["format"], json!("int64"));
    assert_eq!(
        (&daily["minimum"], &daily["maximum"]),
        (&json!(0), &json!(4_294_967_295_u32))
    );
    let concurrency = &spec["repository"]["properties"]["concurrency"];
    assert_eq!(
        (&concurrency["minimum"], &concurrency["maximum"]),
        (&json!(1), &json!(64))
    );
}

#[test]
fn the_name_of_a_check_becomes_a_reason() {
    assert_eq!(reason(Check::LastRun), "LastRun");
    assert_eq!(reason(Check::Fresh), "Fresh");
}

#[test]
fn a_status_is_written_as_kubernetes_writes_it() {
    let moment: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
    let status = PrometheusBackupStatus {
        observed_generation: Some(3),
        verdict: Some(VerdictSpec::from(Status::Failing)),
        since: Some(moment),
        newest_recovery_point: Some(NewestRecoveryPoint {
            name: "backup-20261121-020000".to_owned(),
            taken_at: moment,
            bytes: Some(7),
        }),
        conditions: vec![Condition {
            kind: Condition::PROTECTED.to_owned(),
            status: ConditionStatus::False,
            observed_generation: Some(3),
            last_transition_time: moment,
            reason: reason(Check::Fresh),
            message: "the newest backup is 30 h old".to_owned(),
        }],
        ..PrometheusBackupStatus::default()
    };
    let expected = json!({
        "observedGeneration": 3,
        "verdict": "failing",
        "since": "2026-11-21T02:00:00Z",
        "newestRecoveryPoint": {
            "name": "backup-20261121-020000",
            "takenAt": "2026-11-21T02:00:00Z",
            "bytes": 7,
        },
        "conditions": [{
            "type": "Protected",
            "status": "False",
            "observedGeneration": 3,
            "lastTransitionTime": "2026-11-21T02:00:00Z",
            "reason": "Fresh",
            "message": "the newest backup is 30 h old",
        }],
    });
    assert_eq!(serde_json::to_value(&status).unwrap(), expected);
    assert_eq!(
        serde_json::from_value::<PrometheusBackupStatus>(expected).unwrap(),
        status
    );
    let nothing = serde_json::to_value(BackupPolicyStatus::default()).unwrap();
    assert_eq!(nothing, json!({}));
}
