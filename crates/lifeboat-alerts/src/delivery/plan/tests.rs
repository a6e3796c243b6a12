//! The order of notifiers, the turns of fallbacks, and waits.

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::{delivery::AlertEvent, settings::NotificationSettings};

/// `main`, which falls back on `second` after a minute, and that on `third` after two more.
fn notifiers() -> Vec<NotifierSettings> {
    let settings: NotificationSettings = serde_json::from_value(json!({ "notifiers": [
        { "name": "main", "webhook": { "url": "http://a" }, "fallback": "second" },
        { "name": "second", "webhook": { "url": "http://b" }, "fallback": "third",
          "fallbackAfter": "2m", "onlyAsFallback": true },
        { "name": "third", "webhook": { "url": "http://c" }, "onlyAsFallback": true },
    ] }))
    .unwrap();
    settings.notifiers
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn message(fired_by: Option<&str>) -> Message {
    let instance = serde_json::from_value(json!({
        "alert": "PrometheusBackupFailed", "asset": "Prometheus/monitoring/main",
        "state": "firing", "severity": "critical",
        "condition_since": moment(0), "active_at": moment(0), "fired_at": moment(0),
        "resolved_at": null, "summary": "", "description": "",
    }));
    Message {
        route: "main".to_owned(),
        incident: "incident".to_owned(),
        event: AlertEvent::Fired,
        instance: instance.unwrap(),
        created_at: moment(0),
        attempts: 0,
        last_error: None,
        fired_by: fired_by.map(ToOwned::to_owned),
    }
}

#[rstest]
#[case::nobody_before(None, &[("main", 0), ("second", 60), ("third", 120)])]
#[case::the_route_itself(Some("main"), &[("main", 0), ("second", 60), ("third", 120)])]
#[case::a_fallback(Some("second"), &[("second", 0), ("main", 60), ("third", 120)])]
#[case::somebody_who_is_gone(Some("old"), &[("main", 0), ("second", 60), ("third", 120)])]
fn who_told_the_beginning_is_first_to_tell_the_end(
    #[case] fired_by: Option<&str>,
    #[case] expected: &[(&str, i64)],
) {
    let steps = steps(&notifiers(), &message(fired_by));
    let shown: Vec<_> = steps
        .iter()
        .map(|step| (step.notifier.as_str(), step.after.as_secs()))
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn a_route_that_is_gone_leads_nowhere() {
    let mut message = message(None);
    message.route = "old".to_owned();
    assert_eq!(steps(&notifiers(), &message), []);
}

/// Plays an attempt in which each notifier that is asked fails as given; who was asked, and the end.
fn play(age: i64, attempts: u32, outcomes: &[Outcome]) -> (Vec<String>, Delivery) {
    let mut message = message(None);
    message.attempts = attempts;
    let mut attempt = Attempt::new(&message, moment(age));
    let mut asked = Vec::new();
    for (step, outcome) in steps(&notifiers(), &message).iter().zip(outcomes) {
        if !attempt.is_due(step) {
            break;
        }
        asked.push(step.notifier.clone());
        attempt.failed(&step.notifier, *outcome, "no");
    }
    (asked, attempt.undelivered())
}

const LATER: Outcome = Outcome::Later(None);
const NEVER: Outcome = Outcome::Never;

const fn asked_wait(seconds: i64) -> Outcome {
    Outcome::Later(Some(SignedDuration::from_secs(seconds)))
}

#[rstest]
#[case::at_first_the_route_alone(0, &[LATER; 3], &["main"])]
#[case::until_a_minute_is_over(59, &[LATER; 3], &["main"])]
#[case::then_its_fallback(60, &[LATER; 3], &["main", "second"])]
#[case::and_the_fallbacks_own_after_its_time(180, &[LATER; 3], &["main", "second", "third"])]
#[case::a_refusal_is_not_waited_for(0, &[NEVER, LATER, LATER], &["main", "second"])]
#[case::nor_a_second_one(0, &[NEVER; 3], &["main", "second", "third"])]
#[case::a_refusal_by_the_fallback_is_not_waited_for(60, &[LATER, NEVER, LATER], &["main", "second", "third"])]
#[case::a_message_from_far_in_the_future_does_not_wait(-9_000, &[LATER; 3], &["main", "second", "third"])]
#[case::one_from_a_clock_a_little_ahead_does(-10, &[LATER; 3], &["main"])]
fn fallbacks_have_their_turn(
    #[case] age: i64,
    #[case] outcomes: &[Outcome],
    #[case] expected: &[&str],
) {
    assert_eq!(play(age, 0, outcomes).0, expected);
}

#[rstest]
#[case::first(0, 0, &[LATER; 3], 5)]
#[case::doubled(5, 1, &[LATER; 3], 10)]
#[case::not_beyond_the_fallbacks_turn(35, 3, &[LATER; 3], 25)]
#[case::nor_that_of_the_next(100, 6, &[LATER; 3], 80)]
#[case::five_minutes_at_most(9_000, 30, &[LATER; 3], 300)]
#[case::the_server_asks_for_more(9_000, 30, &[asked_wait(600); 3], 600)]
#[case::but_not_for_days(9_000, 30, &[asked_wait(600_000); 3], 3_600)]
#[case::one_that_asks_for_more_does_not_hold_up_the_others(9_000, 30, &[asked_wait(600), LATER, LATER], 300)]
fn waits_grow_up_to_a_bound(
    #[case] age: i64,
    #[case] attempts: u32,
    #[case] outcomes: &[Outcome],
    #[case] seconds: i64,
) {
    let Delivery::Again { at, error } = play(age, attempts, outcomes).1 else {
        panic!("it is to be tried again");
    };
    assert_eq!(at.duration_since(moment(age)).as_secs(), seconds);
    assert!(error.starts_with("main: no"), "{error}");
}

#[test]
fn what_everybody_refuses_is_given_up_with_everybodys_reasons() {
    let error = "main: no; second: no; third: no".to_owned();
    assert_eq!(play(0, 0, &[NEVER; 3]).1, Delivery::Refused { error });
}

#[test]
fn what_a_fallback_took_keeps_the_reason_why_it_had_to() {
    let message = message(None);
    let mut attempt = Attempt::new(&message, moment(60));
    attempt.failed("main", LATER, "gone");
    let delivery = Delivery::Delivered {
        by: "second".to_owned(),
        error: Some("main: gone".to_owned()),
    };
    assert_eq!(attempt.delivered("second"), delivery);
}
