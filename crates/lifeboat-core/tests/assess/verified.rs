//! Verified: the newest verification must have found everything good, and not too long ago.

use jiff::SignedDuration;
use lifeboat_core::{Check, Evidence, Operation, Outcome, RunEnd, Status};
use rstest::rstest;

use crate::builder::{Builder, KNOWN_SINCE, asset, at};

const VERIFICATION: Operation = Operation::Verification;
const MAXIMUM_AGE: SignedDuration = SignedDuration::from_hours(8 * 24);

fn coverage(builder: Builder, now: &str) -> Option<(u32, u32)> {
    match builder.says(Check::Verified, now) {
        (_, _, Evidence::VerificationAge { coverage, .. }) => coverage,
        other => unreachable!("{other:?}"),
    }
}

#[rstest]
#[case("2026-11-28T00:00:00Z", Status::Unknown, KNOWN_SINCE)]
#[case("2026-11-28T00:00:01Z", Status::Failing, "2026-11-28T00:00:00Z")]
fn what_was_never_verified_turns_from_unknown_to_failing(
    #[case] now: &str,
    #[case] expected: Status,
    #[case] since: &str,
    #[values(asset(), asset().running(VERIFICATION, KNOWN_SINCE), asset().run(VERIFICATION, Outcome::Inconclusive, KNOWN_SINCE))]
    builder: Builder,
) {
    let evidence = Evidence::NeverVerified {
        maximum_age: MAXIMUM_AGE,
    };
    assert_eq!(
        builder.says(Check::Verified, now),
        (expected, at(since), evidence)
    );
}

#[rstest]
#[case("2026-11-29T03:05:00Z", Status::Ok, "2026-11-21T03:05:00Z")]
#[case("2026-11-29T03:05:01Z", Status::Failing, "2026-11-29T03:05:00Z")]
fn a_good_verification_holds_for_its_age_even_if_a_later_one_was_cut_short(
    #[case] now: &str,
    #[case] expected: Status,
    #[case] since: &str,
) {
    let builder = asset()
        .run(VERIFICATION, Outcome::Succeeded, "2026-11-21T03:00:00Z")
        .run(VERIFICATION, Outcome::Inconclusive, "2026-11-22T03:00:00Z");
    let evidence = Evidence::VerificationAge {
        at: at("2026-11-21T03:05:00Z"),
        age: at(now).duration_since(at("2026-11-21T03:05:00Z")),
        maximum_age: MAXIMUM_AGE,
        coverage: None,
    };
    assert_eq!(
        builder.says(Check::Verified, now),
        (expected, at(since), evidence)
    );
}

#[rstest]
#[case::nothing_since(asset())]
#[case::another_slice(asset().slice((4, 7), Outcome::Succeeded, "2026-11-22T03:00:00Z"))]
#[case::even_the_same_slice(asset().slice((3, 7), Outcome::Succeeded, "2026-11-22T03:00:00Z"))]
#[case::cut_short(asset().run(VERIFICATION, Outcome::Inconclusive, "2026-11-22T03:00:00Z"))]
#[case::could_not_look(asset().run(VERIFICATION, Outcome::Failed, "2026-11-22T03:00:00Z"))]
fn a_slice_found_bad_stays_failing_until_a_verification_of_everything_succeeds(
    #[case] afterwards: Builder,
) {
    let bad = asset().slice((3, 7), Outcome::Failed, "2026-11-21T03:00:00Z");
    let builder = bad.followed_by(afterwards);
    let evidence = Evidence::VerificationFailed {
        at: at("2026-11-21T03:00:00Z"),
        error: "slice 3 is bad".to_owned(),
    };
    assert_eq!(
        builder.says(Check::Verified, "2026-11-23T00:00:00Z"),
        (Status::Failing, at("2026-11-21T03:00:00Z"), evidence)
    );
}

#[test]
fn a_good_verification_of_everything_takes_back_what_was_found_bad() {
    let builder = asset()
        .slice((3, 7), Outcome::Failed, "2026-11-21T03:00:00Z")
        .run(VERIFICATION, Outcome::Succeeded, "2026-11-22T03:00:00Z")
        .slice((0, 7), Outcome::Succeeded, "2026-11-23T03:00:00Z");
    let verdict = builder.verdict(Check::Verified, "2026-11-24T00:00:00Z");
    assert_eq!(verdict.status, Status::Ok);
}

#[test]
fn a_verification_that_could_not_look_is_taken_back_by_any_that_could() {
    let builder = asset()
        .run(VERIFICATION, Outcome::Failed, "2026-11-21T03:00:00Z")
        .slice((3, 7), Outcome::Succeeded, "2026-11-22T03:00:00Z");
    let verdict = builder.verdict(Check::Verified, "2026-11-24T00:00:00Z");
    assert_eq!(verdict.status, Status::Ok);
}

#[test]
fn a_clock_that_leapt_during_a_verification_does_not_lengthen_its_life() {
    let end = RunEnd::plain(at("2027-11-21T03:00:00Z"), Outcome::Succeeded);
    let builder = asset().ended(VERIFICATION, "2026-11-21T03:00:00Z", end);
    let verdict = builder.verdict(Check::Verified, "2026-11-29T03:00:01Z");
    assert_eq!(
        (verdict.status, verdict.since),
        (Status::Failing, at("2026-11-29T03:00:00Z"))
    );
}

fn three_of_four_slices() -> Builder {
    asset()
        .slice((0, 4), Outcome::Succeeded, "2026-11-21T03:00:00Z")
        .slice((1, 4), Outcome::Succeeded, "2026-11-22T03:00:00Z")
        .slice((2, 4), Outcome::Succeeded, "2026-11-23T03:00:00Z")
}

#[rstest]
#[case::all_of_them("2026-11-24T00:00:00Z", (3, 4))]
// A full turn takes four days, and the next one an hour and five minutes at most to come round.
#[case::on_the_last_second("2026-11-25T04:05:00Z", (3, 4))]
#[case::the_first_should_have_had_its_turn_again("2026-11-25T04:05:01Z", (2, 4))]
#[case::the_second_too("2026-11-26T04:05:01Z", (1, 4))]
fn a_slice_counts_as_read_until_its_next_turn_is_over(
    #[case] now: &str,
    #[case] expected: (u32, u32),
) {
    let builder = three_of_four_slices().planned(VERIFICATION, "0 3 * * *");
    assert_eq!(coverage(builder, now), Some(expected));
}

#[test]
fn on_working_days_a_turn_takes_longer() {
    // From Monday the 23rd to Tuesday the 1st there are six of them.
    let builder = (23..=28).fold(asset(), |builder, day| {
        let ended = format!("2026-11-{day}T03:00:00Z");
        builder.slice((day - 23, 6), Outcome::Succeeded, &ended)
    });
    let builder = builder.planned(VERIFICATION, "0 3 * * 1-5");
    assert_eq!(coverage(builder, "2026-12-01T02:59:59Z"), Some((6, 6)));
}

#[test]
fn without_a_schedule_a_slice_counts_if_it_was_ever_read() {
    assert_eq!(
        coverage(three_of_four_slices(), "2026-11-30T00:00:00Z"),
        Some((3, 4))
    );
}

#[test]
fn another_number_of_slices_begins_anew() {
    let builder = three_of_four_slices().slice((0, 9), Outcome::Succeeded, "2026-11-24T03:00:00Z");
    assert_eq!(coverage(builder, "2026-11-24T04:00:00Z"), Some((1, 9)));
}

#[test]
fn a_verification_of_everything_reads_every_slice() {
    let builder =
        three_of_four_slices().run(VERIFICATION, Outcome::Succeeded, "2026-11-24T03:00:00Z");
    assert_eq!(coverage(builder, "2026-11-24T04:00:00Z"), Some((4, 4)));
}
