//! The last step of a backup: make sure that the store holds everything, then write `metadata.json`.

use std::{collections::HashMap, sync::Arc};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use object_store::{ObjectStoreExt, path::Path};

use crate::{
    backup::{
        plan::BackupPlan,
        run::{BackupRun, Clock, Record, Transferred},
    },
    documents::{BackupMetadata, Block, FORMAT_VERSION, Outcome, StoredFile, Totals},
    error::Error,
    names::{BackupId, Keys},
    progress::Progress,
    repository::{Repository, Write},
    verify::digest_problem,
};

/// Block listings under way at once.
const LISTINGS_AT_ONCE: usize = 16;

/// Ids tried, one a second, when others took the earlier ones.
const IDS_TRIED: i64 = 60;

impl Repository {
    pub(super) async fn commit(
        &self,
        plan: &BackupPlan,
        run: BackupRun,
        record: &Record,
        transferred: Transferred,
        started_at: Timestamp,
        clock: &Clock,
    ) -> Result<BackupMetadata, Error> {
        self.confirm_sent(plan, record, &transferred.blocks).await?;
        if self.must_read_back {
            self.read_back(record, &run.progress).await?;
        }
        let mut metadata = BackupMetadata {
            format_version: FORMAT_VERSION,
            id: BackupId::at(started_at),
            instance: plan.instance.clone(),
            lifeboat_version: run.lifeboat_version,
            started_at,
            finished_at: clock(),
            outcome: outcome(&transferred.blocks),
            origin: run.origin,
            min_time: transferred.blocks.iter().map(|block| block.min_time).min(),
            max_time: transferred.blocks.iter().map(|block| block.max_time).max(),
            totals: totals(&transferred.blocks),
            sent: transferred.sent,
            blocks: transferred.blocks,
        };
        self.confirm_protected(record).await?;
        self.write_metadata(&mut metadata).await?;
        // Had the run been paused between the two, a prune could have taken its files meanwhile.
        if let Err(error) = self.confirm_protected(record).await {
            let key = Keys(&metadata.instance).metadata(&metadata.id);
            self.delete(&key).await?;
            return Err(error);
        }
        Ok(metadata)
    }

    /// Compares what was sent with what the store lists.
    async fn confirm_sent(
        &self,
        plan: &BackupPlan,
        record: &Record,
        blocks: &[Block],
    ) -> Result<(), Error> {
        let sent_to = record.blocks_sent_to();
        let listings: Vec<_> = stream::iter(sent_to.iter().copied())
            .map(|ulid| async move { self.list_all(&Keys(&plan.instance).block(ulid)).await })
            .buffer_unordered(LISTINGS_AT_ONCE)
            .try_collect()
            .await?;
        let present: HashMap<String, u64> = listings
            .into_iter()
            .flatten()
            .map(|object| (object.location.to_string(), object.size))
            .collect();
        let of_sent = blocks
            .iter()
            .filter(|block| sent_to.contains(block.ulid.as_str()));
        for file in of_sent.flat_map(|block| &block.files) {
            confirm_present(file, present.get(&file.key).copied())?;
        }
        Ok(())
    }

    /// Reads what this run sent and compares it, for a server that checks nothing itself.
    async fn read_back(&self, record: &Record, progress: &Arc<Progress>) -> Result<(), Error> {
        for file in record.files() {
            let ((), digests) = self.scan_object(file, progress, |_| Ok(())).await?;
            if let Some(problem) = digest_problem(file, &digests) {
                let what = format!("{} {problem}", file.key);
                return Err(Error::WriteNotKept { what });
            }
        }
        Ok(())
    }

    /// A prune takes nothing that a record names; without the record, it may have.
    async fn confirm_protected(&self, record: &Record) -> Result<(), Error> {
        match self.store.head(&record.key).await {
            Ok(_) => Ok(()),
            Err(object_store::Error::NotFound { .. }) => Err(Error::ProgressRecordGone {
                key: record.key.to_string(),
            }),
            Err(source) => Err(self.failed("read", &record.key)(source)),
        }
    }

    /// Writes the metadata under the first free id, and reads it back.
    async fn write_metadata(&self, metadata: &mut BackupMetadata) -> Result<(), Error> {
        let taken = self.documents(&metadata.instance.clone()).await?;
        for second in 0..IDS_TRIED {
            let at = metadata.started_at + SignedDuration::from_secs(second);
            metadata.id = BackupId::at(at);
            if taken.contains_key(&metadata.id) {
                continue;
            }
            let key = Keys(&metadata.instance).metadata(&metadata.id);
            match self.write_document(&key, metadata, Write::Create).await {
                Err(error) if error.is_already_exists() => {}
                Err(error) => return Err(error),
                Ok(()) => {
                    return self.confirm_metadata(&key, metadata).await;
                }
            }
        }
        Err(Error::WriteNotKept {
            what: format!("every id near {} is taken", metadata.id),
        })
    }

    /// Reads the metadata back. One that arrived damaged is removed, since it would stand in the
    /// way of every prune.
    async fn confirm_metadata(&self, key: &Path, written: &BackupMetadata) -> Result<(), Error> {
        match self.read_document::<BackupMetadata>(key).await {
            Ok(kept) if kept == *written => Ok(()),
            Ok(_) => Err(Error::WriteNotKept {
                what: format!("{key} reads back differently"),
            }),
            Err(error @ Error::Document { .. }) => {
                self.delete(key).await?;
                Err(Error::WriteNotKept {
                    what: error.to_string(),
                })
            }
            Err(error) => Err(error),
        }
    }
}

fn confirm_present(file: &StoredFile, found: Option<u64>) -> Result<(), Error> {
    let what = match found {
        Some(size) if size == file.size => return Ok(()),
        Some(size) => format!("{} has {size} bytes instead of {}", file.key, file.size),
        None => format!("{} is missing", file.key),
    };
    Err(Error::WriteNotKept { what })
}

fn outcome(blocks: &[Block]) -> Outcome {
    if blocks.iter().all(|block| block.damage.is_empty()) {
        Outcome::Complete
    } else {
        Outcome::Damaged
    }
}

fn totals(blocks: &[Block]) -> Totals {
    blocks
        .iter()
        .fold(Totals::default(), |totals, block| Totals {
            blocks: totals.blocks + 1,
            files: totals.files + block.files.len() as u64,
            bytes: totals.bytes + block.bytes(),
            samples: totals.samples + block.samples,
        })
}
