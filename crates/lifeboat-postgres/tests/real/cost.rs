//! What looking costs: every request counted, and no more of them than the documentation says.

use jiff::Timestamp;
use lifeboat_postgres::Scope;
use lifeboat_repository::RequestKind;
use lifeboat_testkit::proxy::Proxy;

use super::{Client, Shop};

#[tokio::test]
async fn a_probe_is_one_request_and_a_look_reads_each_description_once() {
    let shop = Shop::open(None).await;
    shop.with_a_backup().await;
    let _ = shop.server.back_up();
    let reader = shop.garage.read_only(&shop.bucket).await;
    let proxy = Proxy::start(&shop.bucket.endpoint);
    let client = Client::of(&reader.through(&proxy.url()));
    let counted = || RequestKind::ALL.map(|kind| client.requests.count(kind));
    let mut reader = client.reader();

    reader.probe().await.unwrap();
    assert_eq!(counted(), [1, 0, 0, 0, 0]);

    let first = reader.read(Scope::Server, Timestamp::now()).await.unwrap();
    assert_eq!(counted(), [2, 2, 0, 0, 0]);
    assert_eq!(first.used_bytes, None);

    let second = reader.read(Scope::Destination, Timestamp::now()).await;
    let second = second.unwrap();
    assert_eq!(counted(), [3, 2, 0, 0, 0]);
    assert_eq!(second.backups, first.backups);
    let stored: u64 = second
        .backups
        .iter()
        .map(|backup| backup.stored_bytes)
        .sum();
    assert!(second.used_bytes.unwrap() > stored);

    let sent = proxy.requests();
    assert_eq!(sent.len(), 5, "{sent:?}");
    assert!(sent.iter().all(|request| request.method == "GET"));
}
