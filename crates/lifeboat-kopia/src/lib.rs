//! Kopia repositories, read with the `kopia` program: who maintains them and how that goes, what they
//! hold and take, what was copied to them, and what it costs to know.
//!
//! ```text
//! settings, storage     how a repository is reached: a mounted Secret, as `VolSync` has it
//! program, failure      one command of kopia, and why it failed
//! session, requests     a connection that only reads, and what it asks of the store
//! documents             what kopia prints
//! reading               all of it together
//! cycles, observation   what follows from it
//! watcher, source       readings at their intervals, as a source of the controller
//! ```
//!
//! Nothing here knows of Kubernetes.

mod cycles;
mod documents;
mod error;
mod failure;
mod observation;
mod program;
mod reading;
mod requests;
mod session;
mod settings;
mod source;
mod storage;
mod watcher;

use std::{fmt, sync::Arc};

pub use error::Error;
use jiff::Timestamp;
use lifeboat_core::{AssetId, AssetKind};
pub use program::default_program;
pub use reading::{KopiaSettings, Reading, read};
pub use settings::{RepositorySettings, SettingsError};
pub use source::KopiaSource;
pub use storage::{S3, Storage};

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a repository is called: as the Secret with which it is reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepositoryName {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl RepositoryName {
    /// The asset that the repository is.
    #[must_use]
    pub fn asset_id(&self) -> AssetId {
        AssetId {
            cluster: None,
            kind: AssetKind::KopiaRepository,
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.namespace, self.name)
    }
}
