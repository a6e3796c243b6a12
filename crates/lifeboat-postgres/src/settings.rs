//! Settings: how an object store is reached, read from a folder in the format of a mounted Secret.
//!
//! The names of the files are those of the Secrets in the operator's own examples, and of the
//! variables that the stores' own tools read.

use std::{fmt, io, path::PathBuf, sync::Arc, time::Duration};

use lifeboat_repository::{
    AzureSettings, ConnectionSettings, CredentialChoice, CredentialError, CredentialSource,
    GoogleSettings, MountedSecret, MountedSecretError, RequestCounters, S3Settings, Secret,
};

use crate::Destination;

/// Looks up a variable of the environment.
pub type Variable = fn(&str) -> Option<String>;

const ACCESS_KEY_ID: &[&str] = &["AWS_ACCESS_KEY_ID", "ACCESS_KEY_ID"];
const SECRET_ACCESS_KEY: &[&str] = &[
    "AWS_SECRET_ACCESS_KEY",
    "ACCESS_SECRET_KEY",
    "SECRET_ACCESS_KEY",
];
const SESSION_TOKEN: &[&str] = &["AWS_SESSION_TOKEN", "ACCESS_SESSION_TOKEN"];
const REGION: &[&str] = &["AWS_REGION", "ACCESS_REGION", "AWS_DEFAULT_REGION"];
const ENDPOINT: &[&str] = &["AWS_ENDPOINT_URL", "AZURE_ENDPOINT_URL"];
const AZURE_ACCOUNT: &[&str] = &["AZURE_STORAGE_ACCOUNT"];
const AZURE_KEY: &[&str] = &["AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY"];
/// A service account's key, as the operator's examples call it.
const GOOGLE_KEY: &str = "gcsCredentials";
const CERTIFICATE_AUTHORITY: &str = "ca.crt";

/// Longer than that no answer is worth waiting for: the next look comes soon.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const RETRY_TIMEOUT: Duration = Duration::from_secs(30);

/// What the settings of a store are called: as the Secret with which it is reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoreName {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl fmt::Display for StoreName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.namespace, self.name)
    }
}

/// What stores are reached with.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// The folder that has `<namespace>/<name>` for each store, as a mounted Secret; none if nobody
    /// gave one.
    pub folder: Option<PathBuf>,
    /// Looks up what no Secret says, such as the role of a service account.
    pub variable: Variable,
    /// Counts requests to object stores.
    pub requests: Arc<RequestCounters>,
}

/// Why a store's settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Nobody said where the settings of stores are.
    #[error("the policy names the object store {0}, but no folder of object stores was given")]
    NoFolder(StoreName),
    /// There are no settings of this store.
    #[error("the settings of the object store are missing: there is no folder {}", .0.display())]
    Missing(PathBuf),
    /// They can't be read.
    #[error("failed to read the settings of the object store in {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// They have no credentials that can be used.
    #[error("{} has no credentials", folder.display())]
    Credentials {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: CredentialError,
    },
}

impl SettingsError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoFolder(name) => format!(
                "mount the Secret of the object store at DIR/{name} and start with \
                 --postgres-object-stores DIR"
            ),
            Self::Missing(folder) => format!(
                "mount the Secret with which the object store is reached at {}",
                folder.display()
            ),
            Self::Read { .. } => "Lifeboat must be allowed to read it".to_owned(),
            Self::Credentials { .. } => {
                "the Secret needs ACCESS_KEY_ID and ACCESS_SECRET_KEY; a key that may list and \
                 read is enough"
                    .to_owned()
            }
        }
    }
}

impl StoreSettings {
    /// How the store of a destination is reached.
    pub(crate) fn connection(
        &self,
        name: &StoreName,
        destination: &Destination,
        account: Option<String>,
    ) -> Result<ConnectionSettings, SettingsError> {
        let folder = self.folder.as_deref();
        let folder = folder.ok_or_else(|| SettingsError::NoFolder(name.clone()))?;
        let secret = read(folder.join(&name.namespace).join(&name.name))?;
        let text = |names: &[&str]| secret.first(names).map(str::to_owned);
        let file = |name: &str| {
            let path = secret.folder().join(name);
            secret.get(name).map(|_| path)
        };
        let endpoint = text(ENDPOINT).or_else(|| destination.endpoint.clone());
        Ok(ConnectionSettings {
            s3: S3Settings {
                region: text(REGION),
                credentials: self.credentials(&secret)?,
                endpoint: endpoint.clone(),
                ..S3Settings::default()
            },
            google: GoogleSettings {
                service_account_file: file(GOOGLE_KEY).map(|path| path.display().to_string()),
                ..GoogleSettings::default()
            },
            azure: AzureSettings {
                account: text(AZURE_ACCOUNT).or(account),
                access_key: text(AZURE_KEY).map(Secret::new),
                endpoint,
            },
            certificate_authority: file(CERTIFICATE_AUTHORITY),
            request_timeout: REQUEST_TIMEOUT,
            retry_timeout: RETRY_TIMEOUT,
            requests: Arc::clone(&self.requests),
        })
    }

    /// The key of the Secret; where it has none, what the environment has to offer.
    fn credentials(&self, secret: &MountedSecret) -> Result<CredentialSource, SettingsError> {
        let has_key = secret.first(ACCESS_KEY_ID).is_some();
        let of_secret = |name: &str| {
            let names = match name {
                "AWS_ACCESS_KEY_ID" => ACCESS_KEY_ID,
                "AWS_SECRET_ACCESS_KEY" => SECRET_ACCESS_KEY,
                "AWS_SESSION_TOKEN" => SESSION_TOKEN,
                _ => return None,
            };
            secret.first(names).map(str::to_owned)
        };
        let found = if has_key {
            CredentialSource::find(CredentialChoice::Static, None, &of_secret)
        } else {
            CredentialSource::find(CredentialChoice::Auto, None, &self.variable)
        };
        found.map_err(|source| SettingsError::Credentials {
            folder: secret.folder().to_owned(),
            source,
        })
    }
}

fn read(folder: PathBuf) -> Result<MountedSecret, SettingsError> {
    MountedSecret::read(folder).map_err(|error| match error {
        MountedSecretError::Missing(folder) => SettingsError::Missing(folder),
        MountedSecretError::Read { path, source } => SettingsError::Read { path, source },
    })
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    fn settings(folder: Option<&Path>) -> StoreSettings {
        StoreSettings {
            folder: folder.map(Path::to_owned),
            variable: |_| None,
            requests: Arc::default(),
        }
    }

    fn connection(files: &[(&str, &str)]) -> Result<ConnectionSettings, SettingsError> {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("shop/bucket");
        fs::create_dir_all(&own).unwrap();
        for (name, text) in files {
            fs::write(own.join(name), text).unwrap();
        }
        settings(Some(folder.path())).connection(&name(), &destination(), None)
    }

    fn name() -> StoreName {
        StoreName {
            namespace: "shop".to_owned(),
            name: "bucket".to_owned(),
        }
    }

    fn destination() -> Destination {
        Destination {
            url: "s3://backups".to_owned(),
            endpoint: Some("https://store.example".to_owned()),
            server: "db".to_owned(),
        }
    }

    #[test]
    fn without_a_folder_of_stores_the_option_is_named() {
        let error = settings(None).connection(&name(), &destination(), None);
        let error = error.unwrap_err();
        assert!(error.to_string().contains("shop/bucket"), "{error}");
        assert!(error.hint().contains("--postgres-object-stores"));
    }

    #[test]
    fn a_store_without_settings_is_told_with_the_place_where_they_belong() {
        let empty = tempfile::tempdir().unwrap();
        let error = settings(Some(empty.path())).connection(&name(), &destination(), None);
        let error = error.unwrap_err();
        let place = empty.path().join("shop/bucket").display().to_string();
        assert!(error.to_string().contains(&place), "{error}");
    }

    #[test]
    fn half_a_key_is_none() {
        let error = connection(&[("ACCESS_KEY_ID", "id")]).unwrap_err();
        assert!(error.to_string().ends_with("has no credentials"), "{error}");
    }

    #[test]
    fn the_names_of_the_operators_examples_are_understood_and_no_secret_is_printed() {
        let files = [
            ("ACCESS_KEY_ID", "id\n"),
            ("ACCESS_SECRET_KEY", "hunter2\n"),
            ("ACCESS_REGION", "garage\n"),
        ];
        let settings = connection(&files).unwrap();
        assert_eq!(settings.s3.region.as_deref(), Some("garage"));
        assert_eq!(
            settings.s3.endpoint.as_deref(),
            Some("https://store.example")
        );
        let CredentialSource::Static {
            secret_access_key, ..
        } = &settings.s3.credentials
        else {
            panic!("{settings:?}");
        };
        assert_eq!(secret_access_key.reveal(), "hunter2");
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
