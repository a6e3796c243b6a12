//! Clusters of CloudNativePG, seen by their Backups, schedules, stores and instances.
//!
//! What its users complain of is what this must not fall for: figures that freeze, a Backup that
//! blocks all others in silence, schedules that mean something else than they look like.

mod archiving;
mod backups;
pub(crate) mod coverage;
mod destination;
mod failure;
mod findings;
mod five_fields;
mod instances;
mod paused;
mod phase;
mod scene;
mod schedules;
mod standby;
#[cfg(test)]
mod tests;
mod window;

use std::{collections::BTreeSet, sync::Arc};

use lifeboat_controller::{AssetSpec, Care};
use lifeboat_core::{AssetId, AssetKind, Facts, Finding, Observation, ObservedPoints};
use lifeboat_resources::annotations;

use self::{
    destination::Destination,
    scene::{Scene, is_going},
};
use super::{Observer, Sight};
use crate::objects::{Kind, KubernetesObject, ObjectKey, ObjectRef, cnpg::Cluster};

/// Observes `Cluster`s of `postgresql.cnpg.io/v1`, and what belongs to them.
pub(crate) struct CnpgObserver;

impl Observer for CnpgObserver {
    fn assets(&self, sight: &Sight<'_>) -> Vec<AssetId> {
        sight.world.clusters().keys().map(id_of).collect()
    }

    fn concerned(&self, sight: &Sight<'_>, object: &ObjectRef) -> Vec<AssetId> {
        let world = sight.world;
        let namespace = &object.key.namespace;
        let named = |name: &str| vec![id_of(&ObjectKey::new(namespace, name))];
        // Nobody can say to which Cluster an object belonged that is gone.
        let neighbours = || {
            let clusters = world.clusters().keys();
            let clusters = clusters.filter(|key| key.namespace == *namespace);
            clusters.map(id_of).collect::<Vec<_>>()
        };
        match object.kind {
            Kind::Cluster => vec![id_of(&object.key)],
            Kind::Backup => {
                let backup = world.backups().get(&object.key);
                let cluster = backup.and_then(|backup| backup.cluster());
                cluster.map_or_else(neighbours, named)
            }
            Kind::Pod => {
                let pod = world.pods().get(&object.key);
                let cluster =
                    pod.and_then(|pod| pod.metadata.label(crate::objects::cnpg::CLUSTER_LABEL));
                cluster.map_or_else(neighbours, named)
            }
            // It may have been another Cluster's until now.
            Kind::ScheduledBackup => neighbours(),
            Kind::ObjectStore => {
                let clusters = world.clusters_of(&object.key);
                clusters.map(|cluster| id_of(&cluster.key())).collect()
            }
            _ => Vec::new(),
        }
    }

    fn observe(&self, sight: &Sight<'_>, id: &AssetId) -> Option<AssetSpec> {
        if id.kind != AssetKind::CnpgCluster || id.cluster.is_some() {
            return None;
        }
        let key = ObjectKey::new(&id.namespace, &id.name);
        let cluster = sight.world.clusters().get(&key)?;
        let scene = gather(sight, &key, cluster);
        let metadata = &cluster.metadata;
        let said = annotations::read(&metadata.annotations, &metadata.labels);
        let destination = Destination::of(&scene);
        let mut observation = observation(&scene, &destination, id, sight.now);
        observation.facts.standby = standby::role(cluster, &said, sight.readings.is_some());
        let findings = &mut observation.facts.findings;
        // Whoever said why it has none wants to hear no more of it, until it has some.
        let is_excused =
            said.no_backup.is_some() && scene.schedules.is_empty() && scene.backups.is_empty();
        let follows = paused::replica_of(cluster).is_some();
        if is_excused {
            findings.retain(|finding| !findings::UNSCHEDULED.contains(&finding.code));
        }
        findings.extend(of_annotations(&scene, &said));
        findings.sort();
        Some(AssetSpec {
            id: id.clone(),
            labels: metadata.labels.clone(),
            own: said.overrides,
            // What follows another needs no backup anyway, but has to follow.
            suspended: said.suspend || (is_excused && !follows),
            care: Care::Observed(Box::new(observation)),
            places: destination.places(&scene),
        })
    }

    fn findings(&self, sight: &Sight<'_>) -> Vec<Finding> {
        let schedules = sight.world.scheduled_backups().iter();
        let lost = schedules.filter(|scheduled| {
            let metadata = &scheduled.metadata;
            let key = ObjectKey::new(&metadata.namespace, &scheduled.spec.cluster.name);
            let clusters = sight.world.clusters();
            clusters.get(&key).is_none()
                && !is_going(metadata)
                && is_seen(sight, Kind::Cluster, &metadata.namespace)
        });
        lost.map(|scheduled| {
            let metadata = &scheduled.metadata;
            let (namespace, name) = (&metadata.namespace, &metadata.name);
            let cluster = &scheduled.spec.cluster.name;
            Finding {
                code: "schedule_without_cluster",
                message: format!(
                    "ScheduledBackup/{name} in namespace {namespace} is for Cluster/{cluster}, \
                     which does not exist there."
                ),
                hint: Some(format!(
                    "correct spec.cluster.name, or delete it: kubectl delete \
                     scheduledbackups.postgresql.cnpg.io {name} -n {namespace}"
                )),
            }
        })
        .collect()
    }
}

fn id_of(cluster: &ObjectKey) -> AssetId {
    cluster.asset_id(AssetKind::CnpgCluster)
}

/// All that belongs to a Cluster.
fn gather<'a>(sight: &Sight<'a>, key: &ObjectKey, cluster: &'a Cluster) -> Scene<'a> {
    let world = sight.world;
    let schedules = world.scheduled_backups_of(key).map(Arc::as_ref);
    let plugins = cluster.spec.plugins.iter();
    let names: BTreeSet<&str> = plugins.filter_map(|plugin| plugin.object_store()).collect();
    let stores = names.into_iter().filter_map(|name| {
        let store = world
            .object_stores()
            .get(&ObjectKey::new(&key.namespace, name))?;
        Some((name, store.as_ref()))
    });
    let needed = [Kind::Backup, Kind::ScheduledBackup, Kind::ObjectStore];
    let without_stores = cluster.barman_plugin().is_none();
    Scene {
        cluster,
        backups: world.backups_of(key).map(Arc::as_ref).collect(),
        schedules: schedules
            .filter(|scheduled| !is_going(&scheduled.metadata))
            .collect(),
        object_stores: stores.collect(),
        is_whole: needed
            .into_iter()
            .filter(|kind| *kind != Kind::ObjectStore || !without_stores)
            .all(|kind| is_seen(sight, kind, &key.namespace)),
        instances: instances::of(world.pods_of(key).map(Arc::as_ref), cluster, sight.readings),
        archiver: instances::archiver(cluster, sight.readings),
    }
}

/// Whether all objects of a kind in a namespace have been listed, so that what isn't among them is
/// not there.
fn is_seen(sight: &Sight<'_>, kind: Kind, namespace: &str) -> bool {
    let watch = sight.world.watch(kind, namespace);
    watch.is_none_or(|(_, state)| state.synced)
}

/// What is seen of a Cluster.
fn observation(
    scene: &Scene<'_>,
    destination: &Destination<'_>,
    id: &AssetId,
    now: jiff::Timestamp,
) -> Observation {
    let accounts = window::accounts(scene, destination);
    let mut points = backups::points(scene);
    points.extend(window::points(&accounts, &points));
    Observation {
        created_at: scene.cluster.metadata.creation_timestamp.get(),
        facts: Facts {
            paused: paused::reason(scene),
            schedules: Some(schedules::of(scene)),
            archiving: archiving::of(scene).map(Box::new),
            under_way: backups::under_way(scene),
            window: window::newest(&accounts).map(Box::new),
            retention: destination.retention(scene),
            instances: scene.instances.clone(),
            claimed: backups::claimed(scene, destination),
            findings: findings::of(scene, destination, now),
            ..Facts::default()
        },
        runs: backups::runs(scene, id),
        points: if scene.is_whole {
            ObservedPoints::Present(points)
        } else {
            ObservedPoints::Evident(points)
        },
    }
}

/// What the Cluster says of itself and can't be heeded.
fn of_annotations(scene: &Scene<'_>, said: &annotations::AssetAnnotations) -> Vec<Finding> {
    let cluster = scene.called();
    let unreadable = said.problems.iter().map(|problem| Finding {
        code: "annotation_unreadable",
        message: format!("{cluster} has an annotation that can't be heeded: {problem}."),
        hint: Some(format!(
            "kubectl edit clusters.postgresql.cnpg.io {} -n {}",
            scene.name(),
            scene.namespace()
        )),
    });
    let refused = (said.selected == Some(false)).then(|| Finding {
        code: "annotation_without_effect",
        message: format!(
            "{cluster} has {} set to false, but every Cluster is watched over.",
            annotations::BACKUP
        ),
        hint: Some(format!(
            "set {}: \"true\" to have it paused",
            annotations::SUSPEND
        )),
    });
    unreadable.chain(refused).collect()
}
