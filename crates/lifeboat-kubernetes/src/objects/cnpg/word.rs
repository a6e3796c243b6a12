//! Words of a Backup that tens of thousands of them have alike, kept without a copy for each.

use std::{borrow::Cow, ops::Deref};

use serde::Deserialize;

/// The phases that the operator of today writes.
const PHASES: [&str; 9] = [
    "",
    "pending",
    "started",
    "running",
    "finalizing",
    "completed",
    "failed",
    "walArchivingFailing",
    "invalid backup definition",
];

/// `Backup.status.phase`: one of those that are known, or what a later operator calls it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Cow<'_, str>")]
pub struct BackupPhase(Cow<'static, str>);

impl From<Cow<'_, str>> for BackupPhase {
    fn from(text: Cow<'_, str>) -> Self {
        let known = PHASES.into_iter().find(|known| *known == text);
        Self(known.map_or_else(|| Cow::Owned(text.into_owned()), Cow::Borrowed))
    }
}

impl Deref for BackupPhase {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

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
