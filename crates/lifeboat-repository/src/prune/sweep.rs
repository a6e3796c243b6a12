//! Deletes objects that nothing refers to, once their grace is over.

use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::{ObjectMeta, path::Path};

use crate::{
    documents::Volume,
    error::Error,
    location::Location,
    names::{BackupId, Keys},
    prune::{PruneRequest, staging},
    repository::Repository,
};

/// Whether to delete or only to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Delete.
    Delete,
    /// Count what would be deleted.
    Count,
}

/// What a sweep found.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// Past their grace.
    pub(super) deletable: Volume,
    /// Not yet.
    pub(super) waiting: Volume,
}

impl Swept {
    /// Counts everything as waiting, when nothing was deleted.
    pub(super) fn wait(&mut self) {
        self.waiting.files += self.deletable.files;
        self.waiting.bytes += self.deletable.bytes;
        self.deletable = Volume::default();
    }
}

impl Repository {
    /// Sweeps, if the backups that are to be kept are all in sight.
    pub(super) async fn sweep(
        &self,
        request: &PruneRequest,
        kept: &[&BackupId],
        mode: Mode,
    ) -> Result<Swept, Error> {
        let keys = Keys(&request.instance);
        let now = self.store_time(&request.instance).await?;
        // The objects first, then what refers to them: a backup that is finished in between is
        // seen, and so are its references.
        let objects: Vec<ObjectMeta> = self.list_all(&keys.data()).await?;
        let references = self.references(request, kept, now).await?;
        let mut swept = Swept::default();
        let mut deletable: Vec<Path> = Vec::new();
        for object in objects {
            if references.need(&object.location) {
                continue;
            }
            if now.is_past(object.last_modified, request.grace)
                && !references.keep_for_now(&object.location)
            {
                swept.deletable.add(object.size);
                deletable.push(object.location);
            } else {
                swept.waiting.add(object.size);
            }
        }
        if mode == Mode::Delete {
            self.delete_all(deletable).await?;
            for key in references.remains.iter().chain(&references.expired) {
                self.delete(key).await?;
            }
            if let Location::Folder(folder) = self.location() {
                staging::remove_leftovers(folder, now, request.grace)?;
            }
        }
        Ok(swept)
    }

    async fn delete_all(&self, keys: Vec<Path>) -> Result<(), Error> {
        let Some(first) = keys.first().cloned() else {
            return Ok(());
        };
        let failed = self.failed("delete", &first);
        let locations = stream::iter(keys.into_iter().map(Ok)).boxed();
        self.store
            .delete_stream(locations)
            .filter_map(|deleted| async move {
                match deleted {
                    Ok(_) | Err(object_store::Error::NotFound { .. }) => None,
                    Err(error) => Some(Err::<(), _>(error)),
                }
            })
            .try_for_each(|()| async { Ok(()) })
            .await
            .map_err(failed)
    }
}
