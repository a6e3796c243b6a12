//! The webhook notifier: one POST for each notification, as Alertmanager would send it.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Context, NotifyError,
    http::{ClientError, Login, Poster, client},
    payload::webhook_payload,
};
use crate::{delivery::Notification, settings::WebhookSettings};

/// Calls a webhook.
#[derive(Debug)]
pub(crate) struct WebhookNotifier {
    name: String,
    poster: Poster,
    /// How many alerts a call names at most.
    max_alerts: usize,
    context: Context,
}

impl WebhookNotifier {
    pub(crate) fn new(
        name: &str,
        settings: &WebhookSettings,
        context: Context,
    ) -> Result<Self, ClientError> {
        let timeout = Duration::try_from(settings.timeout).unwrap_or(Duration::MAX);
        let http = client(settings.certificate_authority.as_deref(), timeout)?;
        let login = match &settings.bearer_token_file {
            Some(file) => Login::Bearer {
                token_file: file.clone(),
            },
            None => Login::None,
        };
        let url = settings.url.expose().to_owned();
        Ok(Self {
            name: name.to_owned(),
            poster: Poster::new(http, url, format!("the webhook at {}", settings.url), login),
            max_alerts: match settings.max_alerts {
                0 => usize::MAX,
                most => most as usize,
            },
            context,
        })
    }

    /// Tells a notification.
    pub(crate) async fn tell(
        &self,
        notification: &Notification,
        now: Timestamp,
    ) -> Result<(), NotifyError> {
        let key = notification.idempotency_key();
        let payload = webhook_payload(notification, &self.name, self.max_alerts, &self.context);
        self.poster.post(&payload, Some(&key), now).await
    }
}
