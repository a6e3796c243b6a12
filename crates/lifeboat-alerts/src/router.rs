//! The router: takes messages from an outbox to the notifiers that the settings name.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use lifeboat_core::AlertInstance;

use crate::{
    delivery::{Attempt, Delivery, Grouping, Notification, steps},
    notify::{AlertmanagerNotifier, ClientError, Context, Notifier, NotifyError, WebhookNotifier},
    settings::{NotificationSettings, NotifierSettings, SettingsError},
};

/// Why no router could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RouterError {
    /// The settings can't work.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A notifier can't be set up.
    #[error("failed to set up the notifier '{notifier}'")]
    Notifier {
        /// The notifier.
        notifier: String,
        /// Why.
        source: ClientError,
    },
}

impl RouterError {
    /// The next step for the person who reads the error, if there is one to name.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Settings(error) => error.hint(),
            Self::Notifier { .. } => None,
        }
    }
}

/// A replica of an Alertmanager that could not be brought up to date.
#[derive(Debug)]
pub struct RefreshFailure {
    /// The notifier.
    pub notifier: String,
    /// Why; it names the replica.
    pub error: NotifyError,
}

/// How the messages of a route are gathered into notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathering {
    /// Which messages go out together.
    pub grouping: Grouping,
    /// How long a message waits for others of its group.
    pub wait: SignedDuration,
    /// How soon after a notification of its group a message may go out.
    pub interval: SignedDuration,
}

/// All notifiers, and the way from one to the next.
#[derive(Debug)]
pub struct Router {
    settings: Vec<NotifierSettings>,
    gathering: Gathering,
    notifiers: BTreeMap<String, Notifier>,
}

impl Router {
    /// Makes the notifiers. Nothing is sent yet. `evaluation_interval` is how often alerts are
    /// evaluated: it decides how long Alertmanager holds an alert to be true by itself.
    pub fn new(
        settings: &NotificationSettings,
        evaluation_interval: SignedDuration,
    ) -> Result<Self, RouterError> {
        settings.validate()?;
        let context = Context::new(settings, evaluation_interval);
        let mut notifiers = BTreeMap::new();
        for notifier in &settings.notifiers {
            let made = make(notifier, &context).map_err(|source| RouterError::Notifier {
                notifier: notifier.name.clone(),
                source,
            })?;
            notifiers.extend(made.map(|made| (notifier.name.clone(), made)));
        }
        Ok(Self {
            settings: settings.notifiers.clone(),
            gathering: Gathering {
                grouping: Grouping {
                    by: settings.group_by.clone(),
                },
                wait: settings.group_wait,
                interval: settings.group_interval,
            },
            notifiers,
        })
    }

    /// The routes, each of which gets a message of every event: the notifiers that aren't only a
    /// fallback.
    pub fn routes(&self) -> impl Iterator<Item = &str> {
        self.settings
            .iter()
            .filter(|notifier| !notifier.only_as_fallback)
            .map(|notifier| notifier.name.as_str())
    }

    /// How a route's messages are gathered.
    #[must_use]
    pub fn gathering(&self, route: &str) -> Gathering {
        // An Alertmanager groups by itself, and waits by itself.
        let is_alertmanager = matches!(self.notifiers.get(route), Some(Notifier::Alertmanager(_)));
        if is_alertmanager {
            Gathering {
                wait: SignedDuration::ZERO,
                interval: SignedDuration::ZERO,
                ..self.gathering.clone()
            }
        } else {
            self.gathering.clone()
        }
    }

    /// Tries once to deliver a notification: to its route's notifier, and when that has failed for long
    /// enough or for good, to its fallbacks. It takes no longer than their time limits together.
    /// Either all of its messages are told, or none is.
    pub async fn deliver(&self, notification: &Notification, now: Timestamp) -> Delivery {
        let lead = notification.lead();
        let steps = steps(&self.settings, lead);
        if steps.is_empty() {
            let error = format!("there is no notifier '{}' any more", lead.route);
            return Delivery::Refused { error };
        }
        let mut attempt = Attempt::new(lead, now);
        for step in &steps {
            if !attempt.is_due(step) {
                break;
            }
            let Some(notifier) = self.notifiers.get(&step.notifier) else {
                continue;
            };
            match notifier.tell(notification, now).await {
                Ok(()) => return attempt.delivered(&step.notifier),
                Err(error) => {
                    tracing::debug!(notifier = step.notifier, %error, "a notifier did not take a message");
                    attempt.failed(&step.notifier, error.outcome(), &error.sentence());
                }
            }
        }
        attempt.undelivered()
    }

    /// Repeats the state of all alerts to all Alertmanagers, each replica as often as its settings
    /// say. One that could not be reached when an alert fired so learns of it when it is back, even
    /// if a fallback was told meanwhile: an Alertmanager shows what is so, not what is news. What is
    /// suppressed is not repeated, so that it ends there. To be called after each evaluation; what is
    /// not due costs nothing. It takes up to ten seconds while a
    /// replica hangs, so nothing should wait for it.
    pub async fn refresh(
        &self,
        instances: &[AlertInstance],
        now: Timestamp,
    ) -> Vec<RefreshFailure> {
        let refreshes = self
            .notifiers
            .iter()
            .filter_map(|(name, notifier)| match notifier {
                Notifier::Alertmanager(alertmanager) => Some((name, alertmanager)),
                Notifier::Webhook(_) => None,
            })
            .map(async |(name, alertmanager)| {
                let errors = alertmanager.refresh(instances, now).await;
                errors.into_iter().map(|error| RefreshFailure {
                    notifier: name.clone(),
                    error,
                })
            });
        join_all(refreshes).await.into_iter().flatten().collect()
    }

    /// After a restart: says that an incident which goes on was told by this notifier. One that is
    /// only a fallback repeats no others.
    pub fn recall(&self, notifier: &str, incident: &str) {
        if let Some(Notifier::Alertmanager(alertmanager)) = self.notifiers.get(notifier) {
            alertmanager.take(incident);
        }
    }
}

fn make(settings: &NotifierSettings, context: &Context) -> Result<Option<Notifier>, ClientError> {
    let context = context.clone();
    Ok(match (&settings.alertmanager, &settings.webhook) {
        (Some(alertmanager), _) => Some(Notifier::Alertmanager(AlertmanagerNotifier::new(
            alertmanager,
            settings.only_as_fallback,
            context,
        )?)),
        (None, Some(webhook)) => Some(Notifier::Webhook(WebhookNotifier::new(
            &settings.name,
            webhook,
            context,
        )?)),
        (None, None) => None,
    })
}
