//! Which objects something still refers to, and what time it is by the store's own clock.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use object_store::{ObjectStoreExt, PutPayload, path::Path};

use crate::{
    documents::DroppedRecord,
    error::Error,
    names::{BackupId, Instance, Keys},
    prune::PruneRequest,
    repository::Repository,
};

/// The time by the store's clock, so that ages do not depend on anybody else's.
#[derive(Debug, Clone, Copy)]
pub(super) struct StoreTime(Timestamp);

impl StoreTime {
    /// Whether `grace` has passed since the store last saw an object change.
    pub(super) fn is_past(
        self,
        last_modified: chrono::DateTime<chrono::Utc>,
        grace: SignedDuration,
    ) -> bool {
        Timestamp::from_second(last_modified.timestamp())
            .is_ok_and(|changed| self.0.duration_since(changed) > grace)
    }
}

/// What must stay.
#[derive(Debug, Default)]
pub(super) struct References {
    keys: HashSet<String>,
    /// What nothing needs any more but dropped records whose grace is not over.
    dropped: HashSet<String>,
    /// Prefixes of blocks that running backups rely on.
    blocks: Vec<Path>,
    /// Dropped records whose grace is over.
    pub(super) expired: Vec<Path>,
    /// Documents that a prune did not come to delete with the backups of those records.
    pub(super) remains: Vec<Path>,
}

impl References {
    /// Whether a backup or a running backup needs the object.
    pub(super) fn need(&self, key: &Path) -> bool {
        self.keys.contains(key.as_ref())
            || self.blocks.iter().any(|block| key.prefix_matches(block))
    }

    /// Whether a dropped record keeps the object for now.
    pub(super) fn keep_for_now(&self, key: &Path) -> bool {
        self.dropped.contains(key.as_ref())
    }
}

/// The backup that a dropped record is of, by the record's file name.
fn dropped_backup(name: &str) -> Option<BackupId> {
    name.strip_suffix(".json")?.parse().ok()
}

impl Repository {
    /// Asks the store for its time, by writing an object and looking when it was written.
    pub(super) async fn store_time(&self, instance: &Instance) -> Result<StoreTime, Error> {
        let key = Keys(instance).clock();
        let payload = PutPayload::from_static(b"written to learn the store's time\n");
        self.store
            .put(&key, payload)
            .await
            .map_err(self.failed("write", &key))?;
        let object = self
            .store
            .head(&key)
            .await
            .map_err(self.failed("read", &key))?;
        let seconds = object.last_modified.timestamp();
        Timestamp::from_second(seconds)
            .map(StoreTime)
            .map_err(|error| Error::Document {
                key: key.to_string(),
                repository: self.location().to_string(),
                reason: error.to_string(),
            })
    }

    /// Everything that documents refer to at this moment.
    pub(super) async fn references(
        &self,
        request: &PruneRequest,
        kept: &[&BackupId],
        now: StoreTime,
    ) -> Result<References, Error> {
        let (instance, grace) = (&request.instance, request.grace);
        let keys = Keys(instance);
        let mut references = References::default();
        // Running records, then backups, then dropped records: what a run names while it ends, or a
        // backup while another prune drops it, is in the later of two places before it leaves the
        // earlier one.
        let (records, unusable) = self.progress_records(instance).await?;
        if let Some(error) = unusable.into_iter().next() {
            return Err(error);
        }
        for record in records {
            references
                .keys
                .extend(record.files.into_iter().map(|file| file.key));
            let blocks = record.blocks.iter().map(|ulid| keys.block(ulid));
            references.blocks.extend(blocks);
        }
        let catalogue = self.catalogue(instance).await?;
        if let Some((_, error)) = catalogue.unreadable.into_iter().next() {
            return Err(error);
        }
        if let Some(key) = catalogue.foreign.into_iter().next() {
            return Err(Error::Foreign {
                key,
                repository: self.location().to_string(),
            });
        }
        // Two listings have to agree: an answer that hides a backup would cost it its data.
        let listed: HashSet<&BackupId> = catalogue
            .backups
            .iter()
            .map(|backup| &backup.metadata.id)
            .collect();
        if let Some(hidden) = kept.iter().find(|id| !listed.contains(**id)) {
            return Err(Error::Hidden {
                id: hidden.to_string(),
                repository: self.location().to_string(),
            });
        }
        for backup in &catalogue.backups {
            let files = backup.metadata.files();
            references.keys.extend(files.map(|file| file.key.clone()));
        }
        for object in self.list_all(&keys.dropped()).await? {
            if now.is_past(object.last_modified, grace) {
                let id = object.location.filename().and_then(dropped_backup);
                // One that was to be dropped, and was not, keeps its documents.
                let id = id.filter(|id| !listed.contains(id));
                references
                    .remains
                    .extend(id.map(|id| keys.verification(&id)));
                references.expired.push(object.location);
            } else {
                let record: Option<DroppedRecord> = self.read_optional(&object.location).await?;
                let named = record.into_iter().flat_map(|record| record.keys);
                references.dropped.extend(named);
            }
        }
        Ok(references)
    }
}
