//! Fresh: the newest good recovery point must be younger than promised.

use jiff::SignedDuration;
use lifeboat_core::{
    Check, Evidence, ObjectiveOverrides, Operation, Outcome, Policy, Status, assess::Assessment,
};
use rstest::rstest;

use crate::builder::{Builder, KNOWN_SINCE, asset, at};

const POINT: &str = "2026-11-21T02:00:00Z";

fn status(builder: Builder, now: &str) -> (Status, String) {
    let verdict = builder.verdict(Check::Fresh, now);
    (verdict.status, verdict.since.to_string())
}

#[rstest]
#[case("2026-11-21T02:00:00Z", Status::Ok, POINT)]
#[case("2026-11-22T03:00:00Z", Status::Ok, POINT)]
#[case("2026-11-22T03:00:01Z", Status::Failing, "2026-11-22T03:00:00Z")]
#[case("2027-11-22T03:00:01Z", Status::Failing, "2026-11-22T03:00:00Z")]
fn a_recovery_point_is_fresh_until_the_second_after_its_age_is_reached(
    #[case] now: &str,
    #[case] expected: Status,
    #[case] since: &str,
) {
    assert_eq!(
        status(asset().point(POINT), now),
        (expected, since.to_owned())
    );
}

#[test]
fn the_evidence_names_the_recovery_point_and_its_age() {
    let (_, _, evidence) = asset()
        .point(POINT)
        .says(Check::Fresh, "2026-11-21T08:00:00Z");
    assert_eq!(
        evidence,
        Evidence::Age {
            recovery_point: "backup-20261121-020000".to_owned(),
            taken_at: at(POINT),
            age: SignedDuration::from_hours(6),
            maximum_age: SignedDuration::from_hours(25),
        }
    );
}

#[test]
fn the_newest_counts_whatever_order_they_were_found_in() {
    let builder = asset().point(POINT).point("2026-11-20T02:00:00Z");
    assert_eq!(
        status(builder, "2026-11-22T03:00:00Z"),
        (Status::Ok, POINT.to_owned())
    );
}

#[rstest]
#[case::damaged(asset().point("2026-11-20T01:00:00Z").damaged_point(POINT))]
#[case::refuted(asset().point("2026-11-20T01:00:00Z").refuted_point(POINT, "2026-11-21T03:00:00Z"))]
#[case::future(asset().point("2026-11-20T01:00:00Z").point("2026-11-29T02:00:00Z"))]
fn what_is_not_good_makes_nothing_fresh(#[case] builder: Builder) {
    assert_eq!(
        status(builder, "2026-11-21T03:00:00Z"),
        (Status::Failing, "2026-11-21T02:00:00Z".to_owned())
    );
}

#[rstest]
#[case("2026-11-21T01:55:00Z", Status::Ok)]
#[case("2026-11-21T01:54:59Z", Status::Unknown)]
fn clocks_may_differ_by_five_minutes_and_no_second_more(
    #[case] now: &str,
    #[case] expected: Status,
) {
    let builder = asset().first_seen("2026-11-21T00:00:00Z").point(POINT);
    let verdict = builder.verdict(Check::Fresh, now);
    assert_eq!(verdict.status, expected);
    assert!(
        verdict.since <= at(now),
        "nothing is so since a moment to come"
    );
}

#[rstest]
#[case::never_looked(asset(), None)]
#[case::unreachable(asset().inventory_failed("2026-11-20T01:00:00Z"), Some("connection refused"))]
fn absence_of_evidence_is_unknown_until_a_recovery_point_would_be_too_old(
    #[values(
        ("2026-11-21T01:00:00Z", Status::Unknown, KNOWN_SINCE),
        ("2026-11-21T01:00:01Z", Status::Failing, "2026-11-21T01:00:00Z")
    )]
    row: (&str, Status, &str),
    #[case] builder: Builder,
    #[case] error: Option<&str>,
) {
    let (now, expected, since) = row;
    let evidence = Evidence::InventoryUnknown {
        error: error.map(ToOwned::to_owned),
    };
    assert_eq!(
        builder.says(Check::Fresh, now),
        (expected, at(since), evidence)
    );
}

#[rstest]
#[case(asset().inventory("2026-11-20T01:00:00Z"), 0)]
#[case(asset().damaged_point("2026-11-20T01:00:00Z"), 1)]
fn an_empty_repository_says_so(#[case] builder: Builder, #[case] not_good: usize) {
    let (status, _, evidence) = builder.says(Check::Fresh, "2026-11-20T03:00:00Z");
    assert_eq!(status, Status::Unknown);
    assert_eq!(
        evidence,
        Evidence::NoGoodRecoveryPoint {
            known_since: at(KNOWN_SINCE),
            not_good,
            maximum_age: SignedDuration::from_hours(25),
        }
    );
}

#[test]
fn a_repository_that_cannot_be_read_any_more_changes_nothing_until_the_age_is_reached() {
    let builder = || {
        asset()
            .point(POINT)
            .inventory_failed("2026-11-21T12:00:00Z")
    };
    assert_eq!(status(builder(), "2026-11-22T03:00:00Z").0, Status::Ok);
    assert_eq!(status(builder(), "2026-11-22T03:00:01Z").0, Status::Failing);
}

#[test]
fn when_all_recovery_points_vanish_the_promise_is_broken_since_then() {
    let builder = asset()
        .run(
            Operation::Backup,
            Outcome::Succeeded,
            "2026-12-24T02:00:00Z",
        )
        .point("2026-12-24T02:00:00Z")
        .emptied("2026-12-24T09:00:00Z");
    assert_eq!(
        status(builder, "2026-12-24T10:00:00Z"),
        (Status::Failing, "2026-12-24T09:00:00Z".to_owned())
    );
}

#[test]
fn a_policy_can_promise_another_age() {
    let weekly = Policy {
        overrides: ObjectiveOverrides {
            maximum_age: Some(SignedDuration::from_hours(8 * 24)),
            ..ObjectiveOverrides::default()
        },
        ..Policy::default()
    };
    let fresh = |assessment: Assessment| assessment.verdict(Check::Fresh).unwrap().status;
    let now = "2026-11-29T02:00:00Z";
    assert_eq!(
        fresh(asset().point(POINT).assessed_with(&[weekly], now)),
        Status::Ok
    );
    assert_eq!(
        fresh(asset().point(POINT).assessed_with(&[], now)),
        Status::Failing
    );
}
