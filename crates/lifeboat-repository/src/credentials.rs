//! Where S3 credentials come from: files and variables, never arguments or documents.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use crate::{secret::Secret, settings::CredentialSource};

/// Gives the value of an environment variable that is set to something.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Which source of credentials to use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CredentialChoice {
    /// The first of static, web identity and container that there is.
    #[default]
    Auto,
    /// An access key from files or variables.
    Static,
    /// A web identity token, as IRSA mounts it into a pod.
    WebIdentity,
    /// The credential service of ECS or EKS Pod Identity.
    Container,
    /// The instance metadata service.
    Instance,
    /// No signature at all.
    Anonymous,
}

impl fmt::Display for CredentialChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Auto => "auto",
            Self::Static => "static",
            Self::WebIdentity => "web-identity",
            Self::Container => "container",
            Self::Instance => "instance",
            Self::Anonymous => "anonymous",
        })
    }
}

/// The files that hold an access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKeyFiles {
    /// The file with the key's id.
    pub access_key_id: PathBuf,
    /// The file with the key's secret.
    pub secret_access_key: PathBuf,
}

/// Why no credentials were found.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The source that was asked for has nothing to go by.
    #[error("the credentials' source {choice} has nothing to go by")]
    NothingFound {
        /// The source.
        choice: CredentialChoice,
    },
    /// Only one half of the access key is there.
    #[error("one half of the S3 access key is missing")]
    HalfAKey,
    /// A file can't be read.
    #[error("failed to read a credential from {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl CredentialError {
    /// The next step for the person who reads the error, if there is one to name.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NothingFound { choice } => match choice {
                CredentialChoice::Static => Some("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
                CredentialChoice::WebIdentity => Some(
                    "set AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN; the service account's \
                     annotation eks.amazonaws.com/role-arn does so",
                ),
                CredentialChoice::Container => Some(
                    "set AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, or \
                     AWS_CONTAINER_CREDENTIALS_FULL_URI and \
                     AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                ),
                _ => None,
            },
            Self::HalfAKey => Some("set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
            Self::File { .. } => None,
        }
    }
}

/// Reads a credential from a file, without the line's end.
pub fn read_credential(path: &Path) -> Result<String, CredentialError> {
    fs::read_to_string(path)
        .map(|text| text.trim().to_owned())
        .map_err(|source| CredentialError::File {
            path: path.to_owned(),
            source,
        })
}

impl CredentialSource {
    /// Looks for credentials. Without files, the access key is taken from variables.
    pub fn find(
        choice: CredentialChoice,
        files: Option<&AccessKeyFiles>,
        variable: Variables<'_>,
    ) -> Result<Self, CredentialError> {
        let or_nothing =
            |found: Option<Self>| found.ok_or(CredentialError::NothingFound { choice });
        match choice {
            CredentialChoice::Auto => Ok(static_key(files, variable)?
                .or_else(|| web_identity(variable))
                .or_else(|| container(variable))
                .unwrap_or(Self::Missing)),
            CredentialChoice::Static => or_nothing(static_key(files, variable)?),
            CredentialChoice::WebIdentity => or_nothing(web_identity(variable)),
            CredentialChoice::Container => or_nothing(container(variable)),
            CredentialChoice::Instance => Ok(Self::Instance {
                endpoint: variable("AWS_EC2_METADATA_SERVICE_ENDPOINT"),
            }),
            CredentialChoice::Anonymous => Ok(Self::Anonymous),
        }
    }
}

fn static_key(
    files: Option<&AccessKeyFiles>,
    variable: Variables<'_>,
) -> Result<Option<CredentialSource>, CredentialError> {
    let (access_key_id, secret_access_key, session_token) = match files {
        Some(files) => (
            Some(read_credential(&files.access_key_id)?),
            Some(read_credential(&files.secret_access_key)?),
            None,
        ),
        None => (
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
        _ => Err(CredentialError::HalfAKey),
    }
}

fn web_identity(variable: Variables<'_>) -> Option<CredentialSource> {
    Some(CredentialSource::WebIdentity {
        token_file: variable("AWS_WEB_IDENTITY_TOKEN_FILE")?,
        role_arn: variable("AWS_ROLE_ARN")?,
        session_name: variable("AWS_ROLE_SESSION_NAME"),
        endpoint: variable("AWS_ENDPOINT_URL_STS"),
    })
}

fn container(variable: Variables<'_>) -> Option<CredentialSource> {
    if let Some(uri) = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        return Some(CredentialSource::ContainerRelative(uri));
    }
    Some(CredentialSource::ContainerFull {
        uri: variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")?,
        token_file: variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")?,
    })
}
