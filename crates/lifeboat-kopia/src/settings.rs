//! Settings: how a repository is reached, read from a folder in the format of a mounted Secret.
//!
//! The names of the files and what they mean are those of `VolSync`'s mover for Kopia, so that the
//! Secret which `VolSync` uses can be mounted as it is.

use std::{
    io,
    path::{Path, PathBuf},
};

use lifeboat_repository::{MountedSecret, MountedSecretError, Secret};

use crate::{RepositoryName, storage::Storage};

/// How a repository is reached.
#[derive(Debug)]
pub struct RepositorySettings {
    /// Where it is.
    pub storage: Storage,
    /// Its password.
    pub password: Secret,
}

/// Why a repository's settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Nobody said where the settings of repositories are.
    #[error("the policy names the Kopia repository {0}, but no folder of repositories was given")]
    NoFolder(RepositoryName),
    /// There are no settings of this repository.
    #[error("the settings of the Kopia repository are missing: there is no folder {}", .0.display())]
    Missing(PathBuf),
    /// They can't be read.
    #[error("failed to read the settings of the Kopia repository in {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// One of them is needed and isn't there.
    #[error("{} has no file {name}", folder.display())]
    Lacking {
        /// The folder.
        folder: PathBuf,
        /// The file.
        name: &'static str,
    },
    /// One of them says something that can't be used.
    #[error("{name} in {} can't be used: {problem}", folder.display())]
    Unusable {
        /// The folder.
        folder: PathBuf,
        /// The file.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The repository is of a kind that Lifeboat can't read.
    #[error("a Kopia repository on {kind} can't be read by Lifeboat")]
    Unsupported {
        /// What it is on.
        kind: &'static str,
    },
    /// The settings say nowhere what the repository is on.
    #[error("nothing in {} says where the Kopia repository is", .0.display())]
    NoStorage(PathBuf),
}

impl SettingsError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoFolder(name) => format!(
                "mount the Secret that VolSync uses at DIR/{name} and start with \
                 --kopia-repositories DIR"
            ),
            Self::Missing(folder) => format!(
                "mount the Secret with which the repository is reached at {}",
                folder.display()
            ),
            Self::Read { .. } => "Lifeboat must be allowed to read it".to_owned(),
            Self::Lacking { name, .. } => {
                format!("the Secret needs {name}, as VolSync's mover for Kopia does")
            }
            Self::Unusable { name, .. } => format!("mend {name} in the Secret"),
            Self::Unsupported { .. } => {
                "S3, a file system, Azure, Google Cloud Storage, B2 and WebDAV can be read; take \
                 the repository out of spec.kopiaRepositories"
                    .to_owned()
            }
            Self::NoStorage(_) => "the Secret needs KOPIA_REPOSITORY, such as s3://bucket/prefix \
                                   or filesystem:///path"
                .to_owned(),
        }
    }
}

impl RepositorySettings {
    /// Reads the settings of a repository from its folder among those of all repositories.
    pub fn read(folder: Option<&Path>, name: &RepositoryName) -> Result<Self, SettingsError> {
        let folder = folder.ok_or_else(|| SettingsError::NoFolder(name.clone()))?;
        let folder = folder.join(&name.namespace).join(&name.name);
        let files = Files::read(folder)?;
        let password = files.needed("KOPIA_PASSWORD")?;
        Ok(Self {
            storage: Storage::of(&files)?,
            password: Secret::new(password),
        })
    }
}

/// The files of a mounted Secret.
pub(crate) struct Files(MountedSecret);

impl Files {
    fn read(folder: PathBuf) -> Result<Self, SettingsError> {
        MountedSecret::read(folder)
            .map(Self)
            .map_err(|error| match error {
                MountedSecretError::Missing(folder) => SettingsError::Missing(folder),
                MountedSecretError::Read { path, source } => SettingsError::Read { path, source },
            })
    }

    /// Where they are.
    pub(crate) fn folder(&self) -> &Path {
        self.0.folder()
    }

    /// What a file says, without blanks around it; none if there is no such file or it is empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// The first of several files that says something.
    pub(crate) fn first(&self, names: &[&str]) -> Option<&str> {
        self.0.first(names)
    }

    /// What a file says that has to be there.
    fn needed(&self, name: &'static str) -> Result<&str, SettingsError> {
        self.get(name).ok_or_else(|| self.lacking(name))
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    pub(crate) fn lacking(&self, name: &'static str) -> SettingsError {
        SettingsError::Lacking {
            folder: self.folder().to_owned(),
            name,
        }
    }

    pub(crate) fn unusable(&self, name: &'static str, problem: &str) -> SettingsError {
        SettingsError::Unusable {
            folder: self.folder().to_owned(),
            name,
            problem: problem.to_owned(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fs;

    use super::*;

    /// A folder of repositories in which `backups/kopia` has these files.
    pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("backups/kopia");
        fs::create_dir_all(&own).unwrap();
        for (name, text) in files {
            fs::write(own.join(name), text).unwrap();
        }
        folder
    }

    pub(crate) fn name() -> RepositoryName {
        RepositoryName {
            namespace: "backups".to_owned(),
            name: "kopia".to_owned(),
        }
    }

    #[test]
    fn without_a_folder_of_repositories_the_option_is_named() {
        let error = RepositorySettings::read(None, &name()).unwrap_err();
        assert!(error.to_string().contains("backups/kopia"), "{error}");
        assert!(error.hint().contains("--kopia-repositories"));
    }

    #[test]
    fn a_repository_without_settings_is_told_with_the_place_where_they_belong() {
        let empty = tempfile::tempdir().unwrap();
        let error = RepositorySettings::read(Some(empty.path()), &name()).unwrap_err();
        let place = empty.path().join("backups/kopia").display().to_string();
        assert!(error.to_string().contains(&place), "{error}");
    }

    #[test]
    fn a_secret_without_a_password_is_refused() {
        let folder = folder(&[("KOPIA_REPOSITORY", "filesystem:///data")]);
        let error = RepositorySettings::read(Some(folder.path()), &name()).unwrap_err();
        assert!(error.to_string().ends_with("has no file KOPIA_PASSWORD"));
    }

    #[test]
    fn a_line_break_at_the_end_of_a_file_means_nothing() {
        let folder = folder(&[
            ("KOPIA_REPOSITORY", "filesystem:///data\n"),
            ("KOPIA_PASSWORD", "secret\n"),
        ]);
        let settings = RepositorySettings::read(Some(folder.path()), &name()).unwrap();
        assert_eq!(settings.password.reveal(), "secret");
        assert_eq!(settings.storage.to_string(), "filesystem: /data");
    }

    #[test]
    fn no_secret_is_printed() {
        let folder = folder(&[
            ("KOPIA_REPOSITORY", "s3://backups"),
            ("KOPIA_PASSWORD", "hunter2"),
            ("AWS_ACCESS_KEY_ID", "key-id"),
            ("AWS_SECRET_ACCESS_KEY", "hunter3"),
        ]);
        let settings = RepositorySettings::read(Some(folder.path()), &name()).unwrap();
        let printed = format!("{settings:?}");
        assert!(!printed.contains("hunter"), "{printed}");
    }
}
