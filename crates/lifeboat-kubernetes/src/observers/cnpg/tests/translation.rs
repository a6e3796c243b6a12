//! Translation: what each object comes to, trap by trap.

use jiff::SignedDuration;
use lifeboat_core::{
    Check, InstanceRole, ObservedPoints, Outcome, RecoveryPoint, Run, RunTrigger, ScheduleState,
    Status,
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    objects::{
        bare_cluster, completed, daily, in_tree_cluster, nightly, object_store, plugin_cluster, pod,
    },
    replay::{Replay, Seen, at},
};
use crate::{event::Watch, objects::Kind, world::World};

const NOON: &str = "2026-11-21T12:00:00Z";

fn plugin_with(objects: impl IntoIterator<Item = Value>) -> Replay {
    let mut replay = Replay::of([plugin_cluster(), object_store(None, None)]);
    for object in objects {
        replay.apply(object);
    }
    replay
}

fn points(seen: &Seen) -> Vec<RecoveryPoint> {
    match &seen.observation.points {
        ObservedPoints::Present(points) | ObservedPoints::Evident(points) => points.clone(),
    }
}

fn names(seen: &Seen) -> Vec<String> {
    points(seen).into_iter().map(|point| point.name).collect()
}

fn only_run(seen: &Seen) -> Run {
    assert_eq!(seen.observation.runs.len(), 1);
    seen.observation.runs[0].clone()
}

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

#[test]
fn after_a_time_away_the_operator_makes_up_for_one_moment_and_misses_none() {
    let mut schedule = daily(Some("2026-11-19T03:00:00Z"));
    schedule["status"]["lastCheckTime"] = json!("2026-11-21T10:00:00Z");
    let seen = plugin_with([schedule, completed(21)]).at(NOON);
    assert_eq!(seen.status(Check::OnSchedule), Status::Ok);
    let schedules = seen.observation.facts.schedules.unwrap();
    assert_eq!(schedules[0].first_due(), Some(at("2026-11-22T03:00:00Z")));
    assert_eq!(
        schedules[0].last_scheduled_at,
        Some(at("2026-11-19T03:00:00Z"))
    );
}

#[rstest]
#[case::not_immediate(false, "2026-11-19T03:00:00Z")]
#[case::immediate(true, "2026-11-19T00:00:00Z")]
fn a_new_schedule_is_first_due_after_its_creation(#[case] immediate: bool, #[case] due: &str) {
    let mut schedule = daily(None);
    schedule["spec"]["immediate"] = json!(immediate);
    let seen = plugin_with([schedule]).at(NOON);
    assert_eq!(
        seen.observation.facts.schedules.unwrap()[0].first_due(),
        Some(at(due))
    );
}

#[test]
fn schedules_are_kept_in_utc_and_may_be_intervals() {
    let mut schedule = daily(Some("2026-11-21T10:00:30Z"));
    schedule["spec"]["schedule"] = json!("@every 1h30m");
    let seen = plugin_with([schedule]).at(NOON);
    let schedules = seen.observation.facts.schedules.clone().unwrap();
    let ScheduleState::Active {
        schedule,
        first_due,
    } = &schedules[0].state
    else {
        panic!("an interval is kept: {schedules:?}");
    };
    assert_eq!(schedule.time_zone(), "UTC");
    assert_eq!(*first_due, Some(at("2026-11-21T11:30:30Z")));
    assert_eq!(seen.finding("five_field_schedule"), None);
}

#[rstest]
#[case("0 3 * * *", "it runs at minute 3 of every hour", Some("0 0 3 * * *"))]
#[case(
    "0 0 1,15 * *",
    "it runs at 01:00:00 and 15:00:00 every day",
    Some("0 0 0 1,15 * *")
)]
#[case(
    "0 2 * * 1-5",
    "it runs at minute 2 of every hour from January to May",
    Some("0 0 2 * * 1-5")
)]
#[case(
    "0 2 * * 7",
    "it runs at minute 2 of every hour in July",
    Some("0 0 2 * * 0")
)]
#[case(
    "0 7,9 * * *",
    "the next times are 2026-11-21T12:07:00Z, 2026-11-21T12:09:00Z, 2026-11-21T13:07:00Z",
    Some("0 0 7,9 * * *")
)]
#[case(
    "0 0 * * 0",
    "it never runs (the schedule '0 0 * * 0' can't be read: '0' is no month, which goes from 1 to 12)",
    Some("0 0 0 * * 0")
)]
#[case("0 0 * * x", "it never runs", None)]
fn five_fields_are_explained(
    #[case] text: &str,
    #[case] effect: &str,
    #[case] meant: Option<&str>,
) {
    let mut schedule = daily(None);
    schedule["spec"]["schedule"] = json!(text);
    let seen = plugin_with([schedule]).at(NOON);
    let finding = seen.finding("five_field_schedule").unwrap();
    assert!(finding.message.contains(effect), "{}", finding.message);
    let hint = meant.map(|meant| format!("{{\"schedule\":\"{meant}\"}}"));
    match (hint, &finding.hint) {
        (Some(expected), Some(hint)) => assert!(hint.contains(&expected), "{hint}"),
        (expected, hint) => assert_eq!((&expected, hint), (&None, &None)),
    }
}

#[test]
fn places_are_those_of_the_store_in_use_without_secrets() {
    let replay = plugin_with([daily(None)]);
    let places = replay.spec(NOON).places;
    let shown: Vec<(&str, &str)> = places
        .iter()
        .map(|(place, value)| (*place, value.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("destination", "s3://backups/db"),
            ("endpoint", "https://s3.example"),
            ("method", "plugin"),
            ("primary", "db-1"),
            ("retention", "30d"),
            ("schedule", "0 0 3 * * *"),
            ("server", "db"),
        ]
    );
    let places = Replay::of([in_tree_cluster()]).spec(NOON).places;
    assert_eq!(places["method"], "in-tree");
    assert_eq!(places["destination"], "s3://backups/db");
    assert_eq!(replay.spec(NOON).labels["team"], "orders");
}

#[test]
fn while_methods_change_both_count() {
    let mut cluster = in_tree_cluster();
    cluster["spec"]["plugins"] = plugin_cluster()["spec"]["plugins"].clone();
    cluster["status"]["lastSuccessfulBackup"] = json!("2026-11-18T03:10:00Z");
    cluster["status"]["firstRecoverabilityPoint"] = json!("2026-11-01T03:10:00Z");
    let mut in_tree = completed(20);
    in_tree["spec"]["method"] = json!("barmanObjectStore");
    let store = object_store(Some("2026-11-20T03:10:00Z"), Some("2026-11-21T09:00:00Z"));
    let mut replay = Replay::of([cluster, in_tree, completed(21), store]);
    let seen = replay.at(NOON);
    assert_eq!(
        names(&seen),
        [
            "daily-20261120030000",
            "daily-20261121030000",
            "ObjectStore/store at 2026-11-21T09:00:00Z",
        ]
    );
    assert_eq!(
        seen.observation.facts.window.unwrap().source,
        "ObjectStore/store"
    );
    assert_eq!(replay.spec(NOON).places["method"], "in-tree and plugin");
}

#[test]
fn a_store_speaks_for_the_server_that_the_plugin_names() {
    let mut cluster = plugin_cluster();
    cluster["spec"]["plugins"][0]["parameters"]["serverName"] = json!("db-v2");
    let store = object_store(Some("2026-11-01T03:10:00Z"), Some("2026-11-21T03:10:00Z"));
    let seen = Replay::of([cluster, store]).at(NOON);
    assert_eq!(
        (names(&seen), seen.observation.facts.window),
        (Vec::new(), None)
    );
}

#[test]
fn snapshots_know_no_retention_and_archive_nothing() {
    let mut cluster = bare_cluster();
    cluster["spec"]["backup"] =
        json!({"retentionPolicy": "30d", "volumeSnapshot": {"className": "fast"}});
    let mut backup = completed(21);
    backup["spec"]["method"] = json!("volumeSnapshot");
    let seen = Replay::of([cluster, backup]).at(NOON);
    assert_eq!(names(&seen), ["daily-20261121030000"]);
    assert_eq!(seen.observation.facts.retention, None);
    assert_eq!(seen.observation.facts.archiving, None);
}

#[rstest]
#[case::annotation(&json!({"cnpg.io/hibernation": "on"}), &json!([]), Some("hibernated"))]
#[case::condition(&json!({}), &json!([{"type": "cnpg.io/hibernation", "status": "True"}]), Some("hibernated"))]
#[case::awake(&json!({"cnpg.io/hibernation": "off"}), &json!([{"type": "cnpg.io/hibernation", "status": "False"}]), None)]
fn a_hibernated_cluster_is_paused(
    #[case] annotations: &Value,
    #[case] conditions: &Value,
    #[case] expected: Option<&str>,
) {
    let mut cluster = plugin_cluster();
    cluster["metadata"]["annotations"] = annotations.clone();
    cluster["status"]["conditions"] = conditions.clone();
    let seen = Replay::of([cluster, object_store(None, None)]).at(NOON);
    assert_eq!(seen.observation.facts.paused.as_deref(), expected);
    assert_eq!(seen.finding("no_schedule").is_none(), expected.is_some());
}

#[rstest]
#[case::enabled(&json!({"enabled": true, "source": "main"}), Some("a replica of main"))]
#[case::other_is_primary(&json!({"primary": "main", "source": "main-east"}), Some("a replica of main-east"))]
#[case::self_named(&json!({"primary": "db", "self": "db-west", "source": "db"}), Some("a replica of db"))]
#[case::disabled(&json!({"enabled": false, "source": "main"}), None)]
#[case::is_primary(&json!({"primary": "db", "source": "main"}), None)]
fn a_replica_cluster_without_backups_of_its_own_is_paused(
    #[case] replica: &Value,
    #[case] expected: Option<&str>,
) {
    let mut cluster = plugin_cluster();
    cluster["spec"]["replica"] = replica.clone();
    let mut replay = Replay::of([cluster, object_store(None, None)]);
    assert_eq!(
        replay.at(NOON).observation.facts.paused.as_deref(),
        expected
    );
    replay.apply(daily(None));
    assert_eq!(replay.at(NOON).observation.facts.paused, None);
}

fn codes(objects: impl IntoIterator<Item = Value>) -> Vec<&'static str> {
    Replay::of(objects).at(NOON).codes()
}

#[test]
fn what_is_set_up_amiss_is_found() {
    let store = || object_store(None, None);
    assert_eq!(codes([bare_cluster()]), ["no_backup_configured"]);
    assert_eq!(codes([bare_cluster(), completed(21)]), Vec::<&str>::new());
    assert_eq!(
        codes([plugin_cluster(), store(), daily(None)]),
        Vec::<&str>::new()
    );
    assert_eq!(
        codes([plugin_cluster(), daily(None)]),
        ["object_store_missing"]
    );
    let mut schedule = daily(None);
    schedule["spec"]["method"] = json!("barmanObjectStore");
    assert_eq!(
        codes([plugin_cluster(), store(), schedule]),
        ["schedule_method_not_set_up"]
    );
    let mut schedule = daily(None);
    schedule["status"] = json!({"error": "backups.postgresql.cnpg.io \"daily-x\" already exists"});
    assert_eq!(
        codes([plugin_cluster(), store(), schedule]),
        ["schedule_error"]
    );
    let mut backup = completed(21);
    backup["metadata"]["labels"] = json!({});
    assert_eq!(
        codes([plugin_cluster(), store(), daily(None), backup]),
        ["backup_name_taken"]
    );
    let mut unreadable = store();
    unreadable["spec"]["retentionPolicy"] = json!("a month");
    assert_eq!(
        codes([plugin_cluster(), unreadable, daily(None)]),
        ["retention_unreadable"]
    );
    let mut fenced = plugin_cluster();
    fenced["metadata"]["annotations"] = json!({"cnpg.io/fencedInstances": "[\"db-2\"]"});
    assert_eq!(
        codes([fenced.clone(), store(), daily(None)]),
        ["instances_fenced"]
    );
    fenced["metadata"]["annotations"] = json!({"cnpg.io/fencedInstances": "[]"});
    assert_eq!(codes([fenced, store(), daily(None)]), Vec::<&str>::new());
}

#[test]
fn annotations_of_the_cluster_set_its_objectives() {
    let mut cluster = plugin_cluster();
    cluster["metadata"]["annotations"] = json!({"lifeboat.dev/maximum-age": "2h",
        "lifeboat.dev/suspend": "true", "lifeboat.dev/severity": "terrible",
        "lifeboat.dev/backup": "false"});
    let mut replay = Replay::of([cluster, object_store(None, None), daily(None)]);
    let spec = replay.spec(NOON);
    assert_eq!(spec.own.maximum_age, Some(SignedDuration::from_hours(2)));
    assert!(spec.suspended);
    assert_eq!(
        replay.at(NOON).codes(),
        ["annotation_unreadable", "annotation_without_effect"]
    );
}

#[test]
fn a_schedule_for_a_cluster_that_isnt_there_is_found() {
    let mut schedule = daily(None);
    schedule["spec"]["cluster"]["name"] = json!("gone");
    let replay = Replay::of([plugin_cluster(), schedule]);
    let findings = replay.fleet_findings();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].code, "schedule_without_cluster");
    assert!(
        findings[0].message.contains("ScheduledBackup/daily")
            && findings[0].message.contains("Cluster/gone")
    );
    assert_eq!(
        Replay::of([plugin_cluster(), daily(None)]).fleet_findings(),
        []
    );
}

#[test]
fn what_could_not_be_listed_is_not_taken_for_gone() {
    let mut replay = plugin_with([daily(None), completed(21)]);
    assert!(matches!(
        replay.at(NOON).observation.points,
        ObservedPoints::Present(_)
    ));
    let unseen = Watch {
        kind: Kind::Backup,
        namespace: None,
    };
    let mut replay = Replay::of([]);
    replay.world = World::new([unseen]);
    replay.apply(plugin_cluster());
    let seen = replay.at(NOON);
    assert!(matches!(
        seen.observation.points,
        ObservedPoints::Evident(_)
    ));
    assert_eq!(
        seen.codes(),
        Vec::<&str>::new(),
        "nothing is missed that was not looked for"
    );
}

#[test]
fn the_same_objects_mean_the_same_at_any_time() {
    let mut replay = plugin_with([
        daily(Some("2026-11-21T03:00:00Z")),
        completed(21),
        nightly(22, &json!({"phase": "started"})),
        pod("db-1", "primary"),
    ]);
    replay.says(
        "db-1",
        "2026-11-21T12:00:00Z",
        "cnpg_collector_up 1\ncnpg_pg_stat_archiver_archived_count 4\n",
    );
    let one = replay.at(NOON).observation;
    assert_eq!(one, replay.at("2026-11-25T12:00:00Z").observation);
}

#[test]
fn an_exporter_that_isnt_read_is_unknown_and_never_green() {
    let mut replay = plugin_with([daily(None), pod("db-1", "primary"), pod("db-2", "replica")]);
    let unread = replay.at(NOON);
    assert_eq!(
        unread.observation.facts.archiving.clone().unwrap().reading,
        None
    );
    assert_eq!(unread.observation.facts.instances[0].reading, None);
    // A replica's figures are no answer to what the primary does.
    replay.says(
        "db-2",
        NOON,
        "cnpg_collector_up 1\ncnpg_pg_stat_archiver_archived_count 4\n",
    );
    let seen = replay.at(NOON);
    let reading = seen
        .observation
        .facts
        .archiving
        .clone()
        .unwrap()
        .reading
        .unwrap();
    assert_eq!(
        reading,
        Err("the exporter of Pod/db-1 has not been read yet".to_owned())
    );
    assert_eq!(seen.status(Check::Archiving), Status::Unknown);
    let roles: Vec<InstanceRole> = seen
        .observation
        .facts
        .instances
        .iter()
        .map(|one| one.role)
        .collect();
    assert_eq!(roles, [InstanceRole::Primary, InstanceRole::Replica]);
    replay.answers("db-1", NOON, Err("connection refused".to_owned()));
    let reading = replay
        .at(NOON)
        .observation
        .facts
        .archiving
        .unwrap()
        .reading
        .unwrap();
    assert_eq!(
        reading,
        Err("the exporter of Pod/db-1 can't be read: connection refused".to_owned())
    );
    replay.says("db-1", NOON, "cnpg_collector_up 0\n");
    assert_eq!(replay.at(NOON).status(Check::EverArchived), Status::Unknown);
}

#[test]
fn a_change_concerns_the_clusters_that_it_could_belong_to() {
    let mut other = plugin_cluster();
    other["metadata"]["name"] = json!("other");
    other["spec"]["plugins"] = json!([]);
    let replay = plugin_with([other, daily(None), completed(21), pod("db-1", "primary")]);
    let (db, both) = (
        vec!["CNPGCluster/shop/db"],
        vec!["CNPGCluster/shop/db", "CNPGCluster/shop/other"],
    );
    assert_eq!(replay.concerned(Kind::Cluster, "db"), db);
    assert_eq!(replay.concerned(Kind::Backup, "daily-20261121030000"), db);
    assert_eq!(replay.concerned(Kind::Backup, "deleted"), both);
    assert_eq!(replay.concerned(Kind::Pod, "db-1"), db);
    assert_eq!(replay.concerned(Kind::Pod, "deleted"), both);
    assert_eq!(replay.concerned(Kind::ScheduledBackup, "daily"), both);
    assert_eq!(replay.concerned(Kind::ObjectStore, "store"), db);
    assert_eq!(replay.concerned(Kind::CronJob, "db"), Vec::<String>::new());
}
