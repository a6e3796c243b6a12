//! A Kopia repository: is it looked after, does it grow in measure, does it keep things once?

use jiff::SignedDuration;
use lifeboat_core::{Check, Evidence, ObjectiveOverrides, Outcome, SnapshotSource, Status};
use rstest::rstest;

use crate::{
    builder::at,
    watched::{Watched, watched},
};

const GIB: u64 = 1 << 30;

fn repository() -> Watched {
    watched("KopiaRepository/shop/offsite")
}

#[rstest]
#[case("2026-11-07T02:00:00Z", Status::Ok, Status::Ok)]
#[case("2026-11-07T02:00:01Z", Status::Failing, Status::Ok)]
#[case("2026-11-11T02:00:00Z", Status::Failing, Status::Ok)]
#[case("2026-11-11T02:00:01Z", Status::Failing, Status::Failing)]
fn story_29_maintenance_is_late_after_three_days_and_neglected_after_seven(
    #[case] now: &str,
    #[case] maintained: Status,
    #[case] not_neglected: Status,
    #[values("KopiaMaintenance/shop/offsite", "KopiaRepository/shop/offsite")] id: &str,
) {
    let asset = watched(id).run(
        Outcome::Succeeded,
        "2026-11-04T01:50:00Z",
        "2026-11-04T02:00:00Z",
    );
    assert_eq!(asset.status(Check::Maintained, now), Some(maintained));
    assert_eq!(asset.status(Check::NotNeglected, now), Some(not_neglected));
}

#[test]
fn what_was_never_maintained_is_neglected_after_a_week() {
    let status = |now| repository().status(Check::NotNeglected, now);
    assert_eq!(status("2026-11-08T00:00:00Z"), Some(Status::Unknown));
    assert_eq!(status("2026-11-08T00:00:01Z"), Some(Status::Failing));
}

/// A repository that takes 10 GiB on the 10th, and a week later so much.
fn grown_to(bytes: u64) -> Watched {
    repository()
        .read("2026-11-10T00:00:00Z", |it| {
            it.physical_bytes = Some(10 * GIB);
        })
        .read("2026-11-17T00:00:00Z", |it| it.physical_bytes = Some(bytes))
}

#[rstest]
#[case(15 * GIB, Status::Ok)]
#[case(16 * GIB, Status::Failing)]
#[case::it_shrank(GIB, Status::Ok)]
fn growth_by_more_than_half_in_a_week_is_told(#[case] bytes: u64, #[case] expected: Status) {
    let verdict = grown_to(bytes).verdict(Check::GrowthSteady, "2026-11-17T00:01:00Z");
    assert_eq!(verdict.unwrap().status, expected);
}

#[test]
fn the_evidence_has_both_sizes_and_the_span() {
    let verdict = grown_to(16 * GIB).verdict(Check::GrowthSteady, "2026-11-17T00:01:00Z");
    let evidence = verdict.unwrap().evidence;
    assert_eq!(
        evidence,
        Evidence::Growth {
            bytes_before: 10 * GIB,
            bytes: 16 * GIB,
            percent: 60,
            window: SignedDuration::from_hours(7 * 24),
            limit_percent: 50,
        }
    );
    let said = "the repository has grown by 60 % within 7d; up to 50 % is usual";
    assert_eq!(evidence.to_string(), said);
}

#[test]
fn a_new_repository_is_not_judged_before_a_week_has_passed() {
    let filling = repository()
        .read("2026-11-10T00:00:00Z", |it| it.physical_bytes = Some(0))
        .read("2026-11-16T23:00:00Z", |it| {
            it.physical_bytes = Some(90 * GIB);
        });
    let now = "2026-11-16T23:01:00Z";
    assert_eq!(filling.status(Check::GrowthSteady, now), None);
}

#[test]
fn growth_that_costs_next_to_nothing_is_none() {
    let small = repository()
        .read("2026-11-10T00:00:00Z", |it| it.physical_bytes = Some(1_000))
        .read("2026-11-17T00:00:00Z", |it| it.physical_bytes = Some(GIB));
    let now = "2026-11-17T00:01:00Z";
    assert_eq!(small.status(Check::GrowthSteady, now), Some(Status::Ok));
}

#[test]
fn growth_is_an_advice_and_makes_nothing_failing() {
    let assessment = grown_to(90 * GIB).assessed("2026-11-17T00:01:00Z");
    let growth = assessment.verdict(Check::GrowthSteady).unwrap();
    assert_eq!(growth.status, Status::Failing);
    assert!(Check::GrowthSteady.is_advisory() && Check::Deduplicated.is_advisory());
    assert_ne!(assessment.leading().unwrap().check, Check::GrowthSteady);
}

fn source(name: &str, snapshots: u64) -> SnapshotSource {
    SnapshotSource {
        name: name.to_owned(),
        snapshots,
        newest: None,
        incomplete: 0,
        newest_incomplete_at: None,
    }
}

#[rstest]
#[case(1.49, 7, 5 * GIB, Some(Status::Failing))]
#[case(1.5, 7, 5 * GIB, Some(Status::Ok))]
#[case::too_few_snapshots(1.0, 6, 5 * GIB, None)]
#[case::too_small(1.0, 7, GIB - 1, None)]
fn a_ratio_is_judged_once_there_is_enough_to_judge_by(
    #[case] ratio: f64,
    #[case] snapshots: u64,
    #[case] bytes: u64,
    #[case] expected: Option<Status>,
) {
    let asset = repository().read("2026-11-17T00:00:00Z", |it| {
        it.deduplication_ratio = Some(ratio);
        it.logical_bytes = Some(bytes);
        it.sources = vec![source("root@db:/data", snapshots)];
    });
    let now = "2026-11-17T00:01:00Z";
    assert_eq!(asset.status(Check::Deduplicated, now), expected);
}

#[test]
fn policies_have_their_own_measure() {
    let own = ObjectiveOverrides {
        neglect_age: Some(SignedDuration::from_hours(24)),
        maximum_growth_percent: Some(100),
        minimum_deduplication_percent: Some(0),
        ..ObjectiveOverrides::default()
    };
    let asset = grown_to(16 * GIB).promised(&own);
    let now = "2026-11-17T00:01:00Z";
    assert_eq!(asset.status(Check::GrowthSteady, now), Some(Status::Ok));
    let neglected = asset.verdict(Check::NotNeglected, now).unwrap();
    assert_eq!(neglected.since, at("2026-11-02T00:00:00Z"));
}
