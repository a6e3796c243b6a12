//! The options of every command that opens a repository.

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use clap::Args;
use jiff::SignedDuration;
use lifeboat_repository::{
    AzureSettings, ConnectionSettings, GoogleSettings, Instance, Location, MissingFolder,
    Repository, S3Settings, Secret, TransferSettings,
};

use super::{s3::S3Options, values, variable};

#[derive(Debug, Args)]
pub(crate) struct RepositoryOptions {
    /// Where backups are kept: a folder, file:///folder, s3://bucket/prefix, gs:// or az://
    #[arg(
        long,
        env = "LIFEBOAT_REPOSITORY",
        hide_env_values = true,
        value_name = "URL",
        help_heading = "Repository"
    )]
    pub(crate) repository: String,
    /// The name under which this Prometheus's backups are kept
    #[arg(
        long,
        env = "LIFEBOAT_INSTANCE",
        hide_env_values = true,
        value_name = "NAME",
        default_value = "prometheus",
        help_heading = "Repository"
    )]
    pub(crate) instance: Instance,
    /// Requests under way at once; each upload holds 8 MiB in memory
    #[arg(
        long,
        env = "LIFEBOAT_CONCURRENCY",
        hide_env_values = true,
        value_name = "N",
        default_value_t = 6,
        value_parser = clap::value_parser!(u16).range(1..=64),
        hide_short_help = true,        help_heading = "Transfer"
    )]
    concurrency: u16,
    /// Bytes a second at most, such as 50MiB/s
    #[arg(
        long,
        env = "LIFEBOAT_BANDWIDTH_LIMIT",
        hide_env_values = true,
        value_name = "RATE",
        value_parser = values::rate,
        hide_short_help = true,        help_heading = "Transfer"
    )]
    bandwidth_limit: Option<u64>,
    /// How long one request may take
    #[arg(
        long,
        env = "LIFEBOAT_REQUEST_TIMEOUT",
        hide_env_values = true,
        value_name = "TIME",
        default_value = "2m",
        value_parser = values::duration,
        hide_short_help = true,        help_heading = "Transfer"
    )]
    request_timeout: SignedDuration,
    /// How long a request is tried again after errors that may pass
    #[arg(
        long,
        env = "LIFEBOAT_RETRY_TIMEOUT",
        hide_env_values = true,
        value_name = "TIME",
        default_value = "3m",
        value_parser = values::duration,
        hide_short_help = true,        help_heading = "Transfer"
    )]
    retry_timeout: SignedDuration,
    /// A PEM file of certificate authorities to trust beside the system's
    #[arg(
        long,
        env = "LIFEBOAT_CERTIFICATE_AUTHORITY",
        hide_env_values = true,
        value_name = "FILE",
        hide_short_help = true,
        help_heading = "Transfer"
    )]
    pub(crate) certificate_authority: Option<PathBuf>,
    #[command(flatten)]
    s3: S3Options,
    #[command(flatten)]
    google: GoogleOptions,
    #[command(flatten)]
    azure: AzureOptions,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Google Cloud Storage")]
#[expect(
    clippy::struct_field_names,
    reason = "the names are those of the options"
)]
struct GoogleOptions {
    /// A service account's key file; the environment's default credentials if left out
    #[arg(
        long,
        env = "GOOGLE_APPLICATION_CREDENTIALS",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "FILE"
    )]
    gs_service_account: Option<String>,
    /// The server's URL; Google's if left out
    #[arg(
        long,
        env = "LIFEBOAT_GS_ENDPOINT",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "URL"
    )]
    gs_endpoint: Option<String>,
    /// Send no credentials, for emulators
    #[arg(
        long,
        env = "LIFEBOAT_GS_ANONYMOUS",
        hide_env_values = true,
        hide_short_help = true
    )]
    gs_anonymous: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Azure Blob Storage")]
struct AzureOptions {
    /// The storage account; its key comes from AZURE_STORAGE_ACCOUNT_KEY or workload identity
    #[arg(
        long,
        env = "AZURE_STORAGE_ACCOUNT_NAME",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "ACCOUNT"
    )]
    az_account: Option<String>,
    /// The account's URL; Azure's if left out
    #[arg(
        long,
        env = "LIFEBOAT_AZ_ENDPOINT",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "URL"
    )]
    az_endpoint: Option<String>,
}

impl RepositoryOptions {
    /// Opens the repository.
    pub(crate) fn open(&self, missing_folder: MissingFolder) -> anyhow::Result<Repository> {
        let location: Location = self
            .repository
            .parse()
            .map_err(lifeboat_repository::Error::Location)?;
        let transfer = TransferSettings {
            concurrency: usize::from(self.concurrency),
            bandwidth_limit: self.bandwidth_limit,
        };
        let settings = self.connection(&location)?;
        Ok(Repository::open(
            location,
            &settings,
            transfer,
            missing_folder,
        )?)
    }

    fn connection(&self, location: &Location) -> anyhow::Result<ConnectionSettings> {
        let standard = |duration: SignedDuration| {
            Duration::try_from(duration).context("a time limit must not be negative")
        };
        Ok(ConnectionSettings {
            s3: match location {
                Location::S3 { .. } => self.s3.settings()?,
                _ => S3Settings::default(),
            },
            google: GoogleSettings {
                service_account_file: self.google.gs_service_account.clone(),
                endpoint: self.google.gs_endpoint.clone(),
                anonymous: self.google.gs_anonymous,
            },
            azure: AzureSettings {
                account: self.azure.az_account.clone(),
                access_key: variable("AZURE_STORAGE_ACCOUNT_KEY").map(Secret::new),
                endpoint: self.azure.az_endpoint.clone(),
            },
            certificate_authority: self.certificate_authority.clone(),
            request_timeout: standard(self.request_timeout)?,
            retry_timeout: standard(self.retry_timeout)?,
            ..ConnectionSettings::default()
        })
    }
}
