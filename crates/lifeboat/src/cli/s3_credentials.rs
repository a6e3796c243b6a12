//! Where S3 credentials come from: files and variables, never arguments.

use std::{fs, path::PathBuf};

use anyhow::Context;
use lifeboat_repository::{CredentialSource, Secret};

use super::{
    UsageError,
    s3::{CredentialsOption, S3Options},
    variable,
};

impl S3Options {
    pub(super) fn credentials(&self) -> anyhow::Result<CredentialSource> {
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
