//! Plans a backup: for every file of the source, whether the repository has it already.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use lifeboat_tsdb::Finding;

use crate::{
    backup::source::{Source, SourceBlock, SourceFile},
    digest::digests_of,
    documents::{ProgressRecord, StoredFile, Verification, Volume},
    error::Error,
    names::{BackupId, Instance, Keys},
    repository::Repository,
};

/// Block listings and records read at once.
const READS_AT_ONCE: usize = 16;

/// What a backup will do, before it does it.
#[derive(Debug)]
pub struct BackupPlan {
    /// The instance it is of.
    pub instance: Instance,
    /// The source's folder and what is left out of it.
    pub source: Source,
    /// What to do with each block, in the source's order.
    pub blocks: Vec<PlannedBlock>,
}

/// What to do with a block.
#[derive(Debug)]
pub struct PlannedBlock {
    /// What to do with each file, in the source's order.
    pub files: Vec<PlannedFile>,
    /// Damage that an earlier backup found, for blocks that are not read again.
    pub known_damage: Vec<Finding>,
    /// Whether index and chunks are in the repository already, checked by an earlier backup.
    pub reused: bool,
}

/// What to do with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedFile {
    /// Refer to the object that an earlier backup holds; neither read nor send.
    Reuse(StoredFile),
    /// An interrupted run sent it: read and compare, but do not send again.
    Confirm(StoredFile),
    /// Read and send.
    Send,
}

impl BackupPlan {
    /// Files and bytes to send.
    #[must_use]
    pub fn to_send(&self) -> Volume {
        self.volume(|file| matches!(file, PlannedFile::Send))
    }

    /// Files and bytes to read.
    #[must_use]
    pub fn to_read(&self) -> Volume {
        self.volume(|file| !matches!(file, PlannedFile::Reuse(_)))
    }

    fn volume(&self, wanted: impl Fn(&PlannedFile) -> bool) -> Volume {
        let mut volume = Volume::default();
        for (source, planned) in self.source.blocks.iter().zip(&self.blocks) {
            for (file, action) in source.files.iter().zip(&planned.files) {
                if wanted(action) {
                    volume.add(file.size);
                }
            }
        }
        volume
    }
}

/// What the repository is known to hold of the source's blocks.
#[derive(Default)]
struct Known {
    /// By block: the newest backup's view of it.
    blocks: HashMap<String, crate::documents::Block>,
    /// By path: files that interrupted runs sent.
    sent: HashMap<String, StoredFile>,
    /// Sizes by key, of the blocks that are known or partly sent. An object that a verification
    /// found altered does not count as present.
    present: HashMap<String, u64>,
}

/// What the backups know of a source's blocks.
#[derive(Default)]
struct InBackups {
    /// By block: the newest backup's view of it.
    blocks: HashMap<String, crate::documents::Block>,
    /// Keys of objects that a verification found altered.
    altered: HashSet<String>,
}

impl Repository {
    /// Plans a backup of `source`. Only listings and documents are read, from the store as from
    /// the source; no data.
    pub async fn plan_backup(
        &self,
        instance: &Instance,
        source: Source,
    ) -> Result<BackupPlan, Error> {
        if source.blocks.is_empty() {
            return Err(Error::NoBlocks {
                path: source.folder,
            });
        }
        let known = self.known(instance, &source).await?;
        let blocks = source
            .blocks
            .iter()
            .map(|block| plan_block(&source, block, &known))
            .collect::<Result<_, _>>()?;
        Ok(BackupPlan {
            instance: instance.clone(),
            source,
            blocks,
        })
    }

    async fn known(&self, instance: &Instance, source: &Source) -> Result<Known, Error> {
        let InBackups { blocks, altered } = self.blocks_in_backups(instance, source).await?;
        let mut known = Known {
            blocks,
            ..Known::default()
        };
        let (records, unusable) = self.progress_records(instance).await?;
        for error in unusable {
            tracing::warn!(%error, "the record of an interrupted run is not usable");
        }
        for record in records {
            let files = record.files.into_iter();
            known
                .sent
                .extend(files.map(|file| (file.path.clone(), file)));
        }
        let ulids: BTreeSet<String> = source
            .blocks
            .iter()
            .map(|block| block.ulid.clone())
            .filter(|ulid| {
                let of_block = |path: &String| path.split('/').next() == Some(ulid);
                known.blocks.contains_key(ulid) || known.sent.keys().any(of_block)
            })
            .collect();
        // One listing a block, so that the size of the repository does not matter.
        let listings: Vec<_> = stream::iter(ulids)
            .map(|ulid| async move { self.list_all(&Keys(instance).block(&ulid)).await })
            .buffer_unordered(READS_AT_ONCE)
            .try_collect()
            .await?;
        let objects = listings.into_iter().flatten();
        known.present = objects
            .map(|object| (object.location.to_string(), object.size))
            .filter(|(key, _)| !altered.contains(key))
            .collect();
        Ok(known)
    }

    /// Looks for the source's blocks in the backups, newest first, as far back as they can be.
    async fn blocks_in_backups(
        &self,
        instance: &Instance,
        source: &Source,
    ) -> Result<InBackups, Error> {
        let mut missing: BTreeMap<&str, Option<Timestamp>> = source
            .blocks
            .iter()
            .map(|block| (block.ulid.as_str(), made_at(&block.ulid)))
            .collect();
        let mut found = InBackups::default();
        for (id, documents) in self.documents(instance).await?.iter().rev() {
            let began_at = id.began_at()?;
            // A backup that began before a block was made cannot hold it.
            let may_hold_one = missing
                .values()
                .any(|made_at| made_at.is_none_or(|made_at| made_at <= began_at + CLOCK_MARGIN));
            if !may_hold_one {
                break;
            }
            let metadata = match self.metadata(instance, id).await {
                Ok(metadata) => metadata,
                Err(error @ Error::Document { .. }) => {
                    tracing::warn!(%error, "an earlier backup is not usable, nothing of it is reused");
                    continue;
                }
                Err(error) => return Err(error),
            };
            for block in metadata.blocks {
                if missing.remove(block.ulid.as_str()).is_some() {
                    found.blocks.insert(block.ulid.clone(), block);
                }
            }
            if documents.verification {
                found.altered.extend(self.altered(instance, id).await?);
            }
        }
        Ok(found)
    }

    /// The keys of a backup's objects that a verification found altered.
    async fn altered(&self, instance: &Instance, id: &BackupId) -> Result<Vec<String>, Error> {
        let key = Keys(instance).verification(id);
        match self.read_optional::<Verification>(&key).await {
            Ok(verification) => {
                let verification = verification.unwrap_or_default();
                Ok(verification.altered().cloned().collect())
            }
            Err(error @ Error::Document { .. }) => {
                tracing::warn!(%error, "an earlier verification is not usable");
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }

    /// The records of runs that are under way or were interrupted, and why others can't be read.
    pub(crate) async fn progress_records(
        &self,
        instance: &Instance,
    ) -> Result<(Vec<ProgressRecord>, Vec<Error>), Error> {
        let (mut records, mut unusable) = (Vec::new(), Vec::new());
        for object in self.list_all(&Keys(instance).running()).await? {
            match self.read_optional(&object.location).await {
                Ok(record) => records.extend(record),
                Err(error @ Error::Document { .. }) => unusable.push(error),
                Err(error) => return Err(error),
            }
        }
        Ok((records, unusable))
    }
}

/// How far the clocks of Prometheus and Lifeboat may be apart. Being wrong costs a document read
/// in vain, or a block sent twice.
const CLOCK_MARGIN: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

/// The moment in a ULID: its first ten characters are milliseconds since 1970 in base 32.
/// <https://github.com/ulid/spec>
fn made_at(ulid: &str) -> Option<Timestamp> {
    const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let milliseconds = ulid
        .get(..10)?
        .chars()
        .try_fold(0_i64, |value, character| {
            let digit = ALPHABET.find(character)?;
            Some(value * 32 + i64::try_from(digit).ok()?)
        })?;
    Timestamp::from_millisecond(milliseconds).ok()
}

fn plan_block(source: &Source, block: &SourceBlock, known: &Known) -> Result<PlannedBlock, Error> {
    let is_present = |file: &StoredFile| {
        known
            .present
            .get(&file.key)
            .is_some_and(|size| *size == file.size)
    };
    let in_backup = known.blocks.get(&block.ulid);
    let held = |file: &SourceFile| -> Option<&StoredFile> {
        let path = format!("{}/{}", block.ulid, file.path);
        let stored = in_backup?.files.iter().find(|stored| stored.path == path)?;
        (stored.size == file.size && is_present(stored)).then_some(stored)
    };
    let write_once = || block.files.iter().filter(|file| file.is_write_once());
    let reused = write_once().next().is_some() && write_once().all(|file| held(file).is_some());
    let files = block
        .files
        .iter()
        .map(|file| {
            // In a block that is read anyway, the two small files are read with the others, since
            // all are checked against each other.
            if reused && !file.is_write_once() {
                return plan_small_file(source, block, file, held(file));
            }
            let path = format!("{}/{}", block.ulid, file.path);
            let sent = known.sent.get(&path);
            let sent = sent.filter(|sent| sent.size == file.size && is_present(sent));
            Ok(match held(file) {
                Some(stored) if reused => PlannedFile::Reuse(stored.clone()),
                Some(stored) => PlannedFile::Confirm(stored.clone()),
                None => sent.map_or(PlannedFile::Send, |sent| PlannedFile::Confirm(sent.clone())),
            })
        })
        .collect::<Result<_, Error>>()?;
    Ok(PlannedBlock {
        files,
        known_damage: match in_backup {
            Some(block) if reused => block.damage.clone(),
            _ => Vec::new(),
        },
        reused,
    })
}

/// `meta.json` and `tombstones` may change under the same ULID, so they are compared by content.
fn plan_small_file(
    source: &Source,
    block: &SourceBlock,
    file: &SourceFile,
    held: Option<&StoredFile>,
) -> Result<PlannedFile, Error> {
    let Some(stored) = held else {
        return Ok(PlannedFile::Send);
    };
    let path = source.path_of(block, file);
    let found = fs::File::open(&path)
        .and_then(digests_of)
        .map_err(|source| Error::ReadLocal { path, source })?;
    Ok(if found == stored.digests {
        PlannedFile::Reuse(stored.clone())
    } else {
        PlannedFile::Send
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the ULID specification.
    #[test]
    fn a_ulid_tells_when_it_was_made() {
        let at = made_at("01ARYZ6S41TSV4RRFFQ69G5FAV").unwrap();
        assert_eq!(at.as_millisecond(), 1_469_918_176_385);
        assert_eq!(made_at("short"), None);
    }
}
