//! The webhook notifier: one POST for each event, as Alertmanager would send it.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Context, NotifyError,
    http::{ClientError, Login, Poster, client},
    payload::webhook_payload,
};
use crate::{delivery::Message, settings::WebhookSettings};

/// Calls a webhook.
#[derive(Debug)]
pub(crate) struct WebhookNotifier {
    name: String,
    poster: Poster,
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
            context,
        })
    }

    /// Tells one message. Its key is the same at each attempt, so that a receiver that has taken it
    /// without saying so can tell that it is no second one.
    pub(crate) async fn tell(&self, message: &Message, now: Timestamp) -> Result<(), NotifyError> {
        let key = format!("{}/{}", message.incident, message.event);
        let payload = webhook_payload(message, &self.name, &self.context);
        self.poster.post(&payload, Some(&key), now).await
    }
}
