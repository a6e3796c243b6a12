//! An open repository: the few verbs that everything else is made of, each naming what it tried when it fails.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::{
    Attribute, Attributes, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions,
    PutOptions, PutPayload, TagSet, path::Path,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    connect::{MissingFolder, connect},
    error::Error,
    location::Location,
    mask::Mask,
    sealed,
    settings::{ConnectionSettings, TransferSettings, UploadChecksum},
};

/// An open repository. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Repository {
    pub(crate) store: Arc<dyn ObjectStore>,
    location: Location,
    mask: Mask,
    /// What data files are written with.
    data_attributes: Attributes,
    tags: TagSet,
    conditional_writes: bool,
    /// Whether nobody but us can tell that what was sent arrived as it was.
    pub(crate) must_read_back: bool,
    pub(crate) transfer: TransferSettings,
}

/// Times that a document is read before it counts as damaged: a byte may have changed on its way.
const DOCUMENT_READS: usize = 3;

/// Whether a document may replace one that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    /// Only if nothing is there, where the store can promise that.
    Create,
    /// In any case.
    Replace,
}

impl Repository {
    /// Opens the repository. Nothing is asked of the store yet, but for a folder, which must exist
    /// or may be made.
    pub fn open(
        location: Location,
        settings: &ConnectionSettings,
        transfer: TransferSettings,
        missing_folder: MissingFolder,
    ) -> Result<Self, Error> {
        let store = connect(&location, settings, missing_folder)?;
        let is_s3 = matches!(location, Location::S3 { .. });
        let mut data_attributes = Attributes::new();
        let mut tags = TagSet::default();
        if is_s3 {
            if let Some(class) = &settings.s3.storage_class {
                data_attributes.insert(Attribute::StorageClass, class.clone().into());
            }
            for (key, value) in &settings.s3.tags {
                tags.push(key, value);
            }
        }
        Ok(Self {
            store,
            data_attributes,
            tags,
            conditional_writes: !is_s3 || settings.s3.conditional_writes,
            must_read_back: is_s3 && settings.s3.checksum == UploadChecksum::None,
            transfer,
            location,
            mask: Mask::of(&settings.s3),
        })
    }

    /// Where the repository lives.
    #[must_use]
    pub const fn location(&self) -> &Location {
        &self.location
    }

    pub(crate) fn failed(
        &self,
        action: &'static str,
        key: &Path,
    ) -> impl Fn(object_store::Error) -> Error + use<> {
        let (key, repository) = (key.to_string(), self.location.to_string());
        let mask = self.mask.clone();
        move |source| Error::Request {
            action,
            key: key.clone(),
            repository: repository.clone(),
            source: mask.apply(source),
        }
    }

    pub(crate) fn data_put_options(&self) -> PutOptions {
        PutOptions {
            tags: self.tags.clone(),
            attributes: self.data_attributes.clone(),
            ..PutOptions::default()
        }
    }

    pub(crate) fn data_multipart_options(&self) -> PutMultipartOptions {
        PutMultipartOptions {
            tags: self.tags.clone(),
            attributes: self.data_attributes.clone(),
            ..PutMultipartOptions::default()
        }
    }

    /// Writes a sealed document.
    pub(crate) async fn write_document(
        &self,
        key: &Path,
        document: &(impl Serialize + Sync),
        write: Write,
    ) -> Result<(), Error> {
        let bytes = Bytes::from(sealed::seal(document).map_err(Error::Serialize)?);
        let options = PutOptions {
            mode: match write {
                Write::Create if self.conditional_writes => PutMode::Create,
                _ => PutMode::Overwrite,
            },
            tags: self.tags.clone(),
            ..PutOptions::default()
        };
        let written = self
            .store
            .put_opts(key, PutPayload::from(bytes.clone()), options)
            .await;
        match written {
            Ok(_) => Ok(()),
            // The store may have kept it and lost the answer, and then refused the repetition.
            Err(
                object_store::Error::AlreadyExists { .. }
                | object_store::Error::Precondition { .. },
            ) if self.read(key).await? == bytes => Ok(()),
            Err(source) => Err(self.failed("write", key)(source)),
        }
    }

    /// Reads a sealed document.
    pub(crate) async fn read_document<T: DeserializeOwned>(&self, key: &Path) -> Result<T, Error> {
        let mut opened = sealed::open(&self.read(key).await?);
        for _ in 1..DOCUMENT_READS {
            if opened.is_ok() {
                break;
            }
            opened = sealed::open(&self.read(key).await?);
        }
        opened.map_err(|error| Error::Document {
            key: key.to_string(),
            repository: self.location.to_string(),
            reason: error.to_string(),
        })
    }

    /// Reads a sealed document that may be missing.
    pub(crate) async fn read_optional<T: DeserializeOwned>(
        &self,
        key: &Path,
    ) -> Result<Option<T>, Error> {
        match self.read_document(key).await {
            Ok(document) => Ok(Some(document)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn read(&self, key: &Path) -> Result<Bytes, Error> {
        let failed = self.failed("read", key);
        let result = self.store.get(key).await.map_err(&failed)?;
        result.bytes().await.map_err(&failed)
    }

    /// Everything below a prefix, at any depth, in memory: for prefixes that hold few objects.
    pub(crate) async fn list_all(&self, prefix: &Path) -> Result<Vec<ObjectMeta>, Error> {
        let listed = self.store.list(Some(prefix)).try_collect().await;
        listed.map_err(self.failed("list", prefix))
    }

    /// Deletes an object. One that is gone already is fine.
    pub(crate) async fn delete(&self, key: &Path) -> Result<(), Error> {
        match self.store.delete(key).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(self.failed("delete", key)(source)),
        }
    }
}
