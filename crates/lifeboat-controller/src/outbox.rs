//! The messages of one route: which is due, and what waits for another.

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{AlertEvent, Message};
use lifeboat_ledger::{MessageEvent, MessageKey};

/// No wait is longer, so a moment further away was written by a clock that was wrong.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(2);

/// A message on its way.
#[derive(Debug, Clone)]
struct Pending {
    message: Message,
    due_at: Timestamp,
}

/// One route's messages, in the order in which they came in.
#[derive(Debug, Default)]
pub(crate) struct Route {
    pending: Vec<Pending>,
}

impl Route {
    /// Whether there is nothing to tell.
    pub(crate) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Adds a message, which is due at once.
    pub(crate) fn add(&mut self, message: Message) {
        let due_at = Timestamp::MIN;
        self.pending.push(Pending { message, due_at });
    }

    /// Puts back a message that nobody took, at its incident's place.
    pub(crate) fn put_back(&mut self, message: Message, due_at: Timestamp) {
        // Before everything else: what was told of its incident before is told, and what comes
        // after it must wait.
        self.pending.insert(0, Pending { message, due_at });
    }

    /// Takes the first message that is due. The end of an incident waits for its beginning.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<Message> {
        let position = self
            .pending
            .iter()
            .enumerate()
            .position(|(index, pending)| {
                let wait = pending.due_at.duration_since(now);
                let is_due = wait <= SignedDuration::ZERO || wait > LONGEST_WAIT;
                let incident = &pending.message.incident;
                let mut before = self.pending[..index].iter();
                is_due && before.all(|earlier| earlier.message.incident != *incident)
            })?;
        Some(self.pending.remove(position).message)
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
