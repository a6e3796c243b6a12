//! Makes the client for a location: `object_store`'s own, set up with Lifeboat's settings.

use std::{fs, path::Path as FilePath, sync::Arc, time::Duration};

use object_store::{
    BackoffConfig, Certificate, ClientOptions, ObjectStore, RetryConfig, StaticCredentialProvider,
    aws::{AmazonS3Builder, AmazonS3ConfigKey, Checksum, S3ConditionalPut},
    azure::MicrosoftAzureBuilder,
    gcp::{GcpCredential, GoogleCloudStorageBuilder},
    local::LocalFileSystem,
    memory::InMemory,
    prefix::PrefixStore,
};
use url::Url;

use crate::{
    error::Error,
    location::Location,
    requests::CountingConnector,
    settings::{
        Addressing, AzureSettings, ConnectionSettings, CredentialSource, GoogleSettings,
        S3Settings, ServerSideEncryption, UploadChecksum,
    },
};

/// Whether a missing folder may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingFolder {
    /// Make it: a first backup makes the repository.
    Create,
    /// Refuse: reading from an empty repository is a typing error.
    Refuse,
    /// Take it for an empty repository, and make nothing: what a dry run needs.
    TakeForEmpty,
}

pub(crate) fn connect(
    location: &Location,
    settings: &ConnectionSettings,
    missing_folder: MissingFolder,
) -> Result<Arc<dyn ObjectStore>, Error> {
    let failed = |source| Error::Connect {
        repository: location.to_string(),
        source,
    };
    match location {
        Location::Folder(path) => folder(path, missing_folder),
        Location::S3 { bucket, prefix } => {
            if matches!(settings.s3.credentials, CredentialSource::Missing) {
                return Err(Error::MissingCredentials {
                    repository: location.to_string(),
                });
            }
            settings
                .s3
                .endpoint
                .as_deref()
                .map_or(Ok(()), check_endpoint)?;
            let store = s3(bucket, &settings.s3)
                .map_err(failed)?
                .with_client_options(client_options(settings, settings.s3.endpoint.as_deref())?)
                .with_retry(retry_config(settings))
                .with_http_connector(CountingConnector(Arc::clone(&settings.requests)))
                .build()
                .map_err(failed)?;
            Ok(below(prefix, store))
        }
        Location::GoogleCloud { bucket, prefix } => {
            let endpoint = settings.google.endpoint.as_deref();
            endpoint.map_or(Ok(()), check_endpoint)?;
            let store = google(bucket, &settings.google)
                .with_client_options(client_options(settings, endpoint)?)
                .with_retry(retry_config(settings))
                .with_http_connector(CountingConnector(Arc::clone(&settings.requests)))
                .build()
                .map_err(failed)?;
            Ok(below(prefix, store))
        }
        Location::Azure { container, prefix } => {
            let endpoint = settings.azure.endpoint.as_deref();
            endpoint.map_or(Ok(()), check_endpoint)?;
            let store = azure(container, &settings.azure)
                .with_client_options(client_options(settings, endpoint)?)
                .with_retry(retry_config(settings))
                .with_http_connector(CountingConnector(Arc::clone(&settings.requests)))
                .build()
                .map_err(failed)?;
            Ok(below(prefix, store))
        }
    }
}

/// Refuses an endpoint that is no URL, at which the client library panics, and one with a
/// password, since endpoints are printed.
pub fn check_endpoint(endpoint: &str) -> Result<(), Error> {
    let reason = match Url::parse(endpoint) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            return Err(Error::Endpoint {
                endpoint: "(not shown)".to_owned(),
                reason: "it holds a user or a password".to_owned(),
            });
        }
        Ok(url) if ["http", "https"].contains(&url.scheme()) && url.has_host() => return Ok(()),
        Ok(_) => "it is neither http:// nor https://".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(Error::Endpoint {
        endpoint: endpoint.to_owned(),
        reason,
    })
}

fn below(prefix: &str, store: impl ObjectStore) -> Arc<dyn ObjectStore> {
    if prefix.is_empty() {
        Arc::new(store)
    } else {
        Arc::new(PrefixStore::new(store, prefix))
    }
}

fn folder(path: &FilePath, missing: MissingFolder) -> Result<Arc<dyn ObjectStore>, Error> {
    let failed = |source| Error::Folder {
        path: path.to_owned(),
        source,
    };
    match missing {
        MissingFolder::Create => fs::create_dir_all(path).map_err(failed)?,
        MissingFolder::Refuse => drop(fs::read_dir(path).map_err(failed)?),
        MissingFolder::TakeForEmpty if !path.exists() => return Ok(Arc::new(InMemory::new())),
        MissingFolder::TakeForEmpty => {}
    }
    let store = LocalFileSystem::new_with_prefix(path).map_err(|source| Error::Connect {
        repository: path.display().to_string(),
        source,
    })?;
    // An object store keeps what it acknowledged through a power cut; so must a folder.
    let store = store.with_fsync(true).with_automatic_cleanup(true);
    Ok(Arc::new(store))
}

fn client_options(
    settings: &ConnectionSettings,
    endpoint: Option<&str>,
) -> Result<ClientOptions, Error> {
    let mut options = ClientOptions::new()
        .with_timeout(settings.request_timeout)
        .with_connect_timeout(Duration::from_secs(10))
        .with_allow_http(endpoint.is_some_and(|url| url.starts_with("http://")));
    if let Some(path) = &settings.certificate_authority {
        let failed =
            |source: Box<dyn std::error::Error + Send + Sync>| Error::CertificateAuthority {
                path: path.clone(),
                source,
            };
        let pem = fs::read(path).map_err(|error| failed(error.into()))?;
        let certificates =
            Certificate::from_pem_bundle(&pem).map_err(|error| failed(error.into()))?;
        if certificates.is_empty() {
            return Err(failed("it holds no certificate in PEM form".into()));
        }
        for certificate in certificates {
            options = options.with_root_certificate(certificate);
        }
    }
    Ok(options)
}

fn retry_config(settings: &ConnectionSettings) -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: 10,
        retry_timeout: settings.retry_timeout,
    }
}

fn s3(bucket: &str, settings: &S3Settings) -> object_store::Result<AmazonS3Builder> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(settings.region.as_deref().unwrap_or("us-east-1"))
        .with_virtual_hosted_style_request(settings.addressing == Addressing::Virtual)
        .with_unsigned_payload(!settings.sign_payload);
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(match settings.addressing {
            Addressing::Path => endpoint.clone(),
            // The client expects the bucket in the endpoint's host name here.
            Addressing::Virtual => endpoint.replacen("://", &format!("://{bucket}."), 1),
        });
    }
    builder = match settings.checksum {
        UploadChecksum::Crc64Nvme => builder.with_checksum_algorithm(Checksum::CRC64NVME),
        UploadChecksum::Sha256 => builder.with_checksum_algorithm(Checksum::SHA256),
        UploadChecksum::None => builder,
    };
    builder = match &settings.encryption {
        None => builder,
        Some(ServerSideEncryption::S3Managed) => encrypted(builder, "AES256")?,
        Some(ServerSideEncryption::KeyManagementService(Some(key))) => {
            builder.with_sse_kms_encryption(key)
        }
        Some(ServerSideEncryption::KeyManagementService(None)) => encrypted(builder, "aws:kms")?,
    };
    builder = builder.with_conditional_put(if settings.conditional_writes {
        S3ConditionalPut::ETagMatch
    } else {
        S3ConditionalPut::Disabled
    });
    Ok(s3_credentials(builder, &settings.credentials))
}

/// Asks for a kind of encryption; the client library does not export the setting's type.
fn encrypted(builder: AmazonS3Builder, kind: &str) -> object_store::Result<AmazonS3Builder> {
    let key: AmazonS3ConfigKey = "aws_server_side_encryption".parse()?;
    Ok(builder.with_config(key, kind))
}

fn s3_credentials(builder: AmazonS3Builder, source: &CredentialSource) -> AmazonS3Builder {
    match source {
        CredentialSource::Missing => builder,
        CredentialSource::Static {
            access_key_id,
            secret_access_key,
            session_token,
        } => {
            let builder = builder
                .with_access_key_id(access_key_id.reveal())
                .with_secret_access_key(secret_access_key.reveal());
            match session_token {
                Some(token) => builder.with_token(token.reveal()),
                None => builder,
            }
        }
        CredentialSource::WebIdentity {
            token_file,
            role_arn,
            session_name,
            endpoint,
        } => {
            let mut builder = builder
                .with_config(AmazonS3ConfigKey::WebIdentityTokenFile, token_file)
                .with_config(AmazonS3ConfigKey::RoleArn, role_arn);
            if let Some(name) = session_name {
                builder = builder.with_config(AmazonS3ConfigKey::RoleSessionName, name);
            }
            match endpoint {
                Some(url) => builder.with_config(AmazonS3ConfigKey::StsEndpoint, url),
                None => builder,
            }
        }
        CredentialSource::ContainerRelative(uri) => {
            builder.with_config(AmazonS3ConfigKey::ContainerCredentialsRelativeUri, uri)
        }
        CredentialSource::ContainerFull { uri, token_file } => builder
            .with_config(AmazonS3ConfigKey::ContainerCredentialsFullUri, uri)
            .with_config(
                AmazonS3ConfigKey::ContainerAuthorizationTokenFile,
                token_file,
            ),
        CredentialSource::Instance { endpoint } => match endpoint {
            Some(url) => builder.with_metadata_endpoint(url),
            None => builder,
        },
        CredentialSource::Anonymous => builder.with_skip_signature(true),
    }
}

fn google(bucket: &str, settings: &GoogleSettings) -> GoogleCloudStorageBuilder {
    let mut builder = GoogleCloudStorageBuilder::new()
        .with_bucket_name(bucket)
        .with_skip_signature(settings.anonymous);
    if let Some(path) = &settings.service_account_file {
        builder = builder.with_service_account_path(path);
    }
    if settings.anonymous {
        // Writes ask for a token even when nothing is signed.
        let nobody = GcpCredential {
            bearer: String::new(),
        };
        builder = builder.with_credentials(Arc::new(StaticCredentialProvider::new(nobody)));
    }
    match &settings.endpoint {
        Some(url) => builder.with_config(object_store::gcp::GoogleConfigKey::BaseUrl, url),
        None => builder,
    }
}

fn azure(container: &str, settings: &AzureSettings) -> MicrosoftAzureBuilder {
    // The environment holds workload identity's token file, client and tenant.
    let mut builder = MicrosoftAzureBuilder::from_env().with_container_name(container);
    if let Some(account) = &settings.account {
        builder = builder.with_account(account);
    }
    if let Some(key) = &settings.access_key {
        builder = builder.with_access_key(key.reveal());
    }
    match &settings.endpoint {
        Some(url) => builder.with_endpoint(url.clone()),
        None => builder,
    }
}
