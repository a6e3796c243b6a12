//! How Kopia repositories are read that policies name.

use std::{path::PathBuf, sync::Arc};

use lifeboat_kopia::{KopiaSettings, KopiaSource};
use lifeboat_repository::RequestCounters;

use super::{run::now, settings_file::SettingsFile};
use crate::cli::KopiaOptions;

/// What Kopia repositories are read with.
pub(super) struct Kopia {
    program: PathBuf,
    repositories: Option<PathBuf>,
}

impl Kopia {
    pub(super) fn of(options: &KopiaOptions, file: &SettingsFile) -> Self {
        let program = options.kopia.as_ref().or(file.kopia.as_ref());
        let repositories = options.kopia_repositories.as_ref();
        let repositories = repositories.or(file.kopia_repositories.as_ref());
        Self {
            program: program
                .cloned()
                .unwrap_or_else(lifeboat_kopia::default_program),
            repositories: repositories.cloned(),
        }
    }

    /// What declares those that policies name. There is one even without a folder, since a policy that
    /// asks for what can't be read must be told so.
    pub(super) fn source(self, requests: &Arc<RequestCounters>) -> KopiaSource {
        let settings = KopiaSettings {
            program: self.program,
            repositories: self.repositories,
            requests: Arc::clone(requests),
        };
        KopiaSource::new(settings, Arc::new(now))
    }
}
