//! Which objects something still refers to, and what time it is by the store's own clock.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use object_store::{ObjectStoreExt, PutPayload, path::Path};

use crate::{
    documents::DroppedRecord,
    error::Error,
    names::{Instance, Keys},
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
    /// Prefixes of blocks that running backups rely on.
    blocks: Vec<Path>,
    /// Dropped records whose grace is over.
    pub(super) expired: Vec<Path>,
}

impl References {
    pub(super) fn contains(&self, key: &Path) -> bool {
        self.keys.contains(key.as_ref())
            || self.blocks.iter().any(|block| key.prefix_matches(block))
    }
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
        instance: &Instance,
        now: StoreTime,
        grace: SignedDuration,
    ) -> Result<References, Error> {
        let keys = Keys(instance);
        let mut references = References::default();
        let catalogue = self.catalogue(instance).await?;
        if let Some((_, error)) = catalogue.unreadable.into_iter().next() {
            return Err(error);
        }
        for backup in &catalogue.backups {
            let files = backup.metadata.files();
            references.keys.extend(files.map(|file| file.key.clone()));
        }
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
        for object in self.list_all(&keys.dropped()).await? {
            if now.is_past(object.last_modified, grace) {
                references.expired.push(object.location);
            } else {
                let record: Option<DroppedRecord> = self.read_optional(&object.location).await?;
                let named = record.into_iter().flat_map(|record| record.keys);
                references.keys.extend(named);
            }
        }
        Ok(references)
    }
}
