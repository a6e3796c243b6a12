//! Delivery: messages to people, and who is to be told next. Pure: the router carries it out.

mod notification;
mod plan;

use std::fmt;

use jiff::Timestamp;
use lifeboat_core::AlertInstance;
use serde::{Deserialize, Serialize};

pub use notification::{GroupKey, Grouping, Notification};
pub(crate) use plan::{Attempt, Outcome, steps};

/// What people are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertEvent {
    /// An alert fired.
    Fired,
    /// An alert that had fired is over.
    Resolved,
}

impl AlertEvent {
    /// Every event.
    pub const ALL: [Self; 2] = [Self::Fired, Self::Resolved];

    /// The event's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for AlertEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// One thing to tell through one route, as an outbox keeps it until it is told. Route, incident and
/// event together are its identity.
///
/// Whoever keeps the outbox hands over the messages of one incident and route in their order: the
/// end of an incident waits until its beginning is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The route: the name of a notifier that isn't only a fallback.
    pub route: String,
    /// The incident's id.
    pub incident: String,
    /// What to tell of it.
    pub event: AlertEvent,
    /// The alert, as it was at that moment.
    pub instance: AlertInstance,
    /// When it was put into the outbox.
    pub created_at: Timestamp,
    /// How many attempts have failed.
    pub attempts: u32,
    /// Why the last one failed.
    pub last_error: Option<String>,
    /// Of the end of an incident: the notifier that told its beginning through this route. It is
    /// tried first.
    pub fired_by: Option<String>,
}

/// What came of an attempt to deliver a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It is told.
    Delivered {
        /// The notifier that took it: the route's own, or a fallback.
        by: String,
        /// Why those before it didn't take it, if there were any.
        error: Option<String>,
    },
    /// It is to be tried again.
    Again {
        /// When.
        at: Timestamp,
        /// Why it wasn't taken, by each notifier that was tried.
        error: String,
    },
    /// Nobody takes it, and trying again would not help. To be shown to people as an error.
    Refused {
        /// Why, by each notifier that was tried.
        error: String,
    },
}
