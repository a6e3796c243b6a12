//! Random histories, compared with what the definition of alerts says when read literally.

mod support;

use jiff::SignedDuration;
use lifeboat_alerts::{Alert, AlertEvent, Silences, evaluate};
use lifeboat_core::{AlertState, Status};
use proptest::{collection::vec, prelude::*};
use support::{assessment, second};

/// One evaluation: its moment in seconds, and whether the condition holds.
type Moment = (i64, bool);

fn alert(wait: i64, keep_firing_for: Option<i64>) -> Vec<Alert> {
    let mut alert = support::alert("PrometheusBackupFailed");
    alert.wait = SignedDuration::from_secs(wait);
    alert.keep_firing_for = keep_firing_for.map(SignedDuration::from_secs);
    vec![alert]
}

/// What is so after each moment of a history: the state, and the event of that moment.
fn evaluated(alert: &[Alert], history: &[Moment]) -> Vec<(Option<AlertState>, Vec<AlertEvent>)> {
    let mut instances = Vec::new();
    history
        .iter()
        .map(|(seconds, holds)| {
            let status = if *holds { Status::Failing } else { Status::Ok };
            let assessments = [assessment("main", status)];
            let evaluation = evaluate(
                alert,
                &assessments,
                &instances,
                &Silences::default(),
                second(*seconds),
            );
            instances = evaluation.instances;
            let state = instances.first().map(|instance| instance.state);
            let events = evaluation.transitions.iter().map(|one| one.event);
            (state, events.collect())
        })
        .collect()
}

/// The state after a history, from all of it at once and with no memory: an alert fires if, since
/// the last moment at which it was not firing, its condition held throughout its wait and then never
/// ceased for as long as it is kept firing.
fn fires(wait: i64, keep: i64, history: &[Moment]) -> bool {
    let Some((&(now, holds), before)) = history.split_last() else {
        return false;
    };
    let began = |wanted: bool| {
        let run = history
            .iter()
            .rev()
            .take_while(|(_, holds)| *holds == wanted);
        run.last().map(|(at, _)| *at)
    };
    if fires(wait, keep, before) {
        holds || began(false).is_some_and(|ceased| now - ceased < keep)
    } else {
        // After an end, the wait begins anew: and an alert ends only while its condition does not
        // hold, so the present run of moments at which it holds is the whole wait.
        holds && began(true).is_some_and(|began| now - began >= wait)
    }
}

prop_compose! {
    fn history()(steps in vec((0_i64..40, prop::bool::weighted(0.6)), 1..25)) -> Vec<Moment> {
        let mut now = 0;
        steps.into_iter().map(|(step, holds)| { now += step; (now, holds) }).collect()
    }
}

proptest! {
    #[test]
    fn alerts_fire_exactly_when_their_definition_says_so(
        history in history(),
        wait in 0_i64..60,
        keep in prop::option::of(0_i64..60),
    ) {
        let states = evaluated(&alert(wait, keep), &history);
        for (index, (state, events)) in states.iter().enumerate() {
            let until_now = &history[..=index];
            let fires_now = fires(wait, keep.unwrap_or(0), until_now);
            let fired_before = fires(wait, keep.unwrap_or(0), &history[..index]);
            prop_assert_eq!(*state == Some(AlertState::Firing), fires_now);
            let pending = history[index].1 && !fires_now;
            prop_assert_eq!(*state == Some(AlertState::Pending), pending);
            let expected = match (fired_before, fires_now) {
                (false, true) => vec![AlertEvent::Fired],
                (true, false) => vec![AlertEvent::Resolved],
                _ => vec![],
            };
            prop_assert_eq!(events, &expected);
        }
    }

    #[test]
    fn however_the_clock_jumps_beginnings_and_ends_alternate_and_none_is_invented(
        history in vec((-100_000_i64..100_000, any::<bool>()), 1..40),
        wait in 1_i64..60,
    ) {
        let mut fires = false;
        let mut held_before = false;
        for ((_, holds), (state, events)) in history.iter().zip(evaluated(&alert(wait, None), &history)) {
            match events[..] {
                [] => {}
                [AlertEvent::Fired] => {
                    prop_assert!(!fires && *holds && held_before, "fired without waiting");
                    fires = true;
                }
                [AlertEvent::Resolved] => {
                    prop_assert!(fires && !holds, "ended while its condition held");
                    fires = false;
                }
                _ => prop_assert!(false, "two events at once: {events:?}"),
            }
            prop_assert_eq!(state == Some(AlertState::Firing), fires);
            held_before = *holds;
        }
    }
}
