//! Where a `PrometheusBackup` keeps its backups, and what it takes to open that repository.

use std::{path::PathBuf, sync::Arc, time::Duration};

use jiff::SignedDuration;
use lifeboat_repository::{
    AzureSettings, ConnectionSettings, CredentialError, Error, GoogleSettings, Instance, Location,
    MissingFolder, Repository, RequestCounters, S3Settings, Secret, TransferSettings, Variables,
    read_credential,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    stores::{AzureSpec, GoogleSpec, S3Spec},
    validations,
};
use crate::{
    defaults,
    values::{LONGER_THAN_NOTHING, Rate, Text},
};

/// A repository and how to reach it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = validations::STORES))]
pub struct RepositorySpec {
    /// A folder, `file:///folder`, `s3://bucket/prefix`, `gs://bucket/prefix` or
    /// `az://container/prefix`.
    pub url: Text<Location>,
    /// The name under which this Prometheus's backups are kept. Without it, namespace and name with
    /// a hyphen between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<Text<Instance>>,
    /// Requests under way at once; each upload holds 8 MiB in memory.
    #[serde(default = "defaults::concurrency")]
    #[schemars(range(min = 1, max = 64))]
    pub concurrency: u16,
    /// Bytes a second at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth_limit: Option<Text<Rate>>,
    /// How long one request may take.
    #[serde(default = "defaults::request_timeout")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub request_timeout: Text<SignedDuration>,
    /// How long a request is tried again after errors that may pass.
    #[serde(default = "defaults::retry_timeout")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub retry_timeout: Text<SignedDuration>,
    /// A PEM file of certificate authorities to trust beside the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_authority: Option<Text<PathBuf>>,
    /// Settings for `s3://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3: Option<S3Spec>,
    /// Settings for `gs://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub google: Option<GoogleSpec>,
    /// Settings for `az://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azure: Option<AzureSpec>,
}

/// All that it takes to open a repository, but for what is secret: that is read at each opening,
/// since mounted secrets are rotated.
#[derive(Debug, Clone)]
pub struct RepositorySettings {
    /// Where it lives.
    pub location: Location,
    /// The name under which backups are kept in it.
    pub instance: Instance,
    /// How hard a transfer may work.
    pub transfer: TransferSettings,
    request_timeout: Duration,
    retry_timeout: Duration,
    certificate_authority: Option<PathBuf>,
    s3: S3Spec,
    google: GoogleSpec,
    azure: AzureSpec,
}

impl RepositorySpec {
    pub(super) fn settings(&self, instance: Instance) -> RepositorySettings {
        RepositorySettings {
            location: self.url.0.clone(),
            instance,
            transfer: TransferSettings {
                concurrency: usize::from(self.concurrency),
                bandwidth_limit: self.bandwidth_limit.as_ref().map(|rate| rate.0.0),
            },
            request_timeout: self.request_timeout.0.unsigned_abs(),
            retry_timeout: self.retry_timeout.0.unsigned_abs(),
            certificate_authority: path(self.certificate_authority.as_ref()),
            s3: self.s3.clone().unwrap_or_default(),
            google: self.google.clone().unwrap_or_default(),
            azure: self.azure.clone().unwrap_or_default(),
        }
    }
}

impl RepositorySettings {
    /// Opens the repository, whose requests are counted. Files with credentials are read now; an
    /// error names the file.
    pub fn open(
        &self,
        missing_folder: MissingFolder,
        variable: Variables<'_>,
        requests: &Arc<RequestCounters>,
    ) -> Result<Repository, Error> {
        let mut connection = self
            .connection(variable)
            .map_err(|source| Error::Credentials {
                repository: self.location.to_string(),
                source,
            })?;
        connection.requests = Arc::clone(requests);
        Repository::open(
            self.location.clone(),
            &connection,
            self.transfer,
            missing_folder,
        )
    }

    /// The settings of the connection, with the credentials that files and variables hold now.
    pub fn connection(
        &self,
        variable: Variables<'_>,
    ) -> Result<ConnectionSettings, CredentialError> {
        // Of the others, neither files nor variables are looked at.
        let mut connection = ConnectionSettings {
            certificate_authority: self.certificate_authority.clone(),
            request_timeout: self.request_timeout,
            retry_timeout: self.retry_timeout,
            ..ConnectionSettings::default()
        };
        match self.location {
            Location::Folder(_) => {}
            Location::S3 { .. } => connection.s3 = self.s3_settings(variable)?,
            Location::GoogleCloud { .. } => connection.google = self.google_settings(variable),
            Location::Azure { .. } => connection.azure = self.azure_settings(variable)?,
        }
        Ok(connection)
    }

    fn s3_settings(&self, variable: Variables<'_>) -> Result<S3Settings, CredentialError> {
        self.s3.settings(variable)
    }

    fn google_settings(&self, variable: Variables<'_>) -> GoogleSettings {
        let file = path(self.google.service_account_file.as_ref());
        GoogleSettings {
            service_account_file: file
                .map(|file| file.display().to_string())
                .or_else(|| variable("GOOGLE_APPLICATION_CREDENTIALS")),
            endpoint: self.google.endpoint.as_ref().map(|url| url.0.0.clone()),
            anonymous: self.google.anonymous,
        }
    }

    fn azure_settings(&self, variable: Variables<'_>) -> Result<AzureSettings, CredentialError> {
        let key = match &self.azure.access_key_file {
            Some(file) => Some(read_credential(&file.0)?),
            None => variable("AZURE_STORAGE_ACCOUNT_KEY"),
        };
        let account = self.azure.account.clone();
        Ok(AzureSettings {
            account: account.or_else(|| variable("AZURE_STORAGE_ACCOUNT_NAME")),
            access_key: key.map(Secret::new),
            endpoint: self.azure.endpoint.as_ref().map(|url| url.0.0.clone()),
        })
    }
}

pub(super) fn path(path: Option<&Text<PathBuf>>) -> Option<PathBuf> {
    path.map(|path| path.0.clone())
}
