//! `GET /api/v1/alerts`.

use jiff::Timestamp;
use lifeboat_core::{AlertInstance, AlertState, AssetId, Severity};
use serde::{Deserialize, Serialize};

use super::AsOf;

/// The alerts that are pending, firing or lately resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertList {
    /// Of which moment this is.
    #[serde(flatten)]
    pub as_of: AsOf,
    /// The alerts: firing ones first, then by severity.
    pub alerts: Vec<Alert>,
}

/// One alert about one asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Its name in the catalogue.
    pub alert: String,
    /// The asset it is about.
    pub asset: AssetId,
    /// Where it stands.
    pub state: AlertState,
    /// How bad it is.
    pub severity: Severity,
    /// Since when what it is about has been so, by the evidence.
    pub condition_since: Timestamp,
    /// When its condition was first found to hold.
    pub active_at: Timestamp,
    /// When it began to fire.
    pub fired_at: Option<Timestamp>,
    /// When it was found to be over.
    pub resolved_at: Option<Timestamp>,
    /// What is wrong, in a line.
    pub summary: String,
    /// What is wrong, since when, what it means and what to do first.
    pub description: String,
}

impl From<&AlertInstance> for Alert {
    fn from(alert: &AlertInstance) -> Self {
        Self {
            alert: alert.key.alert.clone(),
            asset: alert.key.asset.clone(),
            state: alert.state,
            severity: alert.severity,
            condition_since: alert.condition_since,
            active_at: alert.active_at,
            fired_at: alert.fired_at,
            resolved_at: alert.resolved_at,
            summary: alert.summary.clone(),
            description: alert.description.clone(),
        }
    }
}

impl Alert {
    /// Alerts as they are to be read: firing, then pending, then resolved; the worst first.
    #[must_use]
    pub fn sorted<'a>(alerts: impl IntoIterator<Item = &'a AlertInstance>) -> Vec<Self> {
        let mut alerts: Vec<Self> = alerts.into_iter().map(Self::from).collect();
        let rank = |state| match state {
            AlertState::Firing => 0,
            AlertState::Pending => 1,
            AlertState::Resolved => 2,
        };
        alerts.sort_by(|left, right| {
            let key = |alert: &Self| (rank(alert.state), std::cmp::Reverse(alert.severity));
            let names = (&left.alert, &left.asset).cmp(&(&right.alert, &right.asset));
            key(left).cmp(&key(right)).then(names)
        });
        alerts
    }
}
