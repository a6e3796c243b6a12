//! Carries out a backup plan: reader and senders side by side, with a record of progress that outlives a crash.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::mpsc,
    task::{JoinError, JoinHandle, JoinSet},
};

use crate::{
    backup::{
        buffers::BufferPool,
        plan::BackupPlan,
        reader::{Outgoing, Reader},
        upload::Uploader,
    },
    documents::{
        BackupMetadata, Block, FORMAT_VERSION, Origin, ProgressRecord, StoredFile, Volume,
    },
    error::Error,
    names::{Keys, RunId},
    progress::{Cancellation, Progress},
    repository::{Repository, Write},
    throttle::Throttle,
};

/// Says what time it is. Passed in, so that tests can be anywhere in time.
pub type Clock = dyn Fn() -> Timestamp + Send + Sync;

/// How often a record is written anew while nothing happens: prune goes by its age.
const HEARTBEAT: Duration = Duration::from_mins(5);

/// Bytes that an interruption may cost to send again.
const BYTES_BETWEEN_RECORDS: u64 = 256 * 1024 * 1024;

/// Everything about a run that is not in its plan.
pub struct BackupRun {
    /// Where the blocks come from.
    pub origin: Origin,
    /// The version to write into the metadata.
    pub lifeboat_version: String,
    /// A random number, which keeps two runs in one second apart.
    pub random: u32,
    /// Counters for a display.
    pub progress: Arc<Progress>,
    /// The wish to stop.
    pub cancellation: Arc<Cancellation>,
}

/// What the reading and sending of a run came to.
pub(super) struct Transferred {
    pub(super) blocks: Vec<Block>,
    pub(super) sent: Volume,
}

impl Repository {
    /// Carries out a plan. The backup exists once this returns; if it fails at any moment, there
    /// is no backup, and what was sent serves the next run.
    pub async fn execute_backup(
        &self,
        plan: BackupPlan,
        run: BackupRun,
        clock: &Clock,
    ) -> Result<BackupMetadata, Error> {
        let started_at = clock();
        let run_id = RunId::new(started_at, run.random);
        let key = Keys(&plan.instance).progress_record(&run_id);
        let mut record = Record {
            repository: self.clone(),
            key: key.clone(),
            document: ProgressRecord {
                format_version: FORMAT_VERSION,
                run: run_id,
                started_at,
                blocks: plan
                    .source
                    .blocks
                    .iter()
                    .map(|block| block.ulid.clone())
                    .collect(),
                files: Vec::new(),
            },
            unwritten_bytes: 0,
        };
        record.write().await?;
        let plan = Arc::new(plan);
        let transferred = self.transfer(&plan, &run, &mut record).await?;
        let metadata = self
            .commit(&plan, run, &record, transferred, started_at, clock)
            .await?;
        if let Err(error) = self.delete(&key).await {
            // The backup is there; prune removes the record after its grace.
            tracing::warn!(%error, "failed to remove the progress record");
        }
        Ok(metadata)
    }

    async fn transfer(
        &self,
        plan: &Arc<BackupPlan>,
        run: &BackupRun,
        record: &mut Record,
    ) -> Result<Transferred, Error> {
        run.progress.set_total(plan.source.bytes());
        let (outgoing, incoming) = mpsc::unbounded_channel();
        let reader = Reader {
            plan: Arc::clone(plan),
            run: record.document.run.clone(),
            // One buffer is being filled while the others are under way.
            pool: BufferPool::new(self.transfer.concurrency.max(1) + 1),
            outgoing,
            progress: Arc::clone(&run.progress),
            cancellation: Arc::clone(&run.cancellation),
        };
        let uploader = Uploader {
            repository: self.clone(),
            throttle: Arc::new(Throttle::new(self.transfer.bandwidth_limit)),
            progress: Arc::clone(&run.progress),
            cancellation: Arc::clone(&run.cancellation),
        };
        let reading = tokio::task::spawn_blocking(move || reader.run());
        let mut sending = Sending {
            uploader,
            uploads: JoinSet::new(),
            sent: Volume::default(),
        };
        let sent = sending.run(incoming, record).await;
        if sent.is_err() {
            // The reader may wait for a buffer of an upload that is no more.
            run.cancellation.request();
            sending.uploads.shutdown().await;
        }
        let read = join(reading, "the reader").await;
        // An upload that failed is why the reader stopped, so it is told first.
        sent?;
        Ok(Transferred {
            blocks: read?,
            sent: sending.sent,
        })
    }
}

async fn join<T>(task: JoinHandle<Result<T, Error>>, action: &'static str) -> Result<T, Error> {
    task.await
        .map_err(|source| Error::Task { action, source })?
}

/// The sending side of a run.
struct Sending {
    uploader: Uploader,
    uploads: JoinSet<Result<Option<StoredFile>, Error>>,
    sent: Volume,
}

impl Sending {
    async fn run(
        &mut self,
        mut incoming: mpsc::UnboundedReceiver<Outgoing>,
        record: &mut Record,
    ) -> Result<(), Error> {
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        let mut more_to_come = true;
        while more_to_come || !self.uploads.is_empty() {
            tokio::select! {
                file = incoming.recv(), if more_to_come => match file {
                    Some(file) => {
                        let uploader = self.uploader.clone();
                        self.uploads.spawn(async move { uploader.upload(file).await });
                    }
                    None => more_to_come = false,
                },
                Some(done) = self.uploads.join_next() => self.finish(done, record).await?,
                _ = heartbeat.tick() => record.write().await?,
            }
        }
        Ok(())
    }

    async fn finish(
        &mut self,
        done: Result<Result<Option<StoredFile>, Error>, JoinError>,
        record: &mut Record,
    ) -> Result<(), Error> {
        let action = "an upload";
        let uploaded = done.map_err(|source| Error::Task { action, source })??;
        if let Some(file) = uploaded {
            self.sent.add(file.size);
            record.add(file).await?;
        }
        Ok(())
    }
}

/// The record of a run's progress.
pub(super) struct Record {
    repository: Repository,
    pub(super) key: object_store::path::Path,
    document: ProgressRecord,
    unwritten_bytes: u64,
}

impl Record {
    pub(super) async fn write(&mut self) -> Result<(), Error> {
        self.unwritten_bytes = 0;
        self.repository
            .write_document(&self.key, &self.document, Write::Replace)
            .await
    }

    async fn add(&mut self, file: StoredFile) -> Result<(), Error> {
        self.unwritten_bytes += file.size;
        self.document.files.push(file);
        if self.unwritten_bytes >= BYTES_BETWEEN_RECORDS {
            self.write().await?;
        }
        Ok(())
    }

    /// What this run sent.
    pub(super) fn files(&self) -> &[StoredFile] {
        &self.document.files
    }

    /// The blocks of which this run sent something.
    pub(super) fn blocks_sent_to(&self) -> BTreeSet<&str> {
        let files = self.document.files.iter();
        files
            .filter_map(|file| file.path.split('/').next())
            .collect()
    }
}
