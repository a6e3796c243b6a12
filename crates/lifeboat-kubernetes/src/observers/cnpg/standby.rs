//! Standbys: Clusters that follow another one, and those that did until they were promoted.

use lifeboat_core::{Standby, StandbyRole};
use lifeboat_resources::annotations::AssetAnnotations;

use super::paused;
use crate::objects::cnpg::Cluster;

/// Whether a Cluster is a standby. Its own word is stronger than what its description tells.
pub(super) fn role(cluster: &Cluster, said: &AssetAnnotations, is_read: bool) -> StandbyRole {
    let follows = paused::replica_of(cluster);
    match said.standby {
        Some(false) => StandbyRole::Leads,
        None if leads_on_purpose(cluster) => StandbyRole::Leads,
        None if follows.is_none() => StandbyRole::Untold,
        _ => StandbyRole::Follows(Box::new(Standby {
            follows: follows.map(ToOwned::to_owned),
            streams: streams(cluster),
            is_read,
            rests: paused::is_hibernated(cluster),
        })),
    }
}

/// In a topology of several Clusters, each may be the one that leads; who it is was decided by whoever
/// wrote it down.
fn leads_on_purpose(cluster: &Cluster) -> bool {
    let replica = cluster.spec.replica.as_ref();
    replica.is_some_and(|replica| {
        let own_name = replica.self_name.as_deref();
        let own_name = own_name.unwrap_or(&cluster.metadata.name);
        replica.primary.as_deref() == Some(own_name)
    })
}

/// Whether the Cluster that it follows is one that it can connect to.
fn streams(cluster: &Cluster) -> bool {
    let Some(replica) = &cluster.spec.replica else {
        return false;
    };
    let mut others = cluster.spec.external_clusters.iter();
    others.any(|other| other.name == replica.source && other.has_connection_parameters)
}
