//! Backs up a Prometheus: check it, take a snapshot, plan, send what is new, remove the snapshot.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use lifeboat_prometheus::{Client, ClientSettings, DataDirectory, Evidence, Snapshot};
use lifeboat_repository::{
    BackupMetadata, BackupPlan, BackupRun, Cancellation, Clock, Instance, Origin, Progress,
    Repository, Source,
};

use super::OperationError;

/// Where a backup's blocks come from.
#[derive(Debug, Clone)]
pub enum BackupSource {
    /// A Prometheus that runs.
    Running {
        /// How to reach it.
        client: ClientSettings,
        /// The folder that it was started with as `--storage.tsdb.path`, as it is seen from here.
        data_directory: PathBuf,
        /// Whether samples that are still in memory are left out.
        skip_head: bool,
    },
    /// A folder of blocks that is there already.
    Folder(PathBuf),
}

/// A backup that is planned. Dropping it removes the snapshot that was taken for it.
#[derive(Debug)]
pub struct PreparedBackup {
    /// What is to be sent.
    pub plan: BackupPlan,
    origin: Origin,
    snapshot: Option<Snapshot>,
}

impl PreparedBackup {
    /// Checks the source, takes a snapshot if need be, and plans what to send. Sends nothing.
    pub async fn prepare(
        repository: &Repository,
        instance: &Instance,
        source: &BackupSource,
        now: Timestamp,
    ) -> Result<Self, OperationError> {
        match source {
            BackupSource::Folder(folder) => {
                let origin = Origin {
                    url: None,
                    prometheus_version: None,
                    skip_head: false,
                };
                let plan = plan(repository, instance, folder).await?;
                Ok(Self {
                    plan,
                    origin,
                    snapshot: None,
                })
            }
            BackupSource::Running {
                client,
                data_directory,
                skip_head,
            } => {
                let client = Client::new(client)?;
                let description = client.describe().await?;
                let directory = DataDirectory::check(data_directory, &client).await?;
                if directory.evidence() == Evidence::NotComparable {
                    tracing::warn!(
                        "Prometheus's own metrics cannot be read; the snapshot will show whether the data directory is the right one"
                    );
                }
                // A store that refuses us is better known before Prometheus has to take a snapshot.
                repository.backup_ids(instance).await?;
                for folder in Snapshot::remove_leftovers(&directory)?.removed {
                    tracing::warn!(folder = %folder.display(), "removed the snapshot of an interrupted run");
                }
                // Not cut short by a signal at once: Prometheus would go on with it all the same.
                let snapshot = Snapshot::take(&client, &directory, *skip_head, now).await?;
                let origin = Origin {
                    url: Some(client.url()),
                    prometheus_version: Some(description.version),
                    skip_head: *skip_head,
                };
                match plan(repository, instance, snapshot.folder()).await {
                    Ok(plan) => Ok(Self {
                        plan,
                        origin,
                        snapshot: Some(snapshot),
                    }),
                    Err(error) => {
                        snapshot.remove()?;
                        Err(error)
                    }
                }
            }
        }
    }

    /// Sends what is new and writes the backup's metadata, then removes the snapshot, whatever came
    /// before.
    pub async fn execute(
        self,
        repository: &Repository,
        random: u32,
        progress: Arc<Progress>,
        cancellation: Arc<Cancellation>,
        clock: &Clock,
    ) -> Result<BackupMetadata, OperationError> {
        let run = BackupRun {
            origin: self.origin,
            lifeboat_version: env!("CARGO_PKG_VERSION").to_owned(),
            random,
            progress,
            cancellation,
        };
        let backed_up = repository.execute_backup(self.plan, run, clock).await;
        let removed = self.snapshot.map_or(Ok(()), Snapshot::remove);
        let metadata = backed_up?;
        removed?;
        Ok(metadata)
    }

    /// Leaves it at the plan.
    pub fn discard(self) -> Result<BackupPlan, OperationError> {
        self.snapshot.map_or(Ok(()), Snapshot::remove)?;
        Ok(self.plan)
    }
}

async fn plan(
    repository: &Repository,
    instance: &Instance,
    folder: &std::path::Path,
) -> Result<BackupPlan, OperationError> {
    let source = Source::list(folder)?;
    for path in &source.ignored {
        tracing::debug!(path = %path.display(), "not part of a block, left out");
    }
    Ok(repository.plan_backup(instance, source).await?)
}
