//! Punctual: one is warned before the promise of an age breaks, and never of what nobody asked for.

use jiff::SignedDuration;
use lifeboat_core::{Check, ObjectiveOverrides, Status};
use rstest::rstest;

use crate::{
    builder::at,
    watched::{Watched, watched},
};

const POINT: &str = "2026-11-20T03:00:00Z";

fn database() -> Watched {
    watched("CNPGCluster/shop/db").point(POINT)
}

#[rstest]
#[case("2026-11-21T03:00:00Z", Status::Ok, POINT)]
#[case("2026-11-21T03:00:01Z", Status::Failing, "2026-11-21T03:00:00Z")]
fn a_backup_of_a_database_is_old_after_a_day_to_the_second(
    #[case] now: &str,
    #[case] status: Status,
    #[case] since: &str,
) {
    let verdict = database().verdict(Check::Punctual, now).unwrap();
    assert_eq!((verdict.status, verdict.since), (status, at(since)));
}

#[test]
fn a_warning_makes_nothing_failing() {
    let assessment = database().assessed("2026-11-21T12:00:00Z");
    let status = |check| assessment.verdict(check).unwrap().status;
    assert_eq!(status(Check::Punctual), Status::Failing);
    assert_eq!(status(Check::Fresh), Status::Ok);
    assert_ne!(assessment.status, Status::Failing);
}

#[test]
fn what_has_no_backup_at_all_is_told_by_others() {
    let nothing = watched("CNPGCluster/shop/db");
    assert_eq!(
        nothing.status(Check::Punctual, "2026-11-30T00:00:00Z"),
        None
    );
    let fresh = nothing.status(Check::Fresh, "2026-11-30T00:00:00Z");
    assert_eq!(fresh, Some(Status::Failing));
}

#[test]
fn a_daily_warning_is_none_for_what_is_promised_weekly() {
    let own = ObjectiveOverrides {
        maximum_age: Some(SignedDuration::from_hours(8 * 24)),
        ..ObjectiveOverrides::default()
    };
    let weekly = database().promised(&own);
    assert_eq!(weekly.status(Check::Punctual, "2026-11-26T00:00:00Z"), None);
}

#[test]
fn others_are_warned_of_if_somebody_asks_for_it() {
    let cron_job = || watched("CronJob/shop/dump").point(POINT);
    let now = "2026-11-20T09:00:01Z";
    assert_eq!(cron_job().status(Check::Punctual, now), None);
    let own = ObjectiveOverrides {
        warning_age: Some(SignedDuration::from_hours(6)),
        ..ObjectiveOverrides::default()
    };
    let asked = cron_job().promised(&own);
    assert_eq!(asked.status(Check::Punctual, now), Some(Status::Failing));
}
