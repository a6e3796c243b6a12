//! What goes over the wire: Alertmanager's API version 2, and its webhook payload version 4.
//!
//! <https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>,
//! <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AlertInstance, AlertState, later};
use serde::Serialize;
use serde_json::{Value, json};

use super::Context;
use crate::{
    delivery::{AlertEvent, Message, Notification},
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

/// What a webhook is told: the payload that Alertmanager sends for a group of alerts. Of more than
/// `max_alerts` it names the worst, and says how many it left out.
pub(super) fn webhook_payload(
    notification: &Notification,
    receiver: &str,
    max_alerts: usize,
    context: &Context,
) -> Value {
    let mut messages: Vec<&Message> = notification.messages().iter().collect();
    messages.sort_by(|left, right| {
        let rank = |message: &Message| Reverse(message.instance.severity);
        let keys = || left.instance.key.cmp(&right.instance.key);
        rank(left).cmp(&rank(right)).then_with(keys)
    });
    let truncated = messages.len().saturating_sub(max_alerts);
    messages.truncate(max_alerts);
    let alerts: Vec<WebhookAlert> = messages
        .iter()
        .map(|message| WebhookAlert::new(message, context))
        .collect();
    let group_labels = labels_of_group(notification, context);
    let external_labels = &context.external_labels;
    json!({
        "version": "4",
        "groupKey": format!("{{}}:{}", shown(&group_labels)),
        "truncatedAlerts": truncated,
        "status": if notification.is_firing() { FIRING } else { RESOLVED },
        "receiver": receiver,
        "groupLabels": group_labels,
        "commonLabels": common(notification, |instance| labels(instance, external_labels)),
        "commonAnnotations": common(notification, |instance| {
            annotations(instance, &context.runbook_url)
        }),
        "externalURL": context.external_url,
        "alerts": alerts,
    })
}

const FIRING: &str = "firing";
const RESOLVED: &str = "resolved";

/// One alert as Alertmanager names it to webhooks.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WebhookAlert {
    status: &'static str,
    fingerprint: String,
    labels: LabelSet,
    annotations: LabelSet,
    starts_at: Timestamp,
    ends_at: String,
    #[serde(rename = "generatorURL")]
    generator_url: String,
}

impl WebhookAlert {
    fn new(message: &Message, context: &Context) -> Self {
        let instance = &message.instance;
        let labels = labels(instance, &context.external_labels);
        let (status, ends_at) = match (message.event, instance.resolved_at) {
            (AlertEvent::Fired, _) => (FIRING, NO_TIME.to_owned()),
            (AlertEvent::Resolved, None) => (RESOLVED, NO_TIME.to_owned()),
            (AlertEvent::Resolved, Some(at)) => (RESOLVED, at.to_string()),
        };
        Self {
            status,
            fingerprint: fingerprint(&labels),
            labels,
            annotations: annotations(instance, &context.runbook_url),
            starts_at: instance.fired_at.unwrap_or(instance.active_at),
            ends_at,
            generator_url: context.external_url.clone(),
        }
    }
}

/// The labels by which the alerts were grouped. Those without a value are none.
fn labels_of_group(notification: &Notification, context: &Context) -> LabelSet {
    let instance = &notification.lead().instance;
    let values = context.grouping.by.iter().map(|label| {
        let value = label.of(instance).to_owned();
        (label.name().to_owned(), value)
    });
    values.filter(|(_, value)| !value.is_empty()).collect()
}

/// What is alike for all alerts of a notification, also those that are left out.
fn common(notification: &Notification, of: impl Fn(&AlertInstance) -> LabelSet) -> LabelSet {
    let mut messages = notification.messages().iter();
    let mut common = messages
        .next()
        .map(|message| of(&message.instance))
        .unwrap_or_default();
    for message in messages {
        let other = of(&message.instance);
        common.retain(|name, value| other.get(name) == Some(value));
    }
    common
}

/// Labels as Alertmanager shows them, with names and values in their order.
fn shown(labels: &LabelSet) -> String {
    let pairs: Vec<String> = labels
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}
