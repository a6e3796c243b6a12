//! What the checks of service levels say of an asset, through the same assessment as all others.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::assess::{Assessment, Asset, assess_asset, fresh_look};
use lifeboat_core::slo::{Ratio, ServiceLevels, Slo};
use lifeboat_core::{
    AssetHistory, Check, Facts, Integrity, ObjectiveOverrides, RecoveryPoint, Status, next_step,
};

fn hour(hour: i64) -> Timestamp {
    "2026-11-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hour)
}

/// A `CronJob` that is looked at each hour, and backs up at these.
fn after(hours: i64, backups: &[i64], change: impl Fn(&mut Asset, i64)) -> (Asset, Assessment) {
    let mut asset = Asset {
        id: "CronJob/shop/nightly".parse().unwrap(),
        labels: BTreeMap::new(),
        own: None,
        suspended: false,
        planned: BTreeMap::new(),
        history: AssetHistory::new(hour(0)),
        facts: Some(Box::<Facts>::default()),
        blind: None,
    };
    let mut now = 0;
    loop {
        let taken = backups.iter().filter(|at| **at <= now);
        let points = taken.map(|at| RecoveryPoint {
            name: format!("at-{at}"),
            taken_at: hour(*at),
            bytes: None,
            integrity: Integrity::Whole,
            verification: None,
            pinned: false,
        });
        asset
            .history
            .take_inventory(hour(now), Ok(points.collect()));
        change(&mut asset, now);
        let assessment = assess_asset(&asset, &[], hour(now));
        let look = fresh_look(&asset, &assessment, hour(now)).unwrap();
        let known = asset.history.service_levels.as_deref();
        if let Some(levels) = ServiceLevels::after(known, &look) {
            asset.history.service_levels = Some(Box::new(levels));
        }
        if now == hours {
            return (asset, assessment);
        }
        now += 1;
    }
}

fn told(assessment: &Assessment) -> Option<(Status, String)> {
    let verdict = assessment.verdict(Check::BackupSlo)?;
    Some((verdict.status, verdict.evidence.sentence()))
}

const NIGHTLY: [i64; 4] = [0, 24, 48, 72];

#[test]
fn an_asset_that_is_known_for_less_than_a_day_is_not_judged() {
    assert_eq!(told(&after(23, &NIGHTLY, |_, _| {}).1), None);
    let (_, after_a_day) = after(24, &NIGHTLY, |_, _| {});
    let sentence = "for 100% of the 1d that count of the last 30d the newest good recovery point was as \
                    young as promised; the target is 99%, and 14m 24s of the error budget of 14m 24s is left";
    assert_eq!(told(&after_a_day), Some((Status::Ok, sentence.to_owned())));
}

#[test]
fn who_was_without_a_young_enough_backup_for_too_long_is_warned_of_and_not_failing() {
    let (asset, assessment) = after(72, &[0, 48, 72], |_, _| {});
    let sentence = "for 83.33% of the 3d that count of the last 30d the newest good recovery point was as \
                    young as promised; the target is 99%, and the error budget of 43m 12s is overspent by \
                    11h 16m";
    assert_eq!(
        told(&assessment),
        Some((Status::Failing, sentence.to_owned()))
    );
    assert_eq!(assessment.verdict(Check::Fresh).unwrap().status, Status::Ok);
    assert!(Check::BackupSlo.is_advisory());
    let verdict = assessment.verdict(Check::BackupSlo).unwrap();
    let step = next_step(&asset.id, verdict).unwrap();
    assert!(
        step.contains("lifeboat status CronJob/shop/nightly"),
        "{step}"
    );
    let level = verdict.evidence.service_level().unwrap();
    assert_eq!(level.slo, Slo::Backup);
    assert_eq!(level.ratio, Ratio::from_parts_per_million(833_333));
    assert_eq!(format!("{:.2}", level.budget_left), "-15.67");
}

#[test]
fn the_target_is_the_one_that_is_promised() {
    let lenient = |asset: &mut Asset, _| {
        asset.own = ObjectiveOverrides {
            backup_slo: Some(Ratio::from_parts_per_million(800_000)),
            ..ObjectiveOverrides::default()
        }
        .boxed();
    };
    let (_, assessment) = after(72, &[0, 48, 72], lenient);
    assert_eq!(told(&assessment).unwrap().0, Status::Ok);
}

#[test]
fn a_paused_asset_is_neither_judged_nor_does_its_time_count() {
    let paused = |asset: &mut Asset, now: i64| {
        asset.suspended = (30..100).contains(&now);
        let since = asset.suspended.then(|| hour(30));
        asset.history.suspended_since = since;
    };
    let (_, assessment) = after(90, &[0, 24], paused);
    assert_eq!(told(&assessment).unwrap().0, Status::Paused);
    let (_, assessment) = after(110, &[0, 24, 100], paused);
    let (status, sentence) = told(&assessment).unwrap();
    assert_eq!(status, Status::Ok);
    assert!(
        sentence.starts_with("for 100% of the 1d 16h that count"),
        "{sentence}"
    );
}
