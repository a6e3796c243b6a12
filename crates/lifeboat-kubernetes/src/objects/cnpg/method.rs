//! By what means Backups are taken.

use std::borrow::Cow;

use serde::Deserialize;

/// By what means a Backup is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Cow<'_, str>")]
pub enum BackupMethod {
    /// By the operator itself, to an object store.
    BarmanObjectStore,
    /// By a plugin.
    Plugin,
    /// As snapshots of volumes.
    VolumeSnapshot,
    /// By something that nobody knows here.
    Other,
}

impl From<Cow<'_, str>> for BackupMethod {
    fn from(text: Cow<'_, str>) -> Self {
        let known = [Self::BarmanObjectStore, Self::Plugin, Self::VolumeSnapshot];
        let mut known = known.into_iter();
        let found = known.find(|method| method.name() == text);
        found.unwrap_or(Self::Other)
    }
}

impl BackupMethod {
    /// As it is written; empty for one that nobody knows here.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BarmanObjectStore => "barmanObjectStore",
            Self::Plugin => "plugin",
            Self::VolumeSnapshot => "volumeSnapshot",
            Self::Other => "",
        }
    }
}
