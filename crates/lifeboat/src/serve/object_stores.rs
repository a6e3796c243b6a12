//! How the object stores of databases are looked into that policies name.

use std::{path::PathBuf, sync::Arc};

use lifeboat_postgres::{PostgresSource, StoreSettings};
use lifeboat_repository::RequestCounters;

use super::{run::now, settings_file::SettingsFile};
use crate::cli::{PostgresOptions, variable};

/// What object stores are reached with.
pub(super) struct ObjectStores {
    folder: Option<PathBuf>,
}

impl ObjectStores {
    pub(super) fn of(options: &PostgresOptions, file: &SettingsFile) -> Self {
        let folder = options.postgres_object_stores.as_ref();
        Self {
            folder: folder.or(file.postgres_object_stores.as_ref()).cloned(),
        }
    }

    /// What looks into those that policies name. There is one even without a folder, since a policy
    /// that asks for what can't be looked into must be told so.
    pub(super) fn source(self, requests: &Arc<RequestCounters>) -> PostgresSource {
        let settings = StoreSettings {
            folder: self.folder,
            variable,
            requests: Arc::clone(requests),
        };
        PostgresSource::new(settings, Arc::new(now))
    }
}
