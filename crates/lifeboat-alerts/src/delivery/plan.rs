//! Who is tried for a message, in which order and from which age on, and what follows failures.

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{CLOCK_TOLERANCE, later};

use super::{Delivery, Message};
use crate::settings::NotifierSettings;

/// The wait after the first failed attempt; it doubles with each further one.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(5);
/// The longest wait that is chosen here.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(5);
/// The longest wait that a server may ask for.
const LONGEST_ASKED_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// One notifier on a message's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// The notifier's name.
    pub(crate) notifier: String,
    /// How long those before it are tried alone: counted from when the step before this one began
    /// to count.
    pub(crate) after: SignedDuration,
}

/// Why a notifier did not take a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It may take it later; the server may have said when.
    Later(Option<SignedDuration>),
    /// It never will.
    Never,
}

/// A message's notifiers in their order; empty if the route is gone.
///
/// The route's notifier comes first and then its fallbacks; for the end of an incident, before all
/// of them, the one that told its beginning.
pub(crate) fn steps(notifiers: &[NotifierSettings], message: &Message) -> Vec<Step> {
    let find = |name: &str| notifiers.iter().find(|notifier| notifier.name == name);
    let mut steps: Vec<Step> = Vec::new();
    let mut after = SignedDuration::ZERO;
    let mut next = find(&message.route);
    while let Some(notifier) = next {
        steps.push(Step {
            notifier: notifier.name.clone(),
            after,
        });
        after = notifier.fallback_after;
        next = notifier.fallback.as_deref().and_then(find);
    }
    let told_by = message.fired_by.as_ref().and_then(|told_by| {
        steps
            .iter()
            .position(|step| step.notifier == *told_by && *told_by != message.route)
    });
    if let Some(position) = told_by {
        let mut first = steps.remove(position);
        if let Some(route) = steps.first_mut() {
            route.after = std::mem::replace(&mut first.after, SignedDuration::ZERO);
        }
        steps.insert(0, first);
    }
    steps
}

/// One attempt to deliver a message, step by step.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    message: &'a Message,
    now: Timestamp,
    /// How old the message must be for the present step.
    from_age: SignedDuration,
    /// Whether the step before will never take it.
    refused: bool,
    refused_by_all: bool,
    /// The shortest wait that those who may take it later have asked for.
    asked_wait: Option<SignedDuration>,
    errors: Vec<String>,
    due: Option<Timestamp>,
}

impl<'a> Attempt<'a> {
    /// Begins an attempt at `now`.
    pub(crate) fn new(message: &'a Message, now: Timestamp) -> Self {
        Self {
            message,
            now,
            from_age: SignedDuration::ZERO,
            refused: false,
            refused_by_all: true,
            asked_wait: None,
            errors: Vec::new(),
            due: None,
        }
    }

    /// Whether it is this step's turn. Those after one whose turn it isn't have none either.
    pub(crate) fn is_due(&mut self, step: &Step) -> bool {
        // Where the one before will never take it, there is nothing to wait for.
        if !self.errors.is_empty() && !self.refused {
            self.from_age = self.from_age.saturating_add(step.after);
        }
        let age = self.now.duration_since(self.message.created_at);
        // A message from the future, by a clock that was wrong, would wait for who knows how long.
        if age.max(SignedDuration::ZERO) >= self.from_age || age < -CLOCK_TOLERANCE {
            return true;
        }
        self.due = Some(later(self.message.created_at, self.from_age));
        false
    }

    /// Takes in that a step's notifier did not take the message.
    pub(crate) fn failed(&mut self, notifier: &str, outcome: Outcome, error: &str) {
        self.errors.push(format!("{notifier}: {error}"));
        self.refused = outcome == Outcome::Never;
        if let Outcome::Later(asked) = outcome {
            self.refused_by_all = false;
            let asked = asked.unwrap_or_default();
            self.asked_wait = Some(self.asked_wait.map_or(asked, |wait| wait.min(asked)));
        }
    }

    /// The end, if a step's notifier took the message.
    pub(crate) fn delivered(self, by: &str) -> Delivery {
        Delivery::Delivered {
            by: by.to_owned(),
            error: (!self.errors.is_empty()).then(|| self.errors.join("; ")),
        }
    }

    /// The end, if nobody took the message.
    pub(crate) fn undelivered(self) -> Delivery {
        let error = self.errors.join("; ");
        if self.refused_by_all {
            return Delivery::Refused { error };
        }
        let asked = self.asked_wait.unwrap_or_default().min(LONGEST_ASKED_WAIT);
        let wait = wait_after(self.message.attempts).max(asked);
        let again = later(self.now, wait);
        // A fallback whose turn comes before that is not kept waiting.
        let at = self.due.map_or(again, |due| due.min(again));
        Delivery::Again { at, error }
    }
}

/// The wait after one more failure than `attempts`.
fn wait_after(attempts: u32) -> SignedDuration {
    FIRST_WAIT
        .checked_mul(1 << attempts.min(16))
        .unwrap_or(LONGEST_WAIT)
        .min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests;
