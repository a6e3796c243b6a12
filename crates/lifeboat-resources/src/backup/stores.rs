//! Settings of object stores: those of the command line, with secrets in files only.

use std::{collections::BTreeMap, path::PathBuf};

use lifeboat_repository::{
    AccessKeyFiles, Addressing, CredentialChoice, CredentialError, CredentialSource, S3Settings,
    ServerSideEncryption, UploadChecksum, Variables,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::validations;
use crate::{
    defaults,
    values::{StorageClass, StoreUrl, Text},
};

/// Settings for S3 and servers that speak its protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("x-kubernetes-validations" = validations::S3))]
pub struct S3Spec {
    /// The server's URL. Without it, that of the variables `AWS_ENDPOINT_URL_S3` and
    /// `AWS_ENDPOINT_URL`, else Amazon's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Text<StoreUrl>>,
    /// The region. Without it, that of the variables `AWS_REGION` and `AWS_DEFAULT_REGION`, else
    /// `us-east-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Where the bucket's name stands.
    pub addressing: AddressingSpec,
    /// Where credentials come from.
    pub credentials: CredentialsSpec,
    /// The file that holds the access key's id. Without it, the variable `AWS_ACCESS_KEY_ID`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_id_file: Option<Text<PathBuf>>,
    /// The file that holds the access key's secret. Without it, the variable
    /// `AWS_SECRET_ACCESS_KEY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_access_key_file: Option<Text<PathBuf>>,
    /// Encryption at rest that the server is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption: Option<EncryptionSpec>,
    /// The key for the encryption `aws:kms`. Without it, the account's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// The storage class of data files; metadata keeps the bucket's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<Text<StorageClass>>,
    /// Tags for every object.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The checksum that the server checks on every upload.
    pub checksum: ChecksumSpec,
    /// Whether the server knows `If-None-Match`, so that nothing can be overwritten.
    #[serde(default = "defaults::yes")]
    pub conditional_writes: bool,
    /// Whether to sign every payload too, which costs a second SHA-256 of all that is sent.
    pub sign_payload: bool,
}

impl Default for S3Spec {
    fn default() -> Self {
        Self {
            endpoint: None,
            region: None,
            addressing: AddressingSpec::Path,
            credentials: CredentialsSpec::Auto,
            access_key_id_file: None,
            secret_access_key_file: None,
            encryption: None,
            kms_key_id: None,
            storage_class: None,
            tags: BTreeMap::new(),
            checksum: ChecksumSpec::Crc64nvme,
            conditional_writes: true,
            sign_payload: false,
        }
    }
}

impl S3Spec {
    pub(super) fn settings(&self, variable: Variables<'_>) -> Result<S3Settings, CredentialError> {
        let files = self
            .access_key_id_file
            .clone()
            .zip(self.secret_access_key_file.clone())
            .map(|(id, secret)| AccessKeyFiles {
                access_key_id: id.0,
                secret_access_key: secret.0,
            });
        let credentials =
            CredentialSource::find(self.credentials.into(), files.as_ref(), variable)?;
        let settings = S3Settings {
            endpoint: self.endpoint.as_ref().map(|url| url.0.0.clone()),
            region: self.region.clone(),
            addressing: match self.addressing {
                AddressingSpec::Path => Addressing::Path,
                AddressingSpec::Virtual => Addressing::Virtual,
            },
            credentials,
            encryption: self.encryption.map(|kind| match kind {
                EncryptionSpec::Aes256 => ServerSideEncryption::S3Managed,
                EncryptionSpec::AwsKms => {
                    ServerSideEncryption::KeyManagementService(self.kms_key_id.clone())
                }
            }),
            storage_class: self.storage_class.as_ref().map(|class| class.0.0.clone()),
            tags: self.tags.clone().into_iter().collect(),
            checksum: match self.checksum {
                ChecksumSpec::Crc64nvme => UploadChecksum::Crc64Nvme,
                ChecksumSpec::Sha256 => UploadChecksum::Sha256,
                ChecksumSpec::None => UploadChecksum::None,
            },
            conditional_writes: self.conditional_writes,
            sign_payload: self.sign_payload,
        };
        Ok(settings.or_from_variables(variable))
    }
}

/// Where the bucket's name stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AddressingSpec {
    /// In the URL's path.
    Path,
    /// In the URL's host name.
    Virtual,
}

/// Where credentials come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialsSpec {
    /// The first of the next three that is there.
    Auto,
    /// An access key, from files or variables.
    Static,
    /// A web identity token, as a service account with a role has it (IRSA).
    WebIdentity,
    /// The credential service of a container, as of ECS and EKS Pod Identity.
    Container,
    /// The instance's metadata service.
    Instance,
    /// None, for public buckets.
    Anonymous,
}

impl From<CredentialsSpec> for CredentialChoice {
    fn from(credentials: CredentialsSpec) -> Self {
        match credentials {
            CredentialsSpec::Auto => Self::Auto,
            CredentialsSpec::Static => Self::Static,
            CredentialsSpec::WebIdentity => Self::WebIdentity,
            CredentialsSpec::Container => Self::Container,
            CredentialsSpec::Instance => Self::Instance,
            CredentialsSpec::Anonymous => Self::Anonymous,
        }
    }
}

/// Encryption at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum EncryptionSpec {
    /// With keys that S3 manages.
    #[serde(rename = "AES256")]
    Aes256,
    /// With a key of the key management service.
    #[serde(rename = "aws:kms")]
    AwsKms,
}

/// The checksum of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChecksumSpec {
    /// Nearly free, and finds every accident.
    Crc64nvme,
    /// A second pass over everything that is sent.
    Sha256,
    /// For servers that know neither. What was sent is then read back and compared.
    None,
}

/// Settings for Google Cloud Storage.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GoogleSpec {
    /// A service account's key file. Without it, that of the variable
    /// `GOOGLE_APPLICATION_CREDENTIALS`, else the environment's default credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_file: Option<Text<PathBuf>>,
    /// The server's URL. Without it, Google's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Text<StoreUrl>>,
    /// Whether to send no credentials, for emulators.
    pub anonymous: bool,
}

/// Settings for Azure Blob Storage.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AzureSpec {
    /// The storage account. Without it, that of the variable `AZURE_STORAGE_ACCOUNT_NAME`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The file that holds the account's key. Without it, the variable
    /// `AZURE_STORAGE_ACCOUNT_KEY`, else workload identity or managed identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_file: Option<Text<PathBuf>>,
    /// The account's URL. Without it, Azure's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Text<StoreUrl>>,
}
