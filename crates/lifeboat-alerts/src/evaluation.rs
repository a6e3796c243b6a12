//! Evaluation: from verdicts to alerts that are pending, firing or resolved, as Prometheus defines them.
//!
//! A pure function: what it remembers comes in as the instances of last time, so that a restart
//! changes nothing. An alert whose asset is gone ends as if the asset were well, and one whose entry is
//! gone is over.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AlertInstance, AlertKey, AlertState, AssetId, AssetKind, assess::Assessment};

use crate::{
    catalogue::{Alert, Case, Condition},
    delivery::AlertEvent,
    suppression::{Silences, suppress},
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

/// Evaluates every alert of a catalogue for every asset, and finds out whom nobody is to be told of now.
///
/// An alert that first holds now is pending, whatever the clock did before; it fires at once only if
/// it has no wait. A clock that goes back makes waits begin anew, and neither fires nor resolves.
///
/// People are told of an alert that fires as soon as nothing suppresses it, and of its end if they were
/// told of its beginning.
#[must_use]
pub fn evaluate<'a>(
    catalogue: &[Alert],
    assessments: impl IntoIterator<Item = &'a Assessment>,
    previous: &[AlertInstance],
    silences: &Silences,
    now: Timestamp,
) -> Evaluation {
    let steps = steps(catalogue, assessments, previous, now);
    let (mut instances, ended): (Vec<_>, Vec<_>) = steps
        .into_iter()
        .map(|step| (step.instance, step.has_ended))
        .unzip();
    suppress(catalogue, &mut instances, silences, now);
    let mut transitions = Vec::new();
    for (instance, has_ended) in instances.iter_mut().zip(ended) {
        let begins = instance.state == AlertState::Firing
            && instance.withheld
            && instance.suppressed_by.is_none();
        let event = if begins {
            instance.withheld = false;
            AlertEvent::Fired
        } else if has_ended && !instance.withheld {
            AlertEvent::Resolved
        } else {
            continue;
        };
        transitions.push(Transition {
            event,
            instance: instance.clone(),
        });
    }
    Evaluation {
        instances,
        transitions,
    }
}

/// Where an alert has come to, whoever is to be told.
struct Step {
    instance: AlertInstance,
    /// Whether it fired until now.
    has_ended: bool,
}

/// Every alert's next state, in the order of the keys.
fn steps<'a>(
    catalogue: &[Alert],
    assessments: impl IntoIterator<Item = &'a Assessment>,
    previous: &[AlertInstance],
    now: Timestamp,
) -> Vec<Step> {
    let entries = by_kind(catalogue);
    let mut previous: HashMap<(&str, &AssetId), &AlertInstance> = previous
        .iter()
        .map(|instance| {
            let key = (instance.key.alert.as_str(), &instance.key.asset);
            (key, instance)
        })
        .collect();
    let mut steps = Vec::with_capacity(previous.len());
    for assessment in assessments {
        for alert in entries.get(&assessment.asset.kind).into_iter().flatten() {
            // Nothing is made for what doesn't hold, which is nearly everything.
            let Some(case) = alert.condition.holds(assessment) else {
                continue;
            };
            let before = previous.remove(&(alert.name, &assessment.asset));
            steps.push(Step {
                instance: holding(alert, &case, before, now),
                has_ended: false,
            });
        }
    }
    for before in previous.into_values() {
        // Whether its asset is well again or gone makes no difference: Prometheus can't tell either.
        let alert = catalogue.iter().find(|one| one.name == before.key.alert);
        let keep_firing_for = alert.and_then(|alert| alert.keep_firing_for);
        if let Some(instance) = ceased(keep_firing_for, before, now) {
            let is_over = instance.state == AlertState::Resolved;
            steps.push(Step {
                has_ended: is_over && before.state == AlertState::Firing,
                instance,
            });
        }
    }
    steps.sort_unstable_by(|left, right| left.instance.key.cmp(&right.instance.key));
    steps
}

/// The alerts that can hold for assets of each kind.
fn by_kind(catalogue: &[Alert]) -> BTreeMap<AssetKind, Vec<&Alert>> {
    let mut entries: BTreeMap<AssetKind, Vec<&Alert>> = BTreeMap::new();
    for alert in catalogue {
        if let Condition::Verdict(condition) = &alert.condition {
            for kind in condition.kinds {
                entries.entry(*kind).or_default().push(alert);
            }
        }
    }
    entries
}

/// The alert while its condition holds.
fn holding(
    alert: &Alert,
    case: &Case<'_>,
    before: Option<&AlertInstance>,
    now: Timestamp,
) -> AlertInstance {
    let since = case.verdict.since.min(now);
    let going_on = before.filter(|before| before.state != AlertState::Resolved);
    let mut instance = match going_on {
        Some(before) => AlertInstance {
            key: before.key.clone(),
            state: before.state,
            severity: before.severity,
            condition_since: before.condition_since.min(since),
            active_at: before.active_at,
            fired_at: before.fired_at,
            keep_firing_since: None,
            resolved_at: None,
            withheld: before.withheld,
            suppressed_by: None,
            summary: String::new(),
            description: String::new(),
        },
        None => AlertInstance {
            key: AlertKey {
                alert: alert.name.to_owned(),
                asset: case.asset.clone(),
            },
            state: AlertState::Pending,
            severity: alert.severity_of(case),
            condition_since: since,
            active_at: now,
            fired_at: None,
            keep_firing_since: None,
            resolved_at: None,
            withheld: false,
            suppressed_by: None,
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
            // Until it is found that nothing suppresses it.
            instance.withheld = true;
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
