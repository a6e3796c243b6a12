//! What the ledger remembers stays in the view until the source has said all of its kind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{NotificationSettings, Router};
use lifeboat_controller::{Controller, ControllerSettings, Declared, Mandate, Source};
use lifeboat_core::{AssetId, AssetKind, Status, assess::Blind};
use lifeboat_ledger::Ledger;

/// Has listed all operators, of which there are none, and can't list what a cluster needs.
struct HalfSeen {
    declared: Option<Declared>,
    since: Timestamp,
}

impl Source for HalfSeen {
    fn name(&self) -> &'static str {
        "the cluster"
    }

    fn changes(&mut self, _now: Timestamp) -> Result<Option<Declared>, String> {
        Ok(self.declared.take())
    }

    fn blind(&self) -> BTreeMap<AssetKind, Blind> {
        let blind = Blind {
            since: self.since,
            error: "backups.postgresql.cnpg.io is forbidden".to_owned(),
        };
        BTreeMap::from([(AssetKind::CnpgCluster, blind)])
    }
}

fn settings(interval: SignedDuration) -> ControllerSettings {
    ControllerSettings {
        evaluation_interval: interval,
        reload_interval: interval,
        maximum_runs: 2,
        shutdown_grace: Duration::from_secs(1),
        history_retention: SignedDuration::from_hours(24),
        requests: Arc::default(),
        mandate: Mandate::default(),
    }
}

#[tokio::test]
async fn story_38_a_cluster_is_not_gone_because_all_operators_have_been_seen() {
    let folder = tempfile::tempdir().unwrap();
    let location = folder.path().join("ledger.db").display().to_string();
    let ledger = Ledger::open(&location.parse().unwrap()).await.unwrap();
    let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let [cluster, operator] = ["CNPGCluster/shop/db", "Operator/cnpg-system/cnpg"];
    for id in [cluster, operator] {
        let id: AssetId = id.parse().unwrap();
        ledger.see_asset(&id, now).await.unwrap();
    }
    let source = HalfSeen {
        declared: Some(Declared {
            complete: BTreeSet::from([AssetKind::Operator]),
            ..Declared::default()
        }),
        since: now,
    };
    let interval = SignedDuration::from_secs(15);
    let router = Router::new(&NotificationSettings::default(), interval).unwrap();
    let clock = Arc::new(move || now);
    let sources: Vec<Box<dyn Source>> = vec![Box::new(source)];
    let started = Controller::start(settings(interval), sources, ledger, router, clock).await;
    let (_controller, handle) = started.unwrap();

    let view = handle.view();
    let assets = view.assets.iter().map(|asset| asset.asset.id.to_string());
    assert_eq!(assets.collect::<Vec<_>>(), [cluster]);
    assert_eq!(view.assets[0].assessment.status, Status::Unknown);
    let blind = view.assets[0].asset.blind.as_ref().unwrap();
    assert!(blind.error.contains("forbidden"));
}
