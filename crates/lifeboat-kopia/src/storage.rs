//! Storage: what a repository is on, and how `kopia` is told so.

use std::{fmt, path::PathBuf};

use lifeboat_repository::Secret;

use crate::settings::{Files, SettingsError};

/// What a repository is on.
#[derive(Debug)]
pub enum Storage {
    /// A bucket of a server that speaks S3.
    S3(S3),
    /// A folder.
    Filesystem {
        /// The folder.
        path: PathBuf,
    },
    /// Something that needs no more than these flags and variables.
    Other {
        /// The name of the subcommand that connects to it.
        provider: &'static str,
        /// Where in it the repository is, for people.
        place: String,
        /// What `kopia` is told, none of it secret.
        arguments: Vec<String>,
        /// The variables with keys, by which `kopia` takes them.
        variables: Vec<(&'static str, Secret)>,
    },
}

/// A bucket of a server that speaks S3.
#[derive(Debug)]
pub struct S3 {
    bucket: String,
    /// Ends with a slash, unless it is empty.
    prefix: String,
    endpoint: String,
    region: Option<String>,
    plain_http: bool,
    access_key_id: Secret,
    secret_access_key: Secret,
    session_token: Option<Secret>,
}

/// Where S3 is if nobody says otherwise.
const AMAZON: &str = "s3.amazonaws.com";

impl Storage {
    /// In the order in which the mover decides it.
    pub(crate) fn of(files: &Files) -> Result<Self, SettingsError> {
        let url = files.get("KOPIA_REPOSITORY").unwrap_or_default();
        if files.get("KOPIA_S3_BUCKET").is_some() || url.starts_with("s3://") {
            return S3::of(files, url).map(Self::S3);
        }
        if let Some(container) = files.get("KOPIA_AZURE_CONTAINER") {
            return azure(files, container);
        }
        if let Some(bucket) = files.first(&["KOPIA_GCS_BUCKET", "GCS_BUCKET"]) {
            return google(files, bucket);
        }
        if let Some(path) = url.strip_prefix("filesystem://") {
            return filesystem(files, path);
        }
        if let Some(bucket) = files.get("KOPIA_B2_BUCKET") {
            return b2(files, bucket);
        }
        if let Some(url) = files.get("WEBDAV_URL") {
            return webdav(files, url);
        }
        let others = [
            ("SFTP_HOST", "SFTP"),
            ("RCLONE_REMOTE_PATH", "rclone"),
            ("GOOGLE_DRIVE_FOLDER_ID", "Google Drive"),
        ];
        let unsupported = others.iter().find(|(name, _)| files.get(name).is_some());
        Err(match unsupported {
            Some((_, kind)) => SettingsError::Unsupported { kind },
            None => SettingsError::NoStorage(files.folder().to_owned()),
        })
    }

    /// The subcommand that connects to it, with its flags. No secret is among them.
    pub(crate) fn arguments(&self) -> Vec<String> {
        match self {
            Self::S3(s3) => s3.arguments(),
            Self::Filesystem { path } => {
                vec![
                    "filesystem".to_owned(),
                    format!("--path={}", path.display()),
                ]
            }
            Self::Other {
                provider,
                arguments,
                ..
            } => {
                let provider = std::iter::once((*provider).to_owned());
                provider.chain(arguments.iter().cloned()).collect()
            }
        }
    }

    /// The variables that hold its keys.
    pub(crate) fn variables(&self) -> Vec<(&'static str, &Secret)> {
        match self {
            Self::S3(s3) => s3.variables(),
            Self::Filesystem { .. } => Vec::new(),
            Self::Other { variables, .. } => variables
                .iter()
                .map(|(name, secret)| (*name, secret))
                .collect(),
        }
    }

    /// How many requests it takes to open the store, which `kopia` doesn't count: on S3 it looks for
    /// settings of the bucket, and asks for the region if it isn't told.
    pub(crate) fn requests_to_open(&self) -> u64 {
        match self {
            Self::S3(s3) => 1 + u64::from(s3.region.is_none()),
            Self::Filesystem { .. } | Self::Other { .. } => 0,
        }
    }

    /// Whether its requests are to be paid for.
    pub(crate) fn is_object_store(&self) -> bool {
        !matches!(
            self,
            Self::Filesystem { .. }
                | Self::Other {
                    provider: "webdav",
                    ..
                }
        )
    }
}

impl fmt::Display for Storage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3(s3) => {
                let place = format!("{}/{}", s3.bucket, s3.prefix);
                let place = place.trim_end_matches('/');
                write!(formatter, "s3: {place}")?;
                match s3.endpoint.as_str() {
                    AMAZON => Ok(()),
                    endpoint => write!(formatter, " at {endpoint}"),
                }
            }
            Self::Filesystem { path } => write!(formatter, "filesystem: {}", path.display()),
            Self::Other {
                provider, place, ..
            } => write!(formatter, "{provider}: {place}"),
        }
    }
}

impl S3 {
    fn of(files: &Files, url: &str) -> Result<Self, SettingsError> {
        let path = url.strip_prefix("s3://").unwrap_or_default();
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        let bucket = files.get("KOPIA_S3_BUCKET").unwrap_or(bucket);
        if bucket.is_empty() {
            return Err(files.unusable("KOPIA_REPOSITORY", "it names no bucket"));
        }
        let endpoint = files
            .first(&["KOPIA_S3_ENDPOINT", "AWS_S3_ENDPOINT"])
            .unwrap_or(AMAZON);
        let (is_plain, host) = match endpoint.strip_prefix("http://") {
            Some(host) => (true, host),
            None => (false, endpoint.strip_prefix("https://").unwrap_or(endpoint)),
        };
        let secret = |name| files.get(name).map(Secret::new);
        let key = |name| secret(name).ok_or_else(|| files.lacking(name));
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: folder_of(prefix),
            endpoint: host.trim_end_matches('/').to_owned(),
            region: files
                .first(&["AWS_REGION", "AWS_DEFAULT_REGION"])
                .map(ToOwned::to_owned),
            plain_http: is_plain
                || files.is_true("KOPIA_S3_DISABLE_TLS")
                || files.is_true("AWS_S3_DISABLE_TLS"),
            access_key_id: key("AWS_ACCESS_KEY_ID")?,
            secret_access_key: key("AWS_SECRET_ACCESS_KEY")?,
            session_token: secret("AWS_SESSION_TOKEN"),
        })
    }

    fn arguments(&self) -> Vec<String> {
        let mut arguments = vec![
            "s3".to_owned(),
            format!("--bucket={}", self.bucket),
            format!("--endpoint={}", self.endpoint),
        ];
        if !self.prefix.is_empty() {
            arguments.push(format!("--prefix={}", self.prefix));
        }
        if let Some(region) = &self.region {
            arguments.push(format!("--region={region}"));
        }
        if self.plain_http {
            arguments.push("--disable-tls".to_owned());
        }
        arguments
    }

    fn variables(&self) -> Vec<(&'static str, &Secret)> {
        let mut variables = vec![
            ("AWS_ACCESS_KEY_ID", &self.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", &self.secret_access_key),
        ];
        if let Some(token) = &self.session_token {
            variables.push(("AWS_SESSION_TOKEN", token));
        }
        variables
    }
}

/// A prefix as a folder: `kopia` puts the names of its objects right behind it.
fn folder_of(prefix: &str) -> String {
    let parts: Vec<&str> = prefix.split('/').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        String::new()
    } else {
        parts.join("/") + "/"
    }
}

fn filesystem(files: &Files, path: &str) -> Result<Storage, SettingsError> {
    if !path.starts_with('/') || path.split('/').any(|part| part == "..") {
        let problem = "a folder is named by its whole path, such as filesystem:///data";
        return Err(files.unusable("KOPIA_REPOSITORY", problem));
    }
    Ok(Storage::Filesystem {
        path: PathBuf::from(path),
    })
}

fn azure(files: &Files, container: &str) -> Result<Storage, SettingsError> {
    let account = files
        .first(&[
            "KOPIA_AZURE_STORAGE_ACCOUNT",
            "AZURE_STORAGE_ACCOUNT",
            "AZURE_ACCOUNT_NAME",
        ])
        .ok_or_else(|| files.lacking("KOPIA_AZURE_STORAGE_ACCOUNT"))?;
    let key = files.first(&[
        "KOPIA_AZURE_STORAGE_KEY",
        "AZURE_STORAGE_KEY",
        "AZURE_ACCOUNT_KEY",
    ]);
    let token = files.first(&["AZURE_STORAGE_SAS_TOKEN", "AZURE_ACCOUNT_SAS"]);
    let variables = [
        key.map(|key| ("AZURE_STORAGE_KEY", Secret::new(key))),
        token.map(|token| ("AZURE_STORAGE_SAS_TOKEN", Secret::new(token))),
    ];
    let variables: Vec<_> = variables.into_iter().flatten().collect();
    if variables.is_empty() {
        return Err(files.lacking("KOPIA_AZURE_STORAGE_KEY"));
    }
    Ok(Storage::Other {
        provider: "azure",
        place: format!("{account}/{container}"),
        arguments: vec![
            format!("--container={container}"),
            format!("--storage-account={account}"),
        ],
        variables,
    })
}

/// The credentials are a file, and a mounted Secret is a folder of files.
fn google(files: &Files, bucket: &str) -> Result<Storage, SettingsError> {
    const CREDENTIALS: &str = "GOOGLE_APPLICATION_CREDENTIALS";
    if files.get(CREDENTIALS).is_none() {
        return Err(files.lacking(CREDENTIALS));
    }
    let credentials = files.folder().join(CREDENTIALS);
    Ok(Storage::Other {
        provider: "gcs",
        place: bucket.to_owned(),
        arguments: vec![
            format!("--bucket={bucket}"),
            format!("--credentials-file={}", credentials.display()),
            "--read-only".to_owned(),
        ],
        variables: Vec::new(),
    })
}

fn b2(files: &Files, bucket: &str) -> Result<Storage, SettingsError> {
    let key = |name| {
        let value = files.get(name).map(Secret::new);
        value.ok_or_else(|| files.lacking(name))
    };
    Ok(Storage::Other {
        provider: "b2",
        place: bucket.to_owned(),
        arguments: vec![format!("--bucket={bucket}")],
        variables: vec![
            ("B2_KEY_ID", key("B2_ACCOUNT_ID")?),
            ("B2_KEY", key("B2_APPLICATION_KEY")?),
        ],
    })
}

fn webdav(files: &Files, url: &str) -> Result<Storage, SettingsError> {
    // It is shown to people, and handed over as an argument.
    if url.contains('@') {
        let problem = "a user and a password stand in WEBDAV_USERNAME and WEBDAV_PASSWORD";
        return Err(files.unusable("WEBDAV_URL", problem));
    }
    let variables = [
        ("KOPIA_WEBDAV_USERNAME", "WEBDAV_USERNAME"),
        ("KOPIA_WEBDAV_PASSWORD", "WEBDAV_PASSWORD"),
    ];
    let variables = variables.into_iter().filter_map(|(variable, file)| {
        let value = files.get(file)?;
        Some((variable, Secret::new(value)))
    });
    Ok(Storage::Other {
        provider: "webdav",
        place: url.to_owned(),
        arguments: vec![format!("--url={url}")],
        variables: variables.collect(),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::settings::{
        RepositorySettings,
        tests::{folder, name},
    };

    fn storage(files: &[(&str, &str)]) -> Result<Storage, SettingsError> {
        let mut all = vec![("KOPIA_PASSWORD", "password")];
        all.extend(files);
        let folder = folder(&all);
        RepositorySettings::read(Some(folder.path()), &name()).map(|settings| settings.storage)
    }

    const KEYS: [(&str, &str); 2] = [
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];

    #[rstest]
    #[case::no_storage(&[], "says where the Kopia repository is")]
    #[case::a_kind_of_its_own(&[("KOPIA_REPOSITORY", "ftp://host/path")], "says where")]
    #[case::no_bucket(&[("KOPIA_REPOSITORY", "s3://")], "it names no bucket")]
    #[case::no_key(&[("KOPIA_REPOSITORY", "s3://backups")], "has no file AWS_ACCESS_KEY_ID")]
    #[case::a_relative_folder(&[("KOPIA_REPOSITORY", "filesystem://data")], "by its whole path")]
    #[case::out_of_the_folder(&[("KOPIA_REPOSITORY", "filesystem:///a/../b")], "whole path")]
    #[case::sftp(&[("SFTP_HOST", "host")], "on SFTP can't be read")]
    #[case::rclone(&[("RCLONE_REMOTE_PATH", "remote:path")], "on rclone can't be read")]
    #[case::drive(&[("GOOGLE_DRIVE_FOLDER_ID", "id")], "on Google Drive can't be read")]
    #[case::azure(&[("KOPIA_AZURE_CONTAINER", "c")], "has no file KOPIA_AZURE_STORAGE_ACCOUNT")]
    #[case::b2(&[("KOPIA_B2_BUCKET", "b")], "has no file B2_ACCOUNT_ID")]
    #[case::webdav(&[("WEBDAV_URL", "https://user:password@dav")], "WEBDAV_URL in ")]
    #[case::google(&[("GCS_BUCKET", "b")], "has no file GOOGLE_APPLICATION_CREDENTIALS")]
    fn what_cannot_be_reached_is_refused_with_a_hint(
        #[case] files: &[(&str, &str)],
        #[case] expected: &str,
    ) {
        let error = storage(files).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.hint().is_empty());
    }

    #[rstest]
    #[case::amazon(&[("KOPIA_REPOSITORY", "s3://backups")],
        "s3 --bucket=backups --endpoint=s3.amazonaws.com", "s3: backups")]
    #[case::a_prefix_is_a_folder(&[("KOPIA_REPOSITORY", "s3://backups//kopia/db")],
        "s3 --bucket=backups --endpoint=s3.amazonaws.com --prefix=kopia/db/",
        "s3: backups/kopia/db")]
    #[case::a_server_of_ones_own(&[("KOPIA_REPOSITORY", "s3://backups/kopia/"),
            ("AWS_S3_ENDPOINT", "https://garage.lan:3900/"), ("AWS_DEFAULT_REGION", "garage")],
        "s3 --bucket=backups --endpoint=garage.lan:3900 --prefix=kopia/ --region=garage",
        "s3: backups/kopia at garage.lan:3900")]
    #[case::a_plain_one(&[("KOPIA_REPOSITORY", "s3://backups"), ("KOPIA_S3_ENDPOINT", "garage:3900"),
            ("AWS_S3_ENDPOINT", "other"), ("AWS_S3_DISABLE_TLS", "true")],
        "s3 --bucket=backups --endpoint=garage:3900 --disable-tls", "s3: backups at garage:3900")]
    #[case::a_url_says_that_it_is_plain(&[("KOPIA_REPOSITORY", "s3://backups"),
            ("KOPIA_S3_ENDPOINT", "http://garage:3900")],
        "s3 --bucket=backups --endpoint=garage:3900 --disable-tls", "s3: backups at garage:3900")]
    #[case::the_bucket_by_itself(&[("KOPIA_REPOSITORY", "s3://other/kopia"),
            ("KOPIA_S3_BUCKET", "backups")],
        "s3 --bucket=backups --endpoint=s3.amazonaws.com --prefix=kopia/", "s3: backups/kopia")]
    fn a_bucket_is_reached_as_volsync_reaches_it(
        #[case] files: &[(&str, &str)],
        #[case] arguments: &str,
        #[case] place: &str,
    ) {
        let storage = storage(&[files, &KEYS].concat()).unwrap();
        assert_eq!(storage.arguments().join(" "), arguments);
        assert_eq!(storage.to_string(), place);
        let variables: Vec<_> = storage
            .variables()
            .into_iter()
            .map(|(name, value)| (name, value.reveal()))
            .collect();
        assert_eq!(variables, KEYS);
    }

    #[rstest]
    #[case::filesystem(&[("KOPIA_REPOSITORY", "filesystem:///data/kopia")],
        "filesystem --path=/data/kopia", "filesystem: /data/kopia", &[])]
    #[case::azure(&[("KOPIA_AZURE_CONTAINER", "c"), ("KOPIA_AZURE_STORAGE_ACCOUNT", "a"),
            ("KOPIA_AZURE_STORAGE_KEY", "key")],
        "azure --container=c --storage-account=a", "azure: a/c", &["AZURE_STORAGE_KEY"])]
    #[case::b2(&[("KOPIA_B2_BUCKET", "b"), ("B2_ACCOUNT_ID", "id"), ("B2_APPLICATION_KEY", "key")],
        "b2 --bucket=b", "b2: b", &["B2_KEY_ID", "B2_KEY"])]
    #[case::webdav(&[("WEBDAV_URL", "https://dav/kopia"), ("WEBDAV_USERNAME", "u"),
            ("WEBDAV_PASSWORD", "p")],
        "webdav --url=https://dav/kopia", "webdav: https://dav/kopia",
        &["KOPIA_WEBDAV_USERNAME", "KOPIA_WEBDAV_PASSWORD"])]
    fn keys_are_no_arguments(
        #[case] files: &[(&str, &str)],
        #[case] arguments: &str,
        #[case] place: &str,
        #[case] variables: &[&str],
    ) {
        let storage = storage(files).unwrap();
        assert_eq!(storage.arguments().join(" "), arguments);
        assert_eq!(storage.to_string(), place);
        let names: Vec<_> = storage.variables().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, variables);
    }
}
