//! What can go wrong when a repository is read, and the next step for each.

use std::{io, path::PathBuf, time::Duration};

use crate::settings::SettingsError;

/// A failed reading of a repository; [`Error::hint`] gives the next step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// How it is reached isn't known.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The program isn't there.
    #[error("the program {} was not found", .0.display())]
    NoProgram(PathBuf),
    /// The program can't be started.
    #[error("failed to start {}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The program doesn't know what it is asked for.
    #[error("kopia is too old: {0}")]
    TooOld(String),
    /// There is no folder for what the program needs while it runs.
    #[error("failed to make a folder for kopia's configuration and cache")]
    Folder(#[source] io::Error),
    /// The program's output can't be taken in.
    #[error("failed to read what `kopia {command}` says")]
    Output {
        /// What it was asked for.
        command: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The program says something of another form.
    #[error("what `kopia {command}` says was not understood")]
    NotUnderstood {
        /// What it was asked for.
        command: &'static str,
        /// Where its form differs.
        source: serde_json::Error,
    },
    /// The program had not ended in time.
    #[error("`kopia {command}` had not ended after {} s", deadline.as_secs())]
    TooSlow {
        /// What it was asked for.
        command: &'static str,
        /// How long it may take.
        deadline: Duration,
    },
    /// The password is another one.
    #[error("the password of the Kopia repository is wrong")]
    WrongPassword,
    /// There is no repository.
    #[error("there is no Kopia repository at {place}")]
    NoRepository {
        /// Where it should be.
        place: String,
    },
    /// The folder of the repository can't be looked into.
    #[error("failed to look into the folder of the Kopia repository {}", path.display())]
    RepositoryFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is missing that the program would write, though it is only to read.
    #[error("the Kopia repository in {} has no file .shards", .0.display())]
    NoShards(PathBuf),
    /// The store refuses the keys.
    #[error("access to the store of the Kopia repository was denied: {0}")]
    AccessDenied(String),
    /// The store can't be reached.
    #[error("the store of the Kopia repository can't be reached: {0}")]
    Unreachable(String),
    /// What is there can't be read.
    #[error("the Kopia repository is damaged: {0}")]
    Damaged(String),
    /// Something else.
    #[error("`kopia {command}` failed: {message}")]
    Failed {
        /// What it was asked for.
        command: &'static str,
        /// What it says.
        message: String,
    },
}

impl Error {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> String {
        let hint = match self {
            Self::Settings(error) => return error.hint(),
            Self::NoProgram(_) => {
                "put kopia on PATH, or say where it is with --kopia or LIFEBOAT_KOPIA"
            }
            Self::Start { .. } => "it must be a program of this system that Lifeboat may run",
            Self::TooOld(_) => "use kopia 0.22.3 or newer; it reads older repositories too",
            Self::Folder(_) => {
                "temporary folders must be writable and have room; TMPDIR says where they are"
            }
            Self::Output { .. } => "it is tried again",
            Self::NotUnderstood { .. } => {
                "another version of kopia may differ: 0.22.3 to 0.23 are known to work"
            }
            Self::TooSlow { .. } => {
                "the store may be slow or hang; it is tried again, and spec.kopiaRepositories says \
                 how often"
            }
            Self::WrongPassword => "KOPIA_PASSWORD must be that of the repository",
            Self::NoRepository { .. } => {
                "check the bucket, the prefix or the path: the bucket may be missing too. Lifeboat \
                 never makes a repository"
            }
            Self::RepositoryFolder { .. } => {
                "mount the volume of the repository; reading is all that Lifeboat needs"
            }
            Self::NoShards(_) => {
                "kopia would write this file even where it is only to read, and guess what is in \
                 it: put it back from a backup of the volume"
            }
            Self::AccessDenied(_) => {
                "the keys must be valid and allowed to list and to read; a wrong region has the \
                 same effect"
            }
            Self::Unreachable(_) => {
                "check the endpoint, and from where Lifeboat runs whether it can be reached"
            }
            Self::Damaged(_) => {
                "find out what is lost with `kopia snapshot verify` before the next backup relies \
                 on it"
            }
            Self::Failed { .. } => "run `kopia repository connect` with the same settings by hand",
        };
        hint.to_owned()
    }
}
