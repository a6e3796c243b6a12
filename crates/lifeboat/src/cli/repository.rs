//! The options of every command that opens a repository.

use std::{env, fs, path::PathBuf, time::Duration};

use anyhow::Context;
use clap::{Args, ValueEnum};
use jiff::SignedDuration;
use lifeboat_repository::{
    Addressing, AzureSettings, ConnectionSettings, CredentialSource, GoogleSettings, Instance,
    Location, MissingFolder, Repository, S3Settings, Secret, ServerSideEncryption,
    TransferSettings, UploadChecksum,
};

use super::{UsageError, values};

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
        default_value_t = 4,
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
#[command(next_help_heading = "S3")]
#[expect(
    clippy::struct_field_names,
    reason = "the names are those of the options"
)]
struct S3Options {
    /// The server's URL; Amazon's if left out [also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL]
    #[arg(
        long,
        env = "LIFEBOAT_S3_ENDPOINT",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "URL"
    )]
    s3_endpoint: Option<String>,
    /// The region [also: AWS_REGION, AWS_DEFAULT_REGION]
    #[arg(
        long,
        env = "LIFEBOAT_S3_REGION",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "REGION"
    )]
    s3_region: Option<String>,
    /// Where the bucket's name stands: in the URL's path or in its host name
    #[arg(
        long,
        env = "LIFEBOAT_S3_ADDRESSING",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "STYLE",
        default_value = "path"
    )]
    s3_addressing: AddressingOption,
    /// Where credentials come from; auto takes the first of static, web-identity, container
    #[arg(
        long,
        env = "LIFEBOAT_S3_CREDENTIALS",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "SOURCE",
        default_value = "auto"
    )]
    s3_credentials: CredentialsOption,
    /// The file that holds the access key's id [instead of AWS_ACCESS_KEY_ID]
    #[arg(
        long,
        env = "LIFEBOAT_S3_ACCESS_KEY_ID_FILE",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "FILE",
        requires = "s3_secret_access_key_file"
    )]
    s3_access_key_id_file: Option<PathBuf>,
    /// The file that holds the access key's secret [instead of AWS_SECRET_ACCESS_KEY]
    #[arg(
        long,
        env = "LIFEBOAT_S3_SECRET_ACCESS_KEY_FILE",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "FILE",
        requires = "s3_access_key_id_file"
    )]
    s3_secret_access_key_file: Option<PathBuf>,
    /// Encryption at rest that the server is asked for
    #[arg(
        long,
        env = "LIFEBOAT_S3_ENCRYPTION",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "KIND"
    )]
    s3_encryption: Option<EncryptionOption>,
    /// The key for --s3-encryption aws:kms; the account's default if left out
    #[arg(
        long,
        env = "LIFEBOAT_S3_KMS_KEY_ID",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "KEY",
        requires = "s3_encryption"
    )]
    s3_kms_key_id: Option<String>,
    /// The storage class of data files, such as STANDARD_IA; metadata keeps the bucket's
    #[arg(
        long,
        env = "LIFEBOAT_S3_STORAGE_CLASS",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "CLASS",
        value_parser = values::storage_class
    )]
    s3_storage_class: Option<String>,
    /// A tag for every object; may be given several times
    #[arg(
        long = "s3-tag",
        env = "LIFEBOAT_S3_TAGS",
        hide_env_values = true, hide_short_help = true,
        value_name = "KEY=VALUE",
        value_delimiter = ',',
        value_parser = values::tag
    )]
    s3_tags: Vec<(String, String)>,
    /// The checksum that the server checks on every upload
    #[arg(
        long,
        env = "LIFEBOAT_S3_CHECKSUM",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "CHECKSUM",
        default_value = "crc64nvme"
    )]
    s3_checksum: ChecksumOption,
    /// Whether the server knows If-None-Match, so that nothing can be overwritten
    #[arg(
        long,
        env = "LIFEBOAT_S3_CONDITIONAL_WRITES",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "SWITCH",
        default_value = "on"
    )]
    s3_conditional_writes: Switch,
    /// Sign every payload too, which costs a second SHA-256 of all that is sent
    #[arg(
        long,
        env = "LIFEBOAT_S3_SIGN_PAYLOAD",
        hide_env_values = true,
        hide_short_help = true
    )]
    s3_sign_payload: bool,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AddressingOption {
    Path,
    Virtual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CredentialsOption {
    Auto,
    Static,
    WebIdentity,
    Container,
    Instance,
    Anonymous,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EncryptionOption {
    #[value(name = "AES256")]
    Aes256,
    #[value(name = "aws:kms")]
    AwsKms,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ChecksumOption {
    Crc64nvme,
    Sha256,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
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
        })
    }
}

impl S3Options {
    fn settings(&self) -> anyhow::Result<S3Settings> {
        let first_of = |given: &Option<String>, names: &[&str]| {
            let given = given.clone();
            given.or_else(|| names.iter().find_map(|name| variable(name)))
        };
        Ok(S3Settings {
            endpoint: first_of(
                &self.s3_endpoint,
                &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
            ),
            region: first_of(&self.s3_region, &["AWS_REGION", "AWS_DEFAULT_REGION"]),
            addressing: match self.s3_addressing {
                AddressingOption::Path => Addressing::Path,
                AddressingOption::Virtual => Addressing::Virtual,
            },
            credentials: self.credentials()?,
            encryption: self.encryption()?,
            storage_class: self.s3_storage_class.clone(),
            tags: self.s3_tags.clone(),
            checksum: match self.s3_checksum {
                ChecksumOption::Crc64nvme => UploadChecksum::Crc64Nvme,
                ChecksumOption::Sha256 => UploadChecksum::Sha256,
                ChecksumOption::None => UploadChecksum::None,
            },
            conditional_writes: self.s3_conditional_writes == Switch::On,
            sign_payload: self.s3_sign_payload,
        })
    }

    fn encryption(&self) -> anyhow::Result<Option<ServerSideEncryption>> {
        match (self.s3_encryption, &self.s3_kms_key_id) {
            (None, _) => Ok(None),
            (Some(EncryptionOption::AwsKms), key) => Ok(Some(
                ServerSideEncryption::KeyManagementService(key.clone()),
            )),
            (Some(EncryptionOption::Aes256), None) => Ok(Some(ServerSideEncryption::S3Managed)),
            (Some(EncryptionOption::Aes256), Some(_)) => Err(UsageError::new(
                "AES256 has no key of the key management service",
                "use --s3-encryption aws:kms, or leave out --s3-kms-key-id",
            )
            .into()),
        }
    }

    fn credentials(&self) -> anyhow::Result<CredentialSource> {
        use CredentialsOption as O;
        let missing = |what: &str, hint: &str| {
            Err(UsageError::new(
                format!("--s3-credentials {what} has nothing to go by"),
                hint,
            )
            .into())
        };
        match self.s3_credentials {
            O::Auto => Ok(match self.static_key()? {
                Some(found) => found,
                None => web_identity()
                    .or_else(container)
                    .unwrap_or(CredentialSource::Missing),
            }),
            O::Static => match self.static_key()? {
                Some(found) => Ok(found),
                None => missing("static", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
            },
            O::WebIdentity => match web_identity() {
                Some(found) => Ok(found),
                None => missing(
                    "web-identity",
                    "set AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN; the service account's \
                     annotation eks.amazonaws.com/role-arn does so",
                ),
            },
            O::Container => match container() {
                Some(found) => Ok(found),
                None => missing(
                    "container",
                    "set AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, or \
                     AWS_CONTAINER_CREDENTIALS_FULL_URI and AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                ),
            },
            O::Instance => Ok(CredentialSource::Instance {
                endpoint: variable("AWS_EC2_METADATA_SERVICE_ENDPOINT"),
            }),
            O::Anonymous => Ok(CredentialSource::Anonymous),
        }
    }

    fn static_key(&self) -> anyhow::Result<Option<CredentialSource>> {
        let read = |path: &PathBuf| {
            fs::read_to_string(path)
                .map(|text| text.trim().to_owned())
                .with_context(|| format!("failed to read a credential from {}", path.display()))
        };
        let (access_key_id, secret_access_key, session_token) =
            match (&self.s3_access_key_id_file, &self.s3_secret_access_key_file) {
                (Some(id), Some(secret)) => (Some(read(id)?), Some(read(secret)?), None),
                _ => (
                    variable("AWS_ACCESS_KEY_ID"),
                    variable("AWS_SECRET_ACCESS_KEY"),
                    variable("AWS_SESSION_TOKEN"),
                ),
            };
        match (access_key_id, secret_access_key) {
            (Some(id), Some(secret)) => Ok(Some(CredentialSource::Static {
                access_key_id: Secret::new(id),
                secret_access_key: Secret::new(secret),
                session_token: session_token.map(Secret::new),
            })),
            (None, None) => Ok(None),
            _ => Err(UsageError::new(
                "one half of the S3 access key is missing",
                "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            )
            .into()),
        }
    }
}

fn web_identity() -> Option<CredentialSource> {
    Some(CredentialSource::WebIdentity {
        token_file: variable("AWS_WEB_IDENTITY_TOKEN_FILE")?,
        role_arn: variable("AWS_ROLE_ARN")?,
        session_name: variable("AWS_ROLE_SESSION_NAME"),
        endpoint: variable("AWS_ENDPOINT_URL_STS"),
    })
}

fn container() -> Option<CredentialSource> {
    if let Some(uri) = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        return Some(CredentialSource::ContainerRelative(uri));
    }
    Some(CredentialSource::ContainerFull {
        uri: variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")?,
        token_file: variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")?,
    })
}

/// An environment variable that is set to something.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
