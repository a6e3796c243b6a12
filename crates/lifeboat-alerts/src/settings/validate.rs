//! Validation: what is wrong with notifiers' settings, by the notifier's name, and the next step.

use std::collections::BTreeSet;

use url::Url;

use super::{AlertmanagerSettings, NotificationSettings, NotifierSettings, SecretUrl};
use crate::labels::RESERVED;

/// Settings that can't work; [`SettingsError::hint`] gives the next step.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingsError {
    /// A notifier has no name.
    #[error("notifier number {number} has no name")]
    NoName {
        /// Counted from 1.
        number: usize,
    },
    /// Two notifiers have one name.
    #[error("two notifiers are called '{notifier}'")]
    SameName {
        /// The name.
        notifier: String,
    },
    /// A notifier is of no kind, or of several.
    #[error("the notifier '{notifier}' has {found} of alertmanager and webhook, not one")]
    NotOneKind {
        /// The notifier.
        notifier: String,
        /// How many kinds it has.
        found: &'static str,
    },
    /// There is no such fallback.
    #[error("the notifier '{notifier}' falls back on '{fallback}', which does not exist")]
    NoSuchFallback {
        /// The notifier.
        notifier: String,
        /// The name it gives.
        fallback: String,
    },
    /// Fallbacks lead back to where they began.
    #[error("the fallbacks of the notifier '{notifier}' go in a circle: {circle}")]
    Circle {
        /// The notifier.
        notifier: String,
        /// The names in order.
        circle: String,
    },
    /// Nobody would ever use it.
    #[error("the notifier '{notifier}' is only a fallback, but none falls back on it")]
    Unused {
        /// The notifier.
        notifier: String,
    },
    /// An Alertmanager notifier without a URL.
    #[error("the notifier '{notifier}' has no URL")]
    NoUrl {
        /// The notifier.
        notifier: String,
    },
    /// A URL that can't be used.
    #[error("the notifier '{notifier}' can't use the URL {url}: {reason}")]
    Url {
        /// The notifier.
        notifier: String,
        /// The URL, without what could be secret.
        url: String,
        /// Why.
        reason: String,
    },
    /// A user without a password, a password without a user, or a bearer token beside them.
    #[error("the notifier '{notifier}' has a login that can't work: {reason}")]
    Login {
        /// The notifier.
        notifier: String,
        /// Why.
        reason: &'static str,
    },
    /// A length of time of zero.
    #[error("the notifier '{notifier}' has {setting} set to nothing")]
    NoTime {
        /// The notifier.
        notifier: String,
        /// The setting's name.
        setting: &'static str,
    },
    /// A label that Alertmanager would refuse, or that is taken.
    #[error("externalLabels can't have a label called '{label}': {reason}")]
    Label {
        /// The label's name.
        label: String,
        /// Why.
        reason: &'static str,
    },
    /// An address for links that is none.
    #[error("{setting} can't be '{url}': it is not an http or https URL")]
    Link {
        /// The setting's name.
        setting: &'static str,
        /// What it is set to.
        url: String,
    },
}

impl SettingsError {
    /// The next step for the person who reads the error.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoName { .. } => "give it a name, such as 'name: alertmanager'",
            Self::SameName { .. } => "give each notifier a name of its own",
            Self::NotOneKind { .. } => {
                "give it exactly one of 'alertmanager:' and 'webhook:'; for both, make two notifiers"
            }
            Self::NoSuchFallback { .. } => {
                "name another notifier of the list, or leave fallback out"
            }
            Self::Circle { .. } => "take the fallback away from one of them",
            Self::Unused { .. } => {
                "name it as another notifier's fallback, or take onlyAsFallback away"
            }
            Self::NoUrl { .. } => {
                "list the URL of every replica, such as urls: [\"http://alertmanager:9093\"]"
            }
            Self::Url { .. } => {
                "use a URL such as http://alertmanager:9093; a user, password or token goes into \
                 username, passwordFile or bearerTokenFile"
            }
            Self::Login { .. } => "give either username and passwordFile, or bearerTokenFile",
            Self::NoTime { .. } => "use a length of time such as 1m",
            Self::Label { .. } => {
                "use letters, digits and underscores, and none of alertname, severity, kind, \
                 namespace and name"
            }
            Self::Link { .. } => "use a URL such as https://lifeboat.example.com",
        })
    }
}

impl NotificationSettings {
    /// Checks everything that can be checked without looking at files or networks.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let mut names = BTreeSet::new();
        for (index, notifier) in self.notifiers.iter().enumerate() {
            if notifier.name.is_empty() {
                return Err(SettingsError::NoName { number: index + 1 });
            }
            if !names.insert(&notifier.name) {
                return Err(SettingsError::SameName {
                    notifier: notifier.name.clone(),
                });
            }
            notifier.validate()?;
        }
        for notifier in &self.notifiers {
            self.validate_fallbacks(notifier)?;
        }
        for label in self.external_labels.keys() {
            validate_label(label)?;
        }
        let links = [
            ("runbookUrl", &self.runbook_url),
            ("externalUrl", &self.external_url),
        ];
        for (setting, link) in links {
            if let Some(url) = link.as_ref().filter(|url| parse_url(url).is_err()) {
                let url = url.clone();
                return Err(SettingsError::Link { setting, url });
            }
        }
        Ok(())
    }

    fn validate_fallbacks(&self, notifier: &NotifierSettings) -> Result<(), SettingsError> {
        let mut seen = vec![notifier.name.as_str()];
        let mut current = notifier;
        while let Some(fallback) = &current.fallback {
            let Some(next) = self.notifiers.iter().find(|next| next.name == *fallback) else {
                return Err(SettingsError::NoSuchFallback {
                    notifier: current.name.clone(),
                    fallback: fallback.clone(),
                });
            };
            let is_circle = seen.contains(&next.name.as_str());
            seen.push(&next.name);
            if is_circle {
                return Err(SettingsError::Circle {
                    notifier: notifier.name.clone(),
                    circle: seen.join(" -> "),
                });
            }
            current = next;
        }
        let is_used = || {
            let name = Some(&notifier.name);
            self.notifiers
                .iter()
                .any(|other| other.fallback.as_ref() == name)
        };
        if notifier.only_as_fallback && !is_used() {
            return Err(SettingsError::Unused {
                notifier: notifier.name.clone(),
            });
        }
        Ok(())
    }
}

impl NotifierSettings {
    fn validate(&self) -> Result<(), SettingsError> {
        let notifier = || self.name.clone();
        match (&self.alertmanager, &self.webhook) {
            (Some(settings), None) => self.validate_alertmanager(settings),
            (None, Some(settings)) => {
                if settings.timeout.is_zero() {
                    return Err(SettingsError::NoTime {
                        notifier: notifier(),
                        setting: "timeout",
                    });
                }
                self.validate_url(&settings.url, true)
            }
            (kinds, _) => Err(SettingsError::NotOneKind {
                notifier: notifier(),
                found: if kinds.is_some() { "both" } else { "none" },
            }),
        }
    }

    fn validate_alertmanager(&self, settings: &AlertmanagerSettings) -> Result<(), SettingsError> {
        let notifier = self.name.clone();
        if settings.urls.is_empty() {
            return Err(SettingsError::NoUrl { notifier });
        }
        if settings.resend_interval.is_zero() {
            let setting = "resendInterval";
            return Err(SettingsError::NoTime { notifier, setting });
        }
        for url in &settings.urls {
            self.validate_url(&SecretUrl::new(url), false)?;
        }
        let reason = match (
            settings.username.is_some(),
            settings.password_file.is_some(),
            settings.bearer_token_file.is_some(),
        ) {
            (true, false, _) => "it has a username, but no passwordFile",
            (false, true, _) => "it has a passwordFile, but no username",
            (true, true, true) => "it has both a username and a bearerTokenFile",
            (true, true, false) | (false, false, _) => return Ok(()),
        };
        Err(SettingsError::Login { notifier, reason })
    }

    fn validate_url(&self, url: &SecretUrl, may_have_query: bool) -> Result<(), SettingsError> {
        let reason = match parse_url(url.expose()) {
            Err(reason) => reason,
            Ok(parsed) if !parsed.username().is_empty() || parsed.password().is_some() => {
                "it holds a user or a password".to_owned()
            }
            Ok(parsed) if !may_have_query && parsed.query().is_some() => {
                "it holds a query, and paths are added to it".to_owned()
            }
            Ok(_) => return Ok(()),
        };
        Err(SettingsError::Url {
            notifier: self.name.clone(),
            url: url.to_string(),
            reason,
        })
    }
}

fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if ["http", "https"].contains(&url.scheme()) {
        Ok(url)
    } else {
        Err("it is neither http:// nor https://".to_owned())
    }
}

fn validate_label(label: &str) -> Result<(), SettingsError> {
    let mut bytes = label.bytes();
    let is_name = bytes
        .next()
        .is_some_and(|first| first == b'_' || first.is_ascii_alphabetic())
        && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    let reason = if RESERVED.contains(&label) {
        "every alert has one of its own"
    } else if is_name {
        return Ok(());
    } else {
        "Alertmanager refuses that name"
    };
    Err(SettingsError::Label {
        label: label.to_owned(),
        reason,
    })
}
