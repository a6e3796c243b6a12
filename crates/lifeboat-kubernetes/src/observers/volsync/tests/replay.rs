//! Replay: objects come and go, and at each moment there are verdicts on an asset.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_controller::{AssetSpec, Care};
use lifeboat_core::{
    AssetHistory, AssetId, Check, Observation, ObservedPoints, Operation, Outcome, RecoveryPoint,
    Status,
    assess::{Assessment, Asset, assess_asset},
};
use serde_json::Value;

use crate::{
    event::Event,
    objects::{Kind, ObjectKey, ObjectRef, batch, volsync},
    observers::{
        Observer, Sight,
        decoded::decoded,
        volsync::{KopiaMaintenanceObserver, ReplicationObserver},
    },
    world::World,
};

/// A world through time, and what is remembered of its assets.
pub(super) struct Replay {
    pub(super) world: World,
    histories: BTreeMap<AssetId, AssetHistory>,
}

/// What is seen and said of an asset at a moment.
pub(super) struct Seen {
    pub(super) spec: AssetSpec,
    pub(super) observation: Observation,
    pub(super) assessment: Assessment,
    pub(super) history: AssetHistory,
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id(text: &str) -> AssetId {
    text.parse().unwrap()
}

impl Replay {
    pub(super) fn of(objects: impl IntoIterator<Item = Value>) -> Self {
        let mut replay = Self {
            world: World::new([]),
            histories: BTreeMap::new(),
        };
        for object in objects {
            replay.apply(object);
        }
        replay
    }

    pub(super) fn apply(&mut self, object: Value) {
        let object = match object["kind"].as_str().unwrap() {
            "ReplicationSource" => decoded::<volsync::ReplicationSource>(object),
            "ReplicationDestination" => decoded::<volsync::ReplicationDestination>(object),
            "KopiaMaintenance" => decoded::<volsync::KopiaMaintenance>(object),
            "CronJob" => decoded::<batch::CronJob>(object),
            "Job" => decoded::<batch::Job>(object),
            other => panic!("no objects of kind {other} here"),
        };
        self.world.apply(Event::Applied(object));
    }

    pub(super) fn delete(&mut self, kind: Kind, namespace: &str, name: &str) {
        let key = ObjectKey::new(namespace, name);
        self.world.apply(Event::Deleted(ObjectRef { kind, key }));
    }

    fn sight(&self, now: Timestamp) -> Sight<'_> {
        Sight {
            world: &self.world,
            readings: None,
            policies: &[],
            now,
        }
    }

    /// Every asset of both observers.
    pub(super) fn assets(&self) -> Vec<String> {
        let sight = self.sight(Timestamp::UNIX_EPOCH);
        let mut assets = ReplicationObserver.assets(&sight);
        assets.extend(KopiaMaintenanceObserver.assets(&sight));
        assets.iter().map(AssetId::to_string).collect()
    }

    pub(super) fn concerned(&self, kind: Kind, namespace: &str, name: &str) -> Vec<String> {
        let key = ObjectKey::new(namespace, name);
        let (sight, object) = (self.sight(Timestamp::UNIX_EPOCH), ObjectRef { kind, key });
        let mut concerned = ReplicationObserver.concerned(&sight, &object);
        concerned.extend(KopiaMaintenanceObserver.concerned(&sight, &object));
        concerned.iter().map(AssetId::to_string).collect()
    }

    pub(super) fn arrangement(&self) -> u64 {
        let sight = self.sight(Timestamp::UNIX_EPOCH);
        KopiaMaintenanceObserver.arrangement(&sight).unwrap().1
    }

    /// The codes of what concerns no asset.
    pub(super) fn fleet_findings(&self) -> Vec<&'static str> {
        let findings = KopiaMaintenanceObserver.findings(&self.sight(Timestamp::UNIX_EPOCH));
        findings.iter().map(|finding| finding.code).collect()
    }

    pub(super) fn find(&self, asset: &str, moment: &str) -> Option<AssetSpec> {
        let (sight, id) = (self.sight(at(moment)), id(asset));
        let replication = ReplicationObserver.observe(&sight, &id);
        replication.or_else(|| KopiaMaintenanceObserver.observe(&sight, &id))
    }

    /// Looks, remembers, and judges.
    pub(super) fn look(&mut self, asset: &str, moment: &str) -> Seen {
        let now = at(moment);
        let spec = self.find(asset, moment).unwrap();
        let Care::Observed(observation) = &spec.care else {
            panic!("{asset} is observed");
        };
        let observation = observation.as_ref().clone();
        let history = self
            .histories
            .entry(id(asset))
            .or_insert_with(|| AssetHistory::new(now));
        history.observe(&observation, now);
        // To see the same twice changes nothing.
        let before = history.clone();
        history.observe(&observation, now);
        assert_eq!(*history, before);
        let assessed = Asset {
            id: spec.id.clone(),
            labels: spec.labels.clone(),
            own: spec.own.boxed(),
            suspended: spec.suspended,
            planned: BTreeMap::new(),
            history: before.clone(),
            facts: Some(Box::new(observation.facts.clone())),
            blind: None,
        };
        Seen {
            spec,
            observation,
            assessment: assess_asset(&assessed, &[], now),
            history: before,
        }
    }

    /// Lifeboat starts anew: what it counted stays, as the ledger keeps it.
    pub(super) fn restart(&mut self) {
        for history in self.histories.values_mut() {
            for operation in history.operations.values_mut() {
                let text = serde_json::to_string(operation).unwrap();
                *operation = serde_json::from_str(&text).unwrap();
            }
            let text = serde_json::to_string(&history.upkeep).unwrap();
            history.upkeep = serde_json::from_str(&text).unwrap();
        }
    }
}

impl Seen {
    pub(super) fn status(&self, check: Check) -> Status {
        let verdict = self.assessment.verdict(check);
        verdict
            .unwrap_or_else(|| panic!("no verdict on {check}"))
            .status
    }

    pub(super) fn evidence(&self, check: Check) -> String {
        self.assessment.verdict(check).unwrap().evidence.to_string()
    }

    /// The checks that are failing or unknown.
    pub(super) fn troubles(&self) -> Vec<String> {
        let verdicts = self.assessment.verdicts.iter();
        verdicts
            .filter(|verdict| matches!(verdict.status, Status::Failing | Status::Unknown))
            .map(|verdict| {
                let status = match verdict.status {
                    Status::Failing => "failing",
                    _ => "unknown",
                };
                format!("{} {status}", verdict.check)
            })
            .collect()
    }

    pub(super) fn codes(&self) -> Vec<&'static str> {
        let findings = self.observation.facts.findings.iter();
        findings.map(|finding| finding.code).collect()
    }

    pub(super) fn points(&self) -> &[RecoveryPoint] {
        match &self.observation.points {
            ObservedPoints::Present(points) | ObservedPoints::Evident(points) => points,
        }
    }

    /// How many runs of an operation are remembered to have ended so.
    pub(super) fn counted(&self, operation: Operation, outcome: Outcome) -> u64 {
        let history = self.history.operation(operation);
        let runs = history.map(|history| &history.totals.runs);
        runs.and_then(|runs| runs.get(&outcome))
            .copied()
            .unwrap_or(0)
    }

    pub(super) fn place(&self, name: &str) -> &str {
        self.spec.places.get(name).map_or("", String::as_str)
    }
}
