//! Assets, verdicts, alerts and messages for the tests of this crate.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]
#![allow(
    dead_code,
    reason = "each of the test programs that share this file uses a part of it"
)]

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{Alert, AlertEvent, Message, NotificationSettings, Router, catalogue};
use lifeboat_core::{
    AlertInstance, AlertKey, AlertState, AssetId, AssetKind, Check, Effective, Evidence, Incident,
    Objectives, Severity, Status, Verdict, assess::Assessment,
};

/// How long a test waits for what must come.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// The moment at which the tests' time begins.
pub(crate) fn start() -> Timestamp {
    "2026-11-21T02:00:00Z".parse().unwrap()
}

/// So many seconds after the beginning.
pub(crate) fn second(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

pub(crate) fn asset(name: &str) -> AssetId {
    format!("Prometheus/monitoring/{name}").parse().unwrap()
}

/// An alert of the catalogue.
pub(crate) fn alert(name: &str) -> Alert {
    let mut alerts = catalogue().iter();
    alerts.find(|alert| alert.name == name).unwrap().clone()
}

/// An asset of which only the last run is known.
pub(crate) fn assessment(name: &str, last_run: Status) -> Assessment {
    Assessment {
        asset: asset(name),
        effective: Effective {
            objectives: Objectives::default_for(AssetKind::Prometheus),
            severity: None,
            suspend: false,
        }
        .into(),
        status: last_run,
        verdicts: vec![Verdict {
            check: Check::LastRun,
            status: last_run,
            since: start(),
            evidence: Evidence::RunFailed {
                operation: lifeboat_core::Operation::Backup,
                at: start(),
                failures: 1,
                error: "the disk is full".to_owned(),
                hint: None,
            },
        }],
    }
}

/// An alert that fired at this moment.
pub(crate) fn firing(name: &str, fired_at: Timestamp) -> AlertInstance {
    AlertInstance {
        key: AlertKey {
            alert: "PrometheusBackupFailed".to_owned(),
            asset: asset(name),
        },
        state: AlertState::Firing,
        severity: Severity::Critical,
        condition_since: fired_at,
        active_at: fired_at,
        fired_at: Some(fired_at),
        keep_firing_since: None,
        resolved_at: None,
        withheld: false,
        suppressed_by: None,
        summary: "The last backup failed".to_owned(),
        description: "The disk is full. First make room.".to_owned(),
    }
}

/// The same alert when it is over.
pub(crate) fn resolved(firing: &AlertInstance, at: Timestamp) -> AlertInstance {
    AlertInstance {
        state: AlertState::Resolved,
        resolved_at: Some(at),
        ..firing.clone()
    }
}

/// What is to be told of an alert, as of `created_at`.
pub(crate) fn message(route: &str, instance: &AlertInstance, created_at: Timestamp) -> Message {
    Message {
        route: route.to_owned(),
        incident: Incident::of(instance).unwrap().id,
        event: match instance.state {
            AlertState::Resolved => AlertEvent::Resolved,
            AlertState::Pending | AlertState::Firing => AlertEvent::Fired,
        },
        instance: instance.clone(),
        created_at,
        attempts: 0,
        last_error: None,
        fired_by: None,
    }
}

/// A router of settings that are written as JSON, with an evaluation each second.
pub(crate) fn router(settings: &serde_json::Value) -> Router {
    let settings: NotificationSettings = serde_json::from_value(settings.clone()).unwrap();
    Router::new(&settings, SignedDuration::from_secs(1)).unwrap()
}
