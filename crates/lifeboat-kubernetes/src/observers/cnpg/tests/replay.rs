//! Replay: objects and readings come and go, and at each moment there are verdicts.

use jiff::Timestamp;
use lifeboat_controller::{AssetSpec, Care};
use lifeboat_core::{
    AssetHistory, AssetId, Check, Finding, Observation, Status,
    assess::{Assessment, Asset, assess_asset},
};
use serde_json::Value;

use crate::{
    event::Event,
    instance_exporter::{InstanceMetrics, InstanceReading, Readings},
    objects::{Kind, ObjectKey, ObjectRef},
    observers::{Observer, Sight, cnpg::CnpgObserver, decoded::decoded},
    world::World,
};

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// `CNPGCluster/shop/db` through time.
pub(super) struct Replay {
    pub(super) world: World,
    pub(super) readings: Option<Readings>,
    history: Option<AssetHistory>,
}

/// What is seen and said at a moment.
pub(super) struct Seen {
    pub(super) observation: Observation,
    pub(super) assessment: Assessment,
    pub(super) history: AssetHistory,
}

impl Replay {
    pub(super) fn of(objects: impl IntoIterator<Item = Value>) -> Self {
        let mut replay = Self {
            world: World::new([]),
            readings: None,
            history: None,
        };
        for object in objects {
            replay.apply(object);
        }
        replay
    }

    pub(super) fn apply(&mut self, object: Value) {
        use crate::objects::{Pod, cnpg};
        let object = match object["kind"].as_str().unwrap() {
            "Cluster" => decoded::<cnpg::Cluster>(object),
            "Backup" => decoded::<cnpg::Backup>(object),
            "ScheduledBackup" => decoded::<cnpg::ScheduledBackup>(object),
            "ObjectStore" => decoded::<cnpg::ObjectStore>(object),
            "Pod" => decoded::<Pod>(object),
            other => panic!("no objects of kind {other} here"),
        };
        self.world.apply(Event::Applied(object));
    }

    pub(super) fn delete(&mut self, kind: Kind, name: &str) {
        let key = ObjectKey::new("shop", name);
        self.world.apply(Event::Deleted(ObjectRef { kind, key }));
    }

    /// What a pod's exporter answers.
    pub(super) fn says(&mut self, pod: &str, moment: &str, text: &str) {
        self.answers(pod, moment, InstanceMetrics::parse(text));
    }

    pub(super) fn answers(
        &mut self,
        pod: &str,
        moment: &str,
        outcome: Result<InstanceMetrics, String>,
    ) {
        self.readings.get_or_insert_default().take(InstanceReading {
            pod: ObjectKey::new("shop", pod),
            cluster: ObjectKey::new("shop", "db"),
            at: at(moment),
            outcome,
        });
    }

    fn sight(&self, now: Timestamp) -> Sight<'_> {
        Sight {
            world: &self.world,
            readings: self.readings.as_ref(),
            policies: &[],
            now,
        }
    }

    pub(super) fn assets(&self) -> Vec<String> {
        let assets = CnpgObserver.assets(&self.sight(Timestamp::UNIX_EPOCH));
        assets.iter().map(AssetId::to_string).collect()
    }

    pub(super) fn find(&self, moment: &str) -> Option<AssetSpec> {
        let id: AssetId = "CNPGCluster/shop/db".parse().unwrap();
        CnpgObserver.observe(&self.sight(at(moment)), &id)
    }

    pub(super) fn spec(&self, moment: &str) -> AssetSpec {
        self.find(moment).unwrap()
    }

    pub(super) fn concerned(&self, kind: Kind, name: &str) -> Vec<String> {
        let key = ObjectKey::new("shop", name);
        let sight = self.sight(Timestamp::UNIX_EPOCH);
        let concerned = CnpgObserver.concerned(&sight, &ObjectRef { kind, key });
        concerned.iter().map(AssetId::to_string).collect()
    }

    pub(super) fn fleet_findings(&self) -> Vec<Finding> {
        CnpgObserver.findings(&self.sight(Timestamp::UNIX_EPOCH))
    }

    /// Looks, remembers, and judges.
    pub(super) fn at(&mut self, moment: &str) -> Seen {
        let now = at(moment);
        let spec = self.spec(moment);
        let Care::Observed(observation) = spec.care else {
            panic!("a Cluster is observed");
        };
        let history = self.history.get_or_insert_with(|| AssetHistory::new(now));
        history.observe(&observation, now);
        // To see the same twice changes nothing.
        let before = history.clone();
        history.observe(&observation, now);
        assert_eq!(*history, before);
        let history = before;
        let asset = Asset {
            id: spec.id,
            labels: spec.labels,
            own: spec.own.boxed(),
            suspended: spec.suspended,
            planned: std::collections::BTreeMap::new(),
            history: history.clone(),
            facts: Some(Box::new(observation.facts.clone())),
            blind: None,
        };
        Seen {
            observation: *observation,
            assessment: assess_asset(&asset, &[], now),
            history,
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

    /// Every check that fails, but not those that only warn.
    pub(super) fn failing(&self) -> Vec<Check> {
        let verdicts = self.assessment.verdicts.iter();
        let promises = verdicts.filter(|verdict| !verdict.check.is_advisory());
        let failing = promises.filter(|verdict| verdict.status == Status::Failing);
        failing.map(|verdict| verdict.check).collect()
    }

    pub(super) fn finding(&self, code: &str) -> Option<&Finding> {
        let mut findings = self.observation.facts.findings.iter();
        findings.find(|finding| finding.code == code)
    }

    pub(super) fn codes(&self) -> Vec<&'static str> {
        let findings = self.observation.facts.findings.iter();
        findings.map(|finding| finding.code).collect()
    }
}
