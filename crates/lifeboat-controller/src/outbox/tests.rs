//! Which messages go out together, and when.

use lifeboat_alerts::Grouping;
use lifeboat_core::{AlertInstance, AlertKey, AlertLabel, AlertState, Severity};

use super::*;
use AlertEvent::{Fired, Resolved};

fn second(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

/// Ten seconds for others of the group, and thirty between two notifications of one.
fn route() -> Route {
    Route::new(Gathering {
        grouping: Grouping {
            by: vec![AlertLabel::AlertName, AlertLabel::Cluster],
        },
        wait: SignedDuration::from_secs(10),
        interval: SignedDuration::from_secs(30),
    })
}

/// A message of the incident `Alert/name`, made at a second.
fn message(incident: &str, event: AlertEvent, created_at: i64) -> Message {
    let now = second(created_at);
    let (alert, name) = incident.split_once('/').unwrap();
    Message {
        route: "pager".to_owned(),
        incident: incident.to_owned(),
        event,
        instance: AlertInstance {
            key: AlertKey {
                alert: alert.to_owned(),
                asset: format!("Prometheus/monitoring/{name}").parse().unwrap(),
            },
            state: AlertState::Firing,
            severity: Severity::Critical,
            condition_since: now,
            active_at: now,
            fired_at: Some(now),
            keep_firing_since: None,
            resolved_at: None,
            withheld: false,
            suppressed_by: None,
            summary: String::new(),
            description: String::new(),
        },
        created_at: now,
        attempts: 0,
        last_error: None,
        fired_by: None,
    }
}

/// The incidents that go out at a second, as told.
fn told(route: &mut Route, now: i64) -> Vec<(String, AlertEvent)> {
    let Some(batch) = route.take_due(second(now)) else {
        return Vec::new();
    };
    route.told(&batch, second(now));
    described(&batch)
}

fn described(batch: &Batch) -> Vec<(String, AlertEvent)> {
    let messages = batch.messages.iter();
    messages
        .map(|message| (message.incident.clone(), message.event))
        .collect()
}

fn expected(incidents: &[&str], event: AlertEvent) -> Vec<(String, AlertEvent)> {
    let incidents = incidents.iter();
    incidents
        .map(|incident| ((*incident).to_owned(), event))
        .collect()
}

#[test]
fn what_comes_within_the_wait_goes_out_together() {
    let mut route = route();
    route.add(message("Stale/a", Fired, 0));
    route.add(message("Stuck/a", Fired, 0));
    route.add(message("Stale/b", Fired, 9));
    assert_eq!(told(&mut route, 9), []);
    assert_eq!(
        told(&mut route, 10),
        expected(&["Stale/a", "Stale/b"], Fired)
    );
    assert_eq!(told(&mut route, 10), expected(&["Stuck/a"], Fired));
    assert!(route.is_empty());
}

#[test]
fn beginnings_and_ends_never_go_out_together() {
    let mut route = route();
    route.add(message("Stale/a", Resolved, 0));
    route.add(message("Stale/b", Fired, 0));
    assert_eq!(told(&mut route, 10), expected(&["Stale/a"], Resolved));
    assert_eq!(told(&mut route, 10), expected(&["Stale/b"], Fired));
}

#[test]
fn a_group_is_told_once_in_an_interval() {
    let mut route = route();
    route.add(message("Stale/a", Fired, 0));
    assert_eq!(told(&mut route, 10), expected(&["Stale/a"], Fired));
    for (moment, name) in (11..39).zip('b'..) {
        route.add(message(&format!("Stale/{name}"), Fired, moment));
        assert_eq!(told(&mut route, moment), []);
    }
    let batch = route.take_due(second(40)).unwrap();
    assert_eq!(batch.messages.len(), 28);
}

#[test]
fn the_end_of_an_incident_waits_for_its_beginning_and_other_incidents_do_not() {
    let mut route = route();
    route.add(message("Stale/a", Fired, 0));
    let first = route.take_due(second(10)).unwrap();
    route.put_back(first, second(300), Failure::Passing);
    route.add(message("Stale/a", Resolved, 10));
    route.add(message("Stuck/b", Fired, 10));

    assert_eq!(told(&mut route, 20), expected(&["Stuck/b"], Fired));
    assert_eq!(told(&mut route, 299), []);
    assert_eq!(told(&mut route, 300), expected(&["Stale/a"], Fired));
    assert_eq!(told(&mut route, 300), expected(&["Stale/a"], Resolved));
    assert!(route.is_empty());
}

#[test]
fn what_was_tried_stays_together_and_the_rest_of_its_group_goes_out_after_it_as_one() {
    let mut route = route();
    route.add(message("Stale/a", Fired, 0));
    let mut batch = route.take_due(second(10)).unwrap();
    for attempt in 1..5 {
        let due_at = second(10 + attempt * 60);
        route.add(message(
            &format!("Stale/late-{attempt}"),
            Fired,
            attempt * 60,
        ));
        route.put_back(batch, due_at, Failure::Passing);
        assert_eq!(told(&mut route, 9 + attempt * 60), []);
        batch = route.take_due(due_at).unwrap();
        assert_eq!(described(&batch), expected(&["Stale/a"], Fired));
    }
    route.told(&batch, second(250));
    assert_eq!(told(&mut route, 250), []);
    let late = [
        "Stale/late-1",
        "Stale/late-2",
        "Stale/late-3",
        "Stale/late-4",
    ];
    assert_eq!(told(&mut route, 280), expected(&late, Fired));
    assert!(route.is_empty());
}

#[test]
fn what_was_refused_for_good_keeps_no_others_waiting() {
    let mut route = route();
    route.add(message("Stale/a", Fired, 0));
    let batch = route.take_due(second(10)).unwrap();
    route.put_back(batch, second(3_610), Failure::Lasting);
    route.add(message("Stale/b", Fired, 20));
    assert_eq!(told(&mut route, 30), expected(&["Stale/b"], Fired));
    assert_eq!(told(&mut route, 3_609), []);
    assert_eq!(told(&mut route, 3_610), expected(&["Stale/a"], Fired));
}

#[test]
fn a_wait_that_a_wrong_clock_made_ends_when_the_clock_is_set_right() {
    let month = 30 * 24 * 3600;
    let mut route = route();
    route.add(message("Stale/a", Fired, month));
    let batch = route.take_due(second(month + 10)).unwrap();
    route.put_back(batch, second(month + 20), Failure::Passing);
    assert_eq!(told(&mut route, 0), expected(&["Stale/a"], Fired));
    // Told in the future, and made in the future.
    route.add(message("Stale/b", Fired, 0));
    let batch = route.take_due(second(40)).unwrap();
    route.told(&batch, second(month));
    route.add(message("Stale/c", Fired, month));
    assert_eq!(told(&mut route, 50), expected(&["Stale/c"], Fired));
}

#[test]
fn ten_thousand_messages_are_one_batch() {
    let mut route = route();
    for number in 0..10_000 {
        route.add(message(&format!("Stale/{number}"), Fired, number / 2_000));
    }
    assert_eq!(
        route.take_due(second(9)).map(|batch| batch.messages.len()),
        None
    );
    assert_eq!(route.take_due(second(10)).unwrap().messages.len(), 10_000);
    assert!(route.is_empty());
}
