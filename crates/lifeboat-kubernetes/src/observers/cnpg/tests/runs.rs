//! Runs and recovery points: what each Backup comes to, trap by trap.

use jiff::SignedDuration;
use lifeboat_core::{Check, Outcome, RunTrigger, Status};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    common::{NOON, names, only_run, plugin_with, points},
    objects::{completed, daily, nightly},
    replay::at,
};

#[test]
fn a_completed_backup_is_a_run_and_a_recovery_point() {
    let seen = plugin_with([daily(None), completed(21)]).at(NOON);
    let run = only_run(&seen);
    assert_eq!(run.id.object(), Some(("Backup", "daily-20261121030000")));
    assert_eq!(run.trigger, RunTrigger::Schedule);
    assert_eq!(run.scheduled_for, Some(at("2026-11-21T03:00:00Z")));
    assert_eq!(run.duration(), Some(SignedDuration::from_mins(10)));
    assert_eq!(
        run.end.unwrap().recovery_point.as_deref(),
        Some("daily-20261121030000")
    );
    let points = points(&seen);
    assert_eq!(points.len(), 1);
    assert_eq!(points[0].name, "daily-20261121030000");
    assert_eq!(points[0].taken_at, at("2026-11-21T03:10:05Z"));
    assert_eq!(points[0].bytes, None);
}

#[test]
fn a_backup_made_by_hand_stands_for_no_moment_of_a_schedule() {
    let mut backup = completed(21);
    backup["metadata"]["labels"] = json!({"cnpg.io/cluster": "db"});
    let run = only_run(&plugin_with([daily(None), backup]).at(NOON));
    assert_eq!((run.trigger, run.scheduled_for), (RunTrigger::Manual, None));
    let mut immediate = completed(21);
    immediate["metadata"]["labels"]["cnpg.io/immediateBackup"] = json!("true");
    let run = only_run(&plugin_with([daily(None), immediate]).at(NOON));
    assert_eq!(
        (run.trigger, run.scheduled_for),
        (RunTrigger::Schedule, None)
    );
}

#[rstest]
#[case::by_its_own_times(
    &json!({"startedAt": "2026-11-21T03:01:00Z", "stoppedAt": "2026-11-21T03:02:00Z",
        "reconciliationStartedAt": "2026-11-21T03:00:30Z", "reconciliationTerminatedAt": "2026-11-21T03:03:00Z"}),
    "2026-11-21T03:01:00Z", "2026-11-21T03:02:00Z")]
#[case::by_the_operators(
    &json!({"reconciliationStartedAt": "2026-11-21T03:00:30Z", "reconciliationTerminatedAt": "2026-11-21T03:03:00Z"}),
    "2026-11-21T03:00:30Z", "2026-11-21T03:03:00Z")]
#[case::by_its_beginning(&json!({"startedAt": "2026-11-21T03:01:00Z"}),
    "2026-11-21T03:01:00Z", "2026-11-21T03:01:00Z")]
#[case::by_its_creation(&json!({}), "2026-11-21T03:00:00Z", "2026-11-21T03:00:00Z")]
fn a_run_has_the_best_times_that_are_known(
    #[case] times: &Value,
    #[case] started: &str,
    #[case] ended: &str,
) {
    for phase in ["completed", "failed"] {
        let mut status = times.clone();
        status["phase"] = json!(phase);
        let run = only_run(&plugin_with([nightly(21, &status)]).at(NOON));
        assert_eq!(run.started_at, at(started), "{phase}");
        assert_eq!(run.end.unwrap().at, at(ended), "{phase}");
    }
}

#[test]
fn what_only_waits_is_no_run_and_what_has_begun_is_one_without_an_end() {
    let seen = plugin_with([
        nightly(20, &json!({"phase": "started"})),
        nightly(21, &json!({"phase": "pending"})),
        nightly(22, &json!({})),
    ])
    .at("2026-11-22T03:00:01Z");
    let run = only_run(&seen);
    assert_eq!(
        (run.started_at, run.end),
        (at("2026-11-20T03:00:00Z"), None)
    );
    let under_way: Vec<(&str, bool)> = seen
        .observation
        .facts
        .under_way
        .iter()
        .map(|one| (one.phase.as_str(), one.waiting))
        .collect();
    assert_eq!(
        under_way,
        [("started", false), ("pending", true), ("new", true)]
    );
}

#[test]
fn a_backup_that_went_back_from_completed_to_pending_is_still_a_backup() {
    let mut replay = plugin_with([completed(20), completed(21)]);
    let before = replay.at(NOON);
    let mut status = completed(21)["status"].clone();
    status["phase"] = json!("pending");
    replay.apply(nightly(21, &status));
    let pending = replay.at("2026-11-21T12:01:00Z");
    assert_eq!(names(&pending), names(&before));
    assert_eq!(pending.status(Check::PointsKept), Status::Ok);
    let under_way = &pending.observation.facts.under_way[0];
    assert!(under_way.waiting);
    assert_eq!(
        under_way.since,
        at("2026-11-21T03:10:05Z"),
        "what it did before is over"
    );
    assert!(
        under_way
            .message
            .as_ref()
            .unwrap()
            .contains("taken up again")
    );
    // It runs a second time, and completes again: one run and one point, not two.
    status["phase"] = json!("started");
    replay.apply(nightly(21, &status));
    let again = replay.at("2026-11-21T12:02:00Z");
    assert_eq!(names(&again), names(&before));
    assert_eq!(again.status(Check::PointsKept), Status::Ok);
    status["phase"] = json!("completed");
    status["stoppedAt"] = json!("2026-11-21T12:05:00Z");
    replay.apply(nightly(21, &status));
    let done = replay.at("2026-11-21T12:06:00Z");
    assert_eq!(names(&done), names(&before));
    let history = done.history.operations.values().next().unwrap();
    assert_eq!(history.totals.runs.get(&Outcome::Succeeded), Some(&2));
}

#[test]
fn a_snapshot_that_is_still_made_is_no_recovery_point_though_it_has_an_end() {
    let mut backup = completed(21);
    backup["spec"]["method"] = json!("volumeSnapshot");
    backup["status"]["method"] = json!("volumeSnapshot");
    backup["status"]["phase"] = json!("finalizing");
    let seen = plugin_with([backup.clone()]).at(NOON);
    assert_eq!(names(&seen), Vec::<String>::new());
    backup["status"]["phase"] = json!("completed");
    assert_eq!(
        names(&plugin_with([backup]).at(NOON)),
        ["daily-20261121030000"]
    );
}

#[rstest]
#[case("AccessDenied when calling PutObject", "Secret")]
#[case("botocore.exceptions.NoSuchBucket", "create the bucket")]
#[case("dial tcp: lookup minio: no such host", "endpointURL")]
#[case("x509: certificate signed by unknown authority", "endpointCA")]
#[case("write: no space left on device", "make room")]
#[case("WAL archive check failed: Expected empty archive", "serverName")]
#[case(
    "cannot proceed with the backup as the cluster has no backup section",
    "method"
)]
#[case("requested plugin is not available: barman-cloud", "Deployment")]
#[case(
    "exit status 4",
    "kubectl describe backups.postgresql.cnpg.io daily-20261121030000 -n shop"
)]
fn a_failure_comes_with_the_next_step(#[case] error: &str, #[case] expected: &str) {
    let status = json!({"phase": "failed", "error": error, "stoppedAt": "2026-11-21T03:01:00Z"});
    let end = only_run(&plugin_with([nightly(21, &status)]).at(NOON))
        .end
        .unwrap();
    assert_eq!(end.outcome, Outcome::Failed);
    assert_eq!(end.error.as_deref(), Some(error));
    assert!(
        end.hint.as_ref().unwrap().contains(expected),
        "{:?}",
        end.hint
    );
}

#[test]
fn a_failure_without_a_reason_and_one_with_too_many_words_are_told_all_the_same() {
    let failed = |status: &Value| {
        only_run(&plugin_with([nightly(21, status)]).at(NOON))
            .end
            .unwrap()
    };
    let silent = failed(&json!({"phase": "failed", "instanceID": {"podName": "db-2"}}));
    assert_eq!(
        silent.error.as_deref(),
        Some("Backup/daily-20261121030000 failed and doesn't say why")
    );
    assert_eq!(
        silent.hint.as_deref(),
        Some("kubectl logs db-2 -n shop -c plugin-barman-cloud")
    );
    let lines: Vec<String> = (0..1_000).map(|line| format!("line {line}")).collect();
    let wordy = failed(&json!({"phase": "failed", "commandError": lines.join("\n")}))
        .error
        .unwrap();
    assert_eq!(wordy, "line 997; line 998; line 999");
    let long = failed(&json!({"phase": "failed", "error": "é".repeat(10_000)}))
        .error
        .unwrap();
    assert_eq!(long.chars().count(), 601);
}

#[test]
fn an_invalid_definition_is_a_failure_though_the_operator_doesnt_call_it_final() {
    let status = json!({"phase": "invalid backup definition", "error": "no plugin configured"});
    let mut replay = plugin_with([daily(Some("2026-11-20T03:00:00Z")), nightly(20, &status)]);
    let seen = replay.at(NOON);
    let end = only_run(&seen).end.unwrap();
    assert_eq!(
        end.error.as_deref(),
        Some("invalid backup definition: no plugin configured")
    );
    assert!(
        end.hint
            .unwrap()
            .contains("kubectl delete backups.postgresql.cnpg.io")
    );
    assert_eq!(seen.observation.facts.under_way, []);
    // It blocks the schedule, and that is seen by the moment that was missed.
    assert_eq!(seen.status(Check::OnSchedule), Status::Failing);
}
