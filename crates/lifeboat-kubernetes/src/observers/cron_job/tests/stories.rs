//! The stories of how backups by CronJobs fail in silence, each with its sound twin. The names carry
//! the stories' numbers.

use lifeboat_core::{Check, Evidence, Status};
use rstest::rstest;
use serde_json::json;

use super::builder::{
    Watched, at, cron_job, evidence, failed, job, not_ok, since, status, succeeded, succeeded_at,
};

/// Made two days before the last look, and due at 02:00 since.
const MADE: &str = "2026-11-19T12:00:00Z";

#[test]
fn story_19_a_cron_job_that_never_succeeded_in_two_days_fails() {
    let dump = cron_job(json!({
        "metadata": {"creationTimestamp": MADE},
        "status": {"lastScheduleTime": "2026-11-21T02:00:00Z"},
    }));
    let mut watched = Watched::new();
    let jobs = [failed("2026-11-20"), failed("2026-11-21")];
    let assessment = watched.look("2026-11-21T12:00:00Z", &dump, &jobs);
    assert_eq!(status(&assessment, Check::EverSucceeded), Status::Failing);
    let verdict = watched.later("2026-11-21T13:00:00Z");
    assert_eq!(status(&verdict, Check::Fresh), Status::Failing);
}

#[test]
fn story_19_twin_a_new_cron_job_has_time_for_its_first_success() {
    let new = cron_job(json!({"metadata": {"creationTimestamp": MADE}}));
    let mut watched = Watched::new();
    let waiting = watched.look("2026-11-20T01:00:00Z", &new, &[]);
    assert_eq!(status(&waiting, Check::EverSucceeded), Status::Unknown);
    assert_eq!(status(&waiting, Check::Fresh), Status::Unknown);
    let ran = cron_job(json!({
        "metadata": {"creationTimestamp": MADE},
        "status": {"lastScheduleTime": "2026-11-20T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-20T02:10:00Z"},
    }));
    let sound = watched.look("2026-11-20T03:00:00Z", &ran, &[succeeded("2026-11-20")]);
    assert_eq!(not_ok(&sound), []);
}

#[test]
fn story_20_a_suspended_cron_job_fails_and_then_goes_stale() {
    let suspended = cron_job(json!({
        "spec": {"suspend": true},
        "status": {"lastScheduleTime": "2026-11-20T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-20T02:10:00Z"},
    }));
    let mut watched = Watched::new();
    let assessment = watched.look("2026-11-20T12:00:00Z", &suspended, &[]);
    assert_eq!(not_ok(&assessment), [(Check::Scheduled, Status::Failing)]);
    assert!(matches!(
        evidence(&assessment, Check::Scheduled),
        Evidence::ScheduleSuspended { .. }
    ));
    let stale = watched.later("2026-11-21T14:10:01Z");
    assert_eq!(status(&stale, Check::Fresh), Status::Failing);
}

#[test]
fn story_20_twin_one_that_runs_is_not_suspended() {
    let running = cron_job(json!({
        "status": {"lastScheduleTime": "2026-11-20T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-20T02:10:00Z"},
    }));
    let assessment = Watched::new().look("2026-11-20T12:00:00Z", &running, &[]);
    assert_eq!(not_ok(&assessment), []);
}

/// To the second: 36 h after the success nothing is wrong yet.
#[rstest]
#[case("2026-11-21T14:10:00Z", Status::Ok)]
#[case("2026-11-21T14:10:01Z", Status::Failing)]
fn story_21_the_last_success_is_too_old_after_36_hours(
    #[case] now: &str,
    #[case] expected: Status,
) {
    let dump = cron_job(json!({
        "status": {"lastScheduleTime": "2026-11-20T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-20T02:10:00Z"},
    }));
    let mut watched = Watched::new();
    let _ = watched.look("2026-11-20T03:00:00Z", &dump, &[succeeded("2026-11-20")]);
    let assessment = watched.later(now);
    assert_eq!(status(&assessment, Check::Fresh), expected);
    if expected == Status::Failing {
        assert_eq!(since(&assessment, Check::Fresh), at("2026-11-21T14:10:00Z"));
    }
}

#[test]
fn story_21_the_next_success_ends_it() {
    let old = cron_job(json!({
        "status": {"lastScheduleTime": "2026-11-20T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-20T02:10:00Z"},
    }));
    let mut watched = Watched::new();
    let stale = watched.look("2026-11-22T00:00:00Z", &old, &[succeeded("2026-11-20")]);
    assert_eq!(status(&stale, Check::Fresh), Status::Failing);
    assert_eq!(status(&stale, Check::OnSchedule), Status::Failing);
    let new = cron_job(json!({
        "status": {"lastScheduleTime": "2026-11-22T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-22T02:10:00Z"},
    }));
    let jobs = [succeeded("2026-11-20"), succeeded("2026-11-22")];
    let sound = watched.look("2026-11-22T02:11:00Z", &new, &jobs);
    assert_eq!(not_ok(&sound), []);
}

#[test]
fn story_22_failures_are_counted_though_their_jobs_are_gone() {
    let mut watched = Watched::new();
    let first = cron_job(json!({
        "status": {"lastScheduleTime": "2026-11-17T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-17T02:10:00Z"},
    }));
    let _ = watched.look("2026-11-17T03:00:00Z", &first, &[succeeded("2026-11-17")]);
    for day in ["2026-11-18", "2026-11-19", "2026-11-20"] {
        let scheduled = json!({"status": {"lastScheduleTime": format!("{day}T02:00:00Z"),
            "lastSuccessfulTime": "2026-11-17T02:10:00Z"}});
        let dump = cron_job(scheduled);
        let failing = watched.look(&format!("{day}T02:30:00Z"), &dump, &[failed(day)]);
        assert_eq!(status(&failing, Check::LastRun), Status::Failing);
        // The TTL takes the Job away; what is known of it stays.
        let after = watched.look(&format!("{day}T23:00:00Z"), &dump, &[]);
        assert_eq!(status(&after, Check::LastRun), Status::Failing);
        assert_eq!(since(&after, Check::LastRun), at("2026-11-18T02:20:00Z"));
    }
    assert_eq!(watched.failures(), 3);
    let assessment = watched.later("2026-11-20T23:00:00Z");
    let Evidence::RunFailed {
        failures,
        error,
        hint,
        ..
    } = evidence(&assessment, Check::LastRun)
    else {
        panic!("{assessment:?}");
    };
    assert_eq!(*failures, 3);
    assert_eq!(
        error,
        "BackoffLimitExceeded: Job has reached the specified backoff limit"
    );
    assert!(
        hint.as_ref()
            .unwrap()
            .contains("kubectl -n shop logs job/dump-2026-11-20")
    );
    let mended = cron_job(
        json!({"status": {"lastScheduleTime": "2026-11-21T02:00:00Z",
        "lastSuccessfulTime": "2026-11-21T02:10:00Z"}}),
    );
    let sound = watched.look("2026-11-21T02:11:00Z", &mended, &[succeeded("2026-11-21")]);
    assert_eq!(not_ok(&sound), []);
    assert_eq!(watched.failures(), 0);
}

#[test]
fn story_22_twin_a_success_that_is_cleaned_up_stays_a_success() {
    let dump = cron_job(json!({
        "status": {"lastScheduleTime": "2026-11-20T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-20T02:10:00Z"},
    }));
    let mut watched = Watched::new();
    let _ = watched.look("2026-11-20T02:11:00Z", &dump, &[succeeded("2026-11-20")]);
    let sound = watched.look("2026-11-20T12:00:00Z", &dump, &[]);
    assert_eq!(not_ok(&sound), []);
}

/// It took ten minutes until now, so an hour is what it may take.
#[rstest]
#[case("2026-11-21T03:00:01Z", Status::Ok)]
#[case("2026-11-21T03:00:02Z", Status::Failing)]
fn story_23_a_job_is_stuck_when_it_takes_far_longer_than_ever(
    #[case] now: &str,
    #[case] expected: Status,
) {
    let dump = cron_job(json!({
        "status": {"lastScheduleTime": "2026-11-21T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-20T02:10:00Z"},
    }));
    let mut watched = Watched::new();
    let jobs = [
        succeeded("2026-11-20"),
        job("2026-11-21", json!({"status": {"ready": 0}})),
    ];
    let _ = watched.look("2026-11-21T02:00:02Z", &dump, &jobs);
    let assessment = watched.later(now);
    assert_eq!(status(&assessment, Check::NotStuck), expected);
    if expected == Status::Failing {
        let Evidence::StuckUnderWay(stuck) = evidence(&assessment, Check::NotStuck) else {
            panic!("{assessment:?}");
        };
        assert_eq!(
            (stuck.name.as_str(), stuck.phase.as_str()),
            ("Job/dump-2026-11-21", "pending")
        );
    }
}

#[test]
fn story_24_a_cron_job_that_is_made_again_keeps_its_history() {
    let before = cron_job(json!({
        "status": {"lastScheduleTime": "2026-11-20T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-20T02:10:00Z"},
    }));
    let mut watched = Watched::new();
    let _ = watched.look("2026-11-20T03:00:00Z", &before, &[succeeded("2026-11-20")]);
    // The Jobs went with it, and the status is empty.
    let again = cron_job(json!({
        "metadata": {"uid": "cron-2", "creationTimestamp": "2026-11-20T20:00:00Z"},
    }));
    let assessment = watched.look("2026-11-20T20:01:00Z", &again, &[]);
    assert_eq!(not_ok(&assessment), []);
    // And the age is that of the last success, not of the object.
    let stale = watched.later("2026-11-21T14:10:01Z");
    assert_eq!(status(&stale, Check::Fresh), Status::Failing);
    assert_eq!(since(&stale, Check::Fresh), at("2026-11-21T14:10:00Z"));
    assert_eq!(status(&stale, Check::EverSucceeded), Status::Ok);
}

#[test]
fn story_24_jobs_that_outlive_their_cron_job_count_for_the_new_one() {
    let again = cron_job(json!({
        "metadata": {"uid": "cron-2", "creationTimestamp": "2026-11-20T20:00:00Z"},
    }));
    let jobs = [succeeded("2026-11-20")];
    let assessment = Watched::new().look("2026-11-20T20:01:00Z", &again, &jobs);
    assert_eq!(not_ok(&assessment), []);
}

#[test]
fn story_24_twin_a_new_cron_job_has_no_history_of_another() {
    let other = cron_job(json!({
        "metadata": {"name": "dump", "uid": "cron-2", "creationTimestamp": "2026-11-20T20:00:00Z"},
    }));
    let jobs = [job(
        "2026-11-20",
        json!({"metadata": {"ownerReferences": [
            {"kind": "CronJob", "name": "dump-b", "uid": "cron-9", "controller": true}]},
            "status": {"completionTime": "2026-11-20T02:10:00Z",
                "conditions": [{"type": "Complete", "status": "True"}]}}),
    )];
    let assessment = Watched::new().look("2026-11-20T20:01:00Z", &other, &jobs);
    assert_eq!(status(&assessment, Check::EverSucceeded), Status::Unknown);
}

#[test]
fn story_25_a_success_in_the_future_is_told_and_makes_nothing_green() {
    let ahead = cron_job(json!({
        "metadata": {"creationTimestamp": "2026-11-17T12:00:00Z"},
        "status": {"lastScheduleTime": "2026-11-20T02:00:00Z",
                   "lastSuccessfulTime": "2027-11-20T02:10:00Z"},
    }));
    let mut watched = Watched::new();
    let assessment = watched.look("2026-11-20T03:00:00Z", &ahead, &[]);
    assert_eq!(status(&assessment, Check::Clock), Status::Failing);
    assert_eq!(status(&assessment, Check::Fresh), Status::Failing);
    assert_eq!(status(&assessment, Check::EverSucceeded), Status::Failing);
    // Once the clock is right again, so is everything else.
    let right = cron_job(json!({
        "metadata": {"creationTimestamp": "2026-11-17T12:00:00Z"},
        "status": {"lastScheduleTime": "2026-11-21T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-21T02:10:00Z"},
    }));
    let sound = watched.look("2026-11-21T03:00:00Z", &right, &[succeeded("2026-11-21")]);
    assert_eq!(not_ok(&sound), []);
}

#[test]
fn story_25_a_success_in_the_future_hides_no_earlier_one() {
    let with_success_at = |moment: &str| {
        cron_job(json!({
            "status": {"lastScheduleTime": "2026-11-20T02:00:00Z", "lastSuccessfulTime": moment},
        }))
    };
    let good = with_success_at("2026-11-20T02:10:00Z");
    let mut watched = Watched::new();
    assert_eq!(
        not_ok(&watched.look("2026-11-20T03:00:00Z", &good, &[])),
        []
    );
    let ahead = with_success_at("2027-11-20T02:10:00Z");
    let assessment = watched.look("2026-11-20T04:00:00Z", &ahead, &[]);
    assert_eq!(not_ok(&assessment), [(Check::Clock, Status::Failing)]);
    // Mended, or made anew: nothing says any more that there is such a success.
    let mended = cron_job(json!({"status": {"lastScheduleTime": "2026-11-20T02:00:00Z"}}));
    assert_eq!(
        not_ok(&watched.look("2026-11-20T05:00:00Z", &mended, &[])),
        []
    );
}

#[test]
fn story_25_a_job_that_ended_in_the_future_makes_nothing_green_either() {
    let dump = cron_job(json!({"metadata": {"creationTimestamp": "2026-11-17T12:00:00Z"}}));
    let jobs = [succeeded_at("2026-11-20", "2027-01-01T00:00:00Z")];
    let assessment = Watched::new().look("2026-11-20T03:00:00Z", &dump, &jobs);
    assert_eq!(status(&assessment, Check::Clock), Status::Failing);
    assert_eq!(status(&assessment, Check::Fresh), Status::Failing);
}

#[test]
fn story_25_twin_a_clock_that_is_a_minute_ahead_is_no_matter() {
    let dump = cron_job(json!({
        "status": {"lastScheduleTime": "2026-11-20T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-20T02:11:00Z"},
    }));
    let assessment = Watched::new().look("2026-11-20T02:10:00Z", &dump, &[]);
    assert_eq!(not_ok(&assessment), []);
}

#[rstest]
#[case::not_five_fields(json!({"schedule": "0 0 2 * * *"}), "can't be read")]
#[case::words(json!({"schedule": "daily"}), "can't be read")]
#[case::never(json!({"schedule": "0 0 30 2 *"}), "no moment that ever comes")]
#[case::nothing(json!({"schedule": ""}), "has no schedule")]
#[case::unknown_zone(json!({"timeZone": "Europe/Atlantis"}), "no time zone 'Europe/Atlantis'")]
#[case::zone_within(json!({"schedule": "TZ=Europe/Berlin 0 2 * * *"}), "spec.timeZone")]
#[case::zone_within(json!({"schedule": "CRON_TZ=UTC 0 2 * * *"}), "spec.timeZone")]
fn story_26_a_schedule_that_cannot_be_kept_fails(
    #[case] spec: serde_json::Value,
    #[case] said: &str,
) {
    let dump = cron_job(json!({
        "spec": spec, "status": {"lastSuccessfulTime": "2026-11-20T02:10:00Z"},
    }));
    let assessment = Watched::new().look("2026-11-20T03:00:00Z", &dump, &[]);
    assert_eq!(not_ok(&assessment), [(Check::Scheduled, Status::Failing)]);
    let Evidence::ScheduleUnusable { problem, .. } = evidence(&assessment, Check::Scheduled) else {
        panic!("{assessment:?}");
    };
    assert!(problem.contains(said), "{problem}");
}

#[rstest]
#[case::five_fields(json!({"schedule": "30 2 * * 1-5"}))]
#[case::descriptor(json!({"schedule": "@daily"}))]
#[case::interval(json!({"schedule": "@every 6h"}))]
#[case::zone(json!({"timeZone": "Europe/Berlin"}))]
#[case::without_a_zone(json!({"timeZone": null}))]
fn story_26_twin_a_schedule_that_kubernetes_keeps_is_kept(#[case] spec: serde_json::Value) {
    let dump = cron_job(json!({
        "spec": spec,
        "status": {"lastScheduleTime": "2026-11-20T02:00:00Z",
                   "lastSuccessfulTime": "2026-11-20T02:10:00Z"},
    }));
    let assessment = Watched::new().look("2026-11-20T02:15:00Z", &dump, &[]);
    assert_eq!(not_ok(&assessment), []);
}
