//! VolSync: the volumes that it copies, and the upkeep of the Kopia repositories that it copies to.

mod maintenance;
mod replication;
#[cfg(test)]
mod tests;

use lifeboat_core::Finding;
use lifeboat_resources::annotations::AssetAnnotations;

use crate::objects::{Kind, Metadata};

pub(crate) use maintenance::KopiaMaintenanceObserver;
pub(crate) use replication::ReplicationObserver;

/// What an object says of itself.
fn own_words(metadata: &Metadata) -> AssetAnnotations {
    lifeboat_resources::annotations::read(&metadata.annotations, &metadata.labels)
}

/// What an object says of itself and can't be heeded.
fn unheeded<'a>(
    kind: Kind,
    metadata: &'a Metadata,
    own: &'a AssetAnnotations,
) -> impl Iterator<Item = Finding> + 'a {
    let (namespace, name) = (&metadata.namespace, &metadata.name);
    own.problems.iter().map(move |problem| Finding {
        code: "annotation_unreadable",
        message: format!("{kind}/{name} has an annotation that can't be heeded: {problem}."),
        hint: Some(format!(
            "kubectl -n {namespace} edit {} {name}",
            kind.plural()
        )),
    })
}
