//! Evaluation: from verdicts to alerts that are pending, firing or resolved, as Prometheus defines them.
//!
//! A pure function: what it remembers comes in as the instances of last time, so that a restart
//! changes nothing. An alert whose asset or whose entry is gone is over: nobody is left to say
//! that it goes on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AlertInstance, AlertKey, AlertState, assess::Assessment};

use crate::{
    catalogue::{Alert, Case},
    delivery::AlertEvent,
};

/// How long a resolved alert is kept, so that everybody hears of its end. As long as Prometheus does.
pub const RESOLVED_KEPT_FOR: SignedDuration = SignedDuration::from_mins(15);

/// What an evaluation came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evaluation {
    /// Every alert that is pending, firing or lately resolved, in the order of their keys. The next
    /// evaluation wants them back.
    pub instances: Vec<AlertInstance>,
    /// What people are to be told, in the order of the keys.
    pub transitions: Vec<Transition>,
}

/// A moment that people are told of.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// What happened.
    pub event: AlertEvent,
    /// The alert, as it is since then.
    pub instance: AlertInstance,
}

/// Evaluates every alert of a catalogue for every asset.
///
/// An alert that first holds now is pending, whatever the clock did before; it fires at once only if
/// it has no wait. A clock that goes back makes waits begin anew, and neither fires nor resolves.
#[must_use]
pub fn evaluate<'a>(
    catalogue: &[Alert],
    assessments: impl IntoIterator<Item = &'a Assessment>,
    previous: &[AlertInstance],
    now: Timestamp,
) -> Evaluation {
    let mut previous: BTreeMap<&AlertKey, &AlertInstance> = previous
        .iter()
        .map(|instance| (&instance.key, instance))
        .collect();
    let mut assessed = BTreeSet::new();
    let mut instances = BTreeMap::new();
    let mut transitions = Vec::new();
    for assessment in assessments {
        assessed.insert(&assessment.asset);
        for alert in catalogue {
            let Some(case) = alert.condition.holds(assessment) else {
                continue;
            };
            let key = AlertKey {
                alert: alert.name.to_owned(),
                asset: assessment.asset.clone(),
            };
            let before = previous.remove(&key);
            let next = holding(alert, &case, &key, before, now);
            keep(before, Some(next), &mut instances, &mut transitions);
        }
    }
    for before in previous.into_values() {
        // Nobody is left to say that it goes on if its asset or its entry is gone.
        let alert = catalogue.iter().find(|one| one.name == before.key.alert);
        let alert = alert.filter(|_| assessed.contains(&before.key.asset));
        let keep_firing_for = alert.and_then(|alert| alert.keep_firing_for);
        let next = ceased(keep_firing_for, before, now);
        keep(Some(before), next, &mut instances, &mut transitions);
    }
    transitions.sort_by(|left, right| left.instance.key.cmp(&right.instance.key));
    Evaluation {
        instances: instances.into_values().collect(),
        transitions,
    }
}

fn keep(
    before: Option<&AlertInstance>,
    next: Option<AlertInstance>,
    instances: &mut BTreeMap<AlertKey, AlertInstance>,
    transitions: &mut Vec<Transition>,
) {
    let Some(next) = next else { return };
    let event = match (before.map(|before| before.state), next.state) {
        (Some(AlertState::Firing), AlertState::Firing) => None,
        (_, AlertState::Firing) => Some(AlertEvent::Fired),
        (Some(AlertState::Firing), AlertState::Resolved) => Some(AlertEvent::Resolved),
        _ => None,
    };
    if let Some(event) = event {
        transitions.push(Transition {
            event,
            instance: next.clone(),
        });
    }
    instances.insert(next.key.clone(), next);
}

/// The alert while its condition holds.
fn holding(
    alert: &Alert,
    case: &Case<'_>,
    key: &AlertKey,
    before: Option<&AlertInstance>,
    now: Timestamp,
) -> AlertInstance {
    let since = case.verdict.since.min(now);
    let going_on = before.filter(|before| before.state != AlertState::Resolved);
    let mut instance = match going_on {
        Some(before) => AlertInstance {
            condition_since: before.condition_since.min(since),
            keep_firing_since: None,
            ..before.clone()
        },
        None => AlertInstance {
            key: key.clone(),
            state: AlertState::Pending,
            severity: alert.severity_of(case),
            condition_since: since,
            active_at: now,
            fired_at: None,
            keep_firing_since: None,
            resolved_at: None,
            summary: String::new(),
            description: String::new(),
        },
    };
    instance.summary = alert.summary_of(case);
    instance.description = alert.description_of(case);
    if instance.state == AlertState::Pending {
        // The severity stays as it was when the alert fired: it is one of the labels by which
        // receivers know the alert again.
        instance.severity = alert.severity_of(case);
        // A wait that began in the future, by a clock that was wrong, might never end.
        instance.active_at = instance.active_at.min(now);
        if now.duration_since(instance.active_at) >= alert.wait {
            instance.state = AlertState::Firing;
            instance.fired_at = Some(now);
        }
    }
    instance
}

/// The alert when its condition doesn't hold; none when it is inactive.
fn ceased(
    keep_firing_for: Option<SignedDuration>,
    before: &AlertInstance,
    now: Timestamp,
) -> Option<AlertInstance> {
    let mut instance = before.clone();
    match before.state {
        AlertState::Pending => return None,
        AlertState::Firing => {
            let since = before.keep_firing_since.map_or(now, |since| since.min(now));
            if keep_firing_for.is_some_and(|kept| now.duration_since(since) < kept) {
                instance.keep_firing_since = Some(since);
            } else {
                instance.state = AlertState::Resolved;
                instance.keep_firing_since = None;
                instance.resolved_at = Some(now);
            }
        }
        AlertState::Resolved => {
            let resolved_at = before.resolved_at.map_or(now, |at| at.min(now));
            if now.duration_since(resolved_at) >= RESOLVED_KEPT_FOR {
                return None;
            }
            instance.resolved_at = Some(resolved_at);
        }
    }
    Some(instance)
}
