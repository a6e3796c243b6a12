//! Real backups of a real PostgreSQL in a real bucket, made by barman-cloud, read through the crate.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod cost;
mod damage;
mod source;
mod unreachable;
mod whole;

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_core::{StoreReading, StoredBackup, WalGap};
use lifeboat_postgres::{Destination, Error, Reader, Scope, StoreName, StoreSettings};
use lifeboat_repository::RequestCounters;
use lifeboat_testkit::{barman::ArchivedServer, garage::Garage, s3::S3Bucket};
use tempfile::TempDir;

/// A bucket with a server that archives to it.
struct Shop {
    garage: Garage,
    bucket: S3Bucket,
    server: ArchivedServer,
}

impl Shop {
    async fn open(compression: Option<&'static str>) -> Self {
        let garage = Garage::start().await;
        let bucket = garage.bucket("backups").await;
        let server = ArchivedServer::start(&bucket, "shop", "db", compression).await;
        Self {
            garage,
            bucket,
            server,
        }
    }

    /// Looks at what is there now, with nothing known before.
    async fn read(&self) -> StoreReading {
        Client::of(&self.bucket).read().await.unwrap()
    }

    /// One backup, and three more segments after it: their names.
    async fn with_a_backup(&self) -> (String, [String; 3]) {
        let backup = self.server.back_up();
        let mut segments = Vec::new();
        for _ in 0..3 {
            segments.push(self.server.write_wal().await);
        }
        (backup, segments.try_into().unwrap())
    }
}

/// A way to the bucket.
struct Client {
    folder: TempDir,
    requests: Arc<RequestCounters>,
    destination: Destination,
}

impl Client {
    fn of(bucket: &S3Bucket) -> Self {
        let folder = tempfile::tempdir().unwrap();
        ArchivedServer::write_secret(bucket, &folder.path().join("shop/bucket"));
        Self {
            folder,
            requests: Arc::default(),
            destination: Destination {
                url: format!("s3://{}/shop", bucket.bucket),
                endpoint: Some(bucket.endpoint.clone()),
                server: "db".to_owned(),
            },
        }
    }

    fn settings(&self) -> StoreSettings {
        StoreSettings {
            folder: Some(self.folder.path().to_owned()),
            variable: |_| None,
            requests: Arc::clone(&self.requests),
        }
    }

    fn reader(&self) -> Reader {
        let name = StoreName {
            namespace: "shop".to_owned(),
            name: "bucket".to_owned(),
        };
        Reader::new(Arc::new(self.settings()), name, self.destination.clone())
    }

    async fn read(&self) -> Result<StoreReading, Error> {
        let at = Timestamp::now();
        self.reader().read(Scope::Server, at).await
    }
}

fn backup<'a>(reading: &'a StoreReading, id: &str) -> &'a StoredBackup {
    let mut backups = reading.backups.iter();
    backups.find(|backup| backup.id == id).unwrap()
}

/// What keeps one from restoring a backup.
fn problem(reading: &StoreReading, id: &str) -> Option<String> {
    backup(reading, id).state.problem()
}

fn gap(reading: &StoreReading) -> Option<&WalGap> {
    reading.wal.as_ref().unwrap().gap.as_ref()
}
