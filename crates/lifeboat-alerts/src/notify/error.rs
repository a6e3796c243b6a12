//! What can go wrong when a server is to be told something, and whether it may go better later.

use std::{io, path::PathBuf};

use jiff::SignedDuration;
use lifeboat_core::readable_causes;

use crate::delivery::Outcome;

/// Why a notifier did not take a message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// A file with a password or token can't be read.
    #[error("failed to read {what} from {}", path.display())]
    SecretFile {
        /// What the file should hold.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No answer.
    #[error("failed to reach {server}")]
    Unreachable {
        /// The server, without what could be secret.
        server: String,
        /// Why.
        source: reqwest::Error,
    },
    /// The server can't take it now.
    #[error("{server} can't take it now: it answered {status}{}", quoted(answer))]
    Busy {
        /// The server, without what could be secret.
        server: String,
        /// The HTTP status.
        status: u16,
        /// The beginning of the answer.
        answer: String,
        /// When the server wants to be asked again.
        retry_after: Option<SignedDuration>,
    },
    /// The server will never take it.
    #[error("{server} refused it with {status}{}", quoted(answer))]
    Refused {
        /// The server, without what could be secret.
        server: String,
        /// The HTTP status.
        status: u16,
        /// The beginning of the answer.
        answer: String,
    },
    /// What was to be told can't be written as a request.
    #[error("failed to write a request to {server}")]
    Request {
        /// The server, without what could be secret.
        server: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The attempt was broken off, because this program is ending.
    #[error("the attempt was broken off")]
    BrokenOff(#[source] tokio::task::JoinError),
    /// None of several replicas took it.
    #[error("none of the {} replicas took it: {}", .0.len(), listed(.0))]
    NoReplica(Vec<NotifyError>),
}

impl NotifyError {
    /// What follows from it for the message.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Refused { .. } | Self::Request { .. } => Outcome::Never,
            Self::Busy { retry_after, .. } => Outcome::Later(*retry_after),
            Self::SecretFile { .. } | Self::Unreachable { .. } | Self::BrokenOff(_) => {
                Outcome::Later(None)
            }
            Self::NoReplica(errors) => errors
                .iter()
                .map(Self::outcome)
                .filter_map(|outcome| match outcome {
                    Outcome::Later(wait) => Some(wait.unwrap_or_default()),
                    Outcome::Never => None,
                })
                .min()
                .map_or(Outcome::Never, |wait| Outcome::Later(Some(wait))),
        }
    }

    /// The next step for the person who reads the error, if there is one to name.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unreachable { .. } => {
                Some("check the URL, and that the server may be reached from here")
            }
            Self::Refused {
                status: 401 | 403, ..
            } => Some("the server wants a login; see passwordFile and bearerTokenFile"),
            Self::Refused {
                status: 300..=399, ..
            } => Some("the server sends callers elsewhere: use the URL that it names"),
            Self::Refused {
                status: 404 | 405, ..
            } => Some("check the URL; a server behind a path prefix needs that path too"),
            Self::NoReplica(errors) => errors.iter().find_map(Self::hint),
            _ => None,
        }
    }

    /// The error with all of its causes and its hint, as one sentence.
    pub(crate) fn sentence(&self) -> String {
        let sentence = readable_causes(self).join(": ");
        match self.hint() {
            Some(hint) => format!("{sentence} (hint: {hint})"),
            None => sentence,
        }
    }
}

fn quoted(answer: &str) -> String {
    if answer.is_empty() {
        String::new()
    } else {
        format!(": {answer}")
    }
}

fn listed(errors: &[NotifyError]) -> String {
    let sentences: Vec<String> = errors
        .iter()
        .map(|error| readable_causes(error).join(": "))
        .collect();
    sentences.join("; ")
}
