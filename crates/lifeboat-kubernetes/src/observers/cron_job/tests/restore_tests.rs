//! CronJobs that rehearse a restore: which they are, and what is concluded of them.

use lifeboat_core::{AssetKind, Check, Operation, Policy, Selector, Status};
use rstest::rstest;
use serde_json::{Value, json};

use super::builder::{
    Watched, at, cron_job, evidence, failed, merge, not_ok, seen, sight, spec, status, succeeded,
    succeeded_at, world,
};
use crate::{
    objects::batch::CronJob,
    observers::{Observer, cron_job::CronJobObserver},
};

const NOW: &str = "2026-11-21T12:00:00Z";

/// A daily `CronJob` at 02:00 that is labelled as a rehearsal, with what a test changes of it.
fn rehearsal(changes: Value) -> CronJob {
    let mut all = json!({"metadata": {"labels": {
        "lifeboat.dev/backup": null, "lifeboat.dev/restore-test": "true"}}});
    merge(&mut all, changes);
    cron_job(all)
}

fn named(name: &str, labels: Value) -> CronJob {
    let mut metadata = json!({"name": name, "labels": {"lifeboat.dev/backup": null}});
    merge(&mut metadata["labels"], labels);
    cron_job(json!({"metadata": metadata}))
}

/// Whatever policies name the kind.
fn of_all_cron_jobs() -> Policy {
    Policy {
        selector: Selector {
            kinds: vec![AssetKind::CronJob],
            ..Selector::default()
        },
        ..Policy::default()
    }
}

const REHEARSAL: Option<AssetKind> = Some(AssetKind::RestoreTest);
const BACKUP: Option<AssetKind> = Some(AssetKind::CronJob);

#[rstest]
#[case::by_its_name(named("cnpg-restore-test", json!(null)), &[], REHEARSAL)]
#[case::by_its_name_before_any_policy(
    named("cnpg-restore-test", json!(null)), &[of_all_cron_jobs()], REHEARSAL)]
#[case::by_a_label(named("nightly", json!({"lifeboat.dev/restore-test": "true"})), &[], REHEARSAL)]
#[case::by_an_annotation(
    cron_job(json!({"metadata": {"labels": null,
        "annotations": {"lifeboat.dev/restore-test": "true"}}})), &[], REHEARSAL)]
#[case::it_says_that_it_is_none(
    named("cnpg-restore-test", json!({"lifeboat.dev/restore-test": "false"})), &[], None)]
#[case::it_says_that_it_is_a_backup(
    named("restore-test-db", json!({"lifeboat.dev/backup": "true"})), &[], BACKUP)]
#[case::it_is_to_be_left_alone(
    named("cnpg-restore-test", json!({"lifeboat.dev/backup": "false"})), &[], None)]
#[case::what_clears_up_after_rehearsals(
    named("restore-test-cleanup", json!(null)), &[], None)]
#[case::what_restores_in_earnest(named("restore", json!(null)), &[], None)]
#[case::what_somebody_else_made(
    cron_job(json!({"metadata": {"name": "restore-test", "labels": null, "ownerReferences": [
        {"apiVersion": "example.com/v1", "kind": "Tester", "name": "t", "uid": "t",
         "controller": true}]}})), &[], None)]
fn a_rehearsal_is_known_by_its_words_or_its_name(
    #[case] cron_job: CronJob,
    #[case] policies: &[Policy],
    #[case] expected: Option<AssetKind>,
) {
    let world = world(&[cron_job], &[]);
    let sight = sight(&world, policies, NOW);
    let assets = CronJobObserver.assets(&sight);
    let kinds: Vec<AssetKind> = assets.iter().map(|id| id.kind).collect();
    assert_eq!(kinds, expected.into_iter().collect::<Vec<_>>());
    for id in assets {
        assert!(CronJobObserver.observe(&sight, &id).is_some(), "{id}");
    }
}

#[test]
fn a_label_with_a_slip_in_it_is_told_of() {
    let world = world(
        &[named(
            "nightly",
            json!({"lifeboat.dev/restore-test": "yes"}),
        )],
        &[],
    );
    let findings = CronJobObserver.findings(&sight(&world, &[], NOW));
    assert_eq!(findings[0].code, "annotation_unreadable");
    assert!(findings[0].message.contains("lifeboat.dev/restore-test"));
}

#[test]
fn a_rehearsal_is_a_drill_and_makes_no_recovery_point() {
    let spec = spec(&rehearsal(json!({})), &[succeeded("2026-11-21")], NOW);
    assert!(
        !spec.places.contains_key("destination"),
        "{:?}",
        spec.places
    );
    let (runs, _, points) = seen(spec);
    assert_eq!(runs[0].operation, Operation::Drill);
    assert_eq!(points, []);
}

#[test]
fn one_that_succeeds_each_night_is_fine_and_one_that_fails_is_failing() {
    let mut watched = Watched::new();
    let scheduled = |day: u32| {
        rehearsal(json!({"status": {"lastScheduleTime": format!("2026-11-{day}T02:00:00Z")}}))
    };
    let good = watched.look(NOW, &scheduled(21), &[succeeded("2026-11-21")]);
    assert_eq!(not_ok(&good), []);
    let bad = watched.look(
        "2026-11-22T12:00:00Z",
        &scheduled(22),
        &[succeeded("2026-11-21"), failed("2026-11-22")],
    );
    assert_eq!(not_ok(&bad), [(Check::LastRun, Status::Failing)]);
}

#[test]
fn a_success_of_which_only_the_cron_job_tells_counts_and_survives_its_being_made_anew() {
    let mut watched = Watched::new();
    let noted = rehearsal(json!({"status": {"lastSuccessfulTime": "2026-11-21T02:10:00Z"}}));
    let seen = watched.look(NOW, &noted, &[]);
    assert_eq!(status(&seen, Check::Rehearsed), Status::Ok);
    assert_eq!(status(&seen, Check::LastRun), Status::Ok);
    let anew = watched.look("2026-11-23T12:00:00Z", &rehearsal(json!({})), &[]);
    assert_eq!(status(&anew, Check::Rehearsed), Status::Ok);
    let verdict = watched.later("2026-11-29T02:10:00Z");
    assert_eq!(status(&verdict, Check::Rehearsed), Status::Ok);
    let verdict = watched.later("2026-11-29T02:10:01Z");
    assert_eq!(status(&verdict, Check::Rehearsed), Status::Failing);
}

#[test]
fn one_that_never_succeeded_is_unknown_and_fails_when_one_is_due() {
    let mut watched = Watched::new();
    let new = watched.look("2026-11-02T12:00:00Z", &rehearsal(json!({})), &[]);
    assert_eq!(status(&new, Check::Rehearsed), Status::Unknown);
    let late = watched.later("2026-11-09T12:00:01Z");
    assert_eq!(status(&late, Check::Rehearsed), Status::Failing);
}

#[rstest]
#[case("30m", Status::Ok)]
#[case("9m", Status::Failing)]
fn a_rehearsal_is_measured_by_the_recovery_time_that_somebody_promised(
    #[case] recovery_time: &str,
    #[case] expected: Status,
) {
    let jobs = [succeeded_at("2026-11-21", "2026-11-21T02:10:00Z")];
    let untold = Watched::new().look(NOW, &rehearsal(json!({})), &jobs);
    assert_eq!(untold.verdict(Check::Swift), None);
    let promised = rehearsal(
        json!({"metadata": {"annotations": {"lifeboat.dev/recovery-time": recovery_time}}}),
    );
    let told = Watched::new().look(NOW, &promised, &jobs);
    assert_eq!(status(&told, Check::Swift), expected);
    let said = evidence(&told, Check::Swift).to_string();
    assert!(
        said.starts_with("the drill that ended at 2026-11-21T02:10:00Z took 9m 59s"),
        "{said}"
    );
    assert!(at(NOW) > told.verdict(Check::Swift).unwrap().since);
}

#[test]
fn one_that_hangs_is_stuck() {
    let mut watched = Watched::new();
    let hangs = super::builder::job("2026-11-21", json!({}));
    let seen = watched.look("2026-11-21T08:00:02Z", &rehearsal(json!({})), &[hangs]);
    assert_eq!(status(&seen, Check::NotStuck), Status::Failing);
}
