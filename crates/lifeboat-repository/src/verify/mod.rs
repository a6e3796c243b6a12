//! Verifies backups in the repository: are all objects there, are their bytes right, do they make sound blocks?

mod block;
mod object_reader;
mod report;
mod sample;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use report::Problem;
pub use report::{BackupVerdict, BadObject, VerifyReport};
pub use sample::Sample;

use crate::{
    catalogue::Backup,
    documents::{Block, Level, Outcome, StoredFile, VerificationResult},
    error::Error,
    names::{BackupId, Instance, Keys},
    progress::{Cancellation, Progress},
    repository::{Repository, Write},
};

/// What to verify, and how.
#[derive(Clone)]
pub struct VerifyRequest {
    /// The instance.
    pub instance: Instance,
    /// One backup, or all of them.
    pub only: Option<BackupId>,
    /// How deep.
    pub level: Level,
    /// Which blocks to read. The listing covers all of them always.
    pub sample: Sample,
    /// The time to write into the backups' verification records, or none to write no record.
    pub record_at: Option<Timestamp>,
    /// Counters for a display.
    pub progress: Arc<Progress>,
    /// The wish to stop.
    pub cancellation: Arc<Cancellation>,
}

/// A block with the backups that hold it. Backups that share all of a block's objects share the work.
struct SharedBlock {
    block: Block,
    backups: BTreeSet<BackupId>,
}

impl Repository {
    /// Verifies one backup or all of an instance, reading each shared object once.
    pub async fn verify(&self, request: &VerifyRequest) -> Result<VerifyReport, Error> {
        let catalogue = self.catalogue(&request.instance).await?;
        let wanted = |id: &BackupId| request.only.as_ref().is_none_or(|only| only == id);
        let mut report = VerifyReport::new(request.level, request.sample.percent());
        for (id, error) in &catalogue.unreadable {
            if wanted(id) {
                let key = Keys(&request.instance).metadata(id).to_string();
                // The key is said already.
                let reason = match error {
                    Error::Document { reason, .. } => format!("is not usable: {reason}"),
                    other => other.to_string(),
                };
                report.unreadable_backup(id.clone(), &key, reason);
            }
        }
        let backups: Vec<&Backup> = catalogue
            .backups
            .iter()
            .filter(|backup| wanted(&backup.metadata.id))
            .collect();
        if let Some(id) = &request.only
            && backups.is_empty()
            && report.backups.is_empty()
        {
            // Says that there is no such backup.
            self.metadata(&request.instance, id).await?;
        }
        for backup in &backups {
            report.add_backup(&backup.metadata);
        }
        let blocks = shared_blocks(&backups);
        let present = self.listing_of(&request.instance, &blocks).await?;
        let sampled: Vec<&SharedBlock> = blocks
            .iter()
            .filter(|shared| check_presence(shared, &present, &mut report))
            .filter(|shared| request.level > Level::Quick && request.sample.contains(&shared.block))
            .collect();
        self.read_blocks(request, &sampled, &mut report).await?;
        self.record(request, &backups, &report).await?;
        Ok(report)
    }

    async fn listing_of(
        &self,
        instance: &Instance,
        blocks: &[SharedBlock],
    ) -> Result<HashMap<String, u64>, Error> {
        let ulids: BTreeSet<&str> = blocks
            .iter()
            .map(|shared| shared.block.ulid.as_str())
            .collect();
        let listings: Vec<_> = stream::iter(ulids)
            .map(|ulid| async move { self.list_all(&Keys(instance).block(ulid)).await })
            .buffer_unordered(self.transfer.concurrency.max(1))
            .try_collect()
            .await?;
        let objects = listings.into_iter().flatten();
        Ok(objects
            .map(|object| (object.location.to_string(), object.size))
            .collect())
    }

    async fn read_blocks(
        &self,
        request: &VerifyRequest,
        blocks: &[&SharedBlock],
        report: &mut VerifyReport,
    ) -> Result<(), Error> {
        let bytes = blocks.iter().map(|shared| shared.block.bytes()).sum();
        request.progress.set_total(bytes);
        let mut reads = stream::iter(blocks)
            .map(|shared| async move {
                if request.cancellation.is_requested() {
                    return Err(Error::Cancelled);
                }
                let found = self.verify_block(&shared.block, request).await?;
                Ok((*shared, found))
            })
            .buffer_unordered(BLOCKS_AT_ONCE);
        while let Some(found) = reads.next().await {
            let (shared, problems) = found?;
            report.count(shared.block.files.len() as u64, shared.block.bytes());
            for problem in problems {
                report.bad_object(problem, &shared.backups);
            }
        }
        Ok(())
    }

    async fn record(
        &self,
        request: &VerifyRequest,
        backups: &[&Backup],
        report: &VerifyReport,
    ) -> Result<(), Error> {
        let Some(verified_at) = request.record_at else {
            return Ok(());
        };
        for backup in backups {
            let id = &backup.metadata.id;
            let findings = report.findings_of(id);
            let result = VerificationResult {
                verified_at,
                sample_percent: report.sample_percent,
                good: findings.is_empty() && backup.metadata.outcome == Outcome::Complete,
                findings,
                altered: report.altered_of(id),
            };
            let mut verification = backup.verification.clone().unwrap_or_default();
            verification.add(request.level, result);
            let key = Keys(&request.instance).verification(id);
            self.write_document(&key, &verification, Write::Replace)
                .await?;
        }
        Ok(())
    }
}

/// Blocks read at once: enough to keep two cores and a network busy.
const BLOCKS_AT_ONCE: usize = 2;

fn shared_blocks(backups: &[&Backup]) -> Vec<SharedBlock> {
    let mut shared: BTreeMap<(String, Vec<String>), SharedBlock> = BTreeMap::new();
    for backup in backups {
        for block in &backup.metadata.blocks {
            let keys = block.files.iter().map(|file| file.key.clone()).collect();
            shared
                .entry((block.ulid.clone(), keys))
                .or_insert_with(|| SharedBlock {
                    block: block.clone(),
                    backups: BTreeSet::new(),
                })
                .backups
                .insert(backup.metadata.id.clone());
        }
    }
    shared.into_values().collect()
}

/// Whether every object of a block is there with its size.
fn check_presence(
    shared: &SharedBlock,
    present: &HashMap<String, u64>,
    report: &mut VerifyReport,
) -> bool {
    let mut all = true;
    for file in &shared.block.files {
        let reason = match present.get(&file.key) {
            Some(size) if *size == file.size => continue,
            Some(size) => format!("has {size} bytes instead of {}", file.size),
            None => "is missing".to_owned(),
        };
        all = false;
        report.bad_object(Problem::altered(&file.key, reason), &shared.backups);
    }
    report.list(shared.block.files.len() as u64);
    all
}

/// What is wrong with a stored file's digests, if anything.
pub(crate) fn digest_problem(file: &StoredFile, found: &crate::digest::Digests) -> Option<String> {
    (found.sha256 != file.digests.sha256).then(|| {
        format!(
            "holds other bytes than were backed up: SHA-256 {} instead of {}",
            found.sha256, file.digests.sha256
        )
    })
}
