//! Service levels: kept over restarts and changes of the leader, and gone with their asset.

use jiff::SignedDuration;
use lifeboat_core::slo::{FreshLook, ServiceLevels, Window};
use lifeboat_core::{
    ArchiverReading, Archiving, AssetHistory, Facts, Observation, ObservedPoints, Status,
};
use lifeboat_ledger::{Ledger, News};
use rstest::rstest;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, asset, at};

const HOUR: i64 = 3_600;

/// An asset that was outside its promise from the first hour to the second, and whose archiver was read.
fn levels(archived: u64, failed: u64, hour: i64) -> ServiceLevels {
    let mut history = AssetHistory::new(at(0));
    for (hour, archived, failed) in [(0, 0, 0), (hour, archived, failed)] {
        let reading = ArchiverReading {
            instance: "db-1".to_owned(),
            at: at(hour * HOUR),
            archived: Some(archived),
            failed: Some(failed),
            failed_lately: 0,
            window: SignedDuration::from_mins(5),
            last_archived_at: None,
            last_failed_at: None,
            waiting_files: None,
        };
        let observation = Observation {
            facts: Facts {
                archiving: Some(
                    Archiving {
                        condition: None,
                        reading: Some(Ok(reading)),
                    }
                    .into(),
                ),
                ..Facts::default()
            },
            points: ObservedPoints::Evident(Vec::new()),
            ..Observation::default()
        };
        history.observe(&observation, at(hour * HOUR));
    }
    for (hour, status) in [(0, Status::Ok), (1, Status::Failing), (2, Status::Ok)] {
        let known = history.service_levels.as_deref();
        if let Some(after) = ServiceLevels::after(known, &look(hour, status)) {
            history.service_levels = Some(Box::new(after));
        }
    }
    *history.service_levels.unwrap()
}

fn look(hour: i64, status: Status) -> FreshLook<'static> {
    FreshLook {
        status,
        since: at(hour * HOUR),
        points: &[],
        maximum_age: SignedDuration::from_hours(36),
        is_complete: true,
        now: at(hour * HOUR),
    }
}

async fn write(ledger: &Ledger, name: &str, levels: &ServiceLevels) {
    let news = [News::ServiceLevels(&asset(name), levels)];
    ledger.write_news(&news).await.unwrap();
}

async fn remembered(ledger: &Ledger, name: &str) -> Option<ServiceLevels> {
    let one = ledger.history(&asset(name)).await.unwrap();
    let all = ledger.histories().await.unwrap();
    let all = all.into_iter().find(|(id, _)| id == &asset(name));
    let levels = one.and_then(|history| history.service_levels);
    assert_eq!(levels, all.and_then(|(_, history)| history.service_levels));
    levels.map(|levels| *levels)
}

#[rstest]
#[tokio::test]
async fn what_was_kept_is_remembered_by_whoever_leads_next(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    for name in ["db", "other"] {
        ledger.see_asset(&asset(name), at(0)).await.unwrap();
    }
    assert_eq!(remembered(&ledger, "db").await, None);
    let (first, second) = (levels(10, 1, 1), levels(20, 5, 2));
    write(&ledger, "db", &first).await;
    assert_eq!(remembered(&ledger, "db").await, Some(first));
    // What was written and not heard of is written again.
    for _ in 0..2 {
        write(&ledger, "db", &second).await;
    }
    drop(ledger);

    let ledger = home.open().await;
    let known = remembered(&ledger, "db").await.unwrap();
    assert_eq!(known, second);
    assert_eq!(remembered(&ledger, "other").await, None);
    let time = known.fresh_time.as_ref().unwrap();
    let judged = time.judge(&look(3, Status::Ok));
    assert_eq!(
        (judged.counted.as_hours(), judged.outside.as_hours()),
        (3, 1)
    );
    let events = known.archiver.as_ref().unwrap();
    let within = events.within(Window::Month, at(2 * HOUR));
    assert_eq!((within.good, within.bad), (20, 5));
}

#[rstest]
#[tokio::test]
async fn service_levels_go_with_their_asset_and_get_its_new_name(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    for name in ["gone", "renamed"] {
        ledger.see_asset(&asset(name), at(0)).await.unwrap();
        write(&ledger, name, &levels(10, 1, 1)).await;
    }
    ledger.asset_gone(&asset("gone"), at(10)).await.unwrap();
    assert_eq!(ledger.forget(at(20)).await.unwrap().assets, 1);
    assert_eq!(ledger.history(&asset("gone")).await.unwrap(), None);

    let renamed = [asset("renamed")];
    ledger.name_cluster(&renamed, "east").await.unwrap();
    let named = "east:Prometheus/monitoring/renamed".parse().unwrap();
    let history = ledger.history(&named).await.unwrap().unwrap();
    assert_eq!(history.service_levels, Some(Box::new(levels(10, 1, 1))));
}
