//! Since when things are covered: remembered, changed, forgotten, however many they are.

use lifeboat_core::{
    CoverageChanges, CoverageKind, CoverageStatus, CoverageSubject, KnownCoverage,
};
use lifeboat_ledger::Ledger;
use rstest::rstest;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, at};

fn claim(cluster: Option<&str>, name: &str) -> CoverageSubject {
    CoverageSubject {
        cluster: cluster.map(str::to_owned),
        kind: CoverageKind::PersistentVolumeClaim,
        namespace: "shop".to_owned(),
        name: name.to_owned(),
    }
}

fn known(status: CoverageStatus, since: i64) -> KnownCoverage {
    KnownCoverage {
        status,
        since: at(since),
    }
}

async fn remembered(ledger: &Ledger) -> Vec<(CoverageSubject, KnownCoverage)> {
    let mut remembered = ledger.coverage().await.unwrap();
    remembered.sort_by(|left, right| left.0.cmp(&right.0));
    remembered
}

#[rstest]
#[tokio::test]
async fn what_is_covered_is_remembered_until_it_is_gone(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let (here, east) = (claim(None, "data"), claim(Some("east"), "data"));
    let first = CoverageChanges {
        known: vec![
            (here.clone(), known(CoverageStatus::Uncovered, 100)),
            (east.clone(), known(CoverageStatus::Covered, 200)),
        ],
        gone: Vec::new(),
    };
    ledger.save_coverage(&first).await.unwrap();
    // What was written and not heard of is written again.
    ledger.save_coverage(&first).await.unwrap();
    assert_eq!(remembered(&ledger).await, first.known);

    let second = CoverageChanges {
        known: vec![(here.clone(), known(CoverageStatus::Excused, 300))],
        gone: vec![east, claim(None, "never")],
    };
    ledger.save_coverage(&second).await.unwrap();
    drop(ledger);
    let ledger = home.open().await;
    assert_eq!(remembered(&ledger).await, second.known);
}

#[rstest]
#[tokio::test]
async fn a_cluster_that_gets_a_name_keeps_its_memory(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let changes = CoverageChanges {
        known: vec![
            (claim(None, "data"), known(CoverageStatus::Uncovered, 100)),
            (claim(None, "files"), known(CoverageStatus::Covered, 200)),
            (
                claim(Some("east"), "files"),
                known(CoverageStatus::Covered, 300),
            ),
        ],
        gone: Vec::new(),
    };
    ledger.save_coverage(&changes).await.unwrap();
    for _ in 0..2 {
        ledger.name_coverage("east").await.unwrap();
        let expected = [
            (
                claim(Some("east"), "data"),
                known(CoverageStatus::Uncovered, 100),
            ),
            (
                claim(Some("east"), "files"),
                known(CoverageStatus::Covered, 300),
            ),
        ];
        assert_eq!(remembered(&ledger).await, expected);
    }
}

#[rstest]
#[tokio::test]
async fn all_of_a_large_cluster_is_remembered_and_forgotten_at_once(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let subjects: Vec<_> = (0..2_345)
        .map(|number| claim(None, &format!("data-{number:05}")))
        .collect();
    let with = |subject: &CoverageSubject| (subject.clone(), known(CoverageStatus::Covered, 1));
    let all = CoverageChanges {
        known: subjects.iter().map(with).collect(),
        gone: Vec::new(),
    };
    ledger.save_coverage(&all).await.unwrap();
    assert_eq!(remembered(&ledger).await, all.known);
    let gone = CoverageChanges {
        known: Vec::new(),
        gone: subjects[1..].to_vec(),
    };
    ledger.save_coverage(&gone).await.unwrap();
    assert_eq!(remembered(&ledger).await, all.known[..1]);
}
