//! Scene: a Cluster, and the objects and readings that say how its backups are.

use std::collections::BTreeMap;

use lifeboat_core::{ArchiverReading, Instance};

use crate::objects::{
    Metadata,
    cnpg::{Backup, BackupMethod, Cluster, ObjectStore, ScheduledBackup},
};

/// All that is looked at for one Cluster.
pub(super) struct Scene<'a> {
    pub(super) cluster: &'a Cluster,
    /// Its Backups.
    pub(super) backups: Vec<&'a Backup>,
    /// Its `ScheduledBackup`s, but not those that are going away.
    pub(super) schedules: Vec<&'a ScheduledBackup>,
    /// The `ObjectStore`s that its plugins name and that exist, by name.
    pub(super) object_stores: BTreeMap<&'a str, &'a ObjectStore>,
    /// Whether everything that could be among these objects has been seen. Otherwise what isn't among
    /// them may be there all the same.
    pub(super) is_whole: bool,
    /// Its instances, each with what its exporter says.
    pub(super) instances: Vec<Instance>,
    /// What its primary's exporter says of the archiver; none where nobody is to read it.
    pub(super) archiver: Option<Result<ArchiverReading, String>>,
}

impl<'a> Scene<'a> {
    /// What the Cluster is called.
    pub(super) fn name(&self) -> &'a str {
        &self.cluster.metadata.name
    }

    /// The Cluster, as sentences name it.
    pub(super) fn called(&self) -> String {
        format!("Cluster/{}", self.name())
    }

    /// The namespace of all of it.
    pub(super) fn namespace(&self) -> &'a str {
        &self.cluster.metadata.namespace
    }

    /// Whether there is a `ScheduledBackup` or a Backup of this method.
    pub(super) fn asks_for(&self, method: &str) -> bool {
        let scheduled = self.schedules.iter().map(|one| one.spec.method.as_deref());
        let backups = self.backups.iter();
        let backups = backups.map(|one| one.spec.method.map(BackupMethod::name));
        scheduled
            .chain(backups)
            .any(|asked| asked.unwrap_or(IN_TREE) == method)
    }
}

/// The method of backups without a plugin, which is also the default.
pub(super) const IN_TREE: &str = "barmanObjectStore";
/// The method of backups by a plugin.
pub(super) const PLUGIN: &str = "plugin";
/// The method of backups as volume snapshots.
pub(super) const SNAPSHOT: &str = "volumeSnapshot";

/// Whether the object is going away.
pub(super) fn is_going(metadata: &Metadata) -> bool {
    metadata.deletion_timestamp.get().is_some()
}
