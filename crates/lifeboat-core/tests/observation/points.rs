//! Recovery points that others make: those that are gone before their time are missed, and no others.

use jiff::SignedDuration;
use lifeboat_core::{
    AssetHistory, Check, Evidence, Facts, Observation, ObservedPoints, RecoveryPoint,
    RecoveryWindow, Status,
    assess::{Asset, assess_asset},
};
use rstest::rstest;

use super::{asset, hour, point, present};

fn kept(history: &AssetHistory, at: i64) -> (Status, Evidence) {
    answer(history, Check::PointsKept, at)
}

fn answer(history: &AssetHistory, check: Check, at: i64) -> (Status, Evidence) {
    let asset = Asset {
        id: asset(),
        labels: std::collections::BTreeMap::new(),
        own: None,
        suspended: false,
        planned: std::collections::BTreeMap::new(),
        history: history.clone(),
        facts: Some(Box::default()),
        blind: None,
    };
    let assessment = assess_asset(&asset, &[], hour(at));
    let verdict = assessment.verdict(check).unwrap();
    (verdict.status, verdict.evidence.clone())
}

fn known() -> [RecoveryPoint; 3] {
    [point("first", 0), point("second", 24), point("third", 48)]
}

#[test]
fn story_14_points_that_vanish_are_missed_for_a_day_and_until_there_is_a_new_one() {
    let [first, second, third] = known();
    let mut history = AssetHistory::new(hour(0));
    history.observe(&present(&[first.clone(), second, third]), hour(49));
    assert_eq!(kept(&history, 49).0, Status::Ok);
    history.observe(&present(std::slice::from_ref(&first)), hour(50));
    let (status, evidence) = kept(&history, 50);
    assert_eq!(status, Status::Failing);
    let told = evidence.to_string();
    assert!(
        told.starts_with("2 recovery points have gone before their time"),
        "{told}"
    );
    // A new one alone doesn't end it at once, nor does time alone.
    history.observe(&present(&[first.clone(), point("fourth", 51)]), hour(52));
    assert_eq!(kept(&history, 53).0, Status::Failing);
    assert_eq!(kept(&history, 75).0, Status::Ok);
    history.observe(&present(std::slice::from_ref(&first)), hour(76));
    assert_eq!(kept(&history, 400).0, Status::Failing);
}

#[test]
fn story_14_sound_twin_retention_takes_the_oldest() {
    let [first, second, third] = known();
    let mut history = AssetHistory::new(hour(0));
    history.observe(&present(&[first, second.clone(), third.clone()]), hour(49));
    history.observe(&present(&[second, third.clone()]), hour(50));
    history.observe(&present(&[third]), hour(51));
    assert_eq!(kept(&history, 51).0, Status::Ok);
}

#[rstest]
#[case::too_young_to_go(30, Status::Failing)]
#[case::old_enough(1, Status::Ok)]
fn with_a_rule_of_retention_the_age_decides(#[case] days: i64, #[case] expected: Status) {
    let [first, second, third] = known();
    let mut history = AssetHistory::new(hour(0));
    history.observe(&present(&[first, second.clone(), third.clone()]), hour(49));
    let tidied = Observation {
        facts: Facts {
            retention: Some(SignedDuration::from_hours(24 * days)),
            ..Facts::default()
        },
        ..present(&[second, third])
    };
    history.observe(&tidied, hour(50));
    assert_eq!(kept(&history, 50).0, expected);
}

#[test]
fn what_the_store_still_accounts_for_is_not_lost_with_its_object() {
    let mut history = AssetHistory::new(hour(0));
    history.observe(&present(&known()), hour(49));
    let objects_gone = Observation {
        facts: Facts {
            window: Some(
                RecoveryWindow {
                    source: "ObjectStore/backups".to_owned(),
                    first: Some(hour(0)),
                    last_succeeded: Some(hour(48)),
                    last_failed: None,
                }
                .into(),
            ),
            ..Facts::default()
        },
        ..present(&[])
    };
    history.observe(&objects_gone, hour(50));
    assert_eq!(kept(&history, 50).0, Status::Ok);
}

/// Nothing but the account of a store, of backups from an hour to another.
fn accounted(first: i64, last: i64, minutes_apart: i64) -> Observation {
    let apart = SignedDuration::from_mins(minutes_apart);
    Observation {
        facts: Facts {
            window: Some(
                RecoveryWindow {
                    source: "ObjectStore/backups".to_owned(),
                    first: Some(hour(first) + apart),
                    last_succeeded: Some(hour(last) - apart),
                    last_failed: None,
                }
                .into(),
            ),
            retention: Some(SignedDuration::from_hours(24 * 30)),
            ..Facts::default()
        },
        ..present(&[])
    }
}

#[test]
fn story_14_what_the_store_accounted_for_is_lost_when_its_account_shrinks() {
    let mut history = AssetHistory::new(hour(0));
    history.observe(&present(&known()), hour(49));
    history.observe(&accounted(0, 48, 0), hour(50));
    let names = history.recovery_points.iter().map(|point| &*point.name);
    assert_eq!(names.collect::<Vec<_>>(), ["first", "second", "third"]);
    history.observe(&accounted(48, 48, 0), hour(51));
    let (status, evidence) = kept(&history, 51);
    assert_eq!(status, Status::Failing);
    let told = evidence.to_string();
    assert!(told.starts_with("2 recovery points have gone"), "{told}");
}

#[rstest]
#[case::object_and_account_note_the_same_end_a_little_apart(1, Status::Ok)]
#[case::another_backup(2, Status::Failing)]
fn what_the_account_covers_is_meant_to_the_minute(
    #[case] minutes_apart: i64,
    #[case] expected: Status,
) {
    let mut history = AssetHistory::new(hour(0));
    history.observe(&present(&known()), hour(49));
    history.observe(&accounted(0, 48, minutes_apart), hour(50));
    assert_eq!(kept(&history, 50).0, expected);
}

#[test]
fn a_point_that_the_account_alone_knows_takes_the_place_of_the_object_that_is_gone() {
    let mut history = AssetHistory::new(hour(0));
    history.observe(&present(&known()), hour(49));
    let mut newest = point("ObjectStore/backups at noon", 48);
    newest.taken_at += SignedDuration::from_secs(7);
    let seen = Observation {
        points: ObservedPoints::Present(vec![newest]),
        ..accounted(0, 48, 0)
    };
    history.observe(&seen, hour(50));
    let names = history.recovery_points.iter().map(|point| &*point.name);
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["first", "second", "ObjectStore/backups at noon"]
    );
    assert_eq!(kept(&history, 50).0, Status::Ok);
}

#[test]
fn what_is_only_evident_stays_known_when_the_evidence_goes() {
    let evident = |points: &[RecoveryPoint]| Observation {
        points: ObservedPoints::Evident(points.to_vec()),
        ..Observation::default()
    };
    let mut history = AssetHistory::new(hour(0));
    assert!(
        history
            .observe(&evident(&[point("job", 1)]), hour(2))
            .asset_changed
    );
    assert!(!history.observe(&evident(&[]), hour(3)).asset_changed);
    assert_eq!(
        history.newest_good_point(hour(3)).unwrap().taken_at,
        hour(1)
    );
    assert_eq!(history.first_recovery_point_at, Some(hour(1)));
}

#[test]
fn a_success_seen_while_the_clock_was_behind_counts_once_the_clock_is_right() {
    let mut history = AssetHistory::new(hour(0));
    let ahead = Observation {
        points: ObservedPoints::Evident(vec![point("job", 2)]),
        ..Observation::default()
    };
    history.observe(&ahead, hour(1));
    assert_eq!(answer(&history, Check::EverSucceeded, 1).0, Status::Unknown);
    // Nobody looks again, since nothing changes.
    let first = hour(2);
    let expected = (Status::Ok, Evidence::EverSucceeded { first });
    assert_eq!(answer(&history, Check::EverSucceeded, 3), expected);
}
