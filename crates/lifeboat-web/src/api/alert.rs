//! `GET /api/v1/alerts`.

use jiff::Timestamp;
use lifeboat_core::{AlertInstance, AlertState, AssetId, Severity, Suppressor};
use serde::{Deserialize, Serialize};

use super::AsOf;

/// The alerts that are pending, firing or lately resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertList {
    /// Of which moment this is.
    #[serde(flatten)]
    pub as_of: AsOf,
    /// The alerts: firing ones first, suppressed ones after them, then by severity.
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
    /// Why people are not told of it now, though it fires.
    #[serde(default)]
    pub suppressed_by: Option<Suppressor>,
    /// Whether nobody has been told of this firing, because it was suppressed ever since.
    #[serde(default)]
    pub withheld: bool,
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
            suppressed_by: alert.suppressed_by.as_deref().cloned(),
            withheld: alert.withheld,
            summary: alert.summary.clone(),
            description: alert.description.clone(),
        }
    }
}

impl Alert {
    /// Alerts as they are to be read: firing, then suppressed, pending and resolved; the worst first.
    #[must_use]
    pub fn sorted<'a>(alerts: impl IntoIterator<Item = &'a AlertInstance>) -> Vec<Self> {
        let mut alerts: Vec<Self> = alerts.into_iter().map(Self::from).collect();
        let rank = |alert: &Self| match alert.state {
            AlertState::Firing if alert.suppressed_by.is_none() => 0,
            AlertState::Firing => 1,
            AlertState::Pending => 2,
            AlertState::Resolved => 3,
        };
        alerts.sort_by(|left, right| {
            let key = |alert: &Self| (rank(alert), std::cmp::Reverse(alert.severity));
            let names = (&left.alert, &left.asset).cmp(&(&right.alert, &right.asset));
            key(left).cmp(&key(right)).then(names)
        });
        alerts
    }
}

/// Which alerts are asked for. What is none asks for nothing, so it fits all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertQuery {
    /// Alerts that stand so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<AlertStateQuery>,
    /// The alert of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// Alerts as bad as this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Alerts about assets in this cluster; empty for those whose cluster has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Alerts about this asset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
}

/// Where alerts are to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertStateQuery {
    /// They fire, and people are told.
    Firing,
    /// They fire, and people are not told now.
    Suppressed,
    /// They wait to fire.
    Pending,
    /// They were over lately.
    Resolved,
}

impl AlertQuery {
    /// Whether it asks for an alert.
    #[must_use]
    pub fn fits(&self, alert: &AlertInstance) -> bool {
        let asset = &alert.key.asset;
        let state = match alert.state {
            AlertState::Firing if alert.suppressed_by.is_some() => AlertStateQuery::Suppressed,
            AlertState::Firing => AlertStateQuery::Firing,
            AlertState::Pending => AlertStateQuery::Pending,
            AlertState::Resolved => AlertStateQuery::Resolved,
        };
        let cluster = asset.cluster.as_deref().unwrap_or_default();
        self.state.is_none_or(|wanted| wanted == state)
            && self
                .alert
                .as_ref()
                .is_none_or(|name| *name == alert.key.alert)
            && self.severity.is_none_or(|wanted| wanted == alert.severity)
            && self.cluster.as_ref().is_none_or(|wanted| wanted == cluster)
            && self.asset.as_ref().is_none_or(|wanted| wanted == asset)
    }
}
