//! Paused: Clusters that are not backed up on purpose, because of what they are.

use super::scene::Scene;
use crate::objects::{Condition, cnpg::Cluster};

/// The annotation by which a Cluster is put to sleep, and the condition that says it is.
const HIBERNATION: &str = "cnpg.io/hibernation";

/// Why it is paused, in a few words.
pub(super) fn reason(scene: &Scene<'_>) -> Option<String> {
    let cluster = scene.cluster;
    if is_hibernated(cluster) {
        return Some("hibernated".to_owned());
    }
    let source = replica_of(cluster)?;
    // One that is backed up itself is an asset like any other.
    let is_backed_up = !scene.schedules.is_empty() || !scene.backups.is_empty();
    (!is_backed_up).then(|| format!("a replica of {source}"))
}

/// Whether it sleeps, or is to.
pub(super) fn is_hibernated(cluster: &Cluster) -> bool {
    let asleep = Condition::find(&cluster.status.conditions, HIBERNATION);
    let is_asleep = asleep.is_some_and(Condition::is_true);
    is_asleep || cluster.metadata.annotation(HIBERNATION) == Some("on")
}

/// The cluster that this one follows, if it follows one.
pub(super) fn replica_of(cluster: &Cluster) -> Option<&str> {
    let replica = cluster.spec.replica.as_ref()?;
    let primary = replica.primary.as_deref().filter(|name| !name.is_empty());
    let follows = replica.enabled.unwrap_or_else(|| {
        let own_name = replica.self_name.as_deref();
        let own_name = own_name.unwrap_or(&cluster.metadata.name);
        primary.is_some_and(|primary| primary != own_name)
    });
    let source = Some(replica.source.as_str()).filter(|source| !source.is_empty());
    follows.then(|| source.or(primary).unwrap_or("another cluster"))
}
