//! The options of `s3://` repositories, and the settings that they come to.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use lifeboat_repository::{Addressing, S3Settings, ServerSideEncryption, UploadChecksum};

use super::{UsageError, values, variable};

#[derive(Debug, Args)]
#[command(next_help_heading = "S3")]
#[expect(
    clippy::struct_field_names,
    reason = "the names are those of the options"
)]
pub(super) struct S3Options {
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
    pub(super) s3_credentials: CredentialsOption,
    /// The file that holds the access key's id [instead of AWS_ACCESS_KEY_ID]
    #[arg(
        long,
        env = "LIFEBOAT_S3_ACCESS_KEY_ID_FILE",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "FILE",
        requires = "s3_secret_access_key_file"
    )]
    pub(super) s3_access_key_id_file: Option<PathBuf>,
    /// The file that holds the access key's secret [instead of AWS_SECRET_ACCESS_KEY]
    #[arg(
        long,
        env = "LIFEBOAT_S3_SECRET_ACCESS_KEY_FILE",
        hide_env_values = true,
        hide_short_help = true,
        value_name = "FILE",
        requires = "s3_access_key_id_file"
    )]
    pub(super) s3_secret_access_key_file: Option<PathBuf>,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AddressingOption {
    Path,
    Virtual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CredentialsOption {
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

impl S3Options {
    pub(super) fn settings(&self) -> anyhow::Result<S3Settings> {
        let settings = S3Settings {
            endpoint: self.s3_endpoint.clone(),
            region: self.s3_region.clone(),
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
        };
        Ok(settings.or_from_variables(&variable))
    }

    fn encryption(&self) -> anyhow::Result<Option<ServerSideEncryption>> {
        let kind = self.s3_encryption.map(|kind| match kind {
            EncryptionOption::Aes256 => ServerSideEncryption::S3Managed,
            EncryptionOption::AwsKms => ServerSideEncryption::KeyManagementService(None),
        });
        let Some(kind) = kind else { return Ok(None) };
        let encryption = kind.with_key(self.s3_kms_key_id.clone());
        encryption.map(Some).map_err(|error| {
            UsageError::new(
                error.to_string(),
                "use --s3-encryption aws:kms, or leave out --s3-kms-key-id",
            )
            .into()
        })
    }
}
