//! Recovery points: found, changed, vanished, and found again.

use lifeboat_core::{
    AssetHistory, DefinitionChanges, Integrity, Loss, PointVerification, RepositorySizes,
    SizeReading, Upkeep,
};
use lifeboat_ledger::KnownPoint;
use rstest::rstest;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, asset, at, point};

#[rstest]
#[tokio::test]
async fn what_is_no_longer_found_has_vanished_and_is_kept(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let main = asset("main");
    let mut history = AssetHistory::new(ledger.see_asset(&main, at(0)).await.unwrap());
    let mut damaged = point("b", 20);
    damaged.integrity = Integrity::Damaged("chunks/000001: a bit flipped".to_owned());
    damaged.pinned = true;
    history.take_inventory(at(100), Ok(vec![damaged.clone(), point("a", 10)]));
    ledger.put_inventory(&main, &history).await.unwrap();
    assert_eq!(ledger.history(&main).await.unwrap(), Some(history.clone()));

    let mut verified = damaged;
    verified.verification = Some(
        PointVerification {
            at: at(150),
            level: "deep".to_owned(),
            good: false,
        }
        .into(),
    );
    history.take_inventory(at(200), Ok(vec![verified.clone()]));
    ledger.put_inventory(&main, &history).await.unwrap();
    let present = KnownPoint {
        point: verified,
        vanished_at: None,
    };
    let vanished = KnownPoint {
        point: point("a", 10),
        vanished_at: Some(at(200)),
    };
    assert_eq!(
        ledger.recovery_points(&main, false).await.unwrap(),
        std::slice::from_ref(&present)
    );
    assert_eq!(
        ledger.recovery_points(&main, true).await.unwrap(),
        [vanished, present]
    );
    let loaded = ledger.history(&main).await.unwrap().unwrap();
    assert_eq!(loaded, history);
    assert_eq!(loaded.first_recovery_point_at, Some(at(10)));

    history.take_inventory(at(300), Ok(vec![point("a", 10)]));
    ledger.put_inventory(&main, &history).await.unwrap();
    assert_eq!(ledger.history(&main).await.unwrap(), Some(history));
}

#[rstest]
#[tokio::test]
async fn a_loss_and_the_upkeep_are_remembered_and_a_size_may_be_unknown(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let main = asset("main");
    let mut history = AssetHistory::new(ledger.see_asset(&main, at(0)).await.unwrap());
    let mut of_others = point("a", 10);
    of_others.bytes = None;
    history.take_inventory(at(100), Ok(vec![of_others]));
    history.loss = Some(Loss {
        at: at(90),
        points: 2,
        newest: "b".to_owned(),
        newest_taken_at: at(20),
    });
    history.upkeep = Some(Box::new(Upkeep {
        last_succeeded_at: Some(at(80)),
        changes: DefinitionChanges {
            updated: 3,
            recent: vec![at(70)],
            ..DefinitionChanges::default()
        },
        was_standby: true,
        sizes: Some(Box::new(RepositorySizes {
            unique_id: "b3f1".to_owned(),
            readings: vec![SizeReading {
                at: at(60),
                bytes: 5,
            }],
        })),
    }));
    ledger.put_inventory(&main, &history).await.unwrap();
    assert_eq!(ledger.history(&main).await.unwrap(), Some(history.clone()));
    assert_eq!(ledger.histories().await.unwrap(), [(main, history)]);
}

#[rstest]
#[tokio::test]
async fn a_failed_look_changes_nothing_but_its_own_record(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let main = asset("main");
    let mut history = AssetHistory::new(ledger.see_asset(&main, at(0)).await.unwrap());
    ledger.put_inventory(&main, &history).await.unwrap();
    assert_eq!(
        ledger.history(&main).await.unwrap().unwrap().inventory,
        None
    );
    history.take_inventory(at(100), Ok(vec![point("a", 10)]));
    ledger.put_inventory(&main, &history).await.unwrap();
    history.take_inventory(at(200), Err("the store is away".to_owned()));
    ledger.put_inventory(&main, &history).await.unwrap();
    let loaded = ledger.history(&main).await.unwrap().unwrap();
    assert_eq!(loaded.recovery_points.len(), 1);
    assert_eq!(loaded, history);
}
