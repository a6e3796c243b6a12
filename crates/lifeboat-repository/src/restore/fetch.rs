//! Downloads a restore's files, ranges side by side, and compares every byte with what was backed up.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use crc_fast::{CrcAlgorithm, checksum_combine};
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use tokio::sync::Semaphore;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    digest::{Digester, crc64_text},
    documents::StoredFile,
    download::{RANGE_BYTES, Sink},
    error::Error,
    progress::{Cancellation, Progress},
    repository::Repository,
    restore::{
        RestoreChecksum,
        target::{Target, failed_to_write},
    },
    throttle::Throttle,
};

/// Times that a file is downloaded whole before its object counts as damaged: a single byte may
/// have changed on its way.
const ATTEMPTS: usize = 3;

/// What the downloads of one restore share.
#[derive(Clone)]
pub(super) struct Fetch {
    pub(super) repository: Repository,
    pub(super) checksum: RestoreChecksum,
    pub(super) throttle: Arc<Throttle>,
    pub(super) progress: Arc<Progress>,
    pub(super) cancellation: Arc<Cancellation>,
}

/// A file being written.
struct Open {
    stored: StoredFile,
    key: Path,
    file: Arc<File>,
    path: PathBuf,
}

impl Fetch {
    /// Downloads every file into the target.
    pub(super) async fn all(
        &self,
        files: Vec<(StoredFile, Path)>,
        target: &Target,
    ) -> Result<(), Error> {
        let concurrency = self.repository.transfer.concurrency.max(1);
        let requests = Arc::new(Semaphore::new(concurrency));
        stream::iter(files.into_iter().map(Ok))
            .try_for_each_concurrent(concurrency, |(stored, key)| {
                let requests = Arc::clone(&requests);
                async move {
                    let (file, path) = target.create(&stored.path, stored.size)?;
                    let open = Open {
                        stored,
                        key,
                        file: Arc::new(file),
                        path,
                    };
                    let fetch = self.clone();
                    let task = tokio::spawn(async move { fetch.file(&open, &requests).await });
                    finished(AbortOnDropHandle::new(task)).await
                }
            })
            .await
    }

    async fn file(&self, open: &Open, requests: &Arc<Semaphore>) -> Result<(), Error> {
        let mut found = String::new();
        for _ in 0..ATTEMPTS {
            found = match self.checksum {
                RestoreChecksum::Crc64Nvme => self.in_ranges(open, requests).await?,
                RestoreChecksum::Sha256 => self.in_order(open, requests).await?,
            };
            if found == expected(&open.stored, self.checksum) {
                return Ok(());
            }
            tracing::warn!(key = %open.key, "the downloaded bytes are not the ones backed up, downloading again");
        }
        Err(Error::Damaged {
            key: open.key.to_string(),
            reason: format!(
                "its bytes come to {found} instead of {}",
                expected(&open.stored, self.checksum)
            ),
        })
    }

    /// Downloads the ranges of a file side by side, and combines their checksums.
    async fn in_ranges(&self, open: &Open, requests: &Arc<Semaphore>) -> Result<String, Error> {
        let size = open.stored.size;
        let starts = (0..size).step_by(usize::try_from(RANGE_BYTES).unwrap_or(usize::MAX));
        let ranges = starts.map(|start| start..size.min(start + RANGE_BYTES));
        let checksum = stream::iter(ranges)
            .map(|range| {
                let fetch = self.clone();
                let requests = Arc::clone(requests);
                let (key, file, path) =
                    (open.key.clone(), Arc::clone(&open.file), open.path.clone());
                let task = AbortOnDropHandle::new(tokio::spawn(async move {
                    let _permit = requests.acquire_owned().await;
                    let mut sink = RangeSink {
                        write: fetch.write_to(&file, &path, range.start),
                        crc64: crc_fast::Digest::new(CrcAlgorithm::Crc64Nvme),
                    };
                    let length = range.end - range.start;
                    fetch
                        .repository
                        .download(&key, size, range, &mut sink)
                        .await?;
                    Ok::<_, Error>((sink.crc64.finalize(), length))
                }));
                finished(task)
            })
            .buffered(self.repository.transfer.concurrency.max(1))
            .try_fold(0, |so_far, (next, length)| async move {
                Ok(checksum_combine(
                    CrcAlgorithm::Crc64Nvme,
                    so_far,
                    next,
                    length,
                ))
            })
            .await?;
        Ok(crc64_text(checksum))
    }

    /// Downloads a file from its beginning to its end, as SHA-256 needs it.
    async fn in_order(&self, open: &Open, requests: &Arc<Semaphore>) -> Result<String, Error> {
        let _permit = requests.acquire().await;
        let mut sink = OrderedSink {
            write: self.write_to(&open.file, &open.path, 0),
            digester: Digester::new(),
        };
        let size = open.stored.size;
        self.repository
            .download(&open.key, size, 0..size, &mut sink)
            .await?;
        let digests = sink.digester.finish();
        Ok(format!("{}/{}", digests.sha256, digests.crc64nvme))
    }

    fn write_to(&self, file: &Arc<File>, path: &FilePath, offset: u64) -> WriteAt {
        WriteAt {
            fetch: self.clone(),
            file: Arc::clone(file),
            path: path.to_owned(),
            offset,
        }
    }
}

/// The result of a task. Downloads are tasks of their own, so that checksums and writes spread over
/// the processors; they end with whoever waits for them.
async fn finished<T>(task: AbortOnDropHandle<Result<T, Error>>) -> Result<T, Error> {
    task.await.map_err(|source| Error::Task {
        action: "a download",
        source,
    })?
}

fn expected(stored: &StoredFile, checksum: RestoreChecksum) -> String {
    match checksum {
        RestoreChecksum::Crc64Nvme => stored.digests.crc64nvme.clone(),
        RestoreChecksum::Sha256 => {
            format!("{}/{}", stored.digests.sha256, stored.digests.crc64nvme)
        }
    }
}

/// Writes what arrives to its place in a file.
struct WriteAt {
    fetch: Fetch,
    file: Arc<File>,
    path: PathBuf,
    offset: u64,
}

impl WriteAt {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.fetch.cancellation.is_requested() {
            return Err(Error::Cancelled);
        }
        let length = bytes.len() as u64;
        self.fetch.throttle.wait_for(length).await;
        // Straight into the page cache: handing some kilobytes to another thread costs more than
        // the copy.
        self.file
            .write_all_at(bytes, self.offset)
            .map_err(failed_to_write(&self.path))?;
        self.offset += length;
        self.fetch.progress.add_done(length);
        Ok(())
    }
}

struct RangeSink {
    write: WriteAt,
    crc64: crc_fast::Digest,
}

impl Sink for RangeSink {
    async fn take(&mut self, bytes: Bytes) -> Result<bool, Error> {
        self.crc64.update(&bytes);
        self.write.write(&bytes).await?;
        Ok(true)
    }
}

struct OrderedSink {
    write: WriteAt,
    digester: Digester,
}

impl Sink for OrderedSink {
    async fn take(&mut self, bytes: Bytes) -> Result<bool, Error> {
        self.digester.update(&bytes);
        self.write.write(&bytes).await?;
        Ok(true)
    }
}
