//! Alerts as Prometheus defines them: inactive, pending, firing, resolved, and the incident each firing opens.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AssetId, Severity};

/// Where an alert stands. An inactive alert has no instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// Its condition holds, for less than its `for`.
    Pending,
    /// Its condition has held for its `for`.
    Firing,
    /// It fired, and its condition no longer holds.
    Resolved,
}

impl AlertState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Firing, Self::Resolved];

    /// The state's name, as in labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for AlertState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Which alert, about which asset: at most one instance exists of each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlertKey {
    /// The alert's name in the catalogue.
    pub alert: String,
    /// The asset it is about.
    pub asset: AssetId,
}

/// An alert that is pending, firing or lately resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertInstance {
    /// Which alert, about which asset.
    #[serde(flatten)]
    pub key: AlertKey,
    /// Where it stands.
    pub state: AlertState,
    /// How bad it is.
    pub severity: Severity,
    /// Since when what the condition asks about has been so, by the evidence.
    pub condition_since: Timestamp,
    /// When the evaluation first found the condition to hold: the wait of `for` counts from here.
    pub active_at: Timestamp,
    /// When it began to fire.
    pub fired_at: Option<Timestamp>,
    /// Since when it only goes on firing because its entry asks for that (`keep_firing_for`): its
    /// condition no longer holds.
    #[serde(default)]
    pub keep_firing_since: Option<Timestamp>,
    /// When it was found to be over.
    pub resolved_at: Option<Timestamp>,
    /// What is wrong, in a line.
    pub summary: String,
    /// What is wrong, since when, what it means and what to do first.
    pub description: String,
}

/// One firing of an alert, from its condition's beginning to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Unique in a ledger: the key and the moment it fired.
    pub id: String,
    /// Which alert, about which asset.
    #[serde(flatten)]
    pub key: AlertKey,
    /// How bad it was.
    pub severity: Severity,
    /// Since when things had been wrong, by the evidence.
    pub condition_since: Timestamp,
    /// When the alert fired.
    pub fired_at: Timestamp,
    /// When it was over; none while it goes on.
    pub resolved_at: Option<Timestamp>,
    /// What was wrong, in a line.
    pub summary: String,
}

impl Incident {
    /// The incident of an instance that has fired.
    #[must_use]
    pub fn of(instance: &AlertInstance) -> Option<Self> {
        let fired_at = instance.fired_at?;
        Some(Self {
            id: format!("{}/{}@{fired_at}", instance.key.alert, instance.key.asset),
            key: instance.key.clone(),
            severity: instance.severity,
            condition_since: instance.condition_since,
            fired_at,
            resolved_at: instance.resolved_at,
            summary: instance.summary.clone(),
        })
    }

    /// From the beginning of what is wrong to the alert.
    #[must_use]
    pub fn time_to_detection(&self) -> SignedDuration {
        self.fired_at.duration_since(self.condition_since)
    }

    /// From the alert to its end.
    #[must_use]
    pub fn time_to_resolution(&self) -> Option<SignedDuration> {
        Some(self.resolved_at?.duration_since(self.fired_at))
    }
}
