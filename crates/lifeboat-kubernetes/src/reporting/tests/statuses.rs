//! A status is written when it says something else than before, and not because time passed.

use std::{sync::Arc, time::Duration};

use lifeboat_controller::View;
use lifeboat_core::{Policy, Status};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{asset, minutes, object, view};
use crate::{
    objects::{Kind, ObjectRef},
    reporting::{
        statuses::{Plan, Statuses},
        subjects::{Content, Subject},
    },
};

fn backup(uid: &str, noted_at: i64, status: Value) -> Vec<(ObjectRef, Arc<Subject>)> {
    with(Kind::PrometheusBackup, uid, noted_at, {
        let refused = None;
        Content::PrometheusBackup { refused, status }
    })
}

fn with(kind: Kind, uid: &str, at: i64, content: Content) -> Vec<(ObjectRef, Arc<Subject>)> {
    let subject = Subject {
        uid: uid.to_owned(),
        generation: Some(3),
        noted_at: minutes(at),
        content,
    };
    vec![(object(kind), Arc::new(subject))]
}

fn seen(at: i64, status: Status) -> View {
    view(at, |now| asset(status, minutes(-60), now))
}

/// Plans, and writes what is planned: its statuses.
fn write(
    statuses: &mut Statuses,
    view: &View,
    subjects: &[(ObjectRef, Arc<Subject>)],
    now: Instant,
) -> Vec<Value> {
    let Plan { writes, .. } = statuses.plan(view, subjects, now);
    let written = writes.iter().map(|write| write.status.clone()).collect();
    for write in writes {
        statuses.done(write, now);
    }
    written
}

fn transition(status: &Value, kind: &str) -> Value {
    let conditions = status["conditions"].as_array().unwrap();
    let found = conditions
        .iter()
        .find(|condition| condition["type"] == kind);
    found.unwrap()["lastTransitionTime"].clone()
}

#[test]
fn nothing_is_written_because_time_passes_and_a_condition_changes_only_with_its_answer() {
    let (mut statuses, start) = (Statuses::default(), Instant::now());
    let subjects = backup("one", 0, Value::Null);
    let mut at = |minute, status| {
        let now = start + Duration::from_mins(minute);
        let minute = i64::try_from(minute).unwrap();
        write(&mut statuses, &seen(minute, status), &subjects, now)
    };
    let first = at(1, Status::Ok);
    assert_eq!(first[0]["verdict"], "ok");
    assert_eq!(first[0]["observedGeneration"], 3);
    assert_eq!(first[0]["since"], "2026-11-21T09:00:00Z");
    assert_eq!(at(2, Status::Ok), Vec::<Value>::new());
    let failing = at(3, Status::Failing);
    assert_eq!(transition(&failing[0], "Protected"), "2026-11-21T10:03:00Z");
    assert_eq!(transition(&failing[0], "Accepted"), "2026-11-21T10:01:00Z");
    // Unknown and paused are two verdicts and one answer.
    let unknown = at(4, Status::Unknown);
    let paused = at(5, Status::Paused);
    assert_eq!(paused[0]["verdict"], "paused");
    assert_eq!(
        transition(&unknown[0], "Protected"),
        transition(&paused[0], "Protected")
    );
}

#[test]
fn what_the_last_process_wrote_is_not_written_again() {
    let now = Instant::now();
    let fresh = backup("one", 0, Value::Null);
    let written = write(&mut Statuses::default(), &seen(1, Status::Ok), &fresh, now);
    let known = backup("one", 0, written[0].clone());
    let mut restarted = Statuses::default();
    assert_eq!(
        write(&mut restarted, &seen(9, Status::Ok), &known, now),
        Vec::<Value>::new()
    );
    let failing = write(&mut restarted, &seen(10, Status::Failing), &known, now);
    assert_eq!(transition(&failing[0], "Accepted"), "2026-11-21T10:01:00Z");
    // A status that means nothing is replaced.
    let garbled = backup("one", 0, json!({"verdict": 7}));
    let mut restarted = Statuses::default();
    assert_eq!(
        write(&mut restarted, &seen(9, Status::Ok), &garbled, now).len(),
        1
    );
}

#[test]
fn a_view_from_before_the_object_changed_says_nothing_of_it() {
    let mut statuses = Statuses::default();
    let later = view(1, |now| asset(Status::Ok, minutes(-60), now));
    let noted_at = minutes(1).as_second() + 2;
    let subject = Subject {
        uid: "one".to_owned(),
        generation: Some(4),
        noted_at: jiff::Timestamp::from_second(noted_at).unwrap(),
        content: Content::PrometheusBackup {
            refused: None,
            status: Value::Null,
        },
    };
    let subjects = vec![(object(Kind::PrometheusBackup), Arc::new(subject))];
    assert!(
        statuses
            .plan(&later, &subjects, Instant::now())
            .writes
            .is_empty()
    );
    let next = seen(2, Status::Ok);
    assert_eq!(
        statuses.plan(&next, &subjects, Instant::now()).writes.len(),
        1
    );
}

#[test]
fn a_status_that_changes_again_at_once_waits_and_one_of_a_new_object_does_not() {
    let (mut statuses, start) = (Statuses::default(), Instant::now());
    let subjects = backup("one", 0, Value::Null);
    write(&mut statuses, &seen(1, Status::Ok), &subjects, start);
    let soon = start + Duration::from_secs(1);
    let plan = statuses.plan(&seen(2, Status::Failing), &subjects, soon);
    assert!(plan.writes.is_empty());
    let look_again = plan.look_again.unwrap();
    assert_eq!(look_again, start + Duration::from_secs(5));
    let plan = statuses.plan(&seen(2, Status::Failing), &subjects, look_again);
    assert_eq!(plan.writes.len(), 1);

    let anew = backup("two", 0, Value::Null);
    let plan = statuses.plan(&seen(2, Status::Ok), &anew, soon);
    assert_eq!(plan.writes[0].uid, "two");
}

#[test]
fn a_policy_counts_the_assets_that_it_selects() {
    let policy = |namespace: &str| {
        let mut policy = Policy::default();
        policy.selector.namespaces.push(namespace.to_owned());
        let policy = Box::new(Ok(policy));
        let status = Value::Null;
        with(
            Kind::BackupPolicy,
            "one",
            0,
            Content::BackupPolicy { policy, status },
        )
    };
    let counts = |namespace, status| {
        let subjects = policy(namespace);
        let mut statuses = Statuses::default();
        let written = write(&mut statuses, &seen(1, status), &subjects, Instant::now());
        ["assets", "failing", "unknown", "paused"].map(|field| written[0][field].as_u64().unwrap())
    };
    assert_eq!(counts("shop", Status::Ok), [1, 0, 0, 0]);
    assert_eq!(counts("shop", Status::Failing), [1, 1, 0, 0]);
    assert_eq!(counts("shop", Status::Unknown), [1, 0, 1, 0]);
    assert_eq!(counts("shop", Status::Paused), [1, 0, 0, 1]);
    assert_eq!(counts("elsewhere", Status::Failing), [0, 0, 0, 0]);
}

#[test]
fn what_is_refused_says_why_and_nothing_else() {
    let refused = Some("there is no schedule".to_owned());
    let status = Value::Null;
    let content = Content::PrometheusBackup { refused, status };
    let subjects = with(Kind::PrometheusBackup, "one", 0, content);
    let nothing = View::empty(minutes(1));
    let written = write(
        &mut Statuses::default(),
        &nothing,
        &subjects,
        Instant::now(),
    );
    assert_eq!(written[0]["verdict"], "unknown");
    assert_eq!(written[0]["conditions"][0]["type"], "Accepted");
    assert_eq!(written[0]["conditions"][0]["status"], "False");
    assert_eq!(
        written[0]["conditions"][0]["message"],
        "there is no schedule"
    );
    assert_eq!(written[0]["newestRecoveryPoint"], Value::Null);
}
