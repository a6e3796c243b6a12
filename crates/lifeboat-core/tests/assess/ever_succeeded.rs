//! Ever succeeded: a backup that never succeeded is never green.

use lifeboat_core::{Check, Evidence, Operation, Outcome, Status};
use rstest::rstest;

use crate::builder::{Builder, KNOWN_SINCE, asset, at};

fn never(expected_by: &str) -> Evidence {
    Evidence::NeverSucceeded {
        expected_by: at(expected_by),
    }
}

#[rstest]
#[case::empty(asset().inventory("2026-11-20T01:00:00Z"))]
#[case::damaged(asset().damaged_point("2026-11-20T01:00:00Z"))]
#[case::from_the_future(asset().point("2027-11-20T01:00:00Z").inventory("2026-11-20T01:00:00Z"))]
#[case::seen_while_the_clock_was_ahead(asset().point("2027-11-20T01:00:00Z").inventory("2027-11-20T01:00:00Z"))]
#[case::failed(asset().inventory("2026-11-20T01:00:00Z").run(Operation::Backup, Outcome::Failed, "2026-11-20T01:00:00Z"))]
fn a_backup_that_never_succeeded_is_never_green(#[case] builder: Builder) {
    let verdict = builder.verdict(Check::EverSucceeded, "2026-11-30T00:00:00Z");
    assert_eq!(verdict.status, Status::Failing);
    assert_eq!(verdict.evidence, never("2026-11-21T01:00:00Z"));
}

#[rstest]
// The first moment of its schedule, its jitter and its deadline.
#[case(Some("0 2 * * *"), "2026-11-20T03:05:00Z")]
// A weekly one is promised sooner than it comes.
#[case(Some("0 2 * * 0"), "2026-11-21T01:00:00Z")]
#[case(None, "2026-11-21T01:00:00Z")]
fn the_first_backup_is_expected_when_it_should_have_ended(
    #[case] schedule: Option<&str>,
    #[case] expected_by: &str,
) {
    let builder = || match schedule {
        Some(schedule) => asset().planned(Operation::Backup, schedule),
        None => asset(),
    };
    let builder = || builder().inventory("2026-11-20T01:00:00Z");
    assert_eq!(
        builder().says(Check::EverSucceeded, expected_by),
        (Status::Unknown, at(KNOWN_SINCE), never(expected_by))
    );
    let second_after = (at(expected_by) + jiff::SignedDuration::from_secs(1)).to_string();
    assert_eq!(
        builder().says(Check::EverSucceeded, &second_after),
        (Status::Failing, at(expected_by), never(expected_by))
    );
}

#[test]
fn in_a_repository_that_nobody_could_look_into_there_may_be_a_good_one() {
    let (status, _, evidence) = asset()
        .inventory_failed("2026-11-20T01:00:00Z")
        .says(Check::EverSucceeded, "2026-11-30T00:00:00Z");
    assert_eq!(status, Status::Failing);
    assert_eq!(
        evidence,
        Evidence::InventoryUnknown {
            error: Some("connection refused".to_owned())
        }
    );
}

#[test]
fn one_success_is_remembered_when_its_recovery_point_is_long_gone() {
    let first = at("2026-11-21T02:00:00Z");
    let builder = asset()
        .point("2026-11-21T02:00:00Z")
        .emptied("2027-01-01T00:00:00Z");
    assert_eq!(
        builder.says(Check::EverSucceeded, "2027-01-01T00:00:01Z"),
        (Status::Ok, first, Evidence::EverSucceeded { first })
    );
}
