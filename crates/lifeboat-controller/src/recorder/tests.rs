//! Many records at once: one transaction, unless it fails.

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_core::{
    AssetHistory, AssetId, Observation, ObservedPoints, Operation, Outcome, RecoveryPoint, Run,
    RunEnd, RunId, RunTrigger, assess::Asset,
};
use lifeboat_ledger::{Ledger, RunFilter};
use tokio::sync::mpsc;

use super::{Record, Recorder, record::together};
use crate::mandate::Mandate;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn cluster(name: &str) -> AssetId {
    format!("CNPGCluster/shop/{name}").parse().unwrap()
}

/// What a cluster with some backups comes to at first sight.
fn at_first_sight(name: &str, backups: i64) -> [Record; 2] {
    let id = cluster(name);
    let run = |number: i64| Run {
        id: RunId(format!("Backup/{name}-{number}/uid")),
        asset: id.clone(),
        operation: Operation::Backup,
        trigger: RunTrigger::Schedule,
        scheduled_for: None,
        attempt: 1,
        started_at: at(number * 100),
        end: Some(RunEnd::plain(at(number * 100 + 10), Outcome::Succeeded)),
    };
    let point =
        |number: i64| RecoveryPoint::of_others(format!("{name}-{number}"), at(number * 100 + 10));
    let observation = Observation {
        runs: (0..backups).map(run).collect(),
        points: ObservedPoints::Present((0..backups).map(point).collect()),
        ..Observation::default()
    };
    let mut history = AssetHistory::new(at(0));
    let observed = history.observe(&observation, at(10_000));
    let asset = Asset {
        id: id.clone(),
        history,
        ..crate::fleet::Managed::remembered(id.clone(), AssetHistory::new(at(0)), 0)
            .asset
            .as_ref()
            .clone()
    };
    [
        Record::Seen(id, at(0)),
        Record::Observed(Arc::new(asset), observed),
    ]
}

/// A ledger in a file, and a recorder that writes to it.
async fn recorder(folder: &tempfile::TempDir) -> (Arc<Ledger>, Recorder) {
    let file = folder.path().join("ledger.db").display().to_string();
    let ledger = Arc::new(Ledger::open(&file.parse().unwrap()).await.unwrap());
    let (inbox, _) = mpsc::unbounded_channel();
    let recorder = Recorder::start(Arc::clone(&ledger), inbox, Mandate::default());
    (ledger, recorder)
}

async fn runs_of(ledger: &Ledger, asset: &AssetId) -> usize {
    let filter = RunFilter {
        asset: Some(asset.clone()),
        limit: u32::MAX,
        ..RunFilter::default()
    };
    ledger.runs(&filter).await.unwrap().len()
}

#[tokio::test]
async fn what_is_seen_at_first_sight_is_written_with_all_its_runs_and_points() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, recorder) = recorder(&folder).await;
    for number in 0..100 {
        for record in at_first_sight(&format!("db-{number}"), 20) {
            recorder.record(record);
        }
    }
    recorder.flush().await;
    // The flush itself is counted until it is answered.
    assert!(recorder.health().waiting <= 1);
    let known = ledger.histories().await.unwrap();
    assert_eq!(known.len(), 100);
    for (asset, history) in known {
        assert_eq!(history.recovery_points.len(), 20, "{asset}");
        let backups = history.operation(Operation::Backup).unwrap();
        assert_eq!(backups.counted.len(), 20, "{asset}");
        assert_eq!(runs_of(&ledger, &asset).await, 20, "{asset}");
    }
}

#[tokio::test]
async fn what_cannot_be_written_does_not_hold_up_what_came_before() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, recorder) = recorder(&folder).await;
    let [_, unseen] = at_first_sight("never-seen", 1);
    for record in at_first_sight("seen", 3).into_iter().chain([unseen]) {
        recorder.record(record);
    }
    while runs_of(&ledger, &cluster("seen")).await < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(runs_of(&ledger, &cluster("never-seen")).await, 0);
}

#[test]
fn so_many_records_are_written_together_that_a_transaction_stays_short() {
    let many: Vec<Record> = (0..100)
        .flat_map(|number| at_first_sight(&format!("db-{number}"), 20))
        .collect();
    let first = together(&many);
    assert!(first > 1 && first < many.len(), "{first}");
    // One that is large by itself is written all the same.
    assert_eq!(together(&at_first_sight("large", 2000)[1..]), 1);
    let alone = [Record::Forget(at(0)), Record::Gone(cluster("a"), at(0))];
    assert_eq!(together(&alone), 1);
    assert_eq!(together(&alone[1..]), 1);
}
