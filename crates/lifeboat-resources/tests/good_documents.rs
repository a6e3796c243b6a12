//! What documents come to in the words of the other crates, and what holds where they say nothing.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use lifeboat_core::{
    AssetKind, ObjectiveOverrides, Operation, Severity,
    retention::RetentionPolicy,
    scheduling::{Retries, RunPlan},
};
use lifeboat_prometheus::Authentication;
use lifeboat_repository::{CredentialSource, DEFAULT_GRACE, Level, MissingFolder};
use lifeboat_resources::{PrometheusBackupSpec, Resources};
use rstest::rstest;
use support::{backup, one, read};

fn no_variables(_: &str) -> Option<String> {
    None
}

fn plan_of(document: &str, operation: Operation) -> Option<RunPlan> {
    one(document).plans().remove(&operation)
}

#[test]
fn a_document_that_says_nothing_more_is_backed_up_daily_at_two_and_kept_for_years() {
    let backup = one(&backup("main", ""));
    assert_eq!(backup.asset_id().to_string(), "Prometheus/monitoring/main");
    let plans = backup.plans();
    let schedules: Vec<(Operation, String)> = plans
        .iter()
        .map(|(operation, plan)| (*operation, plan.schedule.to_string()))
        .collect();
    let expected = [
        (Operation::Backup, "0 2 * * * UTC".to_owned()),
        (Operation::Verification, "0 5 * * * UTC".to_owned()),
        (Operation::Prune, "30 4 * * * UTC".to_owned()),
    ];
    assert_eq!(schedules, expected);
    let plan = &plans[&Operation::Backup];
    assert_eq!(plan.jitter, SignedDuration::ZERO);
    assert_eq!(plan.starting_deadline, None);
    assert_eq!(plan.deadline, SignedDuration::from_hours(6));
    let retries = Retries {
        limit: 3,
        backoff: SignedDuration::from_mins(1),
    };
    assert_eq!(plan.retries, retries);
    assert_eq!(backup.retention(), RetentionPolicy::default());
    assert_eq!(backup.grace(), DEFAULT_GRACE);
    assert_eq!(backup.verification_level(), Level::Deep);
    assert_eq!(backup.verification_slices(), 10);
    assert_eq!(backup.objectives(), ObjectiveOverrides::default());
    assert!(!backup.is_suspended());
    assert!(!backup.spec().immediate);
    assert_eq!(backup.repository().instance.to_string(), "monitoring-main");
}

#[test]
fn what_is_left_out_reads_back_as_its_default() {
    let spec = one(&backup("main", "")).spec().clone();
    let written = serde_json::to_string(&spec).unwrap();
    let read: PrometheusBackupSpec = serde_json::from_str(&written).unwrap();
    assert_eq!(read, spec);
}

#[test]
fn schedules_are_in_the_document_s_time_zone() {
    let document = backup("main", "  timeZone: Europe/Berlin\n");
    let plan = plan_of(&document, Operation::Backup).unwrap();
    let noon: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
    let next = plan.schedule.after(noon).unwrap();
    assert_eq!(next.to_string(), "2026-07-02T00:00:00Z");
    let zone = one(&document).retention().time_zone;
    assert_eq!(zone, TimeZone::get("Europe/Berlin").unwrap());
}

#[rstest]
#[case("prune", Operation::Prune)]
#[case("verification", Operation::Verification)]
fn a_suspended_operation_has_no_plan(#[case] field: &str, #[case] operation: Operation) {
    let document = backup("main", &format!("  {field}: {{suspend: true}}\n"));
    assert_eq!(plan_of(&document, operation), None);
    assert!(plan_of(&document, Operation::Backup).is_some());
}

#[test]
fn a_suspended_whole_keeps_its_plans_and_says_so() {
    let backup = one(&backup("main", "  suspend: true\n"));
    assert!(backup.is_suspended());
    assert_eq!(backup.plans().len(), 3);
}

#[test]
fn a_login_names_files_only() {
    let document = backup("main", "").replace(
        "    dataDirectory: /prometheus\n",
        "    dataDirectory: /prometheus\n    username: admin\n    passwordFile: /secrets/password\n",
    );
    let settings = one(&document).client_settings();
    assert_eq!(settings.url, "http://127.0.0.1:9090");
    let Authentication::Basic {
        username,
        password_file,
    } = settings.authentication
    else {
        panic!("{settings:?}");
    };
    assert_eq!(username, "admin");
    assert_eq!(password_file.to_str(), Some("/secrets/password"));
}

#[test]
fn credentials_come_from_variables_as_on_the_command_line() {
    let repository = one(&backup("main", "")).repository();
    let connection = repository.connection(&no_variables).unwrap();
    assert!(matches!(
        connection.s3.credentials,
        CredentialSource::Missing
    ));
    let variable = |name: &str| match name {
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("x".to_owned()),
        "AWS_REGION" => Some("eu-central-1".to_owned()),
        _ => None,
    };
    let connection = repository.connection(&variable).unwrap();
    let found = connection.s3.credentials;
    assert!(matches!(found, CredentialSource::Static { .. }));
    assert_eq!(connection.s3.region.as_deref(), Some("eu-central-1"));
}

#[test]
fn files_with_credentials_are_read_when_opening_and_named_if_they_are_not_there() {
    let more = "    s3: {accessKeyIdFile: /missing/id, secretAccessKeyFile: /missing/secret}\n";
    let repository = one(&backup("main", more)).repository();
    let error = repository
        .open(MissingFolder::Refuse, &no_variables, &Arc::default())
        .unwrap_err();
    let causes = lifeboat_core::readable_causes(&error).join(": ");
    assert!(causes.contains("/missing/id"), "{causes}");
}

#[test]
fn a_folder_opens_without_any_variable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backups");
    let document = backup("main", "").replace("s3://backups/prometheus", path.to_str().unwrap());
    let repository = one(&document).repository();
    repository
        .open(MissingFolder::Create, &no_variables, &Arc::default())
        .unwrap();
    assert!(path.is_dir());
}

const POLICY: &str = "apiVersion: lifeboat.dev/v1alpha1
kind: BackupPolicy
metadata: {name: default, namespace: lifeboat}
spec:
  selector: {kinds: [Prometheus], namespaces: [monitoring], matchLabels: {tier: gold}}
  priority: -1
  objectives: {maximumAge: 36h, severity: warning}
  suspend: true
";

#[test]
fn a_policy_says_what_is_promised_and_for_what() {
    let policy = read(&[("a.yaml", POLICY)]).unwrap().policies[0].policy();
    assert_eq!(policy.name, "lifeboat/default");
    assert_eq!(policy.selector.kinds, [AssetKind::Prometheus]);
    assert_eq!(policy.selector.namespaces, ["monitoring"]);
    assert_eq!(policy.selector.labels["tier"], "gold");
    assert_eq!(policy.priority, -1);
    let expected = ObjectiveOverrides {
        maximum_age: Some(SignedDuration::from_hours(36)),
        severity: Some(Severity::Warning),
        ..ObjectiveOverrides::default()
    };
    assert_eq!(policy.overrides, expected);
    assert!(policy.suspend);
}

#[rstest]
#[case::nothing("")]
#[case::a_remark("# nothing here yet\n")]
#[case::separators("---\n---\n...\n")]
fn an_empty_file_is_fine(#[case] content: &str) {
    assert_eq!(read(&[("a.yaml", content)]).unwrap(), Resources::default());
}

#[test]
fn several_documents_share_a_file() {
    let content = format!("---\n{}---\n\n---\n{POLICY}", backup("main", ""));
    let resources = read(&[("a.yaml", &content)]).unwrap();
    assert_eq!((resources.backups.len(), resources.policies.len()), (1, 1));
}

#[test]
fn json_is_read_as_well_with_tabs_and_all() {
    let content = "{\n\t\"apiVersion\": \"lifeboat.dev/v1alpha1\",\n\t\"kind\": \"BackupPolicy\",\n\
                   \t\"metadata\": {\"name\": \"default\"},\n\t\"spec\": {\"priority\": 1}\n}\n";
    let resources = read(&[("a.json", content)]).unwrap();
    assert_eq!(resources.policies[0].policy().priority, 1);
}

#[test]
fn what_kubernetes_adds_does_no_harm() {
    let document = backup("main", "").replace(
        "  namespace: monitoring\n",
        "  namespace: monitoring\n  uid: 1-2\n  resourceVersion: \"7\"\n  generation: 2\n  \
         managedFields: [{manager: kubectl}]\n  labels: {team: a}\n",
    ) + "status: {conditions: []}\n";
    assert_eq!(one(&document).metadata().labels["team"], "a");
}

#[test]
fn an_alias_is_read_as_what_it_stands_for() {
    let document = backup(
        "main",
        "  schedule: &daily \"15 3 * * *\"\n  prune: {schedule: *daily}\n",
    );
    let plan = plan_of(&document, Operation::Prune).unwrap();
    assert_eq!(plan.schedule.expression(), "15 3 * * *");
}
