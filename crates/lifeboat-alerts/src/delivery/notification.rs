//! Notifications: messages that people get as one, so that a storm is one call and not a thousand.

use lifeboat_core::{AlertInstance, AlertLabel};

use super::{AlertEvent, Message};

/// What is to be told through one route at once: messages of one event, route and group, of which there
/// is at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    messages: Vec<Message>,
    /// Whether other incidents of the group go on, of which the same route was told.
    others_go_on: bool,
}

impl Notification {
    /// Messages as one notification; none if there are none. `others_go_on` says whether other
    /// incidents of their group go on, of which the route was told.
    #[must_use]
    pub fn new(messages: Vec<Message>, others_go_on: bool) -> Option<Self> {
        (!messages.is_empty()).then_some(Self {
            messages,
            others_go_on,
        })
    }

    /// A message for itself.
    #[must_use]
    pub fn alone(message: Message) -> Self {
        Self {
            messages: vec![message],
            others_go_on: false,
        }
    }

    /// The messages.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The messages, to be told again or not at all.
    #[must_use]
    pub fn into_messages(self) -> Vec<Message> {
        self.messages
    }

    /// The oldest message, by which the turns of fallbacks and the waits are counted.
    pub(crate) fn lead(&self) -> &Message {
        let oldest = self.messages.iter().min_by_key(|one| one.created_at);
        oldest.unwrap_or(&self.messages[0])
    }

    pub(crate) fn event(&self) -> AlertEvent {
        self.lead().event
    }

    /// Whether something of the group still fires once this is told.
    pub(crate) fn is_firing(&self) -> bool {
        self.event() == AlertEvent::Fired || self.others_go_on
    }

    /// What tells this notification from every other. It is the same at each attempt, so that a
    /// receiver that has taken it without saying so can tell that it is no second one.
    pub(crate) fn idempotency_key(&self) -> String {
        let mut keys: Vec<String> = self
            .messages
            .iter()
            .map(|message| format!("{}/{}", message.incident, message.event))
            .collect();
        keys.sort_unstable();
        if let [only] = keys.as_slice() {
            return only.clone();
        }
        let hash = crate::labels::fnv1a(keys.iter().map(String::as_str));
        format!("{}-messages/{hash}", keys.len())
    }
}

/// Which messages go out together: those whose alerts have the same values of these labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// The labels.
    pub by: Vec<AlertLabel>,
}

/// What the messages of a group have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey(Vec<String>);

impl Grouping {
    /// The group of an alert.
    #[must_use]
    pub fn key(&self, instance: &AlertInstance) -> GroupKey {
        let values = self.by.iter().map(|label| label.of(instance).to_owned());
        GroupKey(values.collect())
    }
}
