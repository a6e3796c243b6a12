//! The failure stories of schedules, each with its sound twin.

use lifeboat_core::Check;
use rstest::rstest;
use serde_json::json;

use super::{
    common::{NONE, last, with_backups},
    objects::{completed, daily},
};
use crate::objects::Kind;

#[test]
fn story_08_a_suspended_schedule_is_told_and_then_the_backups_are_stale() {
    let mut replay = with_backups(20, [completed(20)]);
    let mut schedule = daily(Some(&last(20)));
    schedule["spec"]["suspend"] = json!(true);
    replay.apply(schedule);
    assert_eq!(
        replay.at("2026-11-21T12:00:00Z").failing(),
        [Check::Scheduled]
    );
    assert_eq!(
        replay.at("2026-11-21T16:00:00Z").failing(),
        [Check::Fresh, Check::Scheduled]
    );
    replay.apply(daily(Some(&last(21))));
    replay.apply(completed(21));
    assert_eq!(replay.at("2026-11-21T16:01:00Z").failing(), NONE);
}

#[test]
fn story_09_a_five_field_schedule_is_explained() {
    let mut replay = with_backups(21, [completed(21)]);
    assert_eq!(
        replay
            .at("2026-11-21T12:00:00Z")
            .finding("five_field_schedule"),
        None
    );
    let mut schedule = daily(Some("2026-11-21T12:03:00Z"));
    schedule["spec"]["schedule"] = json!("0 3 * * *");
    replay.apply(schedule);
    let seen = replay.at("2026-11-21T12:05:00Z");
    let finding = seen.finding("five_field_schedule").unwrap();
    assert_eq!(
        finding.message,
        "The schedule of ScheduledBackup/daily, '0 3 * * *', has five fields, so it begins with \
         seconds: it runs at minute 3 of every hour."
    );
    assert!(finding.hint.as_ref().unwrap().contains("\"0 0 3 * * *\""));
    // And it is held to what it really says.
    assert_eq!(replay.at("2026-11-21T13:12:00Z").failing(), NONE);
    assert_eq!(
        replay.at("2026-11-21T13:14:00Z").failing(),
        [Check::OnSchedule]
    );
}

#[test]
fn story_18_without_its_schedule_a_cluster_is_told_of_and_then_stale() {
    let mut replay = with_backups(20, [completed(20)]);
    let sound = replay.at("2026-11-20T12:00:00Z");
    assert_eq!((sound.failing(), sound.codes()), (Vec::new(), Vec::new()));
    replay.delete(Kind::ScheduledBackup, "daily");
    let seen = replay.at("2026-11-20T12:01:00Z");
    assert_eq!(seen.failing(), [Check::Scheduled]);
    assert_eq!(seen.codes(), ["no_schedule"]);
    let hint = seen.finding("no_schedule").unwrap().hint.clone().unwrap();
    assert!(
        hint.contains("method: plugin") && hint.contains("\"0 0 3 * * *\""),
        "{hint}"
    );
    assert_eq!(
        replay.at("2026-11-21T16:00:00Z").failing(),
        [Check::Fresh, Check::Scheduled]
    );
}

#[rstest]
#[case("0 0 25 * * *")]
#[case("every night")]
#[case("0 0 * * 0")]
#[case("0 0 0 30 2 *")]
fn story_26_a_schedule_that_nobody_can_read_is_told(#[case] text: &str) {
    let mut replay = with_backups(20, [completed(20)]);
    let mut schedule = daily(Some(&last(20)));
    schedule["spec"]["schedule"] = json!(text);
    replay.apply(schedule);
    let seen = replay.at("2026-11-20T12:00:00Z");
    assert_eq!(seen.failing(), [Check::Scheduled]);
    assert!(seen.evidence(Check::Scheduled).contains(text));
    replay.apply(daily(Some(&last(20))));
    assert_eq!(replay.at("2026-11-20T12:01:00Z").failing(), NONE);
}
