//! Looks at a bucket past Lifeboat: what is there, what it says, and copies of it.

use std::collections::BTreeSet;

use lifeboat_testkit::s3::S3Bucket;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::runtime::{Builder, Runtime};

/// The objects below a prefix of a bucket.
pub(crate) struct Objects {
    store: AmazonS3,
    prefix: String,
    /// Of its own, because the client's connections end with the runtime they began in.
    runtime: Runtime,
}

impl Objects {
    pub(crate) fn new(bucket: &S3Bucket, prefix: &str) -> Self {
        let store = AmazonS3Builder::new()
            .with_endpoint(&bucket.endpoint)
            .with_allow_http(true)
            .with_region(&bucket.region)
            .with_bucket_name(&bucket.bucket)
            .with_access_key_id(&bucket.access_key_id)
            .with_secret_access_key(&bucket.secret_access_key)
            .build()
            .unwrap();
        Self {
            store,
            prefix: prefix.to_owned(),
            runtime: Builder::new_current_thread().enable_all().build().unwrap(),
        }
    }

    /// Every key, relative to the prefix.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        let prefix = Path::from(self.prefix.as_str());
        let listed = self.runtime.block_on(async {
            let mut all = Vec::new();
            let mut listing = self.store.list_with_delimiter(Some(&prefix)).await.unwrap();
            loop {
                all.append(&mut listing.objects);
                let Some(folder) = listing.common_prefixes.pop() else {
                    return all;
                };
                let mut below = self.store.list_with_delimiter(Some(&folder)).await.unwrap();
                listing.objects = std::mem::take(&mut below.objects);
                listing.common_prefixes.append(&mut below.common_prefixes);
            }
        });
        let relative = |key: &str| key[self.prefix.len() + 1..].to_owned();
        listed
            .iter()
            .map(|object| relative(object.location.as_ref()))
            .collect()
    }

    /// What an object holds.
    pub(crate) fn read(&self, key: &str) -> Vec<u8> {
        let key = self.path(key);
        self.runtime
            .block_on(async { self.store.get(&key).await.unwrap().bytes().await.unwrap() })
            .to_vec()
    }

    /// Copies everything below another prefix.
    pub(crate) fn copy_to(&self, other: &Self) {
        let keys = self.keys();
        self.runtime.block_on(async {
            for key in keys {
                self.store
                    .copy(&self.path(&key), &other.path(&key))
                    .await
                    .unwrap();
            }
        });
    }

    fn path(&self, key: &str) -> Path {
        Path::from(format!("{}/{key}", self.prefix))
    }
}
