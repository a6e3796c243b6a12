//! Paused: what is suspended on purpose is neither green nor failing, and still shows its age.

use jiff::SignedDuration;
use lifeboat_core::{Check, Evidence, Policy, Status};

use crate::builder::{asset, at};

const NOW: &str = "2026-12-01T02:00:00Z";

#[test]
fn what_is_paused_keeps_its_evidence() {
    let builder = asset()
        .point("2026-11-21T02:00:00Z")
        .suspended("2026-11-25T00:00:00Z");
    let (status, since, evidence) = builder.says(Check::Fresh, NOW);
    assert_eq!(
        (status, since),
        (Status::Paused, at("2026-11-25T00:00:00Z"))
    );
    assert!(
        matches!(evidence, Evidence::Age { age, .. } if age == SignedDuration::from_hours(240)),
        "{evidence:?}"
    );
}

#[test]
fn every_check_of_a_paused_asset_is_paused() {
    let assessment = asset()
        .suspended("2026-11-25T00:00:00Z")
        .assessed_with(&[], NOW);
    assert_eq!(assessment.status, Status::Paused);
    assert!(
        assessment
            .verdicts
            .iter()
            .all(|verdict| verdict.status == Status::Paused)
    );
}

#[test]
fn a_policy_can_pause_too() {
    let pause = Policy {
        suspend: true,
        ..Policy::default()
    };
    let assessment = asset().assessed_with(&[pause], NOW);
    assert_eq!(assessment.status, Status::Paused);
    assert_eq!(assessment.verdicts[0].since, at(NOW));
}

#[test]
fn the_most_urgent_verdict_leads_and_none_is_forgotten() {
    let assessment = asset().inventory(NOW).assessed_with(&[], NOW);
    let checks: Vec<Check> = assessment
        .verdicts
        .iter()
        .map(|verdict| verdict.check)
        .collect();
    let of_what_lifeboat_operates = [
        Check::Fresh,
        Check::Complete,
        Check::Verified,
        Check::OnSchedule,
        Check::LastRun,
        Check::EverSucceeded,
        Check::NotStuck,
        Check::Clock,
    ];
    assert_eq!(checks, of_what_lifeboat_operates);
    assert_eq!(assessment.status, Status::Failing);
    assert_eq!(assessment.leading().unwrap().check, Check::Fresh);
}
