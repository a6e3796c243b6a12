//! Jobs as runs, and as what is under way.

use jiff::Timestamp;
use lifeboat_core::{Outcome, RunTrigger};
use rstest::rstest;
use serde_json::{Value, json};

use super::builder::{at, cron_job, failed, job, seen, spec, succeeded};
use crate::objects::batch::Job;

const NOW: &str = "2026-11-21T03:00:00Z";

fn runs(jobs: &[Job]) -> Vec<lifeboat_core::Run> {
    seen(spec(&cron_job(json!({})), jobs, NOW)).0
}

fn under_way(jobs: &[Job]) -> Vec<lifeboat_core::UnderWay> {
    seen(spec(&cron_job(json!({})), jobs, NOW)).1.under_way
}

#[test]
fn a_job_that_succeeded_is_a_run_with_the_point_that_it_made() {
    let runs = runs(&[succeeded("2026-11-21")]);
    let [run] = &runs[..] else { panic!("{runs:?}") };
    assert_eq!(run.id.object(), Some(("Job", "dump-2026-11-21")));
    assert_eq!(run.trigger, RunTrigger::Schedule);
    assert_eq!(run.scheduled_for, Some(at("2026-11-21T02:00:00Z")));
    assert_eq!(run.started_at, at("2026-11-21T02:00:01Z"));
    let end = run.end.as_ref().unwrap();
    assert_eq!(
        (end.at, end.outcome),
        (at("2026-11-21T02:10:00Z"), Outcome::Succeeded)
    );
    assert_eq!(end.recovery_point.as_deref(), Some("Job/dump-2026-11-21"));
    assert_eq!((end.bytes, &end.error), (None, &None));
}

#[test]
fn a_job_that_a_person_made_is_manual_and_stands_for_no_moment() {
    let by_kubectl = json!({"metadata": {
        "annotations": {"cronjob.kubernetes.io/instantiate": "manual"},
    }});
    let runs = runs(&[job("2026-11-21", by_kubectl)]);
    assert_eq!(
        (runs[0].trigger, runs[0].scheduled_for),
        (RunTrigger::Manual, None)
    );
}

#[test]
fn older_versions_of_kubectl_do_not_make_the_cron_job_the_controller() {
    let by_kubectl = json!({"metadata": {
        "annotations": {"cronjob.kubernetes.io/instantiate": "manual"},
        "ownerReferences": [{"kind": "CronJob", "name": "dump", "uid": "cron-1"}],
    }});
    assert_eq!(runs(&[job("2026-11-21", by_kubectl)]).len(), 1);
}

#[test]
fn a_job_of_older_kubernetes_stands_for_a_moment_that_nobody_knows() {
    let unmarked = json!({"metadata": {"annotations": null}});
    let runs = runs(&[job("2026-11-21", unmarked)]);
    assert_eq!(
        (runs[0].trigger, runs[0].scheduled_for),
        (RunTrigger::Schedule, None)
    );
}

#[rstest]
#[case::one_that_has_just_succeeded(
    json!({"conditions": [{"type": "SuccessCriteriaMet", "status": "True",
        "lastTransitionTime": "2026-11-21T02:05:00Z"}]}),
    Outcome::Succeeded, "2026-11-21T02:05:00Z", "", "")]
#[case::one_that_has_just_failed(
    json!({"conditions": [{"type": "FailureTarget", "status": "True",
        "reason": "PodFailurePolicy", "message": "Container dump failed with exit code 3",
        "lastTransitionTime": "2026-11-21T02:05:00Z"}]}),
    Outcome::Failed, "2026-11-21T02:05:00Z",
    "PodFailurePolicy: Container dump failed with exit code 3", "logs job/dump-2026-11-21")]
#[case::one_that_took_too_long(
    json!({"conditions": [{"type": "Failed", "status": "True", "reason": "DeadlineExceeded",
        "message": "Job was active longer than specified deadline",
        "lastTransitionTime": "2026-11-21T02:05:00Z"}]}),
    Outcome::Failed, "2026-11-21T02:05:00Z",
    "DeadlineExceeded: Job was active longer than specified deadline",
    "describe job/dump-2026-11-21")]
#[case::one_that_does_not_say_why(
    json!({"conditions": [{"type": "Failed", "status": "True"}]}),
    Outcome::Failed, "2026-11-21T02:00:01Z", "the Job failed, and does not say why",
    "kubectl -n shop logs job/dump-2026-11-21")]
fn a_job_ends_by_its_conditions(
    #[case] status: Value,
    #[case] outcome: Outcome,
    #[case] ended_at: &str,
    #[case] error: &str,
    #[case] hint: &str,
) {
    let jobs = [job("2026-11-21", json!({"status": status}))];
    let runs = runs(&jobs);
    let end = runs[0].end.as_ref().unwrap();
    assert_eq!((end.outcome, end.at), (outcome, at(ended_at)));
    assert_eq!(end.error.as_deref().unwrap_or_default(), error);
    assert!(
        end.hint.as_deref().unwrap_or_default().contains(hint),
        "{end:?}"
    );
    assert!(under_way(&jobs).is_empty());
}

#[test]
fn a_condition_that_is_not_true_ends_nothing() {
    let jobs = [job(
        "2026-11-21",
        json!({"status": {"conditions": [{"type": "Failed", "status": "False"}]}}),
    )];
    assert_eq!(runs(&jobs)[0].end, None);
}

/// What runs is a run; what only waits is none.
#[rstest]
#[case::running(json!({}), "active", false, "2026-11-21T02:00:01Z", 1)]
#[case::stuck_pending(json!({"status": {"ready": 0}}), "pending", false, "2026-11-21T02:00:01Z", 1)]
#[case::before_its_pod(
    json!({"status": {"active": 0, "ready": 0}}), "active", false, "2026-11-21T02:00:01Z", 1)]
#[case::unknown_readiness(
    json!({"status": {"ready": null}}), "active", false, "2026-11-21T02:00:01Z", 1)]
#[case::going_away(
    json!({"metadata": {"deletionTimestamp": "2026-11-21T02:30:00Z"}}),
    "terminating", false, "2026-11-21T02:00:01Z", 1)]
#[case::not_taken_up(
    json!({"status": {"startTime": null, "active": 0}}),
    "waiting", true, "2026-11-21T02:00:00Z", 0)]
#[case::suspended(
    json!({"spec": {"suspend": true}, "status": {"startTime": null, "active": 0, "conditions": [
        {"type": "Suspended", "status": "True", "lastTransitionTime": "2026-11-21T02:07:00Z"}]}}),
    "suspended", true, "2026-11-21T02:07:00Z", 0)]
fn a_job_that_has_not_ended_is_under_way_or_waits(
    #[case] changes: Value,
    #[case] phase: &str,
    #[case] waiting: bool,
    #[case] since: &str,
    #[case] count: usize,
) {
    let jobs = [job("2026-11-21", changes)];
    let under_way = under_way(&jobs);
    let [one] = &under_way[..] else {
        panic!("{under_way:?}")
    };
    assert_eq!(one.name, "Job/dump-2026-11-21");
    assert_eq!(
        (one.phase.as_str(), one.waiting, one.since),
        (phase, waiting, at(since))
    );
    assert_eq!(runs(&jobs).len(), count);
}

#[test]
fn what_is_under_way_tells_of_pods_that_failed() {
    let jobs = [job("2026-11-21", json!({"status": {"failed": 3}}))];
    let message = under_way(&jobs)[0].message.clone().unwrap();
    assert_eq!(message, "pods of it that failed so far: 3");
}

#[test]
fn the_oldest_is_first() {
    let jobs = [
        job("2026-11-21", json!({})),
        job("2026-11-20", json!({})),
        failed("2026-11-19"),
    ];
    let under_way = under_way(&jobs);
    let names: Vec<&str> = under_way.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Job/dump-2026-11-20", "Job/dump-2026-11-21"]);
}

fn points(last_successful_time: Option<&str>, jobs: &[Job]) -> Vec<(String, Timestamp)> {
    let status = json!({"status": {"lastSuccessfulTime": last_successful_time}});
    seen(spec(&cron_job(status), jobs, NOW)).2
}

#[test]
fn one_success_is_one_point_though_two_objects_tell_of_it() {
    let expected = ("Job/dump-2026-11-21".to_owned(), at("2026-11-21T02:10:00Z"));
    let jobs = [succeeded("2026-11-21"), failed("2026-11-20")];
    assert_eq!(points(Some("2026-11-21T02:10:00Z"), &jobs), [expected]);
}

#[test]
fn a_success_whose_job_is_gone_is_a_point_of_the_cron_job() {
    for moment in ["2026-11-20T02:10:00Z", "2026-11-21T02:10:00Z"] {
        let expected = (format!("CronJob/dump at {moment}"), at(moment));
        assert_eq!(points(Some(moment), &[]), [expected]);
    }
}

#[test]
fn what_never_succeeded_has_no_point() {
    assert_eq!(points(None, &[failed("2026-11-21")]), []);
}
