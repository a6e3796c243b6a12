//! Sound backups: what is said of them.

use lifeboat_core::StoredState;

use super::{Shop, backup, gap};

#[tokio::test]
async fn a_backup_that_is_whole_is_told_with_its_times_sizes_and_wal() {
    let shop = Shop::open(None).await;
    let (id, segments) = shop.with_a_backup().await;
    let reading = shop.read().await;
    let found = backup(&reading, &id);
    assert_eq!(found.state, StoredState::Whole);
    assert!(found.began_at.unwrap() < found.ended_at.unwrap());
    assert!(found.ended_at.unwrap() < reading.at);
    assert!(found.stored_bytes > 20_000_000, "{found:?}");
    assert_eq!(found.original_bytes, Some(found.stored_bytes));
    let wal = reading.wal.as_ref().unwrap();
    assert_eq!(
        (wal.newest.as_str(), &wal.gap),
        (segments[2].as_str(), &None)
    );
    assert!(wal.segments >= 4, "{wal:?}");
}

#[tokio::test]
async fn of_what_is_compressed_the_original_size_is_told_only_by_those_who_note_it() {
    let shop = Shop::open(Some("--gzip")).await;
    let (id, _) = shop.with_a_backup().await;
    let reading = shop.read().await;
    let found = backup(&reading, &id);
    assert_eq!(found.state, StoredState::Whole);
    assert!(found.stored_bytes < 20_000_000, "{found:?}");
    assert_eq!(found.original_bytes, None);
    assert_eq!(gap(&reading), None);
}

#[tokio::test]
async fn a_change_of_timeline_is_no_gap() {
    for compression in [None, Some("--gzip")] {
        let mut shop = Shop::open(compression).await;
        shop.with_a_backup().await;
        shop.server.change_timeline().await;
        let segment = shop.server.write_wal().await;
        assert!(segment.starts_with("00000002"), "{segment}");
        let reading = shop.read().await;
        assert_eq!(gap(&reading), None);
        assert_eq!(reading.wal.unwrap().newest, segment);
    }
}
