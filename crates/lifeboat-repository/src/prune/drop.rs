//! Takes backups and abandoned runs out of the catalogue, leaving a record of the objects they named.

use jiff::Timestamp;

use crate::{
    documents::{DroppedRecord, FORMAT_VERSION, ProgressRecord},
    error::Error,
    names::{BackupId, Instance, Keys},
    prune::PruneRequest,
    repository::{Repository, Write},
};

impl Repository {
    /// Removes a backup from the catalogue. Its objects stay until the grace is over. False if
    /// somebody pinned it since it was planned.
    pub(super) async fn drop_backup(
        &self,
        instance: &Instance,
        id: &BackupId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let keys = Keys(instance);
        if self.is_pinned(instance, id).await? {
            return Ok(false);
        }
        let metadata = match self.metadata(instance, id).await {
            Ok(metadata) => metadata,
            // Another prune was faster.
            Err(Error::NoSuchBackup { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        let record = DroppedRecord {
            format_version: FORMAT_VERSION,
            dropped_at: now,
            of: id.to_string(),
            keys: metadata.files().map(|file| file.key.clone()).collect(),
        };
        // The record first: at no moment is there an object that no document names and that a
        // running backup may still count on.
        self.write_document(&keys.dropped_record(&record.of), &record, Write::Replace)
            .await?;
        // As late as can be: the moment that remains is one request long.
        if self.is_pinned(instance, id).await? {
            self.delete(&keys.dropped_record(&record.of)).await?;
            return Ok(false);
        }
        self.delete(&keys.metadata(id)).await?;
        self.delete(&keys.verification(id)).await?;
        Ok(true)
    }

    /// Turns the records of runs that were silent for the whole grace into dropped records, so that
    /// a run which took something over from them has another grace to finish.
    pub(super) async fn retire_progress_records(
        &self,
        request: &PruneRequest,
        now: Timestamp,
    ) -> Result<(), Error> {
        let keys = Keys(&request.instance);
        let store_now = self.store_time(&request.instance).await?;
        for object in self.list_all(&keys.running()).await? {
            if !store_now.is_past(object.last_modified, request.grace) {
                continue;
            }
            let record: Option<ProgressRecord> = match self.read_optional(&object.location).await {
                Ok(record) => record,
                // It protects nothing that can be known; its files are judged by their own age.
                Err(Error::Document { .. }) => None,
                Err(error) => return Err(error),
            };
            if let Some(record) = record {
                let dropped = DroppedRecord {
                    format_version: FORMAT_VERSION,
                    dropped_at: now,
                    of: format!("run-{}", record.run),
                    keys: record.files.into_iter().map(|file| file.key).collect(),
                };
                let key = keys.dropped_record(&dropped.of);
                self.write_document(&key, &dropped, Write::Replace).await?;
            }
            self.delete(&object.location).await?;
        }
        Ok(())
    }
}
