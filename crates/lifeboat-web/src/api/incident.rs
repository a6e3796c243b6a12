//! Incidents: `GET /api/v1/incidents`.

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AssetId, Incident, Severity};
use serde::{Deserialize, Serialize};

use super::{effective_limit, seconds};

/// Incidents, the one that fired last first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentList {
    /// The incidents.
    pub incidents: Vec<IncidentReport>,
    /// The mean time to detection of these; none if there are none.
    pub mean_time_to_detection_seconds: Option<f64>,
    /// The mean time to resolution of those that are over; none if none is.
    pub mean_time_to_resolution_seconds: Option<f64>,
}

impl IncidentList {
    /// Reports incidents, with the means of their times.
    #[must_use]
    pub fn new(incidents: &[Incident]) -> Self {
        let detection = incidents.iter().map(Incident::time_to_detection);
        let resolution = incidents.iter().filter_map(Incident::time_to_resolution);
        Self {
            mean_time_to_detection_seconds: mean(detection),
            mean_time_to_resolution_seconds: mean(resolution),
            incidents: incidents.iter().map(IncidentReport::from).collect(),
        }
    }
}

/// One firing of an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentReport {
    /// Its identity.
    pub incident: String,
    /// The alert's name in the catalogue.
    pub alert: String,
    /// The asset it was about.
    pub asset: AssetId,
    /// How bad it was.
    pub severity: Severity,
    /// Since when things had been wrong, by the evidence.
    pub condition_since: Timestamp,
    /// When the alert fired.
    pub fired_at: Timestamp,
    /// When it was over; none while it goes on.
    pub resolved_at: Option<Timestamp>,
    /// From the beginning of what was wrong to the alert.
    pub time_to_detection_seconds: f64,
    /// From the alert to its end; none while it goes on.
    pub time_to_resolution_seconds: Option<f64>,
    /// What was wrong, in a line.
    pub summary: String,
}

impl From<&Incident> for IncidentReport {
    fn from(incident: &Incident) -> Self {
        Self {
            incident: incident.id.clone(),
            alert: incident.key.alert.clone(),
            asset: incident.key.asset.clone(),
            severity: incident.severity,
            condition_since: incident.condition_since,
            fired_at: incident.fired_at,
            resolved_at: incident.resolved_at,
            time_to_detection_seconds: seconds(incident.time_to_detection()),
            time_to_resolution_seconds: incident.time_to_resolution().map(seconds),
            summary: incident.summary.clone(),
        }
    }
}

/// Which incidents are asked for. What is none asks for nothing, so it fits all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentQuery {
    /// Incidents of the alert of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// Incidents about this asset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
    /// Only those that go on, if true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unresolved: Option<bool>,
    /// Incidents that fired at this moment or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// How many at most, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl IncidentQuery {
    /// How many incidents to answer with.
    #[must_use]
    pub fn limit(&self) -> u32 {
        effective_limit(self.limit)
    }
}

fn mean(times: impl Iterator<Item = SignedDuration>) -> Option<f64> {
    let (sum, count) = times.fold((0.0, 0_u32), |(sum, count), time| {
        (sum + time.as_secs_f64(), count + 1)
    });
    (count > 0).then(|| (sum / f64::from(count) * 1_000.0).round() / 1_000.0)
}
