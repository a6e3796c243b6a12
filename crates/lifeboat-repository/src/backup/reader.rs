//! The reading side of a backup: one thread that reads each file once, checks it, hashes it and hands its parts to the senders.

use std::{fs::File, io, os::unix::fs::FileExt, path::Path, sync::Arc};

use bytes::Bytes;
use lifeboat_tsdb::{Finding, Severity, TableOfContents};
use rustix::fs::{Advice, fadvise};
use tokio::sync::mpsc;

use crate::{
    backup::{
        buffers::BufferPool,
        plan::{BackupPlan, PlannedBlock, PlannedFile},
        source::{SourceBlock, SourceFile},
        tapped_file::TappedFile,
    },
    block_scan::{BlockScan, Trailer, scan_file},
    digest::Digests,
    documents::{Block, StoredFile},
    error::Error,
    names::{Keys, RunId},
    progress::{Cancellation, Progress},
};

/// A file on its way: the sender task receives its parts from here.
pub(crate) struct Outgoing {
    pub(crate) key: object_store::path::Path,
    /// The path in the data folder.
    pub(crate) path: String,
    pub(crate) size: u64,
    pub(crate) parts: mpsc::Receiver<Part>,
}

/// What the reader hands on. A file whose channel closes without an end was not read to its end,
/// and must not become an object.
pub(crate) enum Part {
    Bytes(Bytes),
    End(Digests),
}

/// Parts of one file that may wait. The pool of buffers is the real bound.
const PARTS_WAITING: usize = 4;

/// Reads a plan's files and hands what is to be sent to `outgoing`.
pub(crate) struct Reader {
    pub(crate) plan: Arc<BackupPlan>,
    pub(crate) run: RunId,
    pub(crate) pool: BufferPool,
    pub(crate) outgoing: mpsc::UnboundedSender<Outgoing>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) cancellation: Arc<Cancellation>,
}

/// A file that was read to its end.
struct Read {
    digests: Digests,
}

/// Why a file could not be read.
enum ReadFailure {
    /// The disk or the file system; the rest of the backup goes on without the file.
    Source(io::Error),
    /// The operation as a whole has to end.
    Fatal(Error),
}

impl Reader {
    /// Reads everything. Blocks the thread; ends early if the receiving side is gone.
    pub(crate) fn run(self) -> Result<Vec<Block>, Error> {
        let plan = Arc::clone(&self.plan);
        let blocks = plan.source.blocks.iter().zip(&plan.blocks);
        blocks
            .map(|(source, planned)| self.read_block(source, planned))
            .collect()
    }

    fn read_block(&self, source: &SourceBlock, planned: &PlannedBlock) -> Result<Block, Error> {
        let mut files = Vec::new();
        let mut scan = BlockScan::default();
        for (file, action) in source.files.iter().zip(&planned.files) {
            if self.cancellation.is_requested() {
                return Err(Error::Cancelled);
            }
            match self.read_file(source, file, action, &mut scan) {
                Ok(stored) => files.push(stored),
                Err(ReadFailure::Fatal(error)) => return Err(error),
                Err(ReadFailure::Source(error)) => {
                    let what = format!("the file cannot be read and is not in the backup: {error}");
                    scan.add_finding(Finding::damage(&file.path, None, what));
                }
            }
        }
        let mut damage = planned.known_damage.clone();
        damage.extend(findings_of(planned, scan));
        damage.retain(|finding| finding.severity == Severity::Damage);
        let meta = source.meta.as_ref().ok();
        Ok(Block {
            ulid: source.ulid.clone(),
            min_time: meta.map_or(0, |meta| meta.min_time),
            max_time: meta.map_or(0, |meta| meta.max_time),
            samples: meta.map_or(0, |meta| meta.stats.num_samples),
            series: meta.map_or(0, |meta| meta.stats.num_series),
            files,
            damage,
        })
    }

    fn read_file(
        &self,
        block: &SourceBlock,
        file: &SourceFile,
        action: &PlannedFile,
        scan: &mut BlockScan,
    ) -> Result<StoredFile, ReadFailure> {
        match action {
            PlannedFile::Reuse(stored) => {
                self.progress.add_done(file.size);
                Ok(stored.clone())
            }
            PlannedFile::Send => self.send(block, file, scan),
            PlannedFile::Confirm(stored) => {
                let read = self.scan(block, file, scan, |_| Ok(()))?;
                if read.digests == stored.digests {
                    return Ok(stored.clone());
                }
                // What the interrupted run sent is not what is here now: send it after all. Its
                // scan is in `scan` already.
                self.send(block, file, &mut BlockScan::default())
            }
        }
    }

    fn send(
        &self,
        block: &SourceBlock,
        file: &SourceFile,
        scan: &mut BlockScan,
    ) -> Result<StoredFile, ReadFailure> {
        let key = Keys(&self.plan.instance).data_file(&block.ulid, &self.run, &file.path);
        let path = format!("{}/{}", block.ulid, file.path);
        let (parts, receiver) = mpsc::channel(PARTS_WAITING);
        let outgoing = Outgoing {
            key: key.clone(),
            path: path.clone(),
            size: file.size,
            parts: receiver,
        };
        let gone = || ReadFailure::Fatal(Error::Cancelled);
        self.outgoing.send(outgoing).map_err(|_| gone())?;
        let tap = |bytes| {
            parts
                .blocking_send(Part::Bytes(bytes))
                .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
        };
        let read = self.scan(block, file, scan, tap)?;
        parts
            .blocking_send(Part::End(read.digests.clone()))
            .map_err(|_| gone())?;
        Ok(StoredFile {
            path,
            key: key.to_string(),
            size: file.size,
            digests: read.digests,
        })
    }

    /// Reads a file once: scanned by its kind, hashed, and each part given to `tap`.
    fn scan(
        &self,
        block: &SourceBlock,
        file: &SourceFile,
        scan: &mut BlockScan,
        mut tap: impl FnMut(Bytes) -> io::Result<()>,
    ) -> Result<Read, ReadFailure> {
        let path = self.plan.source.path_of(block, file);
        let opened = File::open(&path).map_err(ReadFailure::Source)?;
        spare_the_page_cache(&opened, &path);
        let trailer = read_trailer(&opened, file.size).map_err(ReadFailure::Source)?;
        let mut refused = false;
        let counted_tap = |bytes: Bytes| {
            let length = bytes.len() as u64;
            if self.cancellation.is_requested() || tap(bytes).is_err() {
                refused = true;
                return Err(io::Error::from(io::ErrorKind::BrokenPipe));
            }
            self.progress.add_done(length);
            Ok(())
        };
        let mut tapped = TappedFile::new(opened, &self.pool, counted_tap);
        let result = scan_file(&file.path, file.size, &trailer, &mut tapped)
            .and_then(|found| Ok((found, tapped.finish()?)));
        match result {
            Ok((found, (digests, length))) => {
                if let Some(found) = found {
                    scan.add(found);
                }
                check_length(&path, file.size, length, digests)
            }
            Err(_) if refused => Err(ReadFailure::Fatal(Error::Cancelled)),
            Err(error) => Err(ReadFailure::Source(error)),
        }
    }
}

/// Tells the kernel that the file is read once, so that a backup does not push out of memory what
/// Prometheus answers queries from. Only advice: without it, the backup is as good.
fn spare_the_page_cache(file: &File, path: &Path) {
    if let Err(error) = fadvise(file, 0, None, Advice::NoReuse) {
        tracing::debug!(path = %path.display(), %error, "the kernel takes no advice");
    }
}

fn check_length(
    path: &Path,
    expected: u64,
    found: u64,
    digests: Digests,
) -> Result<Read, ReadFailure> {
    if found == expected {
        return Ok(Read { digests });
    }
    Err(ReadFailure::Fatal(Error::SourceChanged {
        path: path.to_owned(),
        expected,
        found,
    }))
}

/// The table of contents stands at an index's end, and says where everything before it is.
fn read_trailer(file: &File, size: u64) -> io::Result<Trailer> {
    let mut trailer: Trailer = [0; TableOfContents::LENGTH];
    if let Some(offset) = size.checked_sub(trailer.len() as u64) {
        file.read_exact_at(&mut trailer, offset)?;
    }
    Ok(trailer)
}

/// The findings of a block: of each file that was read, and, if all were, of all together.
fn findings_of(planned: &PlannedBlock, scan: BlockScan) -> Vec<Finding> {
    if planned.reused {
        scan.into_findings()
    } else {
        scan.conclude()
    }
}
