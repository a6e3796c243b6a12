//! Worlds made by hand, and what of them is covered.
#![expect(
    clippy::needless_pass_by_value,
    reason = "parts of objects are made where they are handed over"
)]

mod claims;
mod covering;
mod excuses;
mod large;
mod sets_and_clusters;
mod sight;

use std::collections::BTreeSet;

use jiff::Timestamp;
use lifeboat_core::{CoverageKind, CoverageState, Policy};
use serde_json::{Value, json};

use super::{Coverage, Schedules, findings, survey};
use crate::{
    event::{Contact, Event, Loss, LossReason, Watch},
    objects::{
        Kind, KubernetesObject, PersistentVolumeClaim, StatefulSet,
        batch::CronJob,
        cnpg::{Cluster, ScheduledBackup},
        decode,
        lifeboat::PrometheusBackup,
        volsync::ReplicationSource,
    },
    observers::Sight,
    world::World,
};

const MADE: &str = "2026-11-01T12:00:00Z";
const LATER: &str = "2026-11-10T12:00:00Z";
const NOW: &str = "2026-11-21T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A world of which everything was listed.
struct Scene {
    world: World,
    policies: Vec<Policy>,
}

impl Scene {
    fn new() -> Self {
        let watches = Watch::all(&BTreeSet::new());
        let mut world = World::new(watches.clone());
        for watch in watches {
            world.apply(Event::Synced {
                watch,
                present: BTreeSet::new(),
            });
        }
        Self {
            world,
            policies: Vec::new(),
        }
    }

    fn put<K: KubernetesObject>(mut self, name: &str, made_at: &str, mut object: Value) -> Self {
        let metadata = &mut object["metadata"];
        metadata["namespace"] = "shop".into();
        metadata["name"] = name.into();
        metadata["creationTimestamp"] = made_at.into();
        let decoded = decode::<K>(object).unwrap();
        assert_eq!(decoded.problems, Vec::<String>::new());
        self.world
            .apply(Event::Applied(decoded.object.into_object()));
        self
    }

    fn claim(self, name: &str) -> Self {
        self.claim_with(name, json!({}))
    }

    fn claim_with(self, name: &str, metadata: Value) -> Self {
        self.put::<PersistentVolumeClaim>(name, MADE, json!({ "metadata": metadata }))
    }

    fn source(self, claim: &str, spec: Value) -> Self {
        let mut all = json!({ "sourcePVC": claim, "kopia": { "repository": "r" },
            "trigger": { "schedule": "0 3 * * *" } });
        merge(&mut all, spec);
        self.put::<ReplicationSource>("copy", LATER, json!({ "metadata": {}, "spec": all }))
    }

    fn cron_job(self, claim: &str, metadata: Value, spec: Value) -> Self {
        let volumes = json!([{ "name": "v", "persistentVolumeClaim": { "claimName": claim } }]);
        let mut all = json!({ "schedule": "0 2 * * *", "jobTemplate": { "spec": { "template": {
            "spec": { "containers": [], "volumes": volumes } } } } });
        merge(&mut all, spec);
        self.put::<CronJob>("dump", LATER, json!({ "metadata": metadata, "spec": all }))
    }

    fn set(self, metadata: Value, spec: Value) -> Self {
        self.put::<StatefulSet>("db", MADE, json!({ "metadata": metadata, "spec": spec }))
    }

    fn two_claims(self) -> Self {
        let templates =
            json!([{ "metadata": { "name": "data" } }, { "metadata": { "name": "wal" } }]);
        self.set(json!({}), json!({ "volumeClaimTemplates": templates }))
            .claim("data-db-0")
            .claim("wal-db-0")
    }

    fn cluster(self, metadata: Value) -> Self {
        let spec = json!({ "backup": { "barmanObjectStore": { "destinationPath": "s3://b" } } });
        self.put::<Cluster>("pg", MADE, json!({ "metadata": metadata, "spec": spec }))
            .claim_with("pg-1", json!({ "labels": { "cnpg.io/cluster": "pg" } }))
    }

    fn schedule(self, spec: Value) -> Self {
        let mut all = json!({ "schedule": "0 0 3 * * *", "cluster": { "name": "pg" },
            "method": "barmanObjectStore" });
        merge(&mut all, spec);
        self.put::<ScheduledBackup>("daily", LATER, json!({ "metadata": {}, "spec": all }))
    }

    /// A world of nothing yet, in which the objects of a kind may not be listed.
    fn without_sight_of(kind: Kind) -> Self {
        let watch = Watch {
            kind,
            namespace: None,
        };
        let mut world = World::new(Watch::all(&BTreeSet::new()));
        for other in Watch::all(&BTreeSet::new()) {
            if other != watch {
                world.apply(Event::Synced {
                    watch: other,
                    present: BTreeSet::new(),
                });
            }
        }
        world.apply(Event::Contact {
            watch,
            contact: Contact::Lost {
                since: at(NOW),
                loss: Loss {
                    reason: LossReason::Forbidden,
                    error: "no".to_owned(),
                },
            },
        });
        Self {
            world,
            policies: Vec::new(),
        }
    }

    fn sight(&self) -> Sight<'_> {
        Sight {
            world: &self.world,
            readings: None,
            policies: &self.policies,
            now: at(NOW),
        }
    }

    fn survey(&self) -> Coverage {
        survey(&self.sight(), &mut Schedules::default(), at(NOW))
    }

    /// What is told of one thing, as `covered by X`, `uncovered: why`.
    fn tells(&self, kind: CoverageKind, name: &str) -> Option<String> {
        let coverage = self.survey();
        let mut subjects = coverage.subjects.iter();
        let found = subjects.find(|one| one.subject.kind == kind && one.subject.name == name)?;
        Some(match &found.state {
            CoverageState::Covered { by } => {
                let by: Vec<String> = by.iter().map(ToString::to_string).collect();
                format!("covered by {}", by.join(", "))
            }
            CoverageState::Uncovered { why } => format!("uncovered: {why}"),
            CoverageState::Unknown { why } => format!("unknown: {why}"),
            CoverageState::Excused { reason } => format!("excused: {reason}"),
        })
    }

    fn claim_is(&self, name: &str, expected: &str) {
        let told = self.tells(CoverageKind::PersistentVolumeClaim, name);
        assert_eq!(told.as_deref(), Some(expected));
    }
}

fn merge(target: &mut Value, changes: Value) {
    match (target, changes) {
        (Value::Object(target), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(target.entry(name).or_insert(Value::Null), change);
            }
        }
        (target, change) => *target = change,
    }
}

const NOTHING: &str = "uncovered: nothing that makes backups names it";
const BY_SOURCE: &str = "covered by ReplicationSource/shop/copy";
const BY_CRON_JOB: &str = "covered by CronJob/shop/dump";

fn backup() -> Value {
    json!({ "labels": { "lifeboat.dev/backup": "true" } })
}
