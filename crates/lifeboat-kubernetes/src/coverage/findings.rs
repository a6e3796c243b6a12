//! Annotations about coverage that can't be heeded, of objects that are no assets.

use lifeboat_core::{CoverageKind, Finding};
use lifeboat_resources::annotations::{self, AssetAnnotations};

use super::Seen;
use crate::{
    objects::{Kind, Metadata, ObjectKey},
    observers::Sight,
    world::World,
};

/// The prefix of all annotations that are Lifeboat's.
const PREFIX: &str = "lifeboat.dev/";

/// What somebody should look at.
pub(super) fn of(sight: &Sight<'_>) -> Vec<Finding> {
    let world = sight.world;
    let claims = world.persistent_volume_claims().iter();
    let claims = claims.map(|claim| (Kind::PersistentVolumeClaim, &claim.metadata));
    let sets = world.stateful_sets().iter();
    let sets = sets.map(|set| (Kind::StatefulSet, &set.metadata));
    let prometheus = || {
        let backups = world.prometheus_backups().iter();
        backups.map(|backup| (Kind::PrometheusBackup, &backup.metadata))
    };
    let unreadable = claims
        .chain(sets)
        .chain(prometheus())
        .filter(|(_, metadata)| speaks(metadata))
        .filter_map(|(kind, metadata)| unreadable(kind, metadata, &read(metadata)));
    let cron_jobs = world.cron_jobs().iter();
    let cron_jobs = cron_jobs.map(|cron_job| (Kind::CronJob, &cron_job.metadata));
    let seen = Seen::of(world, sight.now);
    let aimless = prometheus()
        .chain(cron_jobs)
        .filter(|(_, metadata)| metadata.annotation(annotations::COVERS).is_some())
        .filter_map(|(kind, metadata)| aimless(world, &seen, kind, metadata));
    unreadable.chain(aimless).collect()
}

fn speaks(metadata: &Metadata) -> bool {
    let mut names = metadata.annotations.range(PREFIX.to_owned()..);
    names
        .next()
        .is_some_and(|(name, _)| name.starts_with(PREFIX))
}

fn read(metadata: &Metadata) -> AssetAnnotations {
    annotations::read(&metadata.annotations, &metadata.labels)
}

fn unreadable(kind: Kind, metadata: &Metadata, said: &AssetAnnotations) -> Option<Finding> {
    let problems = said.problems.join("; ");
    (!problems.is_empty()).then(|| Finding {
        code: "annotation_unreadable",
        message: format!(
            "{kind}/{} in namespace {} has an annotation that can't be heeded: {problems}",
            metadata.name, metadata.namespace
        ),
        hint: Some(edit(kind, metadata)),
    })
}

/// It says to cover something that doesn't exist: a slip, or a leftover.
fn aimless(world: &World, seen: &Seen, kind: Kind, metadata: &Metadata) -> Option<Finding> {
    let covers = read(metadata).covers.unwrap_or_default().into_iter();
    let missing: Vec<String> = covers
        .filter_map(|covered| {
            let key = ObjectKey::new(&metadata.namespace, &covered.name);
            let (kind, is_there) = match covered.kind {
                CoverageKind::PersistentVolumeClaim => (
                    Kind::PersistentVolumeClaim,
                    world.persistent_volume_claims().get(&key).is_some(),
                ),
                CoverageKind::StatefulSet => {
                    (Kind::StatefulSet, world.stateful_sets().get(&key).is_some())
                }
                CoverageKind::CnpgCluster => (Kind::Cluster, world.clusters().get(&key).is_some()),
            };
            let is_known = seen.missing(&[kind], &key.namespace).is_none();
            (is_known && !is_there).then(|| format!("{kind}/{}", covered.name))
        })
        .collect();
    (!missing.is_empty()).then(|| Finding {
        code: "covers_nothing",
        message: format!(
            "{kind}/{} in namespace {} says that it covers {}, which does not exist there",
            metadata.name,
            metadata.namespace,
            missing.join(" and ")
        ),
        hint: Some(edit(kind, metadata)),
    })
}

fn edit(kind: Kind, metadata: &Metadata) -> String {
    format!(
        "kubectl edit {} {} -n {}",
        kind.resource(),
        metadata.name,
        metadata.namespace
    )
}
