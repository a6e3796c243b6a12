//! Clock: a future date is a negative age, and never makes anything green.

use lifeboat_core::{Check, Evidence, Operation, Outcome, RunEnd, Status};
use rstest::rstest;

use crate::builder::{Builder, KNOWN_SINCE, asset, at};

const NOW: &str = "2026-11-21T02:00:00Z";
const FUTURE: &str = "2026-11-21T02:05:01Z";

#[rstest]
#[case::a_recovery_point(asset().point(FUTURE), "the recovery point backup-20261121-020501")]
#[case::a_run_that_goes_on(asset().running(Operation::Prune, FUTURE), "the last prune run")]
#[case::a_run_that_ended(
    asset().ended(Operation::Backup, NOW, RunEnd::plain(at(FUTURE), Outcome::Succeeded)),
    "the last backup run"
)]
#[case::the_asset(asset().first_seen(FUTURE), "the first sight of the asset")]
fn what_lies_in_the_future_is_told(#[case] builder: Builder, #[case] what: &str) {
    let evidence = Evidence::InTheFuture {
        what: what.to_owned(),
        at: at(FUTURE),
    };
    assert_eq!(
        builder.says(Check::Clock, NOW),
        (Status::Failing, at(NOW), evidence)
    );
}

#[test]
fn five_minutes_are_no_future() {
    let builder = asset()
        .point("2026-11-21T02:05:00Z")
        .running(Operation::Backup, "2026-11-21T02:05:00Z");
    assert_eq!(
        builder.says(Check::Clock, NOW),
        (Status::Ok, at(KNOWN_SINCE), Evidence::ClockSound)
    );
}

#[rstest]
#[case(asset().point("2027-11-21T02:00:00Z"))]
#[case(asset().run(Operation::Verification, Outcome::Succeeded, "2027-11-21T02:00:00Z"))]
#[case(asset().first_seen("2027-11-21T02:00:00Z"))]
fn a_date_in_the_future_makes_no_question_of_age_green(#[case] builder: Builder) {
    let assessment = builder.assessed_with(&[], NOW);
    for check in [Check::Fresh, Check::Verified, Check::EverSucceeded] {
        let verdict = assessment.verdict(check).unwrap();
        assert!(
            matches!(verdict.status, Status::Unknown | Status::Failing),
            "{verdict:?}"
        );
    }
}
