//! Stores that don't answer, or not with what was asked for: what is told, and what to do.

use lifeboat_postgres::Error;
use lifeboat_testkit::garage::Garage;

use super::Client;

/// What a look and a probe fail with, and the next step.
async fn failures(client: &Client) -> [(String, String); 2] {
    let reading = client.read().await.unwrap_err();
    let probe = client.reader().probe().await.unwrap_err();
    let told = |error: Error| {
        let causes = lifeboat_core::readable_causes(&error).join(": ");
        (causes, error.hint())
    };
    [told(reading), told(probe)]
}

#[tokio::test]
async fn a_wrong_key_is_told_and_not_shown() {
    let garage = Garage::start().await;
    let mut bucket = garage.bucket("backups").await;
    "wrong-and-secret".clone_into(&mut bucket.secret_access_key);
    for (causes, hint) in failures(&Client::of(&bucket)).await {
        assert!(hint.contains("try the same key"), "{causes}: {hint}");
        assert!(!causes.contains("wrong-and-secret"), "{causes}");
        assert!(!causes.contains(&bucket.access_key_id), "{causes}");
    }
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_told() {
    let garage = Garage::start().await;
    let mut bucket = garage.bucket("backups").await;
    "elsewhere".clone_into(&mut bucket.bucket);
    for (causes, hint) in failures(&Client::of(&bucket)).await {
        assert!(hint.contains("the bucket is gone"), "{causes}: {hint}");
    }
}

#[tokio::test]
async fn a_store_that_is_down_is_told() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    garage.kill_9();
    for (causes, hint) in failures(&Client::of(&bucket)).await {
        assert!(hint.contains("see that the store runs"), "{causes}: {hint}");
    }
}

#[tokio::test]
async fn an_empty_bucket_answers_and_holds_nothing() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let client = Client::of(&bucket);
    client.reader().probe().await.unwrap();
    let reading = client.read().await.unwrap();
    assert_eq!((reading.backups.len(), reading.wal), (0, None));
}
