//! The source: what policies name is looked at, and told of the assets that others declare.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lifeboat_controller::Source;
use lifeboat_core::{AssetId, ObjectStoreFacts, ObjectStorePolicy, Policy, SmallMap};
use lifeboat_postgres::PostgresSource;
use lifeboat_testkit::garage::Garage;
use tokio::sync::Notify;

use super::Client;

struct Looking {
    source: PostgresSource,
    news: Arc<Notify>,
    asset: AssetId,
}

impl Looking {
    fn with(client: &Client) -> Self {
        let mut source = PostgresSource::new(client.settings(), Arc::new(Timestamp::now));
        let news = Arc::new(Notify::new());
        source.tell_news(Arc::clone(&news));
        Self {
            source,
            news,
            asset: "CNPGCluster/shop/db".parse().unwrap(),
        }
    }

    fn place(&mut self, client: &Client) {
        let destination = client.destination.clone();
        let places = SmallMap::from_iter([
            ("destination", destination.url),
            ("endpoint", destination.endpoint.unwrap()),
            ("server", destination.server),
        ]);
        self.source.notice(&self.asset, Some(&places));
    }

    fn name(&mut self, database: &str) {
        let policy = Policy {
            object_stores: vec![ObjectStorePolicy {
                namespace: "shop".to_owned(),
                database: database.to_owned(),
                secret: "bucket".to_owned(),
                every: SignedDuration::from_hours(6),
                probe_every: SignedDuration::from_mins(5),
                capacity: Some(1 << 30),
            }],
            ..Policy::default()
        };
        self.source.heed(&[policy]);
    }

    /// The next that is told of the asset.
    async fn next(&mut self) -> Option<Box<ObjectStoreFacts>> {
        loop {
            let declared = self.source.changes(Timestamp::now()).unwrap();
            let told = declared.map(|declared| declared.object_stores);
            if let Some((asset, facts)) = told.unwrap_or_default().pop() {
                assert_eq!(asset, self.asset);
                return facts;
            }
            self.news.notified().await;
        }
    }

    /// What is told once the store was asked.
    async fn asked(&mut self) -> Box<ObjectStoreFacts> {
        loop {
            let facts = self.next().await.unwrap();
            if facts.answered_at.is_some() || facts.failure.is_some() {
                return facts;
            }
        }
    }
}

#[tokio::test]
async fn only_what_a_policy_names_is_asked_and_only_while_it_does() {
    let garage = Garage::start().await;
    let client = Client::of(&garage.bucket("backups").await);
    let mut looking = Looking::with(&client);
    looking.place(&client);
    looking.name("other");
    let told = looking.source.changes(Timestamp::now()).unwrap();
    assert!(told.is_none_or(|told| told.object_stores.is_empty()));

    looking.name("db");
    let facts = looking.asked().await;
    assert_eq!(facts.failure, None);
    assert_eq!(facts.place, "s3://backups/shop/db");
    assert_eq!(facts.reading.unwrap().used_bytes, Some(0));
    looking.name("other");
    assert_eq!(looking.next().await, None);
}

#[tokio::test]
async fn a_store_that_goes_down_leaves_what_was_read_and_tells_since_when() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let client = Client::of(&bucket);
    let mut looking = Looking::with(&client);
    looking.name("db");
    garage.kill_9();
    let before = Timestamp::now();
    looking.place(&client);
    let facts = looking.asked().await;
    let failure = facts.failure.unwrap();
    assert!(failure.since >= before && failure.hint.is_some());
    assert_eq!(facts.reading, None);
}

#[tokio::test]
async fn a_database_without_a_store_is_a_finding() {
    let garage = Garage::start().await;
    let client = Client::of(&garage.bucket("backups").await);
    let mut looking = Looking::with(&client);
    looking.name("db");
    looking
        .source
        .notice(&looking.asset, Some(&SmallMap::default()));
    let declared = looking.source.changes(Timestamp::now()).unwrap().unwrap();
    let findings = declared.findings.unwrap();
    assert_eq!(findings[0].code, "object_store_unknown");
    looking.place(&client);
    looking.asked().await;
    assert_eq!(
        looking
            .source
            .changes(Timestamp::now())
            .unwrap()
            .map(|told| told.findings),
        None
    );
}
