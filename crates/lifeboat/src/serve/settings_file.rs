//! `lifeboat.yaml`: the settings of the process, each of which is also an option and a variable.

use std::{
    collections::BTreeSet,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use jiff::SignedDuration;
use lifeboat_alerts::NotificationSettings;
use lifeboat_core::parse_duration;
use serde::{Deserialize, Deserializer, de};

/// What stands in the file. What doesn't is left to options, variables and defaults.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct SettingsFile {
    pub(super) resources: Option<PathBuf>,
    pub(super) kubernetes: KubernetesFile,
    pub(super) kopia_repositories: Option<PathBuf>,
    pub(super) kopia: Option<PathBuf>,
    pub(super) postgres_object_stores: Option<PathBuf>,
    pub(super) ledger: Option<String>,
    pub(super) listen: Option<SocketAddr>,
    pub(super) compatibility_metrics: Option<bool>,
    pub(super) api_token_file: Option<PathBuf>,
    /// Notifiers, external labels, and the links in alerts.
    pub(super) alerts: NotificationSettings,
    #[serde(deserialize_with = "duration")]
    pub(super) evaluation_interval: Option<SignedDuration>,
    #[serde(deserialize_with = "duration")]
    pub(super) reload_interval: Option<SignedDuration>,
    pub(super) maximum_runs: Option<u16>,
    #[serde(deserialize_with = "duration")]
    pub(super) shutdown_grace: Option<SignedDuration>,
    #[serde(deserialize_with = "duration")]
    pub(super) history_retention: Option<SignedDuration>,
}

/// What stands in the file about the cluster.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct KubernetesFile {
    pub(super) enabled: Option<bool>,
    pub(super) kubeconfig: Option<PathBuf>,
    pub(super) context: Option<String>,
    /// The contexts of several clusters.
    pub(super) contexts: Vec<String>,
    pub(super) cluster: Option<String>,
    pub(super) namespaces: BTreeSet<String>,
    pub(super) instance_exporters: Option<bool>,
    pub(super) allow_run_jobs: Option<bool>,
    #[serde(deserialize_with = "duration")]
    pub(super) instance_exporter_interval: Option<SignedDuration>,
    pub(super) leader_election: Option<bool>,
    pub(super) lease_name: Option<String>,
    pub(super) lease_namespace: Option<String>,
}

/// Why the file can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsFileError {
    /// It can't be read.
    #[error("failed to read the settings {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not what it should be.
    #[error("the settings {} can't be used: {reason}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
}

impl SettingsFileError {
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Read { .. } => "check --config; the file is optional",
            Self::Content { .. } => {
                "docs/serve.md shows every setting; the names are those of the options in camelCase"
            }
        }
    }
}

impl SettingsFile {
    pub(super) fn read(path: &Path) -> Result<Self, SettingsFileError> {
        let text = fs::read_to_string(path).map_err(|source| SettingsFileError::Read {
            path: path.to_owned(),
            source,
        })?;
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        serde_saphyr::from_str(&text).map_err(|error| SettingsFileError::Content {
            path: path.to_owned(),
            // A picture of the line would be lost where an error is told on one line.
            reason: error.without_snippet().to_string(),
        })
    }
}

fn duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SignedDuration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text)
        .map(Some)
        .map_err(|error| de::Error::custom(format!("'{text}': {error}")))
}
