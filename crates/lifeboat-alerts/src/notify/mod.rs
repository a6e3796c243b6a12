//! Notifiers: each tells people in its own way what an alert has come to.

mod alertmanager;
mod error;
mod http;
mod payload;
mod replica;
mod retry_after;
mod webhook;

use jiff::{SignedDuration, Timestamp};

pub(crate) use alertmanager::AlertmanagerNotifier;
pub use error::NotifyError;
pub(crate) use http::ClientError;
pub(crate) use webhook::WebhookNotifier;

use crate::{
    delivery::{Grouping, Notification},
    labels::LabelSet,
    settings::{DEFAULT_RUNBOOK_URL, NotificationSettings},
};

/// What every notifier writes beside what the alert itself says.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// Labels for every alert.
    pub(crate) external_labels: LabelSet,
    /// The address below which `docs/runbooks.md` is.
    pub(crate) runbook_url: String,
    /// Where people reach this Lifeboat; empty if nobody said.
    pub(crate) external_url: String,
    /// How often alerts are evaluated.
    pub(crate) evaluation_interval: SignedDuration,
    /// What the alerts of a notification have in common.
    pub(crate) grouping: Grouping,
}

impl Context {
    pub(crate) fn new(
        settings: &NotificationSettings,
        evaluation_interval: SignedDuration,
    ) -> Self {
        let runbook_url = settings.runbook_url.as_deref();
        Self {
            external_labels: settings.external_labels.clone(),
            runbook_url: runbook_url.unwrap_or(DEFAULT_RUNBOOK_URL).to_owned(),
            external_url: settings.external_url.clone().unwrap_or_default(),
            evaluation_interval,
            grouping: Grouping {
                by: settings.group_by.clone(),
            },
        }
    }
}

/// A notifier of whatever kind.
#[derive(Debug)]
pub(crate) enum Notifier {
    /// Tells every replica of an Alertmanager.
    Alertmanager(AlertmanagerNotifier),
    /// Calls a webhook.
    Webhook(WebhookNotifier),
}

impl Notifier {
    /// Tells all messages of a notification, or none.
    pub(crate) async fn tell(
        &self,
        notification: &Notification,
        now: Timestamp,
    ) -> Result<(), NotifyError> {
        match self {
            Self::Alertmanager(notifier) => notifier.tell(notification, now).await,
            Self::Webhook(notifier) => notifier.tell(notification, now).await,
        }
    }
}
