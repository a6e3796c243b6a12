//! Plans a restore: which backup, which of its blocks, how many bytes.

use std::path::{Path, PathBuf};

use crate::{
    catalogue::{Selected, Selection},
    documents::Block,
    error::Error,
    names::{BackupId, Instance},
    repository::Repository,
    restore::target,
};

/// A range of sample times, in milliseconds since 1970, with both ends included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// The oldest sample wanted.
    pub min_time: Option<i64>,
    /// The newest sample wanted.
    pub max_time: Option<i64>,
}

impl TimeRange {
    /// Whether a block holds samples of the range. A block's own end is not part of it.
    fn overlaps(self, block: &Block) -> bool {
        self.max_time
            .is_none_or(|max_time| block.min_time <= max_time)
            && self
                .min_time
                .is_none_or(|min_time| block.max_time > min_time)
    }
}

/// What a restore will do, before it does it.
#[derive(Debug)]
pub struct RestorePlan {
    /// The backup, and newer ones that were passed over.
    pub selected: Selected,
    /// The blocks to restore, oldest first.
    pub blocks: Vec<Block>,
    /// The folder to make.
    pub target: PathBuf,
}

impl RestorePlan {
    /// The backup's id.
    #[must_use]
    pub const fn id(&self) -> &BackupId {
        &self.selected.backup.metadata.id
    }

    /// Bytes to download.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.blocks.iter().map(Block::bytes).sum()
    }

    /// Files to download.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.blocks
            .iter()
            .map(|block| block.files.len() as u64)
            .sum()
    }
}

impl Repository {
    /// Plans a restore of the selected backup's blocks that overlap `range` into `target`, which
    /// must be missing or empty.
    pub async fn plan_restore(
        &self,
        instance: &Instance,
        selection: &Selection,
        range: TimeRange,
        target: &Path,
    ) -> Result<RestorePlan, Error> {
        target::check(target)?;
        let selected = self.select(instance, selection).await?;
        let all = &selected.backup.metadata.blocks;
        let blocks: Vec<Block> = all
            .iter()
            .filter(|block| range.overlaps(block))
            .cloned()
            .collect();
        if blocks.is_empty() {
            return Err(Error::NoSuchBackup {
                repository: self.location().to_string(),
                instance: instance.to_string(),
                wanted: format!(
                    "with samples of that time ({} has none)",
                    selected.backup.metadata.id
                ),
            });
        }
        Ok(RestorePlan {
            selected,
            blocks,
            target: target.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(None, None, true)]
    #[case(Some(199), None, true)]
    #[case(Some(200), None, false)]
    #[case(None, Some(100), true)]
    #[case(None, Some(99), false)]
    #[case(Some(120), Some(130), true)]
    fn a_block_overlaps_if_it_can_hold_a_wanted_sample(
        #[case] min_time: Option<i64>,
        #[case] max_time: Option<i64>,
        #[case] expected: bool,
    ) {
        let block = Block {
            ulid: String::new(),
            min_time: 100,
            max_time: 200,
            samples: 0,
            series: 0,
            files: Vec::new(),
            damage: Vec::new(),
        };
        assert_eq!(TimeRange { min_time, max_time }.overlaps(&block), expected);
    }
}
