//! Whom objects belong to, by what they say themselves. All of it is in their own namespaces.

use std::collections::BTreeSet;

use crate::objects::{
    KubernetesObject, ObjectKey, Pod,
    batch::Job,
    cnpg::{Backup, CLUSTER_LABEL, Cluster, ScheduledBackup},
};

/// The `ObjectStore`s that a Cluster's plugins use.
pub(super) fn object_stores(cluster: &Cluster) -> BTreeSet<ObjectKey> {
    let plugins = cluster.spec.plugins.iter();
    in_namespace_of(cluster, plugins.filter_map(|plugin| plugin.object_store()))
}

/// The Cluster of a Backup.
pub(super) fn cluster_of_backup(backup: &Backup) -> BTreeSet<ObjectKey> {
    in_namespace_of(backup, backup.cluster())
}

/// The Cluster of a `ScheduledBackup`.
pub(super) fn cluster_of_schedule(scheduled: &ScheduledBackup) -> BTreeSet<ObjectKey> {
    let name = scheduled.spec.cluster.name.as_str();
    in_namespace_of(scheduled, Some(name).filter(|name| !name.is_empty()))
}

/// The Cluster of an instance's pod.
pub(super) fn cluster_of_pod(pod: &Pod) -> BTreeSet<ObjectKey> {
    in_namespace_of(pod, pod.metadata.label(CLUSTER_LABEL))
}

/// The `CronJob` of a Job.
pub(super) fn cron_job(job: &Job) -> BTreeSet<ObjectKey> {
    in_namespace_of(job, job.cron_job())
}

/// The `KopiaMaintenance` that a Job was made for directly.
pub(super) fn kopia_maintenance(job: &Job) -> BTreeSet<ObjectKey> {
    in_namespace_of(job, job.kopia_maintenance())
}

fn in_namespace_of<'a, K: KubernetesObject>(
    object: &K,
    names: impl IntoIterator<Item = &'a str>,
) -> BTreeSet<ObjectKey> {
    let namespace = &object.identity().namespace;
    let names = names.into_iter();
    names.map(|name| ObjectKey::new(namespace, name)).collect()
}
