//! How Lifeboat itself is.

use jiff::Timestamp;
use lifeboat_controller::View;
use serde::{Deserialize, Serialize};

/// Lifeboat's own state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifeboatHealth {
    /// Its version.
    pub version: String,
    /// When its controller started.
    pub started_at: Timestamp,
    /// Its memory of what happened.
    pub ledger: LedgerHealth,
    /// What it is told to look after.
    pub resources: ResourcesHealth,
    /// The notifiers whose last message failed.
    pub failing_notifiers: Vec<NotifierHealth>,
    /// How many messages nobody has taken yet.
    pub messages_waiting: usize,
}

/// The ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerHealth {
    /// Whether it can be written.
    pub up: bool,
    /// Why not.
    pub error: Option<String>,
    /// How many writes wait for it.
    pub waiting_writes: usize,
}

/// The resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourcesHealth {
    /// Whether those that are there now are the ones in use.
    pub valid: bool,
    /// Why not.
    pub error: Option<String>,
    /// When those in use were read.
    pub loaded_at: Option<Timestamp>,
}

/// A notifier whose last message failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifierHealth {
    /// Its name.
    pub name: String,
    /// Why.
    pub error: String,
}

impl From<&View> for LifeboatHealth {
    fn from(view: &View) -> Self {
        let health = &view.health;
        let failing = health.notifier_errors.iter();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: view.started_at,
            ledger: LedgerHealth {
                up: health.ledger_error.is_none(),
                error: health.ledger_error.clone(),
                waiting_writes: health.ledger_waiting,
            },
            resources: ResourcesHealth {
                valid: health.resources_error.is_none(),
                error: health.resources_error.clone(),
                loaded_at: health.resources_loaded_at,
            },
            failing_notifiers: failing
                .map(|(name, error)| NotifierHealth {
                    name: name.clone(),
                    error: error.clone(),
                })
                .collect(),
            messages_waiting: health.messages_waiting,
        }
    }
}
