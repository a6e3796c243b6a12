//! Assets: seen, gone, back again, suspended.

use rstest::rstest;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, asset, at};

#[rstest]
#[tokio::test]
async fn an_asset_is_known_since_it_was_first_seen_even_if_it_was_gone_between(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let main = asset("main");
    assert_eq!(ledger.see_asset(&main, at(100)).await.unwrap(), at(100));
    assert_eq!(ledger.see_asset(&main, at(200)).await.unwrap(), at(100));
    ledger.asset_gone(&main, at(300)).await.unwrap();
    assert_eq!(ledger.histories().await.unwrap(), []);
    // To be made anew is not to be new: whoever asks for it by name is told what it was.
    let gone = ledger.history(&main).await.unwrap().unwrap();
    assert_eq!(gone.first_seen_at, at(100));
    assert_eq!(ledger.history(&asset("never")).await.unwrap(), None);
    assert_eq!(ledger.see_asset(&main, at(400)).await.unwrap(), at(100));
    let history = ledger.history(&main).await.unwrap().unwrap();
    assert_eq!(history.first_seen_at, at(100));
    assert_eq!(ledger.histories().await.unwrap(), [(main, history)]);
}

#[rstest]
#[tokio::test]
async fn a_suspension_lasts_until_it_is_lifted(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let (main, other) = (asset("main"), asset("other"));
    for asset in [&main, &other] {
        ledger.see_asset(asset, at(0)).await.unwrap();
    }
    for since in [Some(at(50)), None] {
        ledger.set_suspended(&main, since).await.unwrap();
        let suspended = ledger.histories().await.unwrap();
        let suspended = suspended.iter().map(|(id, one)| (id, one.suspended_since));
        assert_eq!(
            suspended.collect::<Vec<_>>(),
            [(&main, since), (&other, None)]
        );
    }
}

#[rstest]
#[tokio::test]
async fn the_same_name_in_two_clusters_is_two_assets(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let east = "east:Prometheus/monitoring/main".parse().unwrap();
    ledger.see_asset(&asset("main"), at(1)).await.unwrap();
    ledger.see_asset(&east, at(2)).await.unwrap();
    assert_eq!(ledger.histories().await.unwrap().len(), 2);
    assert_eq!(
        ledger.history(&east).await.unwrap().unwrap().first_seen_at,
        at(2)
    );
}
