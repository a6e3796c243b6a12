//! Swift: the newest run that succeeded took no longer than it should.

use jiff::SignedDuration;
use lifeboat_core::{Check, ObjectiveOverrides, Outcome, Status};
use rstest::rstest;

use crate::watched::watched;

const NOW: &str = "2026-11-21T00:00:00Z";
const STARTED: &str = "2026-11-20T03:00:00Z";

#[rstest]
#[case("CNPGCluster/shop/db", "2026-11-20T03:30:00Z", Some(Status::Ok))]
#[case("CNPGCluster/shop/db", "2026-11-20T03:30:01Z", Some(Status::Failing))]
#[case("KopiaMaintenance/shop/repo", "2026-11-20T04:00:00Z", Some(Status::Ok))]
#[case(
    "KopiaMaintenance/shop/repo",
    "2026-11-20T04:00:01Z",
    Some(Status::Failing)
)]
#[case(
    "KopiaRepository/shop/repo",
    "2026-11-20T04:00:01Z",
    Some(Status::Failing)
)]
#[case::a_clock_that_went_back("CNPGCluster/shop/db", "2026-11-20T02:00:00Z", Some(Status::Ok))]
#[case::nobody_says("CronJob/shop/dump", "2026-11-20T23:00:00Z", None)]
#[case::in_the_future("CNPGCluster/shop/db", "2026-11-25T03:00:00Z", None)]
fn a_success_is_measured_by_what_is_expected_of_its_kind(
    #[case] id: &str,
    #[case] ended: &str,
    #[case] expected: Option<Status>,
) {
    let asset = watched(id).run(Outcome::Succeeded, STARTED, ended);
    assert_eq!(asset.status(Check::Swift, NOW), expected);
}

#[test]
fn a_failure_that_took_long_is_no_slow_backup() {
    let asset = watched("CNPGCluster/shop/db")
        .run(Outcome::Succeeded, STARTED, "2026-11-20T03:10:00Z")
        .run(
            Outcome::Failed,
            "2026-11-20T04:00:00Z",
            "2026-11-20T09:00:00Z",
        );
    assert_eq!(asset.status(Check::Swift, NOW), Some(Status::Ok));
}

#[test]
fn the_next_swift_run_ends_it() {
    let slow =
        watched("CNPGCluster/shop/db").run(Outcome::Succeeded, STARTED, "2026-11-20T05:00:00Z");
    assert_eq!(slow.status(Check::Swift, NOW), Some(Status::Failing));
    let swift = slow.run(
        Outcome::Succeeded,
        "2026-11-20T06:00:00Z",
        "2026-11-20T06:10:00Z",
    );
    assert_eq!(swift.status(Check::Swift, NOW), Some(Status::Ok));
}

#[test]
fn anybody_can_say_how_long_theirs_should_take() {
    let own = ObjectiveOverrides {
        expected_run_duration: Some(SignedDuration::from_hours(2)),
        ..ObjectiveOverrides::default()
    };
    for id in ["CNPGCluster/shop/db", "CronJob/shop/dump"] {
        let asset =
            watched(id)
                .promised(&own)
                .run(Outcome::Succeeded, STARTED, "2026-11-20T05:00:01Z");
        let verdict = asset.verdict(Check::Swift, NOW).unwrap();
        assert_eq!(verdict.status, Status::Failing);
        assert_eq!(
            verdict.evidence.to_string(),
            "the backup that ended at 2026-11-20T05:00:01Z took 2h; it should take 2h at most"
        );
    }
}

#[test]
fn a_rehearsal_is_measured_by_the_recovery_time() {
    let own = ObjectiveOverrides {
        recovery_time: Some(SignedDuration::from_hours(2)),
        expected_run_duration: Some(SignedDuration::from_hours(1)),
        ..ObjectiveOverrides::default()
    };
    for (ended, expected) in [
        ("2026-11-20T05:00:00Z", Status::Ok),
        ("2026-11-20T05:00:01Z", Status::Failing),
    ] {
        let asset =
            watched("RestoreTest/shop/db")
                .promised(&own)
                .run(Outcome::Succeeded, STARTED, ended);
        assert_eq!(asset.status(Check::Swift, NOW), Some(expected), "{ended}");
    }
}
