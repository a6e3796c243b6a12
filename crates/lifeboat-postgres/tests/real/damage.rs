//! Damage that barman-cloud's own catalogue passes over: stories 15 and 16.

use lifeboat_core::StoredState;

use super::{Shop, backup, gap, problem};

#[tokio::test]
async fn story_16_a_backup_that_failed_is_no_recovery_point_though_it_has_a_backup_info() {
    let shop = Shop::open(None).await;
    let sound = shop.server.back_up();
    let failed = shop.server.fail_to_back_up();
    let info = shop.server.text(&format!("base/{failed}/backup.info"));
    assert!(info.contains("status=FAILED"), "{info}");
    let reading = shop.read().await;
    assert!(matches!(
        backup(&reading, &failed).state,
        StoredState::Failed { error: Some(_) }
    ));
    assert_eq!(problem(&reading, &sound), None);
    assert_eq!(reading.whole().count(), 1);
}

#[tokio::test]
async fn story_16_a_folder_without_a_backup_info_is_no_recovery_point() {
    let shop = Shop::open(None).await;
    let id = shop.server.back_up();
    shop.server.remove(&format!("base/{id}/backup.info"));
    let reading = shop.read().await;
    assert_eq!(backup(&reading, &id).state, StoredState::Undescribed);
    assert_eq!(reading.wal, None);
}

#[tokio::test]
async fn a_backup_without_its_data_or_its_wal_is_no_recovery_point() {
    let shop = Shop::open(None).await;
    let (without_data, _) = shop.with_a_backup().await;
    shop.server.remove(&format!("base/{without_data}/data.tar"));
    let (without_wal, _) = shop.with_a_backup().await;
    let info = shop.server.text(&format!("base/{without_wal}/backup.info"));
    let needed = info
        .lines()
        .find_map(|line| line.strip_prefix("begin_wal="));
    let needed = needed.unwrap();
    shop.server.remove(&shop.server.key_of(needed));
    let reading = shop.read().await;
    assert_eq!(
        backup(&reading, &without_data).state,
        StoredState::WithoutData
    );
    let told = problem(&reading, &without_wal).unwrap();
    assert!(told.contains(needed), "{told}");
}

#[tokio::test]
async fn story_15_a_segment_that_is_missing_is_told_with_the_moment_up_to_which_one_can_recover() {
    let shop = Shop::open(Some("--gzip")).await;
    let (_, [first, second, third]) = shop.with_a_backup().await;
    let key = shop.server.key_of(&second);
    shop.server.rename(&key, "kept-aside");
    let reading = shop.read().await;
    let found = gap(&reading).unwrap();
    assert_eq!(
        (found.segment.as_str(), found.missing),
        (second.as_str(), 1)
    );
    assert_eq!(found.again_from, None);
    let wal = reading.wal.as_ref().unwrap();
    assert_eq!(wal.newest, third);
    assert!(found.recoverable_until < wal.newest_at || first < third);

    // From a new backup on one can recover again.
    let again = shop.server.back_up();
    let reading = shop.read().await;
    assert_eq!(gap(&reading).unwrap().again_from.as_ref(), Some(&again));

    // The sound twin.
    shop.server.rename("kept-aside", &key);
    assert_eq!(gap(&shop.read().await), None);
}

#[tokio::test]
async fn a_segment_that_is_missing_before_a_change_of_timeline_is_a_gap() {
    for compression in [None, Some("--gzip")] {
        let mut shop = Shop::open(compression).await;
        let (_, segments) = shop.with_a_backup().await;
        shop.server.change_timeline().await;
        shop.server.remove(&shop.server.key_of(&segments[2]));
        let reading = shop.read().await;
        assert_eq!(gap(&reading).unwrap().segment, segments[2]);
    }
}
