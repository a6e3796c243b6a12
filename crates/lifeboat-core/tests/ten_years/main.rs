//! Ten years of backups in seconds: a seeded world of failures, outages, wrong clocks, damage and
//! pauses, and at each event every verdict is compared with what is true in that world.
#![expect(
    clippy::unwrap_used,
    reason = "an unwrap that fails is a failed test, with its line"
)]

mod controller;
mod fault;
mod oracle;
mod world;

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::Operation;
use rstest::rstest;

use controller::{Controller, Rhythm};
use oracle::Soundness;
use world::World;

const BEGIN: &str = "2026-01-01T00:00:00Z";
const END: &str = "2036-01-01T00:00:00Z";

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

// In autumn a local day has 25 hours, and then comes the run with its jitter: hence 26.
#[rstest]
#[case::hourly(Rhythm { schedule: "0 * * * *", time_zone: "Asia/Kathmandu", maximum_age: 3 * HOUR, starting_deadline: Some(HOUR / 2), between_runs: HOUR }, 1)]
#[case::daily(Rhythm { schedule: "30 2 * * *", time_zone: "Europe/Berlin", maximum_age: 26 * HOUR, starting_deadline: None, between_runs: DAY }, 2)]
#[case::another_daily(Rhythm { schedule: "15 0 * * *", time_zone: "America/Santiago", maximum_age: 26 * HOUR, starting_deadline: Some(12 * HOUR), between_runs: DAY }, 3)]
#[case::weekly(Rhythm { schedule: "0 3 * * 0", time_zone: "Australia/Lord_Howe", maximum_age: 8 * DAY, starting_deadline: None, between_runs: 7 * DAY }, 4)]
fn for_ten_years_every_verdict_is_true(#[case] rhythm: Rhythm, #[case] seed: u64) {
    let (begin, end): (Timestamp, Timestamp) = (BEGIN.parse().unwrap(), END.parse().unwrap());
    let mut world = World::new(seed, begin, rhythm.between_runs);
    let mut controller = Controller::new(&rhythm, begin);
    let mut soundness = Soundness::new(&rhythm, begin);
    while world.time < end {
        world.live();
        if world.is_lifeboat_down() {
            controller.crash();
        } else {
            controller.work(&mut world);
            let assessment = controller.assess(&world);
            oracle::compare(&world, &controller, &assessment);
            soundness.compare(&world, &assessment);
        }
        let next = controller.next_event(&world).unwrap_or(Timestamp::MAX);
        let at_least = world.time + SignedDuration::from_secs(1);
        world.time = next.min(world.next_event()).max(at_least);
    }
    // A world in which nothing happens would prove nothing.
    let backups = controller.history().operation(Operation::Backup).unwrap();
    let expected = (end.duration_since(begin).as_secs() / rhythm.between_runs) / 2;
    let ended: u64 = backups.totals.runs.values().sum();
    assert!(i64::try_from(ended).unwrap() > expected, "{ended} backups");
    assert_eq!(backups.totals.runs.len(), 3, "every outcome occurs");
    soundness.assert_that_both_occurred();
    assert!(world.all_faults_occurred(), "every fault occurs");
}
