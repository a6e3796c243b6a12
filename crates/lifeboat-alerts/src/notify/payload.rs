//! What goes over the wire: Alertmanager's API version 2, and its webhook payload version 4.
//!
//! <https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>,
//! <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AlertInstance, AlertState, later};
use serde::Serialize;
use serde_json::{Value, json};

use super::Context;
use crate::{
    delivery::{AlertEvent, Message},
    labels::{LabelSet, annotations, fingerprint, labels},
};

/// What Alertmanager writes where an end is not known: the zero of Go's times.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// One alert as Alertmanager takes it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostableAlert {
    labels: LabelSet,
    annotations: LabelSet,
    starts_at: Timestamp,
    ends_at: Timestamp,
    #[serde(rename = "generatorURL", skip_serializing_if = "String::is_empty")]
    generator_url: String,
}

impl PostableAlert {
    /// An alert as it stands at `now`. One that fires is good for `valid_for` without being sent
    /// again, so that it ends by itself when Lifeboat is gone.
    pub(super) fn new(
        instance: &AlertInstance,
        context: &Context,
        now: Timestamp,
        valid_for: SignedDuration,
    ) -> Self {
        let fired_at = instance.fired_at.unwrap_or(instance.active_at);
        let ends_at = match (instance.state, instance.resolved_at) {
            (AlertState::Resolved, resolved_at) => resolved_at.unwrap_or(now),
            _ => later(now, valid_for),
        };
        Self {
            labels: labels(instance, &context.external_labels),
            annotations: annotations(instance, &context.runbook_url),
            // After a clock that went back the end may come first, which Alertmanager refuses.
            starts_at: fired_at.min(ends_at),
            ends_at,
            generator_url: context.external_url.clone(),
        }
    }
}

/// What a webhook is told: the payload that Alertmanager sends for a group of this one alert.
pub(super) fn webhook_payload(message: &Message, receiver: &str, context: &Context) -> Value {
    let instance = &message.instance;
    let labels = labels(instance, &context.external_labels);
    let annotations = annotations(instance, &context.runbook_url);
    let status = match message.event {
        AlertEvent::Fired => "firing",
        AlertEvent::Resolved => "resolved",
    };
    let ends_at = match (message.event, instance.resolved_at) {
        (AlertEvent::Resolved, Some(at)) => at.to_string(),
        _ => NO_TIME.to_owned(),
    };
    let starts_at = instance.fired_at.unwrap_or(instance.active_at);
    json!({
        "version": "4",
        "groupKey": format!("{{}}:{}", shown(&labels)),
        "truncatedAlerts": 0,
        "status": status,
        "receiver": receiver,
        "groupLabels": labels,
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": context.external_url,
        "alerts": [{
            "status": status,
            "labels": labels,
            "annotations": annotations,
            "startsAt": starts_at,
            "endsAt": ends_at,
            "generatorURL": context.external_url,
            "fingerprint": fingerprint(&labels),
        }],
    })
}

/// Labels as Alertmanager shows them, with names and values in their order.
fn shown(labels: &LabelSet) -> String {
    let pairs: Vec<String> = labels
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}
