//! What two sources declare: the first holds, the other is told, and takes its place when it goes.
#![expect(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{NotificationSettings, Router};
use lifeboat_controller::operations::{Finding, OperationError, Operator, Order};
use lifeboat_controller::{
    AssetSpec, Care, Controller, ControllerSettings, Declared, Mandate, Operated, Source, View,
};
use lifeboat_core::{AssetId, AssetKind, ObjectiveOverrides, RecoveryPoint};
use lifeboat_ledger::Ledger;
use tokio_util::sync::CancellationToken;

/// Declares what a test tells it to.
struct Told {
    name: &'static str,
    changes: Arc<Mutex<Option<Declared>>>,
}

impl Source for Told {
    fn name(&self) -> &'static str {
        self.name
    }

    fn changes(&mut self, _now: Timestamp) -> Result<Option<Declared>, String> {
        Ok(self.changes.lock().unwrap().take())
    }
}

/// Has nothing to do, since nothing is planned.
struct Idle;

#[async_trait(?Send)]
impl Operator for Idle {
    async fn carry_out(&self, order: Order<'_>) -> Result<Finding, OperationError> {
        unreachable!("{} is not planned", order.operation)
    }

    async fn inventory(&self, _: bool) -> Result<Vec<RecoveryPoint>, OperationError> {
        Ok(Vec::new())
    }
}

fn id() -> AssetId {
    "Prometheus/monitoring/main".parse().unwrap()
}

/// The same asset, kept in this place; all that the source has.
fn all(place: Option<&str>) -> Declared {
    let spec = |place: &str| AssetSpec {
        id: id(),
        labels: BTreeMap::new(),
        own: ObjectiveOverrides::default(),
        suspended: false,
        care: Care::Operated(Operated {
            immediate: false,
            plans: BTreeMap::new(),
            operator: Arc::new(Idle),
        }),
        places: BTreeMap::from([("repository", place.to_owned())]),
    };
    Declared {
        assets: place.map(spec).into_iter().collect(),
        complete: BTreeSet::from(AssetKind::ALL),
        ..Declared::default()
    }
}

/// The repository of the asset that holds, and what is told.
fn told(view: &View) -> (Option<String>, Vec<&'static str>) {
    let asset = view.asset(&id());
    let place = asset.and_then(|asset| asset.places.get("repository").cloned());
    (place, view.findings.iter().map(|one| one.code).collect())
}

#[tokio::test]
async fn the_first_source_holds_and_the_other_takes_its_place_when_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let location = folder.path().join("ledger.db").display().to_string();
    let ledger = Ledger::open(&location.parse().unwrap()).await.unwrap();
    let interval = SignedDuration::from_millis(10);
    let router = Router::new(&NotificationSettings::default(), interval).unwrap();
    let settings = ControllerSettings {
        evaluation_interval: interval,
        reload_interval: interval,
        maximum_runs: 2,
        shutdown_grace: Duration::from_secs(1),
        history_retention: SignedDuration::from_hours(24),
        requests: Arc::default(),
        mandate: Mandate::default(),
    };
    let [first, second] =
        ["first", "second"].map(|place| Arc::new(Mutex::new(Some(all(Some(place))))));
    let source = |name, changes: &Arc<Mutex<_>>| -> Box<dyn Source> {
        let changes = Arc::clone(changes);
        Box::new(Told { name, changes })
    };
    let sources = vec![source("the folder", &first), source("the cluster", &second)];
    let clock = Arc::new(Timestamp::now);
    let started = Controller::start(settings, sources, ledger, router, clock).await;
    let (controller, mut handle) = started.unwrap();
    let stop = CancellationToken::new();
    let place = |place: &str| Some(place.to_owned());

    assert_eq!(
        told(&handle.view()),
        (place("first"), vec!["declared_twice"])
    );
    let drive = async {
        // That the second goes takes nothing from the first.
        for (source, declared, expected) in [
            (&second, all(None), (place("first"), vec![])),
            (
                &second,
                all(Some("second")),
                (place("first"), vec!["declared_twice"]),
            ),
            (&first, all(None), (place("second"), vec![])),
            (&second, all(None), (None, vec![])),
        ] {
            *source.lock().unwrap() = Some(declared);
            while told(&handle.view()) != expected {
                handle.changed().await;
            }
        }
        stop.cancel();
    };
    tokio::join!(controller.run(stop.clone()), drive);
}
