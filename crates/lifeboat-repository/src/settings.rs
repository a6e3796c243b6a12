//! Settings of a repository's connection: endpoint, credentials, encryption, storage class, checksums, pace.

use std::{path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use crate::{credentials::Variables, requests::RequestCounters, secret::Secret};

/// Everything that a connection needs beside the repository's URL.
#[derive(Debug, Clone)]
pub struct ConnectionSettings {
    /// Settings for `s3://`.
    pub s3: S3Settings,
    /// Settings for `gs://`.
    pub google: GoogleSettings,
    /// Settings for `az://`.
    pub azure: AzureSettings,
    /// A PEM file of certificate authorities to trust beside the system's.
    pub certificate_authority: Option<PathBuf>,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How long the same request is tried again after errors that may pass.
    pub retry_timeout: Duration,
    /// Counts the requests.
    pub requests: Arc<RequestCounters>,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            s3: S3Settings::default(),
            google: GoogleSettings::default(),
            azure: AzureSettings::default(),
            certificate_authority: None,
            request_timeout: Duration::from_mins(2),
            retry_timeout: Duration::from_mins(3),
            requests: Arc::default(),
        }
    }
}

/// Settings for S3 and servers that speak its protocol.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// The server's URL; none means Amazon's for the region.
    pub endpoint: Option<String>,
    /// The region; `us-east-1` if none.
    pub region: Option<String>,
    /// Where the bucket's name stands in a request.
    pub addressing: Addressing,
    /// Where credentials come from.
    pub credentials: CredentialSource,
    /// Encryption at rest to ask for.
    pub encryption: Option<ServerSideEncryption>,
    /// The storage class of data files. Documents keep the bucket's default, since they are read
    /// at every backup.
    pub storage_class: Option<String>,
    /// Tags of every object.
    pub tags: Vec<(String, String)>,
    /// The checksum sent with every upload, which the server checks.
    pub checksum: UploadChecksum,
    /// Whether the server knows `If-None-Match: *`, so that nothing can be overwritten.
    pub conditional_writes: bool,
    /// Whether to sign each payload, which costs a second SHA-256 of everything sent.
    pub sign_payload: bool,
}

impl S3Settings {
    /// The server's URL and the region where none are given, from the variables that Amazon's own
    /// tools heed.
    #[must_use]
    pub fn or_from_variables(mut self, variable: Variables<'_>) -> Self {
        let first_of = |names: [&str; 2]| names.iter().find_map(|name| variable(name));
        self.endpoint = self
            .endpoint
            .or_else(|| first_of(["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]));
        self.region = self
            .region
            .or_else(|| first_of(["AWS_REGION", "AWS_DEFAULT_REGION"]));
        self
    }
}

impl Default for S3Settings {
    fn default() -> Self {
        Self {
            endpoint: None,
            region: None,
            addressing: Addressing::default(),
            credentials: CredentialSource::Missing,
            encryption: None,
            storage_class: None,
            tags: Vec::new(),
            checksum: UploadChecksum::default(),
            conditional_writes: true,
            sign_payload: false,
        }
    }
}

/// Where the bucket's name stands in a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Addressing {
    /// In the path: `https://server/bucket/key`. Every server knows it.
    #[default]
    Path,
    /// In the host's name: `https://bucket.server/key`.
    Virtual,
}

/// Where S3 credentials come from.
#[derive(Debug, Clone)]
pub enum CredentialSource {
    /// Nothing was found; connecting says so, rather than asking the network.
    Missing,
    /// An access key.
    Static {
        /// The key's id.
        access_key_id: Secret,
        /// The key's secret.
        secret_access_key: Secret,
        /// A temporary key's token.
        session_token: Option<Secret>,
    },
    /// A web identity token, as IRSA mounts it into a pod.
    WebIdentity {
        /// The file that holds the token.
        token_file: String,
        /// The role to assume.
        role_arn: String,
        /// The session's name in the audit log.
        session_name: Option<String>,
        /// The security token service's URL; none means Amazon's for the region.
        endpoint: Option<String>,
    },
    /// The container credential service of ECS, by its relative URI.
    ContainerRelative(String),
    /// The container credential service of EKS Pod Identity.
    ContainerFull {
        /// The service's URL.
        uri: String,
        /// The file that holds the token for it.
        token_file: String,
    },
    /// The instance metadata service.
    Instance {
        /// The service's URL; none means the well-known address.
        endpoint: Option<String>,
    },
    /// No signature at all, for public buckets.
    Anonymous,
}

/// Encryption at rest that the server does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerSideEncryption {
    /// `AES256`: keys that S3 manages.
    S3Managed,
    /// `aws:kms`: a key of the key management service; none means the account's default key.
    KeyManagementService(Option<String>),
}

/// The checksum sent with every upload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UploadChecksum {
    /// CRC-64/NVME: nearly free, and finds every accident.
    #[default]
    Crc64Nvme,
    /// SHA-256: a second pass over everything sent.
    Sha256,
    /// None, for servers that know neither. What was sent is then read back and compared.
    None,
}

impl FromStr for UploadChecksum {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "crc64nvme" => Ok(Self::Crc64Nvme),
            "sha256" => Ok(Self::Sha256),
            "none" => Ok(Self::None),
            other => Err(format!("{other:?} is not one of crc64nvme, sha256, none")),
        }
    }
}

/// Settings for Google Cloud Storage. With none of them, the environment's default credentials.
#[derive(Debug, Clone, Default)]
pub struct GoogleSettings {
    /// A service account's key file.
    pub service_account_file: Option<String>,
    /// The server's URL, for tests and private endpoints.
    pub endpoint: Option<String>,
    /// No signature at all, for public buckets and emulators.
    pub anonymous: bool,
}

/// Settings for Azure Blob Storage. With no key, workload identity or managed identity is used.
#[derive(Debug, Clone, Default)]
pub struct AzureSettings {
    /// The storage account.
    pub account: Option<String>,
    /// The account's key.
    pub access_key: Option<Secret>,
    /// The server's URL, for emulators and sovereign clouds.
    pub endpoint: Option<String>,
}

/// How hard a transfer may work.
#[derive(Debug, Clone, Copy)]
pub struct TransferSettings {
    /// Requests under way at once; each upload holds one part of 8 MiB in memory.
    pub concurrency: usize,
    /// Bytes a second, or no limit.
    pub bandwidth_limit: Option<u64>,
}

impl Default for TransferSettings {
    fn default() -> Self {
        Self {
            concurrency: 6,
            bandwidth_limit: None,
        }
    }
}
