//! The messages of one route: which of them go out together, when, and what waits for another.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{AlertEvent, Gathering, GroupKey, Message};
use lifeboat_ledger::{MessageEvent, MessageKey};

/// No wait is longer, so a moment further away was written by a clock that was wrong.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(2);

/// What a message has in common with those that it is told with.
type Group = (AlertEvent, GroupKey);

/// One route's messages.
#[derive(Debug)]
pub(crate) struct Route {
    gathering: Gathering,
    /// Messages that nobody has tried to tell yet, in the order in which they came in.
    waiting: Vec<(Group, Message)>,
    /// Messages that nobody has taken yet. They stay together, so that a receiver that took them
    /// without saying so can tell that they are no others.
    tried: Vec<Tried>,
    /// When each group was told last.
    told_at: BTreeMap<Group, Timestamp>,
}

/// Messages that were tried together.
#[derive(Debug)]
struct Tried {
    batch: Batch,
    due_at: Timestamp,
    /// Whether others of the group wait for them: not for those that were refused for good.
    is_first: bool,
}

/// Messages that go out together. There is at least one.
#[derive(Debug)]
pub(crate) struct Batch {
    group: Group,
    pub(crate) messages: Vec<Message>,
}

impl Batch {
    /// What the messages have in common.
    pub(crate) const fn group_key(&self) -> &GroupKey {
        &self.group.1
    }

    /// The messages, apart by who told the beginnings of their incidents.
    pub(crate) fn by_teller(self) -> Vec<Self> {
        let mut parts: BTreeMap<Option<String>, Vec<Message>> = BTreeMap::new();
        for message in self.messages {
            let part = parts.entry(message.fired_by.clone()).or_default();
            part.push(message);
        }
        let parts = parts.into_values().map(|messages| Self {
            group: self.group.clone(),
            messages,
        });
        parts.collect()
    }
}

/// What became of messages that nobody took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// They may be taken later, and others of their group wait until then.
    Passing,
    /// They were refused for good.
    Lasting,
}

impl Route {
    /// A route without messages.
    pub(crate) fn new(gathering: Gathering) -> Self {
        Self {
            gathering,
            waiting: Vec::new(),
            tried: Vec::new(),
            told_at: BTreeMap::new(),
        }
    }

    /// Whether there is nothing to tell.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.tried.is_empty()
    }

    /// Adds a message.
    pub(crate) fn add(&mut self, message: Message) {
        let group = self.gathering.grouping.key(&message.instance);
        self.waiting.push(((message.event, group), message));
    }

    /// Puts back messages that nobody took.
    pub(crate) fn put_back(&mut self, batch: Batch, due_at: Timestamp, failure: Failure) {
        self.tried.push(Tried {
            batch,
            due_at,
            is_first: failure == Failure::Passing,
        });
    }

    /// Takes note that messages were told.
    pub(crate) fn told(&mut self, batch: &Batch, now: Timestamp) {
        let interval = self.gathering.interval;
        self.told_at
            .retain(|_, at| now.duration_since(*at).abs() < interval);
        self.told_at.insert(batch.group.clone(), now);
    }

    /// Takes messages that are due together. The end of an incident waits for its beginning.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<Batch> {
        let is_due = |tried: &Tried| {
            let wait = tried.due_at.duration_since(now);
            wait <= SignedDuration::ZERO || wait > LONGEST_WAIT
        };
        if let Some(position) = self.tried.iter().position(is_due) {
            return Some(self.tried.remove(position).batch);
        }
        let group = self.ripe_group(now)?;
        let mut told = self.tried_incidents();
        let mut messages = Vec::new();
        let mut waiting = Vec::with_capacity(self.waiting.len());
        for (of, message) in std::mem::take(&mut self.waiting) {
            if told.insert(message.incident.clone()) && of == group {
                messages.push(message);
            } else {
                waiting.push((of, message));
            }
        }
        self.waiting = waiting;
        Some(Batch { group, messages })
    }

    /// The first group that has waited long enough.
    fn ripe_group(&self, now: Timestamp) -> Option<Group> {
        let has_elapsed = |since: Timestamp, wait: SignedDuration| {
            let elapsed = now.duration_since(since);
            // What lies ahead was written by a clock that was wrong.
            elapsed >= wait || elapsed.is_negative()
        };
        let Gathering { wait, interval, .. } = self.gathering;
        let is_ripe = |group: &Group, message: &Message| {
            let told_at = self.told_at.get(group);
            let is_first = |tried: &Tried| tried.is_first && tried.batch.group == *group;
            has_elapsed(message.created_at, wait)
                && told_at.is_none_or(|at| has_elapsed(*at, interval))
                && !self.tried.iter().any(is_first)
        };
        let mut told = self.tried_incidents();
        let mut unripe: BTreeSet<&Group> = BTreeSet::new();
        for (group, message) in &self.waiting {
            // The first of a group has waited longest.
            if told.insert(message.incident.clone()) && !unripe.contains(group) {
                if is_ripe(group, message) {
                    return Some(group.clone());
                }
                unripe.insert(group);
            }
        }
        None
    }

    /// The incidents of which something was tried to tell, and nobody took it.
    fn tried_incidents(&self) -> BTreeSet<String> {
        let messages = self.tried.iter().flat_map(|tried| &tried.batch.messages);
        messages.map(|message| message.incident.clone()).collect()
    }
}

/// A message's identity in the ledger.
pub(crate) fn key_of(message: &Message) -> MessageKey {
    MessageKey {
        route: message.route.clone(),
        incident_id: message.incident.clone(),
        event: match message.event {
            AlertEvent::Fired => MessageEvent::Firing,
            AlertEvent::Resolved => MessageEvent::Resolved,
        },
    }
}

#[cfg(test)]
mod tests;
