//! Where a repository lives: `file://`, `s3://`, `gs://` and `az://` URLs, and plain folder paths.

use std::{fmt, path::PathBuf, str::FromStr};

use url::Url;

/// The place a repository URL names. It never carries a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder on this machine.
    Folder(PathBuf),
    /// A bucket on Amazon S3 or a server that speaks its protocol, and a key prefix (may be empty).
    S3 {
        /// The bucket's name.
        bucket: String,
        /// The prefix of every key, without slashes at its ends.
        prefix: String,
    },
    /// A Google Cloud Storage bucket and a prefix.
    GoogleCloud {
        /// The bucket's name.
        bucket: String,
        /// The prefix of every object name.
        prefix: String,
    },
    /// An Azure Blob Storage container and a prefix; the account is a setting.
    Azure {
        /// The container's name.
        container: String,
        /// The prefix of every blob name.
        prefix: String,
    },
}

/// Why a repository URL is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LocationError {
    /// The text is neither a URL nor a path.
    #[error("the repository is empty")]
    Empty,
    /// The URL can't be parsed.
    #[error("the repository is not a valid URL: {0}")]
    Malformed(url::ParseError),
    /// The scheme is none that Lifeboat knows.
    #[error("the repository's scheme {0:?} is not one of file, s3, gs, az")]
    UnknownScheme(String),
    /// A URL with a user, a password or a query could hold a secret, and URLs are printed.
    #[error("the repository's URL must not hold a user, a password or a query")]
    HoldsSecret,
    /// An object store URL without a bucket.
    #[error("the repository's URL names no bucket")]
    NoBucket,
    /// A `file:` URL that is not an absolute path.
    #[error("a file:// repository needs an absolute path, such as file:///var/backups/prometheus")]
    RelativeFile,
}

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().is_empty() {
            return Err(LocationError::Empty);
        }
        if !text.contains("://") {
            return Ok(Self::Folder(PathBuf::from(text)));
        }
        let url = Url::parse(text).map_err(LocationError::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err(LocationError::HoldsSecret);
        }
        match url.scheme() {
            "file" => match url.to_file_path() {
                Ok(path) if url.host_str().is_none() => Ok(Self::Folder(path)),
                _ => Err(LocationError::RelativeFile),
            },
            "s3" => bucket_and_prefix(&url).map(|(bucket, prefix)| Self::S3 { bucket, prefix }),
            "gs" => {
                bucket_and_prefix(&url).map(|(bucket, prefix)| Self::GoogleCloud { bucket, prefix })
            }
            "az" => {
                bucket_and_prefix(&url).map(|(container, prefix)| Self::Azure { container, prefix })
            }
            other => Err(LocationError::UnknownScheme(other.to_owned())),
        }
    }
}

fn bucket_and_prefix(url: &Url) -> Result<(String, String), LocationError> {
    let bucket = url.host_str().unwrap_or_default();
    if bucket.is_empty() {
        return Err(LocationError::NoBucket);
    }
    let prefix = url.path().trim_matches('/');
    Ok((bucket.to_owned(), prefix.to_owned()))
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, bucket, prefix) = match self {
            Self::Folder(path) => return write!(formatter, "{}", path.display()),
            Self::S3 { bucket, prefix } => ("s3", bucket, prefix),
            Self::GoogleCloud { bucket, prefix } => ("gs", bucket, prefix),
            Self::Azure { container, prefix } => ("az", container, prefix),
        };
        write!(formatter, "{scheme}://{bucket}")?;
        if !prefix.is_empty() {
            write!(formatter, "/{prefix}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("file:///var/backups", "/var/backups")]
    #[case("/var/backups", "/var/backups")]
    #[case("backups", "backups")]
    #[case("s3://bucket", "s3://bucket")]
    #[case("s3://bucket/", "s3://bucket")]
    #[case("s3://bucket/a/b/", "s3://bucket/a/b")]
    #[case("gs://bucket/a", "gs://bucket/a")]
    #[case("az://container/a", "az://container/a")]
    fn a_url_reads_back_as_it_was_meant(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(text.parse::<Location>().unwrap().to_string(), shown);
    }

    #[rstest]
    #[case("", LocationError::Empty)]
    #[case("ftp://host/a", LocationError::UnknownScheme("ftp".to_owned()))]
    #[case("s3://key:secret@bucket/a", LocationError::HoldsSecret)]
    #[case("s3://bucket/a?token=x", LocationError::HoldsSecret)]
    #[case("s3:///a", LocationError::NoBucket)]
    #[case("file://relative/path", LocationError::RelativeFile)]
    fn a_url_that_cannot_work_is_refused(#[case] text: &str, #[case] expected: LocationError) {
        assert_eq!(text.parse::<Location>().unwrap_err(), expected);
    }
}
