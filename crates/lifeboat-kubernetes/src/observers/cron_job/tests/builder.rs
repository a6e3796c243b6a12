//! CronJobs and Jobs as the API server would hold them, and an asset that is watched over time.

use jiff::Timestamp;
use lifeboat_controller::{AssetSpec, Care};
use lifeboat_core::{
    AssetHistory, AssetId, Check, Evidence, Facts, ObservedPoints, Policy, Run, Status,
    assess::{Assessment, Asset, assess_asset},
};
use serde_json::{Value, json};

use crate::{
    event::{Event, Watch},
    objects::{
        Kind, KubernetesObject, ObjectKey, ObjectRef,
        batch::{CronJob, Job},
        decode,
    },
    observers::{Observer, Sight, cron_job::CronJobObserver},
    world::World,
};

pub(super) const NAMESPACE: &str = "shop";
pub(super) const NAME: &str = "dump";

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn id() -> AssetId {
    "CronJob/shop/dump".parse().unwrap()
}

/// A daily `CronJob` at 02:00 that is labelled as a backup, with what a test changes of it.
pub(super) fn cron_job(changes: Value) -> CronJob {
    let mut object = json!({
        "metadata": {
            "namespace": NAMESPACE, "name": NAME, "uid": "cron-1",
            "creationTimestamp": "2026-11-01T12:00:00Z",
            "labels": {"lifeboat.dev/backup": "true"},
        },
        "spec": {
            "schedule": "0 2 * * *", "timeZone": "Etc/UTC", "concurrencyPolicy": "Forbid",
            "jobTemplate": {"spec": {"template": {"spec": {"containers": [
                {"name": "dump", "image": "postgres:16", "command": ["pg_dump", "app"]},
            ]}}}},
        },
    });
    merge(&mut object, changes);
    decode::<CronJob>(object).unwrap().object
}

/// A Job that the `CronJob`'s controller made for 02:00 of a day, and that has begun.
pub(super) fn job(day: &str, changes: Value) -> Job {
    let mut object = json!({
        "metadata": {
            "namespace": NAMESPACE, "name": format!("dump-{day}"), "uid": format!("job-{day}"),
            "creationTimestamp": format!("{day}T02:00:00Z"),
            "annotations": {"batch.kubernetes.io/cronjob-scheduled-timestamp": format!("{day}T02:00:00Z")},
            "ownerReferences": [{"kind": "CronJob", "name": NAME, "uid": "cron-1", "controller": true}],
        },
        "status": {"startTime": format!("{day}T02:00:01Z"), "active": 1, "ready": 1},
    });
    merge(&mut object, changes);
    decode::<Job>(object).unwrap().object
}

pub(super) fn succeeded(day: &str) -> Job {
    succeeded_at(day, &format!("{day}T02:10:00Z"))
}

pub(super) fn succeeded_at(day: &str, moment: &str) -> Job {
    job(
        day,
        json!({"status": {
            "active": 0, "ready": 0, "succeeded": 1, "completionTime": moment,
            "conditions": [
                {"type": "SuccessCriteriaMet", "status": "True", "lastTransitionTime": moment},
                {"type": "Complete", "status": "True", "lastTransitionTime": moment},
            ],
        }}),
    )
}

pub(super) fn failed(day: &str) -> Job {
    let moment = format!("{day}T02:20:00Z");
    let reason = "BackoffLimitExceeded";
    let message = "Job has reached the specified backoff limit";
    job(
        day,
        json!({"status": {
            "active": 0, "ready": 0, "failed": 7,
            "conditions": [
                {"type": "FailureTarget", "status": "True", "reason": reason, "message": message,
                 "lastTransitionTime": moment},
                {"type": "Failed", "status": "True", "reason": reason, "message": message,
                 "lastTransitionTime": moment},
            ],
        }}),
    )
}

/// As JSON merge patches do it, but `null` stays: it means the same as absent here.
pub(super) fn merge(target: &mut Value, changes: Value) {
    match (target, changes) {
        (Value::Object(target), Value::Object(changes)) => {
            for (key, change) in changes {
                merge(target.entry(key).or_insert(Value::Null), change);
            }
        }
        (target, change) => *target = change,
    }
}

/// A world with these objects, of which everything has been listed.
pub(super) fn world(cron_jobs: &[CronJob], jobs: &[Job]) -> World {
    let mut world = World::new([Watch {
        kind: Kind::CronJob,
        namespace: None,
    }]);
    for cron_job in cron_jobs {
        world.apply(Event::Applied(cron_job.clone().into_object()));
    }
    for job in jobs {
        world.apply(Event::Applied(job.clone().into_object()));
    }
    world
}

pub(super) fn sight<'a>(world: &'a World, policies: &'a [Policy], now: &str) -> Sight<'a> {
    Sight {
        world,
        readings: None,
        policies,
        now: at(now),
    }
}

/// What the observer says of the one `CronJob`, which has to be an asset.
pub(super) fn spec(cron_job: &CronJob, jobs: &[Job], now: &str) -> AssetSpec {
    let world = world(std::slice::from_ref(cron_job), jobs);
    let sight = sight(&world, &[], now);
    let assets = CronJobObserver.assets(&sight);
    assert_eq!(assets.len(), 1);
    CronJobObserver.observe(&sight, &assets[0]).unwrap()
}

/// Runs, facts and points of what the observer says.
pub(super) fn seen(spec: AssetSpec) -> (Vec<Run>, Facts, Vec<(String, Timestamp)>) {
    let Care::Observed(observation) = spec.care else {
        panic!("a CronJob is operated by others");
    };
    let ObservedPoints::Evident(points) = observation.points else {
        panic!("nobody sees all recovery points of a CronJob");
    };
    let points = points.into_iter().map(|point| (point.name, point.taken_at));
    (observation.runs, observation.facts, points.collect())
}

/// An asset whose history grows with each look, as the controller does it.
pub(super) struct Watched {
    history: Option<AssetHistory>,
    asset: Option<Asset>,
}

impl Watched {
    pub(super) fn new() -> Self {
        Self {
            history: None,
            asset: None,
        }
    }

    /// Looks at the objects as they are at a moment.
    pub(super) fn look(&mut self, now: &str, cron_job: &CronJob, jobs: &[Job]) -> Assessment {
        let spec = spec(cron_job, jobs, now);
        let Care::Observed(observation) = spec.care else {
            panic!("a CronJob is operated by others");
        };
        let history = self
            .history
            .get_or_insert_with(|| AssetHistory::new(at(now)));
        history.observe(&observation, at(now));
        self.asset = Some(Asset {
            id: spec.id,
            labels: spec.labels,
            own: spec.own.boxed(),
            suspended: spec.suspended,
            planned: std::collections::BTreeMap::new(),
            history: history.clone(),
            facts: Some(Box::new(observation.facts)),
            blind: None,
        });
        self.later(now)
    }

    /// Assesses what was seen last at a later moment.
    pub(super) fn later(&self, now: &str) -> Assessment {
        assess_asset(self.asset.as_ref().unwrap(), &[], at(now))
    }

    pub(super) fn failures(&self) -> u32 {
        let history = self.history.as_ref().unwrap();
        let backups = history.operation(lifeboat_core::Operation::Backup);
        backups.map_or(0, |backups| backups.failures)
    }
}

pub(super) fn status(assessment: &Assessment, check: Check) -> Status {
    assessment.verdict(check).unwrap().status
}

pub(super) fn since(assessment: &Assessment, check: Check) -> Timestamp {
    assessment.verdict(check).unwrap().since
}

pub(super) fn evidence(assessment: &Assessment, check: Check) -> &Evidence {
    &assessment.verdict(check).unwrap().evidence
}

/// The checks that are not ok.
pub(super) fn not_ok(assessment: &Assessment) -> Vec<(Check, Status)> {
    let verdicts = assessment.verdicts.iter();
    verdicts
        .filter(|verdict| verdict.status != Status::Ok)
        .map(|verdict| (verdict.check, verdict.status))
        .collect()
}

pub(super) fn reference(kind: Kind, name: &str) -> ObjectRef {
    ObjectRef {
        kind,
        key: ObjectKey::new(NAMESPACE, name),
    }
}
