//! An object store that others keep something in: Lifeboat only lists and reads there.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use jiff::Timestamp;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, path::Path};

use crate::{
    connect::{MissingFolder, connect},
    error::Error,
    location::Location,
    mask::Mask,
    settings::ConnectionSettings,
};

/// A place in an object store of others.
#[derive(Debug, Clone)]
pub struct ForeignStore {
    store: Arc<dyn ObjectStore>,
    location: String,
    mask: Mask,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignObject {
    /// Its key, below the location.
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// When it was stored, by the store's clock.
    pub stored_at: Timestamp,
}

impl ForeignStore {
    /// Prepares the way there. Nothing is asked of the store yet, but for a folder, which must exist.
    pub fn open(location: &Location, settings: &ConnectionSettings) -> Result<Self, Error> {
        Ok(Self {
            store: connect(location, settings, MissingFolder::Refuse)?,
            location: location.to_string(),
            mask: Mask::of(&settings.s3),
        })
    }

    /// Asks for what lies directly below a prefix: one request where that is little.
    pub async fn probe(&self, prefix: &str) -> Result<(), Error> {
        let listed = self.store.list_with_delimiter(path(prefix).as_ref()).await;
        listed
            .map(drop)
            .map_err(|source| self.failed("list", prefix, source))
    }

    /// Everything below a prefix, at any depth; all there is if the prefix is empty.
    #[must_use]
    pub fn list(&self, prefix: &str) -> BoxStream<'static, Result<ForeignObject, Error>> {
        let (this, own) = (self.clone(), prefix.to_owned());
        self.store
            .list(path(prefix).as_ref())
            .map_ok(|object| described(&object))
            .map_err(move |source| this.failed("list", &own, source))
            .boxed()
    }

    /// Reads an object.
    pub async fn read(&self, key: &str) -> Result<Bytes, Error> {
        let failed = |source| self.failed("read", key, source);
        let result = self.store.get(&Path::from(key)).await.map_err(failed)?;
        result.bytes().await.map_err(failed)
    }

    fn failed(&self, action: &'static str, key: &str, source: object_store::Error) -> Error {
        Error::Request {
            action,
            key: key.to_owned(),
            repository: self.location.clone(),
            source: self.mask.apply(source),
        }
    }
}

fn path(prefix: &str) -> Option<Path> {
    (!prefix.is_empty()).then(|| Path::from(prefix))
}

fn described(object: &ObjectMeta) -> ForeignObject {
    ForeignObject {
        key: object.location.to_string(),
        bytes: object.size,
        stored_at: Timestamp::from_second(object.last_modified.timestamp())
            .unwrap_or(Timestamp::UNIX_EPOCH),
    }
}
