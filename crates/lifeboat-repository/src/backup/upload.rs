//! Sends one file as it is read: in one request if it is small, else as a multipart upload that is abandoned cleanly.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload, PutResult};
use tokio::task::JoinSet;

use crate::{
    backup::{
        buffers::PART_BYTES,
        reader::{Outgoing, Part},
    },
    digest::Digests,
    documents::StoredFile,
    error::Error,
    progress::{Cancellation, Progress},
    repository::Repository,
    retry::{PartRetry, retried},
    throttle::Throttle,
};

/// What the uploads of one run share.
#[derive(Clone)]
pub(crate) struct Uploader {
    pub(crate) repository: Repository,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) cancellation: Arc<Cancellation>,
}

impl Uploader {
    /// Sends a file. `None` if the reader gave up on it, in which case no object remains.
    pub(crate) async fn upload(&self, file: Outgoing) -> Result<Option<StoredFile>, Error> {
        let (path, key, size) = (file.path.clone(), file.key.to_string(), file.size);
        let digests = if file.size <= PART_BYTES as u64 {
            self.upload_whole(file).await?
        } else {
            self.upload_in_parts(file).await?
        };
        Ok(digests.map(|digests| StoredFile {
            path,
            key,
            size,
            digests,
        }))
    }

    async fn upload_whole(&self, mut file: Outgoing) -> Result<Option<Digests>, Error> {
        let mut bytes = Bytes::new();
        loop {
            match file.parts.recv().await {
                // A file of this size comes as one part; an empty one as none.
                Some(Part::Bytes(part)) => bytes = part,
                None => return Ok(None),
                Some(Part::End(digests)) => {
                    self.put(&file.key, bytes).await?;
                    return Ok(Some(digests));
                }
            }
        }
    }

    async fn put(&self, key: &object_store::path::Path, bytes: Bytes) -> Result<(), Error> {
        let length = bytes.len() as u64;
        self.throttle.wait_for(length).await;
        let put = retried(|| {
            let store = Arc::clone(&self.repository.store);
            let options = self.repository.data_put_options();
            let (key, payload) = (key.clone(), PutPayload::from(bytes.clone()));
            async move { store.put_opts(&key, payload, options).await }.boxed()
        });
        tokio::select! {
            result = put => result.map_err(self.repository.failed("write", key))?,
            () = self.cancellation.requested() => return Err(Error::Cancelled),
        };
        self.progress.add_sent(length);
        Ok(())
    }

    async fn upload_in_parts(&self, mut file: Outgoing) -> Result<Option<Digests>, Error> {
        let failed = self.repository.failed("write", &file.key);
        let options = self
            .repository
            .data_multipart_options()
            .with_retry_policy(PartRetry::policy());
        let mut upload = retried(|| {
            let store = Arc::clone(&self.repository.store);
            let (key, options) = (file.key.clone(), options.clone());
            async move { store.put_multipart_opts(&key, options).await }.boxed()
        })
        .await
        .map_err(&failed)?;
        let sent = tokio::select! {
            result = self.send_parts(&mut file, upload.as_mut()) => result,
            () = self.cancellation.requested() => Err(Error::Cancelled),
        };
        match sent {
            Ok(Some(digests)) => {
                let completed = upload.complete().await;
                self.confirm(&file, completed).await?;
                Ok(Some(digests))
            }
            given_up => {
                // What is left of it is hidden from listings and paid for all the same.
                if let Err(error) = upload.abort().await {
                    tracing::warn!(key = %file.key, %error, "failed to abandon an upload");
                }
                given_up
            }
        }
    }

    /// The store may have completed the upload and lost the answer. Since no other run writes to
    /// this key, an object of the right size is this one.
    async fn confirm(
        &self,
        file: &Outgoing,
        completed: object_store::Result<PutResult>,
    ) -> Result<(), Error> {
        let Err(source) = completed else {
            return Ok(());
        };
        match self.repository.store.head(&file.key).await {
            Ok(object) if object.size == file.size => Ok(()),
            _ => Err(self.repository.failed("write", &file.key)(source)),
        }
    }

    async fn send_parts(
        &self,
        file: &mut Outgoing,
        upload: &mut dyn MultipartUpload,
    ) -> Result<Option<Digests>, Error> {
        let failed = self.repository.failed("write", &file.key);
        let mut under_way = JoinSet::new();
        let mut end = None;
        while let Some(part) = file.parts.recv().await {
            match part {
                Part::Bytes(bytes) => {
                    let length = bytes.len() as u64;
                    self.throttle.wait_for(length).await;
                    let put = upload.put_part(PutPayload::from(bytes));
                    under_way.spawn(put.map(move |result| result.map(|()| length)));
                }
                Part::End(digests) => end = Some(digests),
            }
            while let Some(done) = under_way.try_join_next() {
                self.count(done, &failed)?;
            }
        }
        while let Some(done) = under_way.join_next().await {
            self.count(done, &failed)?;
        }
        Ok(end)
    }

    fn count(
        &self,
        done: Result<object_store::Result<u64>, tokio::task::JoinError>,
        failed: impl Fn(object_store::Error) -> Error,
    ) -> Result<(), Error> {
        let length = done
            .map_err(|source| Error::Task {
                action: "an upload",
                source,
            })?
            .map_err(failed)?;
        self.progress.add_sent(length);
        Ok(())
    }
}
