//! How much is said, how often, and in what form.

use std::time::Duration;

use lifeboat_core::Status;
use tokio::time::Instant;

use super::{minutes, object};
use crate::{
    objects::Kind,
    reporting::{
        bucket::Bucket,
        changes::Change,
        event,
        road::{Lane, Road},
        sentence::shortened,
    },
};

#[test]
fn a_bucket_lets_a_burst_through_and_then_one_at_a_time() {
    let start = Instant::now();
    let mut bucket = Bucket::new(3, Duration::from_secs(2), start);
    assert_eq!(
        [(); 5].map(|()| bucket.take(start)),
        [true, true, true, false, false]
    );
    let later = start + Duration::from_secs(5);
    assert_eq!([(); 3].map(|()| bucket.take(later)), [true, true, false]);
    // The second that was left over counts.
    assert!(bucket.take(start + Duration::from_secs(6)));
    // However long nothing happens, no more than a burst is saved up.
    let much_later = start + Duration::from_hours(1);
    assert_eq!(
        [(); 4].map(|()| bucket.take(much_later)),
        [true, true, true, false]
    );
}

#[test]
fn a_note_fits_into_an_event_and_is_cut_between_characters() {
    assert_eq!(shortened("short"), "short");
    let long = shortened(&"ä".repeat(2000));
    assert!(long.len() <= 1024 && long.ends_with("ä…"), "{long}");
}

#[test]
fn an_event_is_about_the_object_itself() {
    let change = Change {
        object: object(Kind::CronJob),
        uid: "one".to_owned(),
        status: Status::Failing,
        note: "no".to_owned(),
        at: minutes(0),
    };
    let body = event::body(&change, &"pod".repeat(100), 255);
    let regarding = serde_json::json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "namespace": "shop", "name": "main",
        "uid": "one",
    });
    assert_eq!(body["regarding"], regarding);
    assert_eq!(body["metadata"]["name"], "main.00000000000000ff");
    assert_eq!(body["eventTime"], "2026-11-21T10:00:00.000000Z");
    assert_eq!(
        (&body["reason"], &body["type"]),
        (&"BackupFailing".into(), &"Warning".into())
    );
    assert_eq!(body["reportingInstance"].as_str().unwrap().len(), 128);
}

#[test]
fn a_missing_permission_stops_only_what_it_is_missing_for() {
    let (mut road, now) = (Road::default(), Instant::now());
    let [here, there]: [Lane; 2] = ["here", "there"].map(|place| ("status", place.to_owned()));
    road.forbidden(&here, "no", now);
    assert!(road.is_open(now) && !road.is_allowed(&here, now));
    assert!(road.is_allowed(&there, now));
    let due = road.opens_at(now).unwrap();
    assert!(road.is_allowed(&here, due));
    road.passed(&here);
    assert!(road.is_allowed(&here, now));
}

#[test]
fn a_permission_is_missing_when_it_is_refused_again_and_again() {
    let (mut road, now) = (Road::default(), Instant::now());
    let lane: Lane = ("status", "here".to_owned());
    let certain = [(); 6].map(|()| {
        road.forbidden(&lane, "no", now);
        road.is_forbidden(&lane)
    });
    assert_eq!(certain, [false, false, false, false, true, true]);
    road.passed(&lane);
    assert!(!road.is_forbidden(&lane));
}

#[test]
fn a_server_that_does_not_answer_is_asked_less_and_less_often() {
    let (mut road, now) = (Road::default(), Instant::now());
    let lane: Lane = ("status", "here".to_owned());
    let waits = [(); 8].map(|()| {
        road.unreachable("connection refused".to_owned(), now);
        assert!(!road.is_open(now));
        road.opens_at(now).unwrap() - now
    });
    assert!(waits[0] <= Duration::from_millis(500) && waits[7] >= Duration::from_secs(15));
    road.passed(&lane);
    road.end_round(now);
    assert!(road.is_open(now) && road.opens_at(now).is_none());
}

#[test]
fn one_that_is_refused_does_not_keep_others_from_being_told() {
    let (mut road, now) = (Road::default(), Instant::now());
    let lane: Lane = ("status", "here".to_owned());
    road.refused("the API server answered 500".to_owned());
    assert!(road.is_open(now) && road.is_allowed(&lane, now));
    road.passed(&lane);
    road.end_round(now);
    assert!(!road.is_open(now));
    // The next round has nothing but that one, and it is refused again: the pause grows.
    let first = road.opens_at(now).unwrap();
    road.refused("the API server answered 500".to_owned());
    road.end_round(first);
    let second = road.opens_at(first).unwrap();
    assert!(
        second - first >= Duration::from_millis(500) && second - first <= Duration::from_secs(1)
    );
}
