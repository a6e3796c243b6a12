//! The objects that reports are about: which one it is that has a name now, and what Lifeboat's own ask for.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AssetId, AssetKind, Policy};
use lifeboat_resources::BackupPolicy;
use serde_json::Value;

use crate::{
    ClusterName,
    objects::{Kind, Metadata, ObjectKey, ObjectRef},
    observers::resources::backups,
    world::World,
};

/// A moment that lies further ahead of a view than this was told by a clock that went back since.
const CLOCK_WENT_BACK: SignedDuration = SignedDuration::from_secs(10);

/// An object that can be reported on.
#[derive(Debug)]
pub(super) struct Subject {
    /// Tells it from its namesake that was there before.
    pub(super) uid: String,
    pub(super) generation: Option<i64>,
    /// When it was seen to be like this. What was assessed before may not know of it.
    pub(super) noted_at: Timestamp,
    pub(super) content: Content,
}

/// What of an object is reported.
#[derive(Debug)]
pub(super) enum Content {
    /// Others write its status.
    OfOthers,
    /// A `PrometheusBackup`.
    PrometheusBackup {
        /// Why it can't be used, if so.
        refused: Option<String>,
        /// Its status, as it was when it was noted.
        status: Value,
    },
    /// A `BackupPolicy`.
    BackupPolicy {
        /// What it promises, or why it can't be used.
        policy: Box<Result<Policy, String>>,
        /// Its status, as it was when it was noted.
        status: Value,
    },
}

/// The objects that can be reported on; those who look out keep it up to date. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subjects {
    cluster: ClusterName,
    noted: Arc<Mutex<Noted>>,
}

#[derive(Debug, Default)]
struct Noted {
    objects: BTreeMap<ObjectRef, Arc<Subject>>,
    settled_at: Option<Timestamp>,
}

impl Subjects {
    /// None yet, of this cluster.
    pub(crate) fn new(cluster: ClusterName) -> Self {
        Self {
            cluster,
            noted: Arc::default(),
        }
    }

    /// The cluster that they are in.
    pub(super) const fn cluster(&self) -> &ClusterName {
        &self.cluster
    }

    /// Takes in what changed in the world.
    pub(crate) fn note(&self, world: &World, changed: &[ObjectRef], now: Timestamp) {
        let mut noted = self.noted();
        if world.is_settled() {
            noted.settled_at.get_or_insert(now);
        }
        for object in changed {
            match of_others(world, object, now)
                .or_else(|| policy(&self.cluster, world, object, now))
            {
                Some(subject) => noted.objects.insert(object.clone(), Arc::new(subject)),
                // Gone, or of a kind that is never here.
                None => noted.objects.remove(object),
            };
        }
        if changed
            .iter()
            .any(|object| object.kind == Kind::PrometheusBackup)
        {
            noted.backups(world, changed, now);
        }
    }

    /// Whether a view of this moment may rest on less than all of the cluster.
    pub(super) fn is_premature(&self, view_at: Timestamp) -> bool {
        self.noted()
            .settled_at
            .is_none_or(|settled_at| may_lack(view_at, settled_at))
    }

    /// Lifeboat's own custom resources.
    pub(super) fn custom_resources(&self) -> Vec<(ObjectRef, Arc<Subject>)> {
        let noted = self.noted();
        let own = noted.objects.iter();
        own.filter(|(_, subject)| !matches!(subject.content, Content::OfOthers))
            .map(|(object, subject)| (object.clone(), Arc::clone(subject)))
            .collect()
    }

    /// The object that an asset is, with its uid. One that was declared by a file has none, and one
    /// of another cluster has none here.
    pub(super) fn of_asset(&self, id: &AssetId) -> Option<(ObjectRef, String)> {
        let id = self.cluster.inside(id)?;
        let object = ObjectRef {
            kind: kind_of(id.kind)?,
            key: ObjectKey::new(&id.namespace, &id.name),
        };
        let subject = Arc::clone(self.noted().objects.get(&object)?);
        Some((object, subject.uid.clone()))
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Noted {
    /// Whether one can be used depends on the others.
    fn backups(&mut self, world: &World, changed: &[ObjectRef], now: Timestamp) {
        for (key, read) in backups(world) {
            let Some(backup) = world.prometheus_backups().get(&key) else {
                continue;
            };
            let kind = Kind::PrometheusBackup;
            let object = ObjectRef { kind, key };
            let refused = read.err();
            let known = self.objects.get(&object);
            let is_known = known.is_some_and(|known| known.is_refused_for(refused.as_deref()));
            if is_known && !changed.contains(&object) {
                continue;
            }
            let content = Content::PrometheusBackup {
                refused,
                status: backup.status.clone(),
            };
            let subject = Subject::new(&backup.metadata, content, now);
            self.objects.insert(object, Arc::new(subject));
        }
    }
}

impl Subject {
    fn new(metadata: &Metadata, content: Content, now: Timestamp) -> Self {
        Self {
            uid: metadata.uid.to_string(),
            generation: metadata.generation,
            noted_at: now,
            content,
        }
    }

    fn is_refused_for(&self, reason: Option<&str>) -> bool {
        match &self.content {
            Content::PrometheusBackup { refused, .. } => refused.as_deref() == reason,
            _ => false,
        }
    }
}

/// Whether what was assessed at `view_at` may not know of what was seen at `seen_at`.
pub(super) fn may_lack(view_at: Timestamp, seen_at: Timestamp) -> bool {
    let ahead = seen_at.duration_since(view_at);
    ahead > SignedDuration::ZERO && ahead < CLOCK_WENT_BACK
}

/// The objects that assets of a kind are; none if they have another name, or are no objects.
const fn kind_of(kind: AssetKind) -> Option<Kind> {
    Some(match kind {
        AssetKind::Prometheus => Kind::PrometheusBackup,
        AssetKind::CnpgCluster => Kind::Cluster,
        AssetKind::CronJob | AssetKind::RestoreTest => Kind::CronJob,
        AssetKind::ReplicationSource => Kind::ReplicationSource,
        AssetKind::ReplicationDestination => Kind::ReplicationDestination,
        AssetKind::Operator => Kind::Deployment,
        AssetKind::KopiaMaintenance | AssetKind::KopiaRepository => return None,
    })
}

/// An object whose status others write.
fn of_others(world: &World, object: &ObjectRef, now: Timestamp) -> Option<Subject> {
    let key = &object.key;
    let metadata = match object.kind {
        Kind::Cluster => &world.clusters().get(key)?.metadata,
        Kind::CronJob => &world.cron_jobs().get(key)?.metadata,
        Kind::Deployment => &world.deployments().get(key)?.metadata,
        Kind::ReplicationSource => &world.replication_sources().get(key)?.metadata,
        Kind::ReplicationDestination => &world.replication_destinations().get(key)?.metadata,
        _ => return None,
    };
    Some(Subject::new(metadata, Content::OfOthers, now))
}

fn policy(
    cluster: &ClusterName,
    world: &World,
    object: &ObjectRef,
    now: Timestamp,
) -> Option<Subject> {
    if object.kind != Kind::BackupPolicy {
        return None;
    }
    let policy = world.backup_policies().get(&object.key)?;
    let read = BackupPolicy::from_object(&policy.document);
    let read = read
        .map(|policy| cluster.policy(policy.policy()))
        .map_err(|error| error.to_string());
    let content = Content::BackupPolicy {
        policy: Box::new(read),
        status: policy.status.clone(),
    };
    Some(Subject::new(&policy.metadata, content, now))
}
