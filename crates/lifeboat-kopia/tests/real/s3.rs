//! A repository on S3 (Garage): read with a key that may only read, and every request counted.

use lifeboat_repository::RequestKind;
use lifeboat_testkit::{
    garage::Garage,
    kopia::KopiaRepository,
    proxy::{Exchange, Proxy},
};

use super::{Secrets, data, reading, source};

#[tokio::test]
async fn a_bucket_is_read_with_a_key_that_may_only_read() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let repository = KopiaRepository::in_bucket(&bucket, "kopia");
    let data = data();
    repository.snapshot(data.path(), "db@apps:/data");
    repository.maintain();
    let secrets = Secrets::of(&repository);
    let reader = garage.read_only(&bucket).await;
    secrets.set("AWS_ACCESS_KEY_ID", &reader.access_key_id);
    secrets.set("AWS_SECRET_ACCESS_KEY", &reader.secret_access_key);

    let observation = secrets.observed().await;
    let reading = reading(&observation);
    let host = bucket.endpoint.trim_start_matches("http://");
    assert_eq!(reading.storage, format!("s3: backups/kopia at {host}"));
    assert_eq!(source(reading, "db@apps:/data").snapshots, 1);
    assert!(reading.physical_bytes.unwrap() > 8_000_000);
    assert_eq!(observation.runs.len(), 2);
}

#[tokio::test]
async fn every_request_is_counted_by_what_stores_charge_for() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let repository = KopiaRepository::in_bucket(&bucket, "kopia");
    let data = data();
    repository.snapshot(data.path(), "db@apps:/data");
    let secrets = Secrets::of(&repository);
    let proxy = Proxy::start(&bucket.endpoint);
    secrets.set("AWS_S3_ENDPOINT", &proxy.url());

    secrets.read().await.unwrap();
    assert_eq!(counted(&secrets), sent(&proxy.requests()));
    let [(_, listings), (_, reads), ..] = counted(&secrets);
    // What docs/kopia.md says of a small repository.
    assert_eq!((listings, reads), (22, 17));

    // Without a region, kopia asks for it each time it starts.
    std::fs::remove_file(secrets.path().join("AWS_REGION")).unwrap();
    secrets.read().await.unwrap();
    assert_eq!(counted(&secrets), sent(&proxy.requests()));

    // What fails was sent as well.
    secrets.set("KOPIA_PASSWORD", "wrong").error().await;
    assert_eq!(counted(&secrets), sent(&proxy.requests()));
    secrets.set("KOPIA_REPOSITORY", "s3://backups/other");
    secrets.error().await;
    assert_eq!(counted(&secrets), sent(&proxy.requests()));
}

type Counts = [(&'static str, u64); 5];

fn counted(secrets: &Secrets) -> Counts {
    RequestKind::ALL.map(|kind| (kind.name(), secrets.requests.count(kind)))
}

fn sent(requests: &[Exchange]) -> Counts {
    RequestKind::ALL.map(|kind| {
        let of_kind = requests.iter().filter(|request| kind_of(request) == kind);
        (kind.name(), of_kind.count() as u64)
    })
}

fn kind_of(request: &Exchange) -> RequestKind {
    let is_list = request.path_and_query.contains("list-type=2");
    match request.method.as_str() {
        "GET" if is_list => RequestKind::List,
        "GET" => RequestKind::Read,
        "HEAD" => RequestKind::Head,
        "DELETE" => RequestKind::Delete,
        _ => RequestKind::Write,
    }
}
