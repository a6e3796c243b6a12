//! The documents of a repository: what a backup is, how far a run has come, what was dropped, pinned, verified.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_tsdb::Finding;
use serde::{Deserialize, Serialize};

use crate::{
    digest::Digests,
    names::{BackupId, Instance, RunId},
};

/// The version of every document's format. A reader refuses a higher one.
pub const FORMAT_VERSION: u32 = 1;

/// `backups/<instance>/<id>/metadata.json`: everything a restore needs. Written last; a backup
/// exists exactly if this document does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackupMetadata {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The backup's id.
    pub id: BackupId,
    /// The Prometheus it is of.
    pub instance: Instance,
    /// The version of Lifeboat that wrote it.
    pub lifeboat_version: String,
    /// When the run began.
    pub started_at: Timestamp,
    /// When the last data file was in place.
    pub finished_at: Timestamp,
    /// Whether the source was sound.
    pub outcome: Outcome,
    /// Where the blocks came from.
    pub origin: Origin,
    /// The oldest sample's time in milliseconds since 1970, none without a block.
    pub min_time: Option<i64>,
    /// One past the newest sample's time in milliseconds since 1970.
    pub max_time: Option<i64>,
    /// Sums over all blocks.
    pub totals: Totals,
    /// What this run sent; the rest was in the repository already.
    pub sent: Volume,
    /// The blocks, oldest first.
    pub blocks: Vec<Block>,
}

impl BackupMetadata {
    /// Every file of every block.
    pub fn files(&self) -> impl Iterator<Item = &StoredFile> {
        self.blocks.iter().flat_map(|block| &block.files)
    }

    /// Every known damage of the source, over all blocks.
    pub fn damage(&self) -> impl Iterator<Item = (&Block, &Finding)> {
        self.blocks
            .iter()
            .flat_map(|block| block.damage.iter().map(move |finding| (block, finding)))
    }
}

/// Whether a backup's source was sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every checksum of every block was right.
    Complete,
    /// Some block was damaged before it was backed up. The rest can be restored, but the backup
    /// does not count as good.
    Damaged,
}

/// Where a backup's blocks came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The Prometheus's URL without user or password; none for a folder.
    pub url: Option<String>,
    /// The Prometheus's version, if it was asked.
    pub prometheus_version: Option<String>,
    /// Whether samples still in memory were left out.
    pub skip_head: bool,
}

/// Sums over a backup.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Blocks.
    pub blocks: u64,
    /// Files.
    pub files: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Samples, as the blocks' own `meta.json` count them.
    pub samples: u64,
}

/// A number of files and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Volume {
    /// Counts one more file.
    pub const fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

/// A TSDB block in a backup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// The block's ULID, which is its folder's name.
    pub ulid: String,
    /// The oldest sample's time in milliseconds since 1970.
    pub min_time: i64,
    /// One past the newest sample's time.
    pub max_time: i64,
    /// Samples, as `meta.json` counts them.
    pub samples: u64,
    /// Series, as `meta.json` counts them.
    pub series: u64,
    /// The files, `meta.json` among them.
    pub files: Vec<StoredFile>,
    /// What was wrong with the block before it was backed up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub damage: Vec<Finding>,
}

impl Block {
    /// The bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }
}

/// A file of a block, and the object that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// The path in the data folder, such as `01H…/chunks/000001`.
    pub path: String,
    /// The object's key below the repository's prefix.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Both digests.
    #[serde(flatten)]
    pub digests: Digests,
}

/// `running/<instance>/<run>.json`: a run under way. It keeps prune from what the run relies on,
/// and tells the next run what need not be sent again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProgressRecord {
    pub(crate) format_version: u32,
    pub(crate) run: RunId,
    pub(crate) started_at: Timestamp,
    /// Every block that the run will refer to. Prune takes nothing of these.
    pub(crate) blocks: BTreeSet<String>,
    /// Data files that this run has sent.
    pub(crate) files: Vec<StoredFile>,
}

/// `dropped/<instance>/<name>.json`: objects that nothing refers to any more. They stay until the
/// grace after this document's last change is over, for the sake of runs that began before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DroppedRecord {
    pub(crate) format_version: u32,
    pub(crate) dropped_at: Timestamp,
    /// Why: the id of the backup that was removed, or the run that was abandoned.
    pub(crate) of: String,
    pub(crate) keys: Vec<String>,
}

/// `backups/<instance>/<id>/pin.json`: somebody wants the backup kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// When it was pinned.
    pub pinned_at: Timestamp,
    /// Why, in the person's words.
    pub reason: Option<String>,
}

/// `backups/<instance>/<id>/verification.json`: what the last verification of each level found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// By level; only what still stands.
    pub results: BTreeMap<Level, VerificationResult>,
}

/// What one verification found of a backup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerificationResult {
    /// When it ended.
    pub verified_at: Timestamp,
    /// The percentage of the blocks that were read.
    pub sample_percent: f64,
    /// Whether nothing was found wanting.
    pub good: bool,
    /// What was found, one sentence an object.
    pub findings: Vec<String>,
    /// The keys of objects that are not what was backed up. The next backup takes none of them
    /// over, and so sends their files again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub altered: BTreeSet<String>,
}

impl Default for Verification {
    fn default() -> Self {
        Self {
            format_version: FORMAT_VERSION,
            results: BTreeMap::new(),
        }
    }
}

impl Verification {
    /// Whether no result that still stands is bad.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.results.values().all(|result| result.good)
    }

    /// The newest result, with its level.
    #[must_use]
    pub fn newest(&self) -> Option<(Level, &VerificationResult)> {
        let results = self.results.iter().map(|(level, result)| (*level, result));
        results.max_by_key(|(level, result)| (result.verified_at, *level))
    }

    /// The keys of objects that some result found not to be what was backed up.
    pub(crate) fn altered(&self) -> impl Iterator<Item = &String> {
        self.results.values().flat_map(|result| &result.altered)
    }

    /// Adds a result. A good one of everything ends what levels up to its own found bad; a bad one
    /// stands until then, since a shallow look or a sample can't take back what a deep look found.
    pub(crate) fn add(&mut self, level: Level, result: VerificationResult) {
        if result.good && result.sample_percent >= 100.0 || level == Level::Quick {
            self.results
                .retain(|other, standing| standing.good || *other > level);
        }
        let stands = self
            .results
            .get(&level)
            .is_some_and(|standing| !standing.good);
        if !(stands && result.good) {
            self.results.insert(level, result);
        }
    }
}

/// How deep a verification goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Every object is there and has the right size. No data is read.
    Quick,
    /// Every byte is read and compared with its SHA-256.
    Checksums,
    /// As `Checksums`, and every TSDB structure is checked as well.
    Deep,
}

impl std::fmt::Display for Level {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(match self {
            Self::Quick => "quick",
            Self::Checksums => "checksums",
            Self::Deep => "deep",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(good: bool, sample_percent: f64) -> VerificationResult {
        VerificationResult {
            verified_at: Timestamp::UNIX_EPOCH,
            sample_percent,
            good,
            findings: Vec::new(),
            altered: BTreeSet::new(),
        }
    }

    #[test]
    fn a_shallow_look_or_a_sample_does_not_take_back_what_a_deep_look_found() {
        let mut verification = Verification::default();
        verification.add(Level::Deep, result(false, 100.0));
        verification.add(Level::Quick, result(true, 0.0));
        verification.add(Level::Checksums, result(true, 100.0));
        verification.add(Level::Deep, result(true, 10.0));
        assert!(!verification.is_good());
        verification.add(Level::Deep, result(true, 100.0));
        assert!(verification.is_good());
    }

    #[test]
    fn a_deep_look_takes_back_what_shallow_ones_found() {
        let mut verification = Verification::default();
        verification.add(Level::Quick, result(false, 0.0));
        verification.add(Level::Checksums, result(false, 100.0));
        verification.add(Level::Deep, result(true, 100.0));
        assert!(verification.is_good());
    }
}
