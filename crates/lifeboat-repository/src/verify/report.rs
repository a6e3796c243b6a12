//! What a verification found: every bad object, and every backup that each of them hurts.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    documents::{BackupMetadata, Level},
    names::BackupId,
};

/// The result of a verification.
#[derive(Debug, Clone, Serialize)]
pub struct VerifyReport {
    /// How deep it went.
    pub level: Level,
    /// The percentage of the blocks that were read.
    pub sample_percent: f64,
    /// Objects whose presence and size were checked.
    pub objects_listed: u64,
    /// Objects that were read.
    pub objects_read: u64,
    /// Bytes that were read.
    pub bytes_read: u64,
    /// Every backup that was looked at, oldest first.
    pub backups: Vec<BackupVerdict>,
    /// Every bad object, by key.
    pub bad_objects: Vec<BadObject>,
}

/// What is said of one backup.
#[derive(Debug, Clone, Serialize)]
pub struct BackupVerdict {
    /// The backup.
    pub id: BackupId,
    /// Whether all of it can be restored.
    pub good: bool,
    /// Damage that the source had before the backup, one sentence each.
    pub source_damage: Vec<String>,
}

/// An object that is not what was backed up.
#[derive(Debug, Clone, Serialize)]
pub struct BadObject {
    /// The object's key below the repository's prefix.
    pub key: String,
    /// What is wrong with it, as the end of a sentence that begins with the key.
    pub reasons: Vec<String>,
    /// The backups that cannot be restored without it.
    pub backups: BTreeSet<BackupId>,
    /// Whether the object is not what was backed up: gone, of another size or with other bytes.
    /// If not, the source was damaged before.
    pub altered: bool,
}

/// What is wrong with an object.
pub(super) struct Problem {
    pub(super) key: String,
    /// The end of a sentence that begins with the key.
    pub(super) reason: String,
    /// As [`BadObject::altered`].
    pub(super) altered: bool,
}

impl Problem {
    /// The object is not what was backed up.
    pub(super) fn altered(key: &str, reason: impl Into<String>) -> Self {
        Self {
            key: key.to_owned(),
            reason: reason.into(),
            altered: true,
        }
    }
}

impl VerifyReport {
    pub(super) fn new(level: Level, sample_percent: f64) -> Self {
        Self {
            level,
            sample_percent: if level == Level::Quick {
                0.0
            } else {
                sample_percent
            },
            objects_listed: 0,
            objects_read: 0,
            bytes_read: 0,
            backups: Vec::new(),
            bad_objects: Vec::new(),
        }
    }

    /// Whether every backup is good.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.backups.iter().all(|backup| backup.good)
    }

    pub(super) fn add_backup(&mut self, metadata: &BackupMetadata) {
        let source_damage: Vec<String> = metadata
            .damage()
            .map(|(block, finding)| format!("{}/{finding}", block.ulid))
            .collect();
        self.backups.push(BackupVerdict {
            id: metadata.id.clone(),
            good: source_damage.is_empty(),
            source_damage,
        });
    }

    pub(super) fn unreadable_backup(&mut self, id: BackupId, key: &str, reason: String) {
        self.backups.push(BackupVerdict {
            id: id.clone(),
            good: true,
            source_damage: Vec::new(),
        });
        self.bad_object(Problem::altered(key, reason), &BTreeSet::from([id]));
    }

    pub(super) fn bad_object(&mut self, problem: Problem, hurt: &BTreeSet<BackupId>) {
        let Problem {
            key,
            reason,
            altered,
        } = problem;
        for backup in &mut self.backups {
            backup.good &= !hurt.contains(&backup.id);
        }
        match self.bad_objects.binary_search_by(|bad| bad.key.cmp(&key)) {
            Ok(place) => {
                let bad = &mut self.bad_objects[place];
                if !bad.reasons.contains(&reason) {
                    bad.reasons.push(reason);
                }
                bad.backups.extend(hurt.iter().cloned());
                bad.altered |= altered;
            }
            Err(place) => self.bad_objects.insert(
                place,
                BadObject {
                    key,
                    reasons: vec![reason],
                    backups: hurt.clone(),
                    altered,
                },
            ),
        }
    }

    pub(super) const fn list(&mut self, objects: u64) {
        self.objects_listed += objects;
    }

    pub(super) const fn count(&mut self, objects: u64, bytes: u64) {
        self.objects_read += objects;
        self.bytes_read += bytes;
    }

    /// The keys of a backup's objects that are not what was backed up.
    pub(super) fn altered_of(&self, id: &BackupId) -> BTreeSet<String> {
        let altered = self.bad_objects.iter().filter(|bad| bad.altered);
        altered
            .filter(|bad| bad.backups.contains(id))
            .map(|bad| bad.key.clone())
            .collect()
    }

    /// What hurts a backup, one sentence each.
    pub(super) fn findings_of(&self, id: &BackupId) -> Vec<String> {
        let hurting = self
            .bad_objects
            .iter()
            .filter(|bad| bad.backups.contains(id));
        hurting
            .flat_map(|bad| {
                bad.reasons
                    .iter()
                    .map(|reason| format!("{} {reason}", bad.key))
            })
            .collect()
    }
}
