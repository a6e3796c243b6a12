//! Restores a backup into an empty folder: plan, download, compare, and put in place in one step.

mod fetch;
mod plan;
mod target;

use std::sync::Arc;

use object_store::path::Path;
pub use plan::{RestorePlan, TimeRange};

use crate::{
    error::Error,
    progress::{Cancellation, Progress},
    repository::Repository,
    restore::{fetch::Fetch, target::Target},
    throttle::Throttle,
};

/// What restored bytes are compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RestoreChecksum {
    /// CRC-64/NVME: finds every accident at no cost, and lets ranges of a file arrive in any order.
    #[default]
    Crc64Nvme,
    /// SHA-256 as well, which also withstands a malicious store.
    Sha256,
}

/// How to carry out a restore.
pub struct RestoreRun {
    /// What to compare with.
    pub checksum: RestoreChecksum,
    /// Counters for a display.
    pub progress: Arc<Progress>,
    /// The wish to stop.
    pub cancellation: Arc<Cancellation>,
}

/// The `tombstones` file of a block without deletions: magic number, version, and the CRC-32C of
/// nothing. <https://github.com/prometheus/prometheus/blob/main/tsdb/docs/format/tombstones.md>
const EMPTY_TOMBSTONES: [u8; 9] = [0x01, 0x30, 0xBA, 0x30, 1, 0, 0, 0, 0];

impl Repository {
    /// Carries out a plan. The target appears in one step when everything is there; a mount point,
    /// which can't be renamed, gets its finished blocks one by one. If the restore fails, nothing of
    /// it remains.
    pub async fn execute_restore(&self, plan: &RestorePlan, run: &RestoreRun) -> Result<(), Error> {
        let target = Target::prepare(&plan.target)?;
        match self.fill(plan, run, &target).await {
            Ok(()) => target.put_in_place(),
            Err(error) => {
                target.discard();
                Err(error)
            }
        }
    }

    async fn fill(
        &self,
        plan: &RestorePlan,
        run: &RestoreRun,
        target: &Target,
    ) -> Result<(), Error> {
        run.progress.set_total(plan.bytes());
        for block in &plan.blocks {
            target.make_block_folder(&block.ulid)?;
            let has_tombstones = block
                .files
                .iter()
                .any(|file| file.path.ends_with("/tombstones"));
            if !has_tombstones {
                // Without the file, Prometheus can't take a snapshot of the block.
                target.write(&format!("{}/tombstones", block.ulid), &EMPTY_TOMBSTONES)?;
            }
        }
        let fetch = Fetch {
            repository: self.clone(),
            checksum: run.checksum,
            throttle: Arc::new(Throttle::new(self.transfer.bandwidth_limit)),
            progress: Arc::clone(&run.progress),
            cancellation: Arc::clone(&run.cancellation),
        };
        let files = plan.blocks.iter().flat_map(|block| &block.files);
        let files = files.map(|file| (file.clone(), Path::from(file.key.as_str())));
        fetch.all(files.collect(), target).await
    }
}
