//! The backups of an instance: listing, reading, choosing one, pinning.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use lifeboat_tsdb::BlockId;
use object_store::path::Path;

use crate::{
    block_scan::is_block_file,
    documents::{BackupMetadata, Block, FORMAT_VERSION, Outcome, Pin, StoredFile, Verification},
    error::Error,
    names::{BackupId, Instance, Keys},
    repository::{Repository, Write},
};

/// Documents read at once.
const READS_AT_ONCE: usize = 16;

/// A backup with what was said of it since.
#[derive(Debug, Clone)]
pub struct Backup {
    /// What it holds.
    pub metadata: BackupMetadata,
    /// Its pin, if it has one.
    pub pin: Option<Pin>,
    /// Its last verification, if it had one.
    pub verification: Option<Verification>,
}

impl Backup {
    /// Whether one could restore all of it, as far as anybody knows.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.metadata.outcome == Outcome::Complete
            && self.verification.as_ref().is_none_or(Verification::is_good)
    }

    /// Whether a verification looked at it and found it good.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        let verification = self.verification.as_ref();
        verification.is_some_and(|found| found.is_good() && !found.results.is_empty())
    }
}

/// All backups of an instance.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// The readable ones, oldest first.
    pub backups: Vec<Backup>,
    /// Those whose documents are damaged, with what is wrong, oldest first.
    pub unreadable: Vec<(BackupId, Error)>,
    /// Keys among the backups that Lifeboat gives to nothing, or that are listed twice. A listing
    /// has no checksum: altered on its way, the name of a backup looks like this.
    pub foreign: Vec<String>,
}

/// The backup that a selection means.
#[derive(Debug)]
pub struct Selected {
    /// The backup.
    pub backup: Backup,
    /// Newer ones that were passed over, and why, newest first.
    pub passed_over: Vec<(BackupId, String)>,
}

/// Which backup is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// The newest good one.
    Latest,
    /// This one, good or not.
    Id(BackupId),
    /// The newest good one that began at this time or before.
    At(Timestamp),
}

/// Which documents a backup has, as the listing shows them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Documents {
    pub(crate) metadata: bool,
    pub(crate) pin: bool,
    pub(crate) verification: bool,
}

/// The backups of an instance as the listing shows them.
#[derive(Debug, Default)]
struct Listing {
    documents: BTreeMap<BackupId, Documents>,
    /// See [`Catalogue::foreign`].
    foreign: Vec<String>,
}

impl Listing {
    fn add(&mut self, key: &Path, prefix: &Path) {
        if self.try_add(key, prefix).is_none() {
            self.foreign.push(key.to_string());
        }
    }

    /// None if the key has another form, or was there before.
    fn try_add(&mut self, key: &Path, prefix: &Path) -> Option<()> {
        let parts: Vec<_> = key.prefix_match(prefix)?.collect();
        let [id, name] = &parts[..] else {
            return None;
        };
        let id: BackupId = id.as_ref().parse().ok()?;
        let documents = self.documents.entry(id).or_default();
        let document = match name.as_ref() {
            "metadata.json" => &mut documents.metadata,
            "pin.json" => &mut documents.pin,
            "verification.json" => &mut documents.verification,
            _ => return None,
        };
        (!std::mem::replace(document, true)).then_some(())
    }
}

impl Repository {
    /// The instances that have backups, sorted.
    pub async fn instances(&self) -> Result<Vec<Instance>, Error> {
        let prefix = Path::from("backups");
        let listed = self
            .store
            .list_with_delimiter(Some(&prefix))
            .await
            .map_err(self.failed("list", &prefix))?;
        let names = listed.common_prefixes.iter().filter_map(|prefix| {
            // What is no instance was not put there by Lifeboat.
            prefix.filename().and_then(|name| name.parse().ok())
        });
        Ok(names.collect::<BTreeSet<Instance>>().into_iter().collect())
    }

    /// The ids of an instance's backups and the documents each has, oldest first.
    pub(crate) async fn documents(
        &self,
        instance: &Instance,
    ) -> Result<BTreeMap<BackupId, Documents>, Error> {
        Ok(self.backups_listing(instance).await?.documents)
    }

    async fn backups_listing(&self, instance: &Instance) -> Result<Listing, Error> {
        let prefix = Keys(instance).backups();
        let mut listing = Listing::default();
        for object in self.list_all(&prefix).await? {
            listing.add(&object.location, &prefix);
        }
        // Without metadata it is not a backup, or not any more.
        listing.documents.retain(|_, documents| documents.metadata);
        Ok(listing)
    }

    /// The ids of an instance's backups, oldest first.
    pub async fn backup_ids(&self, instance: &Instance) -> Result<Vec<BackupId>, Error> {
        Ok(self.documents(instance).await?.into_keys().collect())
    }

    /// What a backup holds.
    pub async fn metadata(
        &self,
        instance: &Instance,
        id: &BackupId,
    ) -> Result<BackupMetadata, Error> {
        let key = Keys(instance).metadata(id);
        let metadata: BackupMetadata = match self.read_document(&key).await {
            Err(error) if error.is_not_found() => {
                return Err(self.no_such_backup(instance, format!("with the id {id}")));
            }
            result => result?,
        };
        let wrong = |reason: String| Error::Document {
            key: key.to_string(),
            repository: self.location().to_string(),
            reason,
        };
        if metadata.format_version > FORMAT_VERSION {
            return Err(wrong(format!(
                "its format is version {}, and this Lifeboat knows up to {FORMAT_VERSION}",
                metadata.format_version
            )));
        }
        if metadata.id != *id || metadata.instance != *instance {
            return Err(wrong(format!(
                "it says that it is {} of {}",
                metadata.id, metadata.instance
            )));
        }
        for block in &metadata.blocks {
            if let Some(file) = block
                .files
                .iter()
                .find(|file| !is_plain(block, file, instance))
            {
                return Err(wrong(format!(
                    "it names {:?}, which is no file of a block",
                    file.path
                )));
            }
        }
        Ok(metadata)
    }

    /// Every backup of an instance with its pin and last verification.
    pub async fn catalogue(&self, instance: &Instance) -> Result<Catalogue, Error> {
        let Listing { documents, foreign } = self.backups_listing(instance).await?;
        let mut reads = stream::iter(documents)
            .map(|(id, documents)| async move {
                let backup = self.read_backup(instance, &id, documents).await;
                (id, backup)
            })
            .buffered(READS_AT_ONCE);
        let mut catalogue = Catalogue {
            foreign,
            ..Catalogue::default()
        };
        while let Some((id, backup)) = reads.next().await {
            match backup {
                Ok(backup) => catalogue.backups.push(backup),
                Err(error @ Error::Document { .. }) => catalogue.unreadable.push((id, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(catalogue)
    }

    async fn read_backup(
        &self,
        instance: &Instance,
        id: &BackupId,
        documents: Documents,
    ) -> Result<Backup, Error> {
        let keys = Keys(instance);
        let metadata = self.metadata(instance, id).await?;
        let pin = if documents.pin {
            self.read_optional(&keys.pin(id)).await?
        } else {
            None
        };
        let verification = if documents.verification {
            self.read_optional(&keys.verification(id)).await?
        } else {
            None
        };
        Ok(Backup {
            metadata,
            pin,
            verification,
        })
    }

    /// The backup that a selection means.
    pub async fn select(
        &self,
        instance: &Instance,
        selection: &Selection,
    ) -> Result<Selected, Error> {
        let documents = self.documents(instance).await?;
        let missing = |wanted: String| self.no_such_backup(instance, wanted);
        if let Selection::Id(id) = selection {
            let of_id = *documents
                .get(id)
                .ok_or_else(|| missing(format!("with the id {id}")))?;
            return Ok(Selected {
                backup: self.read_backup(instance, id, of_id).await?,
                passed_over: Vec::new(),
            });
        }
        let mut passed_over = Vec::new();
        for (id, of_id) in documents.into_iter().rev() {
            if let Selection::At(time) = selection
                && id.began_at()? > *time
            {
                continue;
            }
            match self.read_backup(instance, &id, of_id).await {
                Ok(backup) if backup.is_good() => {
                    return Ok(Selected {
                        backup,
                        passed_over,
                    });
                }
                Ok(_) => passed_over.push((id, "it is damaged".to_owned())),
                Err(Error::Document { reason, .. }) => passed_over.push((id, reason)),
                Err(error) => return Err(error),
            }
        }
        Err(missing(match selection {
            Selection::At(time) => format!("that is good and was made by {time}"),
            _ => "that is good".to_owned(),
        }))
    }

    fn no_such_backup(&self, instance: &Instance, wanted: String) -> Error {
        Error::NoSuchBackup {
            repository: self.location().to_string(),
            instance: instance.to_string(),
            wanted,
        }
    }

    /// Keeps a backup from every prune until it is unpinned.
    pub async fn pin(
        &self,
        instance: &Instance,
        id: &BackupId,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<Pin, Error> {
        self.metadata(instance, id).await?;
        let pin = Pin {
            format_version: FORMAT_VERSION,
            pinned_at: now,
            reason,
        };
        let key = Keys(instance).pin(id);
        self.write_document(&key, &pin, Write::Replace).await?;
        Ok(pin)
    }

    /// Leaves a backup to the retention policy again. False if it was not pinned.
    pub async fn unpin(&self, instance: &Instance, id: &BackupId) -> Result<bool, Error> {
        self.metadata(instance, id).await?;
        let was_pinned = self.is_pinned(instance, id).await?;
        self.delete(&Keys(instance).pin(id)).await?;
        Ok(was_pinned)
    }

    /// Whether somebody wants a backup kept.
    pub(crate) async fn is_pinned(
        &self,
        instance: &Instance,
        id: &BackupId,
    ) -> Result<bool, Error> {
        let pin = self.read_optional::<Pin>(&Keys(instance).pin(id)).await?;
        Ok(pin.is_some())
    }
}

/// Whether a file's path and key are such as Lifeboat writes. A restore writes to the path, so
/// nothing in a repository may lead it out of its folder.
fn is_plain(block: &Block, file: &StoredFile, instance: &Instance) -> bool {
    let in_block = file
        .path
        .strip_prefix(&block.ulid)
        .and_then(|path| path.strip_prefix('/'));
    in_block.is_some_and(is_block_file)
        && BlockId::is_valid(&block.ulid)
        && file.key.starts_with(&format!("{}/", Keys(instance).data()))
}
