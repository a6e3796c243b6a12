//! Alerts as Prometheus defines them: inactive, pending, firing, resolved, and the incident each firing opens.

use std::{collections::BTreeMap, fmt, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AssetId, DURATION_BOUNDS, Severity};

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
    /// Whether it has fired without anybody having been told, since something has suppressed it ever
    /// since. Nobody hears of its end either.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
    /// Why people are not told of it now. Found anew by each evaluation, so it isn't kept.
    #[serde(skip)]
    pub suppressed_by: Option<Arc<Suppressor>>,
    /// What is wrong, in a line.
    pub summary: String,
    /// What is wrong, since when, what it means and what to do first.
    pub description: String,
}

impl AlertInstance {
    /// Whether another evaluation came to the same but for what isn't worth keeping: texts, which tell
    /// ages, and what suppresses it.
    #[must_use]
    pub fn is_kept_as(&self, other: &Self) -> bool {
        let Self {
            key,
            state,
            severity,
            condition_since,
            active_at,
            fired_at,
            keep_firing_since,
            resolved_at,
            withheld,
            suppressed_by: _,
            summary: _,
            description: _,
        } = self;
        *key == other.key
            && *state == other.state
            && *severity == other.severity
            && *condition_since == other.condition_since
            && *active_at == other.active_at
            && *fired_at == other.fired_at
            && *keep_firing_since == other.keep_firing_since
            && *resolved_at == other.resolved_at
            && *withheld == other.withheld
    }
}

/// Why people are not told of an alert that fires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suppressor {
    /// An alert that explains it fires, or has lately.
    ExplainedBy(AlertKey),
    /// A worse alert about the same asset fires, or has lately.
    WorseAlert(AlertKey),
    /// Somebody silenced it: the silence of this identity.
    Silence(String),
}

impl fmt::Display for Suppressor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExplainedBy(by) => write!(formatter, "{} ({}) explains it", by.alert, by.asset),
            Self::WorseAlert(by) => write!(formatter, "{} of the same asset is worse", by.alert),
            Self::Silence(id) => write!(formatter, "{id} silences it"),
        }
    }
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

/// How long incidents took to be noticed, and to be over. Counters, so they only grow.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct IncidentTotals {
    /// From the beginning of what is wrong to the alert, by severity.
    pub detection: BTreeMap<Severity, DurationTotals>,
    /// From the alert to its end, by severity.
    pub resolution: BTreeMap<Severity, DurationTotals>,
}

/// Lengths of time, counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DurationTotals {
    /// One count for each of [`DURATION_BOUNDS`], and one for the rest.
    pub counts: [u64; DURATION_BOUNDS.len() + 1],
    /// Their sum, in seconds.
    pub seconds: f64,
}

impl IncidentTotals {
    /// Counts an incident that has begun.
    pub fn count_detection(&mut self, incident: &Incident) {
        let totals = self.detection.entry(incident.severity).or_default();
        totals.count(incident.time_to_detection());
    }

    /// Counts an incident that is over; one that goes on is not counted.
    pub fn count_resolution(&mut self, incident: &Incident) {
        if let Some(time) = incident.time_to_resolution() {
            let totals = self.resolution.entry(incident.severity).or_default();
            totals.count(time);
        }
    }
}

impl DurationTotals {
    /// Counts one.
    pub fn count(&mut self, duration: SignedDuration) {
        // A clock that went back must not make a counter fall.
        let seconds = duration.as_secs_f64().max(0.0);
        self.seconds += seconds;
        let bucket = DURATION_BOUNDS
            .iter()
            .position(|bound| seconds <= f64::from(*bound))
            .unwrap_or(DURATION_BOUNDS.len());
        self.counts[bucket] += 1;
    }
}
