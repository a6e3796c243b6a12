//! An asset that others operate, as one observation after the other tells of it.

use std::collections::BTreeMap;

use lifeboat_core::{
    AssetHistory, Check, Facts, Integrity, ObjectiveOverrides, Observation, ObservedPoints,
    Operation, Outcome, RecoveryPoint, RepositoryFacts, RepositoryReading, Run, RunEnd, RunId,
    RunTrigger, Status, Verdict,
    assess::{Assessment, Asset, assess_asset},
};

use crate::builder::at;

/// An asset known since 2026-11-01T00:00:00Z, with the default objectives of its kind.
pub(crate) struct Watched {
    asset: Asset,
}

pub(crate) fn watched(id: &str) -> Watched {
    Watched {
        asset: Asset {
            id: id.parse().unwrap(),
            labels: BTreeMap::new(),
            own: None,
            suspended: false,
            planned: BTreeMap::new(),
            history: AssetHistory::new(at("2026-11-01T00:00:00Z")),
            facts: Some(Box::default()),
            blind: None,
        },
    }
}

impl Watched {
    pub(crate) fn promised(mut self, own: &ObjectiveOverrides) -> Self {
        self.asset.own = own.boxed();
        self
    }

    fn see(mut self, observation: &Observation, now: &str) -> Self {
        self.asset.history.observe(observation, at(now));
        self.asset.facts = Some(Box::new(observation.facts.clone()));
        self
    }

    /// It is seen to be so.
    pub(crate) fn facts(self, facts: Facts, now: &str) -> Self {
        let observation = Observation {
            facts,
            ..Observation::default()
        };
        self.see(&observation, now)
    }

    /// A recovery point of this moment is seen.
    pub(crate) fn point(self, taken_at: &str) -> Self {
        let point = RecoveryPoint {
            name: format!("Backup/{taken_at}"),
            taken_at: at(taken_at),
            bytes: None,
            integrity: Integrity::Whole,
            verification: None,
            pinned: false,
        };
        let observation = Observation {
            points: ObservedPoints::Evident(vec![point]),
            ..Observation::default()
        };
        self.see(&observation, taken_at)
    }

    /// A run of the operation that its promise rests on is seen to have ended.
    pub(crate) fn run(self, outcome: Outcome, started_at: &str, ended_at: &str) -> Self {
        let id = self.asset.id.clone();
        let run = Run {
            id: RunId::of_object("Job", started_at, ended_at),
            operation: id.kind.operation().unwrap_or(Operation::Backup),
            asset: id,
            trigger: RunTrigger::Schedule,
            scheduled_for: None,
            attempt: 1,
            started_at: at(started_at),
            end: Some(RunEnd::plain(at(ended_at), outcome)),
        };
        let observation = Observation {
            runs: vec![run],
            ..Observation::default()
        };
        self.see(&observation, ended_at)
    }

    /// The repository is read, with what a test changes of an ordinary reading.
    pub(crate) fn read(self, moment: &str, change: impl FnOnce(&mut RepositoryReading)) -> Self {
        let mut reading = RepositoryReading {
            at: at(moment),
            unique_id: "b3f1".to_owned(),
            storage: "s3: backups/kopia".to_owned(),
            owner: Some("kopia@maintenance".to_owned()),
            physical_bytes: None,
            logical_bytes: None,
            objects: None,
            deduplication_ratio: None,
            compression_ratio: None,
            sources: Vec::new(),
        };
        change(&mut reading);
        let repository = RepositoryFacts {
            reading: Some(reading),
            failure: None,
        };
        let facts = Facts {
            repository: Some(Box::new(repository)),
            ..Facts::default()
        };
        self.facts(facts, moment)
    }

    pub(crate) fn assessed(&self, now: &str) -> Assessment {
        assess_asset(&self.asset, &[], at(now))
    }

    pub(crate) fn verdict(&self, check: Check, now: &str) -> Option<Verdict> {
        self.assessed(now).verdict(check).cloned()
    }

    pub(crate) fn status(&self, check: Check, now: &str) -> Option<Status> {
        self.verdict(check, now).map(|verdict| verdict.status)
    }
}
