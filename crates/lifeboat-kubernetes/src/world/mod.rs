//! The cluster as the watches told it: every object, who belongs to whom, and how the watches are.
//!
//! Pure: events go in, and what changed comes out.

mod index;
mod owners;
mod repositories;
mod store;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use lifeboat_resources::annotations::read;
pub use store::Store;

pub(crate) use self::repositories::Repositories;
use self::{index::Index, repositories::Mention};
use crate::{
    event::{Contact, Event, Watch},
    objects::{
        Deployment, Kind, Object, ObjectKey, ObjectRef, PersistentVolumeClaim, Pod, StatefulSet,
        batch::{CronJob, Job},
        cnpg::{Backup, Cluster, ObjectStore, ScheduledBackup},
        lifeboat::{BackupPolicy, PrometheusBackup},
        volsync::{KopiaMaintenance, ReplicationDestination, ReplicationSource},
    },
};

/// What is known of a cluster.
///
/// Objects are shared: a clone of the world copies names and pointers, no objects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    clusters: Store<Cluster>,
    backups: Store<Backup>,
    scheduled_backups: Store<ScheduledBackup>,
    object_stores: Store<ObjectStore>,
    cron_jobs: Store<CronJob>,
    jobs: Store<Job>,
    pods: Store<Pod>,
    deployments: Store<Deployment>,
    replication_sources: Store<ReplicationSource>,
    replication_destinations: Store<ReplicationDestination>,
    kopia_maintenances: Store<KopiaMaintenance>,
    persistent_volume_claims: Store<PersistentVolumeClaim>,
    stateful_sets: Store<StatefulSet>,
    prometheus_backups: Store<PrometheusBackup>,
    backup_policies: Store<BackupPolicy>,
    /// Members and owners are in the same namespace in all of these.
    backups_of_cluster: Index,
    scheduled_backups_of_cluster: Index,
    pods_of_cluster: Index,
    clusters_of_object_store: Index,
    jobs_of_cron_job: Index,
    jobs_of_kopia_maintenance: Index,
    kopia_repositories: Repositories,
    undecodable: BTreeMap<ObjectRef, String>,
    watches: BTreeMap<Watch, WatchState>,
}

/// How far a watch has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WatchState {
    /// Whether it has listed all objects at least once.
    pub synced: bool,
    /// Whether it is in touch; absent until it has tried.
    pub contact: Option<Contact>,
}

impl World {
    /// An empty world that is to hear of these watches.
    pub fn new(watches: impl IntoIterator<Item = Watch>) -> Self {
        let watches = watches.into_iter();
        Self {
            watches: watches
                .map(|watch| (watch, WatchState::default()))
                .collect(),
            ..Self::default()
        }
    }

    /// Takes an event in, and tells which objects are not as they were before. An update that
    /// changes nothing of what is kept here tells of none.
    pub fn apply(&mut self, event: Event) -> Vec<ObjectRef> {
        match event {
            Event::Applied(object) => {
                let reference = object.reference();
                let understood = self.undecodable.remove(&reference).is_some();
                let changed = self.insert(object) || understood;
                if changed { vec![reference] } else { Vec::new() }
            }
            Event::Deleted(object) => self.remove(object).into_iter().collect(),
            Event::Undecodable { object, error } => {
                // What was known of it stays: an object that is there must not seem to be gone.
                let before = self.undecodable.insert(object.clone(), error);
                let changed = before.as_ref() != self.undecodable.get(&object);
                if changed { vec![object] } else { Vec::new() }
            }
            Event::Synced { watch, present } => {
                let removed = self.retain(&watch, &present);
                self.watches.entry(watch).or_default().synced = true;
                removed
            }
            Event::Contact { watch, contact } => {
                let gone = contact == Contact::NotServed;
                let removed = if gone {
                    self.retain(&watch, &BTreeSet::new())
                } else {
                    Vec::new()
                };
                let state = self.watches.entry(watch).or_default();
                state.synced &= !gone;
                state.contact = Some(contact);
                removed
            }
        }
    }

    /// Whether every kind that the API serves has been listed at least once. Before that, nothing
    /// can be said about what is missing.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        let mut states = self.watches.values();
        states.all(|state| state.synced || state.contact == Some(Contact::NotServed))
    }

    /// As [`World::is_synced`], but a watch that has said why it can't list counts as well: nothing
    /// more is to be expected soon.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let mut states = self.watches.values();
        states.all(|state| {
            let excused = matches!(
                state.contact,
                Some(Contact::NotServed | Contact::Lost { .. })
            );
            state.synced || excused
        })
    }

    /// How each watch is.
    pub fn watches(&self) -> impl Iterator<Item = (&Watch, &WatchState)> {
        self.watches.iter()
    }

    /// How the watch is that sees the objects of a kind in a namespace.
    #[must_use]
    pub fn watch(&self, kind: Kind, namespace: &str) -> Option<(&Watch, &WatchState)> {
        let everywhere = Watch {
            kind,
            namespace: None,
        };
        let there = Watch {
            kind,
            namespace: Some(namespace.to_owned()),
        };
        self.watches
            .get_key_value(&everywhere)
            .or_else(|| self.watches.get_key_value(&there))
    }

    /// Objects that are there, but could not be understood in whole or in part, and why.
    #[must_use]
    pub fn undecodable(&self) -> &BTreeMap<ObjectRef, String> {
        &self.undecodable
    }

    /// Every Cluster.
    #[must_use]
    pub fn clusters(&self) -> &Store<Cluster> {
        &self.clusters
    }

    /// Every Backup.
    #[must_use]
    pub fn backups(&self) -> &Store<Backup> {
        &self.backups
    }

    /// Every `ScheduledBackup`.
    #[must_use]
    pub fn scheduled_backups(&self) -> &Store<ScheduledBackup> {
        &self.scheduled_backups
    }

    /// Every `ObjectStore`.
    #[must_use]
    pub fn object_stores(&self) -> &Store<ObjectStore> {
        &self.object_stores
    }

    /// Every `CronJob`.
    #[must_use]
    pub fn cron_jobs(&self) -> &Store<CronJob> {
        &self.cron_jobs
    }

    /// Every Job.
    #[must_use]
    pub fn jobs(&self) -> &Store<Job> {
        &self.jobs
    }

    /// Every pod of a database instance.
    #[must_use]
    pub fn pods(&self) -> &Store<Pod> {
        &self.pods
    }

    /// Every Deployment.
    #[must_use]
    pub fn deployments(&self) -> &Store<Deployment> {
        &self.deployments
    }

    /// Every `ReplicationSource`.
    #[must_use]
    pub fn replication_sources(&self) -> &Store<ReplicationSource> {
        &self.replication_sources
    }

    /// Every `ReplicationDestination`.
    #[must_use]
    pub fn replication_destinations(&self) -> &Store<ReplicationDestination> {
        &self.replication_destinations
    }

    /// Every `KopiaMaintenance`.
    #[must_use]
    pub fn kopia_maintenances(&self) -> &Store<KopiaMaintenance> {
        &self.kopia_maintenances
    }

    /// Every `PersistentVolumeClaim`.
    #[must_use]
    pub fn persistent_volume_claims(&self) -> &Store<PersistentVolumeClaim> {
        &self.persistent_volume_claims
    }

    /// Every `StatefulSet`.
    #[must_use]
    pub fn stateful_sets(&self) -> &Store<StatefulSet> {
        &self.stateful_sets
    }

    /// Every `PrometheusBackup`.
    #[must_use]
    pub fn prometheus_backups(&self) -> &Store<PrometheusBackup> {
        &self.prometheus_backups
    }

    /// Every `BackupPolicy`.
    #[must_use]
    pub fn backup_policies(&self) -> &Store<BackupPolicy> {
        &self.backup_policies
    }

    /// The Backups of a Cluster, in order of their names.
    pub fn backups_of<'world>(
        &'world self,
        cluster: &ObjectKey,
    ) -> impl Iterator<Item = &'world Arc<Backup>> + use<'world> {
        let members = self.backups_of_cluster.members(cluster);
        members.filter_map(|key| self.backups.get(key))
    }

    /// The `ScheduledBackup`s of a Cluster, in order of their names.
    pub fn scheduled_backups_of<'world>(
        &'world self,
        cluster: &ObjectKey,
    ) -> impl Iterator<Item = &'world Arc<ScheduledBackup>> + use<'world> {
        let members = self.scheduled_backups_of_cluster.members(cluster);
        members.filter_map(|key| self.scheduled_backups.get(key))
    }

    /// The instance pods of a Cluster, in order of their names.
    pub fn pods_of<'world>(
        &'world self,
        cluster: &ObjectKey,
    ) -> impl Iterator<Item = &'world Arc<Pod>> + use<'world> {
        let members = self.pods_of_cluster.members(cluster);
        members.filter_map(|key| self.pods.get(key))
    }

    /// The Clusters whose plugins use an `ObjectStore`, in order of their names.
    pub fn clusters_of<'world>(
        &'world self,
        object_store: &ObjectKey,
    ) -> impl Iterator<Item = &'world Arc<Cluster>> + use<'world> {
        let members = self.clusters_of_object_store.members(object_store);
        members.filter_map(|key| self.clusters.get(key))
    }

    /// The Jobs of a `CronJob`, manual ones too, in order of their names. Jobs of a namesake that
    /// was there before are among them until they are collected: compare the owner's uid.
    pub fn jobs_of<'world>(
        &'world self,
        cron_job: &ObjectKey,
    ) -> impl Iterator<Item = &'world Arc<Job>> + use<'world> {
        let members = self.jobs_of_cron_job.members(cron_job);
        members.filter_map(|key| self.jobs.get(key))
    }

    /// The Jobs that were made for a `KopiaMaintenance` directly, in order of their names.
    pub(crate) fn jobs_of_kopia_maintenance<'world>(
        &'world self,
        maintenance: &ObjectKey,
    ) -> impl Iterator<Item = &'world Arc<Job>> + use<'world> {
        let members = self.jobs_of_kopia_maintenance.members(maintenance);
        members.filter_map(|key| self.jobs.get(key))
    }

    /// Which objects use or maintain which Kopia repository.
    pub(crate) fn kopia_repositories(&self) -> &Repositories {
        &self.kopia_repositories
    }

    fn insert(&mut self, object: Object) -> bool {
        self.note_repository(&object);
        match object {
            Object::Cluster(mut cluster) => {
                self.clusters.name(&mut cluster);
                let index = &mut self.clusters_of_object_store;
                index.set(&self.clusters, &cluster, owners::object_stores);
                self.clusters.insert(cluster)
            }
            Object::Backup(mut backup) => {
                self.backups.name(&mut backup);
                if let Some(neighbour) = self.backups.before(&backup.metadata.key) {
                    Arc::make_mut(&mut backup).share_with(neighbour);
                }
                let index = &mut self.backups_of_cluster;
                index.set(&self.backups, &backup, owners::cluster_of_backup);
                self.backups.insert(backup)
            }
            Object::ScheduledBackup(mut scheduled) => {
                self.scheduled_backups.name(&mut scheduled);
                let index = &mut self.scheduled_backups_of_cluster;
                index.set(
                    &self.scheduled_backups,
                    &scheduled,
                    owners::cluster_of_schedule,
                );
                self.scheduled_backups.insert(scheduled)
            }
            Object::Job(mut job) => {
                self.jobs.name(&mut job);
                if let Some(neighbour) = self.jobs.before(&job.metadata.key) {
                    Arc::make_mut(&mut job).share_with(neighbour);
                }
                let index = &mut self.jobs_of_cron_job;
                index.set(&self.jobs, &job, owners::cron_job);
                let index = &mut self.jobs_of_kopia_maintenance;
                index.set(&self.jobs, &job, owners::kopia_maintenance);
                self.jobs.insert(job)
            }
            Object::Pod(mut pod) => {
                self.pods.name(&mut pod);
                let index = &mut self.pods_of_cluster;
                index.set(&self.pods, &pod, owners::cluster_of_pod);
                self.pods.insert(pod)
            }
            Object::ObjectStore(object_store) => self.object_stores.insert(object_store),
            Object::CronJob(cron_job) => self.cron_jobs.insert(cron_job),
            Object::Deployment(deployment) => self.deployments.insert(deployment),
            Object::ReplicationSource(object) => self.replication_sources.insert(object),
            Object::ReplicationDestination(object) => self.replication_destinations.insert(object),
            Object::KopiaMaintenance(object) => self.kopia_maintenances.insert(object),
            Object::PersistentVolumeClaim(object) => self.persistent_volume_claims.insert(object),
            Object::StatefulSet(object) => self.stateful_sets.insert(object),
            Object::PrometheusBackup(backup) => self.prometheus_backups.insert(backup),
            Object::BackupPolicy(policy) => self.backup_policies.insert(policy),
        }
    }

    fn note_repository(&mut self, object: &Object) {
        let (repository, metadata) = match object {
            Object::ReplicationSource(source) => (source.kopia_repository(), &source.metadata),
            Object::KopiaMaintenance(one) => (one.kopia_repository(), &one.metadata),
            Object::CronJob(cron_job) => (cron_job.kopia_repository(), &cron_job.metadata),
            _ => return,
        };
        let mention = repository.map(|repository| Mention {
            repository,
            called: read(&metadata.annotations, &metadata.labels).repository,
        });
        self.kopia_repositories.set(object.reference(), mention);
    }

    /// Takes an object out; tells its name if anything was known of it.
    fn remove(&mut self, object: ObjectRef) -> Option<ObjectRef> {
        self.kopia_repositories.set(object.clone(), None);
        let key = &object.key;
        let removed = match object.kind {
            Kind::Cluster => {
                let index = &mut self.clusters_of_object_store;
                index.remove(&self.clusters, key, owners::object_stores);
                self.clusters.remove(key)
            }
            Kind::Backup => {
                let index = &mut self.backups_of_cluster;
                index.remove(&self.backups, key, owners::cluster_of_backup);
                self.backups.remove(key)
            }
            Kind::ScheduledBackup => {
                let index = &mut self.scheduled_backups_of_cluster;
                index.remove(&self.scheduled_backups, key, owners::cluster_of_schedule);
                self.scheduled_backups.remove(key)
            }
            Kind::Job => {
                let index = &mut self.jobs_of_cron_job;
                index.remove(&self.jobs, key, owners::cron_job);
                let index = &mut self.jobs_of_kopia_maintenance;
                index.remove(&self.jobs, key, owners::kopia_maintenance);
                self.jobs.remove(key)
            }
            Kind::Pod => {
                let index = &mut self.pods_of_cluster;
                index.remove(&self.pods, key, owners::cluster_of_pod);
                self.pods.remove(key)
            }
            Kind::ObjectStore => self.object_stores.remove(key),
            Kind::CronJob => self.cron_jobs.remove(key),
            Kind::Deployment => self.deployments.remove(key),
            Kind::ReplicationSource => self.replication_sources.remove(key),
            Kind::ReplicationDestination => self.replication_destinations.remove(key),
            Kind::KopiaMaintenance => self.kopia_maintenances.remove(key),
            Kind::PersistentVolumeClaim => self.persistent_volume_claims.remove(key),
            Kind::StatefulSet => self.stateful_sets.remove(key),
            Kind::PrometheusBackup => self.prometheus_backups.remove(key),
            Kind::BackupPolicy => self.backup_policies.remove(key),
        };
        let known = self.undecodable.remove(&object).is_some();
        (removed || known).then_some(object)
    }

    /// Takes out what a watch would see and does not.
    fn retain(&mut self, watch: &Watch, present: &BTreeSet<ObjectKey>) -> Vec<ObjectRef> {
        let keys: BTreeSet<ObjectKey> = match watch.kind {
            Kind::Cluster => self.clusters.keys().cloned().collect(),
            Kind::Backup => self.backups.keys().cloned().collect(),
            Kind::ScheduledBackup => self.scheduled_backups.keys().cloned().collect(),
            Kind::ObjectStore => self.object_stores.keys().cloned().collect(),
            Kind::CronJob => self.cron_jobs.keys().cloned().collect(),
            Kind::Job => self.jobs.keys().cloned().collect(),
            Kind::Pod => self.pods.keys().cloned().collect(),
            Kind::Deployment => self.deployments.keys().cloned().collect(),
            Kind::ReplicationSource => self.replication_sources.keys().cloned().collect(),
            Kind::ReplicationDestination => self.replication_destinations.keys().cloned().collect(),
            Kind::KopiaMaintenance => self.kopia_maintenances.keys().cloned().collect(),
            Kind::PersistentVolumeClaim => self.persistent_volume_claims.keys().cloned().collect(),
            Kind::StatefulSet => self.stateful_sets.keys().cloned().collect(),
            Kind::PrometheusBackup => self.prometheus_backups.keys().cloned().collect(),
            Kind::BackupPolicy => self.backup_policies.keys().cloned().collect(),
        };
        let kind = watch.kind;
        let decoded = keys.into_iter().map(|key| ObjectRef { kind, key });
        let known: BTreeSet<ObjectRef> = decoded.chain(self.undecodable.keys().cloned()).collect();
        let gone = known
            .into_iter()
            .filter(|object| watch.covers(object) && !present.contains(&object.key));
        gone.collect::<Vec<_>>()
            .into_iter()
            .filter_map(|object| self.remove(object))
            .collect()
    }
}
