//! Settings: which notifiers there are, as they stand in `lifeboat.yaml`.

mod secret_url;
mod validate;

use std::{fmt, path::PathBuf};

use jiff::SignedDuration;
use lifeboat_core::{AlertLabel, parse_duration};
use serde::{Deserialize, Deserializer, de};

use crate::labels::LabelSet;

pub use secret_url::SecretUrl;
pub use validate::SettingsError;

/// Where the runbooks are if the settings name no other place.
pub const DEFAULT_RUNBOOK_URL: &str = "https://github.com/lifeboat-dev/lifeboat/blob/main";

/// Everything about telling people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NotificationSettings {
    /// The notifiers. Each that isn't only a fallback is told everything.
    pub notifiers: Vec<NotifierSettings>,
    /// Labels for every alert, such as the cluster's name.
    pub external_labels: LabelSet,
    /// The address below which `docs/runbooks.md` is; none is [`DEFAULT_RUNBOOK_URL`].
    pub runbook_url: Option<String>,
    /// Where people reach this Lifeboat, for the links in what they are told.
    pub external_url: Option<String>,
    /// Alerts that have the same values of these labels are told together.
    #[serde(deserialize_with = "alert_labels")]
    pub group_by: Vec<AlertLabel>,
    /// How long an alert waits for others of its group before a webhook is called.
    #[serde(deserialize_with = "duration")]
    pub group_wait: SignedDuration,
    /// How soon after a call a webhook is called again for the same group.
    #[serde(deserialize_with = "duration")]
    pub group_interval: SignedDuration,
}

impl Default for NotificationSettings {
    /// No notifier. What comes within ten seconds goes out together, and everybody is told within a
    /// minute.
    fn default() -> Self {
        Self {
            notifiers: Vec::new(),
            external_labels: LabelSet::new(),
            runbook_url: None,
            external_url: None,
            group_by: vec![AlertLabel::AlertName, AlertLabel::Cluster],
            group_wait: SignedDuration::from_secs(10),
            group_interval: SignedDuration::from_secs(30),
        }
    }
}

/// One notifier: a name, and exactly one of the kinds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NotifierSettings {
    /// Its name, by which others fall back on it and messages name it.
    pub name: String,
    /// It tells Alertmanagers.
    #[serde(default)]
    pub alertmanager: Option<AlertmanagerSettings>,
    /// It calls a webhook.
    #[serde(default)]
    pub webhook: Option<WebhookSettings>,
    /// The notifier that is told instead while this one can't be.
    #[serde(default)]
    pub fallback: Option<String>,
    /// How long this one is tried alone.
    #[serde(default = "one_minute", deserialize_with = "duration")]
    pub fallback_after: SignedDuration,
    /// Whether it is told nothing but what another couldn't be.
    #[serde(default)]
    pub only_as_fallback: bool,
}

impl NotifierSettings {
    /// A notifier that tells Alertmanagers, with no fallback.
    #[must_use]
    pub fn alertmanager(name: impl Into<String>, settings: AlertmanagerSettings) -> Self {
        Self {
            alertmanager: Some(settings),
            ..Self::named(name.into())
        }
    }

    /// A notifier that calls a webhook, with no fallback.
    #[must_use]
    pub fn webhook(name: impl Into<String>, settings: WebhookSettings) -> Self {
        Self {
            webhook: Some(settings),
            ..Self::named(name.into())
        }
    }

    fn named(name: String) -> Self {
        Self {
            name,
            alertmanager: None,
            webhook: None,
            fallback: None,
            fallback_after: one_minute(),
            only_as_fallback: false,
        }
    }
}

/// The Alertmanagers of one cluster of them.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertmanagerSettings {
    /// The URL of every replica, each with its path prefix. Never that of a balancer: each replica
    /// has to hear of every alert.
    pub urls: Vec<String>,
    /// How often a firing alert is sent again.
    #[serde(default = "one_minute", deserialize_with = "duration")]
    pub resend_interval: SignedDuration,
    /// The user's name for basic authentication.
    #[serde(default)]
    pub username: Option<String>,
    /// The file that holds the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// The file that holds a bearer token.
    #[serde(default)]
    pub bearer_token_file: Option<PathBuf>,
    /// A PEM file of certificate authorities to trust beside the system's.
    #[serde(default)]
    pub certificate_authority: Option<PathBuf>,
}

impl Default for AlertmanagerSettings {
    /// No replica yet, and no login.
    fn default() -> Self {
        Self {
            urls: Vec::new(),
            resend_interval: one_minute(),
            username: None,
            password_file: None,
            bearer_token_file: None,
            certificate_authority: None,
        }
    }
}

/// Shows URLs without what could be secret in them: validation refuses it, but may come later.
impl fmt::Debug for AlertmanagerSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls: Vec<SecretUrl> = self.urls.iter().map(SecretUrl::new).collect();
        formatter
            .debug_struct("AlertmanagerSettings")
            .field("urls", &urls)
            .field("resend_interval", &self.resend_interval)
            .field("username", &self.username)
            .field("password_file", &self.password_file)
            .field("bearer_token_file", &self.bearer_token_file)
            .field("certificate_authority", &self.certificate_authority)
            .finish()
    }
}

/// A webhook that understands what Alertmanager sends to webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookSettings {
    /// Its URL. Those of many services hold a secret, so it is never shown.
    pub url: SecretUrl,
    /// The file that holds a bearer token.
    #[serde(default)]
    pub bearer_token_file: Option<PathBuf>,
    /// A PEM file of certificate authorities to trust beside the system's.
    #[serde(default)]
    pub certificate_authority: Option<PathBuf>,
    /// How long an answer may take.
    #[serde(default = "ten_seconds", deserialize_with = "duration")]
    pub timeout: SignedDuration,
    /// How many alerts a call names at most; it says how many it leaves out. 0 sets no limit.
    #[serde(default = "most_alerts")]
    pub max_alerts: u32,
}

impl WebhookSettings {
    /// A webhook without a login.
    #[must_use]
    pub fn new(url: SecretUrl) -> Self {
        Self {
            url,
            bearer_token_file: None,
            certificate_authority: None,
            timeout: ten_seconds(),
            max_alerts: most_alerts(),
        }
    }
}

const fn one_minute() -> SignedDuration {
    SignedDuration::from_mins(1)
}

const fn ten_seconds() -> SignedDuration {
    SignedDuration::from_secs(10)
}

/// About 300 KiB: what receivers take.
const fn most_alerts() -> u32 {
    200
}

fn alert_labels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<AlertLabel>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let label = |name: &String| {
        AlertLabel::named(name).ok_or_else(|| {
            let known = AlertLabel::ALL.map(AlertLabel::name).join(", ");
            de::Error::custom(format!("'{name}' is none of {known}"))
        })
    };
    names.iter().map(label).collect()
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).map_err(|error| de::Error::custom(format!("'{text}': {error}")))
}
