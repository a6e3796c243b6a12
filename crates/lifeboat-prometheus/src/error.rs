//! What can go wrong between Lifeboat and a Prometheus, and the next step for each.

use std::{io, path::PathBuf};

/// A failed operation on a Prometheus; [`Error::hint`] gives the next step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL can't be used.
    #[error("Prometheus's URL {url:?} cannot be used: {reason}")]
    Url {
        /// The text that was given, without a password.
        url: String,
        /// Why.
        reason: String,
    },
    /// A file with a password, token or certificate can't be used.
    #[error("failed to read {what} from {}", path.display())]
    SecretFile {
        /// What the file should hold.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The HTTP client could not be made.
    #[error("failed to set up the HTTP client")]
    Client(#[source] reqwest::Error),
    /// No answer.
    #[error("failed to reach the Prometheus at {url}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// Why.
        source: reqwest::Error,
    },
    /// An answer with an error status.
    #[error("the server at {url} answered {status}: {answer}")]
    Refused {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The beginning of the answer.
        answer: String,
    },
    /// An answer that is not one of Prometheus's API.
    #[error("the server at {url} does not answer as a Prometheus does: {reason}")]
    NotPrometheus {
        /// What was asked.
        url: String,
        /// What was unexpected.
        reason: String,
    },
    /// The admin API is off.
    #[error("the Prometheus at {url} runs without its admin API, so it takes no snapshot")]
    AdminApiOff {
        /// The Prometheus.
        url: String,
    },
    /// Agent mode keeps no database.
    #[error("the Prometheus at {url} runs in agent mode and keeps no database to back up")]
    AgentMode {
        /// The Prometheus.
        url: String,
    },
    /// Prometheus could not take the snapshot.
    #[error("the Prometheus at {url} failed to take a snapshot: {reason}")]
    SnapshotFailed {
        /// The Prometheus.
        url: String,
        /// What it answered.
        reason: String,
    },
    /// The data directory can't be read, or is none.
    #[error("{} cannot be the data directory of a running Prometheus: {reason}", path.display())]
    NotADataDirectory {
        /// The directory.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// It is the data directory of another Prometheus, or an old copy.
    #[error("{} is not the data directory that {url} uses: {reason}", path.display())]
    OtherDataDirectory {
        /// The directory.
        path: PathBuf,
        /// The Prometheus.
        url: String,
        /// What does not fit.
        reason: String,
    },
    /// The snapshot's folder can't be removed afterwards, so none is taken.
    #[error("failed to write to the data directory {}", path.display())]
    NotWritable {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A snapshot's folder could not be removed.
    #[error("failed to remove the snapshot {}", path.display())]
    NotRemoved {
        /// The snapshot's folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The note of a snapshot under way can't be used.
    #[error("failed to read the note {} of an earlier snapshot", path.display())]
    Note {
        /// The note.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// The next step for the person who reads the error, if there is one to name.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Url { .. } => Some(
                "use a URL such as http://prometheus:9090; a user goes into --prometheus-username, \
                 a password into --prometheus-password-file",
            ),
            Self::Unreachable { .. } => {
                Some("check --url, and that Prometheus runs and may be reached from here")
            }
            Self::Refused {
                status: 401 | 403, ..
            } => Some(
                "the server wants a login; see --prometheus-username and \
                 --prometheus-bearer-token-file",
            ),
            Self::Refused { .. } | Self::NotPrometheus { .. } => Some(
                "check --url; if Prometheus runs with --web.route-prefix or \
                 --web.external-url, the URL needs that path too",
            ),
            Self::AdminApiOff { .. } => Some(
                "start Prometheus with --web.enable-admin-api (with the operator: \
                 spec.enableAdminAPI: true), or give a snapshot's folder with --from-snapshot",
            ),
            Self::AgentMode { .. } => {
                Some("back up the Prometheus that the agent sends its samples to")
            }
            Self::SnapshotFailed { .. } => Some(
                "a block without its tombstones file makes every snapshot fail; Prometheus's log \
                 has the details",
            ),
            Self::NotADataDirectory { .. } | Self::OtherDataDirectory { .. } => Some(
                "give the folder that Prometheus was started with as --storage.tsdb.path, as it \
                 is mounted here; in a pod, mount the same volume",
            ),
            Self::NotWritable { .. } => Some(
                "lifeboat removes the snapshot afterwards, so it must be able to write there: \
                 mount the volume writable and run as Prometheus's user (65534 in its images), or \
                 take the snapshot yourself and give its folder with --from-snapshot",
            ),
            Self::NotRemoved { .. } => Some(
                "remove the folder by hand, or it will keep deleted blocks on disk; run lifeboat \
                 as Prometheus's user so that it can do so itself",
            ),
            Self::SecretFile { .. } | Self::Client(_) | Self::Note { .. } => None,
        }
    }
}
