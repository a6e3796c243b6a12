//! Whatever happens, in whatever order: what is loaded equals what was folded in memory.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_core::{
    AssetHistory, AssetId, Integrity, Operation, Outcome, PointVerification, RecoveryPoint, Run,
    RunEnd, RunId, RunTrigger,
};
use lifeboat_ledger::{Ledger, RunFilter};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use rstest::rstest;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, asset, at};

#[derive(Debug, Clone)]
enum Event {
    Begin(Operation, RunTrigger),
    End(Operation, RunEnd),
    Inventory(Result<Vec<RecoveryPoint>, String>),
    Suspend(Option<Timestamp>),
}

/// From the year 1653 to 2286, to the microsecond.
fn moments() -> impl Strategy<Value = Timestamp> {
    (-10_000_000_000_000_000_i64..10_000_000_000_000_000)
        .prop_map(|moment| Timestamp::from_microsecond(moment).unwrap())
}

/// Any text but NUL, which PostgreSQL doesn't store.
fn texts() -> impl Strategy<Value = String> {
    "[^\\x00]{0,12}"
}

fn ends() -> impl Strategy<Value = RunEnd> {
    let text = || proptest::option::of(texts());
    let slice = proptest::option::of((0..3_u32, 3..5_u32));
    let outcome = proptest::sample::select(&Outcome::ALL[..]);
    let bytes = proptest::option::of(any::<u64>());
    (
        moments(),
        outcome,
        bytes,
        (text(), text(), text(), text()),
        slice,
        any::<bool>(),
    )
        .prop_map(|(at, outcome, bytes, texts, slice, retryable)| RunEnd {
            at,
            outcome,
            bytes,
            summary: texts.0,
            error: texts.1,
            hint: texts.2,
            recovery_point: texts.3,
            slice,
            retryable,
        })
}

fn points() -> impl Strategy<Value = Vec<RecoveryPoint>> {
    let verification = (moments(), texts(), any::<bool>())
        .prop_map(|(at, level, good)| Box::new(PointVerification { at, level, good }));
    let integrity = prop_oneof![Just(Integrity::Whole), texts().prop_map(Integrity::Damaged)];
    let details = (
        0..3_i64,
        proptest::option::of(any::<u64>()),
        integrity,
        proptest::option::of(verification),
        any::<bool>(),
    );
    proptest::collection::btree_map("[a-dé]", details, 0..4).prop_map(|points| {
        let point = |(name, (second, bytes, integrity, verification, pinned))| RecoveryPoint {
            name,
            taken_at: at(second),
            bytes,
            integrity,
            verification,
            pinned,
        };
        points.into_iter().map(point).collect()
    })
}

fn events() -> impl Strategy<Value = Vec<(bool, Event)>> {
    let operation = || proptest::sample::select(&Operation::ALL[..]);
    let event = prop_oneof![
        3 => (operation(), proptest::sample::select(&RunTrigger::ALL[..]))
            .prop_map(|(operation, trigger)| Event::Begin(operation, trigger)),
        3 => (operation(), ends()).prop_map(|(operation, end)| Event::End(operation, end)),
        2 => proptest::result::maybe_ok(points(), texts()).prop_map(Event::Inventory),
        1 => proptest::option::of(moments()).prop_map(Event::Suspend),
    ];
    proptest::collection::vec((any::<bool>(), event), 0..25)
}

/// What a controller keeps in memory beside its ledger.
struct Controller {
    ledger: Ledger,
    histories: BTreeMap<AssetId, AssetHistory>,
    runs: BTreeMap<String, Run>,
}

impl Controller {
    async fn new(ledger: Ledger) -> Self {
        let mut histories = BTreeMap::new();
        for asset in [asset("main"), asset("other")] {
            let first_seen_at = ledger.see_asset(&asset, at(1)).await.unwrap();
            histories.insert(asset, AssetHistory::new(first_seen_at));
        }
        Self {
            ledger,
            histories,
            runs: BTreeMap::new(),
        }
    }

    async fn apply(&mut self, number: usize, asset: &AssetId, event: Event) {
        let history = self.histories.get_mut(asset).unwrap();
        match event {
            Event::Begin(operation, trigger) => {
                let run = begun(number, asset, operation, trigger);
                let folded = history.record(&run);
                self.ledger.begin_run(&run, folded).await.unwrap();
                self.runs.insert(run.id.0.clone(), run);
            }
            Event::End(operation, end) => {
                let running = history
                    .operation(operation)
                    .and_then(|one| one.running.as_deref().cloned());
                let run = Run {
                    end: Some(end),
                    ..running.unwrap_or_else(|| begun(number, asset, operation, RunTrigger::Manual))
                };
                let folded = history.record(&run);
                self.ledger.end_run(&run, folded).await.unwrap();
                self.runs.insert(run.id.0.clone(), run);
            }
            Event::Inventory(found) => {
                let number = i64::try_from(number).unwrap();
                history.take_inventory(at(number), found);
                self.ledger.put_inventory(asset, history).await.unwrap();
            }
            Event::Suspend(since) => {
                history.suspended_since = since;
                self.ledger.set_suspended(asset, since).await.unwrap();
            }
        }
    }
}

fn begun(number: usize, asset: &AssetId, operation: Operation, trigger: RunTrigger) -> Run {
    let started_at = at(i64::try_from(number).unwrap());
    Run {
        id: RunId(format!("{number:03}")),
        asset: asset.clone(),
        operation,
        trigger,
        scheduled_for: (trigger == RunTrigger::Schedule).then_some(started_at),
        attempt: 1,
        started_at,
        end: None,
    }
}

async fn check(kind: Kind, events: Vec<(bool, Event)>) -> Result<(), TestCaseError> {
    let home = Home::new(kind).await;
    let mut controller = Controller::new(home.open().await).await;
    for (number, (other, event)) in events.into_iter().enumerate() {
        let asset = asset(if other { "other" } else { "main" });
        controller.apply(number, &asset, event).await;
    }
    controller.ledger.close().await;
    let ledger = home.open().await;
    let loaded: BTreeMap<_, _> = ledger.histories().await.unwrap().into_iter().collect();
    prop_assert_eq!(&loaded, &controller.histories);
    for (asset, history) in &loaded {
        let one = ledger.history(asset).await.unwrap();
        prop_assert_eq!(one.as_ref(), Some(history));
    }
    let all = RunFilter {
        limit: u32::MAX,
        ..RunFilter::default()
    };
    let runs: Vec<_> = controller.runs.into_values().rev().collect();
    prop_assert_eq!(ledger.runs(&all).await.unwrap(), runs);
    Ok(())
}

#[rstest]
fn what_is_loaded_equals_what_was_folded(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // One server for all cases.
    let _home = runtime.block_on(Home::new(kind));
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&events(), |events| runtime.block_on(check(kind, events)))
        .unwrap();
}
