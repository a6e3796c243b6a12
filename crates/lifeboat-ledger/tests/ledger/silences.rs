//! Silences are kept over restarts, change when they are ended, and are forgotten when they are long over.

use jiff::Timestamp;
use lifeboat_core::Silence;
use lifeboat_ledger::Forgotten;
use rstest::rstest;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, at};

fn silence(id: &str, created_at: i64, ends_at: i64) -> Silence {
    let matchers = ["alertname=CNPGBackupStale", "namespace=~\"shop|o'neill\""];
    Silence {
        id: id.to_owned(),
        matchers: matchers.map(|text| text.parse().unwrap()).into(),
        starts_at: at(created_at),
        ends_at: at(ends_at),
        comment: "the disk is being changed\nsince noon".to_owned(),
        created_by: "me".to_owned(),
        created_at: at(created_at),
    }
}

#[rstest]
#[tokio::test]
async fn a_silence_outlives_a_restart_and_stays_what_it_was(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let [first, second] = [silence("first", 0, 100), silence("second", 10, 50)];
    for one in [&second, &first] {
        ledger.save_silence(one).await.unwrap();
    }
    ledger.close().await;

    let ledger = home.open().await;
    let kept = async |after| ledger.silences(at(after)).await.unwrap();
    assert_eq!(kept(0).await, [first.clone(), second.clone()]);
    assert_eq!(kept(50).await, std::slice::from_ref(&first));

    let ended = first.ended(at(30));
    ledger.save_silence(&ended).await.unwrap();
    assert_eq!(kept(29).await, [ended, second]);
    assert_eq!(kept(50).await, []);
}

#[rstest]
#[tokio::test]
async fn silences_that_are_long_over_are_forgotten(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let [old, new] = [silence("old", 0, 100), silence("new", 10, 101)];
    for one in [&old, &new] {
        ledger.save_silence(one).await.unwrap();
    }
    let expected = Forgotten {
        silences: 1,
        ..Forgotten::default()
    };
    assert_eq!(ledger.forget(at(101)).await.unwrap(), expected);
    assert_eq!(ledger.silences(Timestamp::MIN).await.unwrap(), [new]);
}

#[rstest]
#[tokio::test]
async fn a_strange_comment_keeps_no_silence_from_being_recorded(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let mut strange = silence("strange", 0, 100);
    strange.comment = "a\0b".to_owned();
    ledger.save_silence(&strange).await.unwrap();
    let kept = ledger.silences(at(0)).await.unwrap();
    assert_eq!(kept[0].comment, "a\u{fffd}b");
}
