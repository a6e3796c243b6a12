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

#[cfg(test)]
mod tests {
    use lifeboat_core::{AlertInstance, AlertKey, AlertState, Severity};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn message(incident: &str, event: AlertEvent) -> Message {
        let now = at("2026-11-21T12:00:00Z");
        Message {
            route: "pager".to_owned(),
            incident: incident.to_owned(),
            event,
            instance: AlertInstance {
                key: AlertKey {
                    alert: "PrometheusBackupFailed".to_owned(),
                    asset: "Prometheus/monitoring/main".parse().unwrap(),
                },
                state: AlertState::Firing,
                severity: Severity::Critical,
                condition_since: now,
                active_at: now,
                fired_at: Some(now),
                keep_firing_since: None,
                resolved_at: None,
                summary: String::new(),
                description: String::new(),
            },
            created_at: now,
            attempts: 0,
            last_error: None,
            fired_by: None,
        }
    }

    fn taken(route: &mut Route, now: &str) -> Option<(String, AlertEvent)> {
        let message = route.take_due(at(now))?;
        Some((message.incident, message.event))
    }

    const NOW: &str = "2026-11-21T12:00:00Z";

    #[test]
    fn the_end_of_an_incident_waits_for_its_beginning_and_other_incidents_do_not() {
        let mut route = Route::default();
        route.add(message("one", AlertEvent::Fired));
        let first = route.take_due(at(NOW)).unwrap();
        route.put_back(first, at("2026-11-21T12:05:00Z"));
        route.add(message("one", AlertEvent::Resolved));
        route.add(message("two", AlertEvent::Fired));

        let two = Some(("two".to_owned(), AlertEvent::Fired));
        assert_eq!(taken(&mut route, NOW), two);
        assert_eq!(taken(&mut route, NOW), None);
        let later = "2026-11-21T12:05:00Z";
        let fired = Some(("one".to_owned(), AlertEvent::Fired));
        assert_eq!(taken(&mut route, later), fired);
        let resolved = Some(("one".to_owned(), AlertEvent::Resolved));
        assert_eq!(taken(&mut route, later), resolved);
        assert!(route.is_empty());
    }

    #[test]
    fn a_wait_that_a_wrong_clock_made_ends_when_the_clock_is_set_right() {
        let mut route = Route::default();
        let late = message("one", AlertEvent::Fired);
        route.put_back(late, at("2026-12-24T12:00:00Z"));
        assert!(taken(&mut route, NOW).is_some());
    }
}
