//! Blindness: while nobody can look, nothing is green, and nothing gets worse by that alone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_core::{
    AssetHistory, Check, Facts, Integrity, Observation, ObservedPoints, ObservedSchedule,
    RecoveryPoint, ScheduleState, Status,
    assess::{Assessment, Asset, Blind, assess_asset},
};
use rstest::rstest;

use crate::builder::at;

/// A `CronJob` whose last success is of 04:00, with a schedule in this state, seen until 12:00.
fn assessed(state: ScheduleState, now: &str) -> Assessment {
    let point = RecoveryPoint {
        name: "Job/sync-1".to_owned(),
        taken_at: at("2026-11-20T04:00:00Z"),
        bytes: None,
        integrity: Integrity::Whole,
        verification: None,
        pinned: false,
    };
    let observation = Observation {
        facts: Facts {
            schedules: Some(vec![ObservedSchedule {
                name: "CronJob/sync".to_owned(),
                text: "0 4 * * *".to_owned(),
                state,
                last_scheduled_at: None,
            }]),
            ..Facts::default()
        },
        points: ObservedPoints::Evident(vec![point]),
        ..Observation::default()
    };
    let mut history = AssetHistory::new(at("2026-11-01T00:00:00Z"));
    history.observe(&observation, at("2026-11-20T11:59:00Z"));
    let asset = Asset {
        id: "CronJob/immich/sync".parse().unwrap(),
        labels: BTreeMap::new(),
        own: None,
        suspended: false,
        planned: BTreeMap::new(),
        history,
        facts: Some(Box::new(observation.facts)),
        blind: Some(Blind {
            since: blind_since(),
            error: "connection refused".to_owned(),
        }),
    };
    assess_asset(&asset, &[], at(now))
}

fn blind_since() -> Timestamp {
    at("2026-11-20T12:00:00Z")
}

const SUSPENDED: ScheduleState = ScheduleState::Suspended { since: None };

#[rstest]
#[case::at_once("2026-11-20T12:00:01Z")]
// The last success is 36 h old by then, but there may be a newer one that nobody sees.
#[case::when_a_promise_would_break("2026-11-22T12:00:00Z")]
fn story_38_what_was_good_is_unknown_however_long_it_takes(#[case] now: &str) {
    let assessment = assessed(SUSPENDED, now);
    for check in [Check::Fresh, Check::LastRun, Check::EverSucceeded] {
        let verdict = assessment.verdict(check).unwrap();
        assert_eq!(
            (verdict.status, verdict.since),
            (Status::Unknown, blind_since())
        );
        assert!(verdict.evidence.to_string().contains("connection refused"));
    }
}

#[test]
fn story_38_what_had_failed_stays_failed() {
    let verdicts = assessed(SUSPENDED, "2026-11-20T13:00:00Z");
    let scheduled = verdicts.verdict(Check::Scheduled).unwrap();
    assert_eq!(scheduled.status, Status::Failing);
}
