//! Complete: the newest recovery point must be whole.

use lifeboat_core::{Check, Evidence, Status};

use crate::builder::{KNOWN_SINCE, asset, at};

const POINT: &str = "2026-11-21T02:00:00Z";
const NOW: &str = "2026-11-21T12:00:00Z";

fn name() -> String {
    "backup-20261121-020000".to_owned()
}

#[test]
fn a_whole_recovery_point_is_complete() {
    let evidence = Evidence::Whole {
        recovery_point: name(),
    };
    assert_eq!(
        asset().point(POINT).says(Check::Complete, NOW),
        (Status::Ok, at(POINT), evidence)
    );
}

#[test]
fn a_damaged_newest_recovery_point_fails_even_beside_a_good_one() {
    let evidence = Evidence::Damaged {
        recovery_point: name(),
        damage: "chunk 3 of block 01JX is damaged".to_owned(),
    };
    let builder = asset().point("2026-11-20T02:00:00Z").damaged_point(POINT);
    assert_eq!(
        builder.says(Check::Complete, NOW),
        (Status::Failing, at(POINT), evidence)
    );
}

#[test]
fn a_refuted_recovery_point_fails_since_the_verification() {
    let refuted_at = "2026-11-21T03:00:00Z";
    let evidence = Evidence::Refuted {
        recovery_point: name(),
        at: at(refuted_at),
    };
    assert_eq!(
        asset()
            .refuted_point(POINT, refuted_at)
            .says(Check::Complete, NOW),
        (Status::Failing, at(refuted_at), evidence)
    );
}

#[test]
fn a_whole_recovery_point_after_a_damaged_one_mends_it() {
    let builder = asset().damaged_point("2026-11-20T02:00:00Z").point(POINT);
    assert_eq!(builder.verdict(Check::Complete, NOW).status, Status::Ok);
}

#[test]
fn a_recovery_point_from_the_future_does_not_cover_up_a_damaged_one() {
    let builder = asset().damaged_point(POINT).point("2026-11-29T02:00:00Z");
    assert_eq!(
        builder.verdict(Check::Complete, NOW).status,
        Status::Failing
    );
}

#[test]
fn without_a_recovery_point_nothing_is_known() {
    assert_eq!(
        asset().inventory(NOW).says(Check::Complete, NOW),
        (Status::Unknown, at(KNOWN_SINCE), Evidence::NoRecoveryPoint)
    );
    assert_eq!(
        asset().says(Check::Complete, NOW),
        (
            Status::Unknown,
            at(KNOWN_SINCE),
            Evidence::InventoryUnknown { error: None }
        )
    );
}
