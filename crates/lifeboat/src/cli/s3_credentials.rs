//! Where S3 credentials come from: files and variables, never arguments.

use lifeboat_repository::{AccessKeyFiles, CredentialChoice, CredentialError, CredentialSource};

use super::{
    UsageError,
    s3::{CredentialsOption, S3Options},
    variable,
};

impl From<CredentialsOption> for CredentialChoice {
    fn from(option: CredentialsOption) -> Self {
        match option {
            CredentialsOption::Auto => Self::Auto,
            CredentialsOption::Static => Self::Static,
            CredentialsOption::WebIdentity => Self::WebIdentity,
            CredentialsOption::Container => Self::Container,
            CredentialsOption::Instance => Self::Instance,
            CredentialsOption::Anonymous => Self::Anonymous,
        }
    }
}

impl S3Options {
    pub(super) fn credentials(&self) -> anyhow::Result<CredentialSource> {
        let files = self
            .s3_access_key_id_file
            .clone()
            .zip(self.s3_secret_access_key_file.clone())
            .map(|(access_key_id, secret_access_key)| AccessKeyFiles {
                access_key_id,
                secret_access_key,
            });
        CredentialSource::find(self.s3_credentials.into(), files.as_ref(), &variable)
            .map_err(explained)
    }
}

/// What is wrong with variables and options is wrong usage, in the words of the options.
fn explained(error: CredentialError) -> anyhow::Error {
    let message = match &error {
        CredentialError::NothingFound { choice } => {
            format!("--s3-credentials {choice} has nothing to go by")
        }
        other => other.to_string(),
    };
    match error.hint() {
        Some(hint) => UsageError::new(message, hint).into(),
        None => error.into(),
    }
}
