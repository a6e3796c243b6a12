//! One event for each change of an asset, and none for what is no change of it.

use lifeboat_controller::View;
use lifeboat_core::Status;

use super::{asset, blind, minutes, object, view};
use crate::{
    objects::Kind,
    reporting::changes::{Change, Changes},
};

/// A view of an asset that is like this since so many minutes after the start.
fn seen(at: i64, status: Status, since: i64) -> View {
    view(at, |now| asset(status, minutes(since), now))
}

fn unseen(at: i64) -> View {
    view(at, |now| {
        blind(asset(Status::Unknown, minutes(at), now), minutes(at))
    })
}

fn take_in(changes: &mut Changes, view: &View, uid: &str) -> Vec<Status> {
    let subject = |_: &_| Some((object(Kind::PrometheusBackup), uid.to_owned()));
    let told = changes.take_in(view, subject);
    assert!(told.iter().all(|change: &Change| change.uid == uid));
    told.into_iter().map(|change| change.status).collect()
}

/// What is told of views one after the other.
fn told(views: &[View]) -> Vec<Status> {
    let mut changes = Changes::default();
    let views = views.iter();
    views
        .flat_map(|view| take_in(&mut changes, view, "one"))
        .collect()
}

#[test]
fn a_change_is_told_once_and_the_first_view_is_none() {
    let views = [
        seen(1, Status::Ok, -600),
        seen(2, Status::Ok, -600),
        seen(3, Status::Failing, 3),
        seen(4, Status::Failing, 3),
        seen(5, Status::Ok, 5),
    ];
    assert_eq!(told(&views), [Status::Failing, Status::Ok]);
    assert_eq!(told(&[seen(1, Status::Failing, -60)]), []);
}

#[test]
fn going_blind_and_seeing_the_same_again_is_no_change() {
    let views = [
        seen(1, Status::Ok, -600),
        unseen(2),
        seen(3, Status::Ok, -600),
    ];
    assert_eq!(told(&views), []);
    // What became of it meanwhile is.
    let views = [
        seen(1, Status::Ok, -600),
        unseen(2),
        seen(3, Status::Failing, 2),
    ];
    assert_eq!(told(&views), [Status::Failing]);
}

#[test]
fn what_a_start_finds_out_is_news_only_if_it_happened_since() {
    for status in [Status::Ok, Status::Failing] {
        let before = [seen(1, Status::Unknown, 0), seen(2, status, -60)];
        assert_eq!(told(&before), []);
        let since = [seen(1, Status::Unknown, 0), seen(2, status, 2)];
        assert_eq!(told(&since), [status]);
    }
    // One that was known before is told to be known again.
    let views = [
        seen(1, Status::Ok, -600),
        seen(2, Status::Unknown, 2),
        seen(3, Status::Ok, -600),
    ];
    assert_eq!(told(&views), [Status::Unknown, Status::Ok]);
}

#[test]
fn an_object_that_was_made_anew_begins_anew() {
    let mut changes = Changes::default();
    assert_eq!(take_in(&mut changes, &seen(1, Status::Ok, 0), "one"), []);
    let failing = seen(2, Status::Failing, 2);
    assert_eq!(take_in(&mut changes, &failing, "two"), []);
    let mended = take_in(&mut changes, &seen(3, Status::Ok, 3), "two");
    assert_eq!(mended, [Status::Ok]);
}

#[test]
fn what_is_no_object_has_no_events() {
    let mut changes = Changes::default();
    for view in [seen(1, Status::Ok, 0), seen(2, Status::Failing, 2)] {
        assert_eq!(changes.take_in(&view, |_| None), []);
    }
}

#[test]
fn a_note_has_moments_and_no_ages() {
    let mut changes = Changes::default();
    take_in(&mut changes, &seen(1, Status::Ok, 0), "one");
    let subject = |_: &_| Some((object(Kind::PrometheusBackup), "one".to_owned()));
    let told = changes.take_in(&seen(2, Status::Failing, 2), subject);
    assert_eq!(
        told[0].note,
        "the newest good recovery point, backup-20261121-000000, was taken at \
         2026-11-21T00:00:00Z; promised is an age of 1d 1h at most"
    );
}
