//! Claims of volumes: covered by themselves, with the set of pods whose they are, or with the Cluster.

use std::collections::HashMap;

use lifeboat_core::{CoverageKind, CoverageState, assess::Blind};
use lifeboat_resources::annotations;

use super::{Case, JudgedObjects, Offer, Offers, Seen, Sets, clusters};
use crate::{
    objects::{
        Kind, KubernetesObject, Metadata, ObjectKey, PersistentVolumeClaim, cnpg::CLUSTER_LABEL,
    },
    world::World,
};

/// What could cover a claim, or say that nothing has to.
const COVERS: [Kind; 4] = [
    Kind::ReplicationSource,
    Kind::CronJob,
    Kind::PrometheusBackup,
    Kind::StatefulSet,
];

/// The label of everything that VolSync makes, and its value.
const MADE_BY: (&str, &str) = ("app.kubernetes.io/created-by", "volsync");

/// The kinds of VolSync's that own the volumes it works with.
const MAKERS: [&str; 2] = ["ReplicationSource", "ReplicationDestination"];

/// How every claim is covered, and whose it is.
pub(super) struct Claims<'a> {
    pub(super) judged: JudgedObjects<'a>,
    /// The claims of each `StatefulSet` that has any, by their places in `judged`.
    pub(super) of_sets: HashMap<ObjectKey, Vec<usize>>,
}

impl<'a> Claims<'a> {
    pub(super) fn judge(
        world: &'a World,
        offers: &Offers,
        seen: &Seen,
        clusters: &JudgedObjects<'_>,
        sets: &Sets<'_>,
    ) -> Self {
        let mut claims = Self {
            judged: Vec::with_capacity(world.persistent_volume_claims().len()),
            of_sets: HashMap::new(),
        };
        let stored = world.persistent_volume_claims();
        for (key, claim) in stored.keys().zip(stored.iter()) {
            if is_working_copy(&claim.metadata) {
                continue;
            }
            let of = sets.of_claim(key);
            for set in &of {
                let known = claims.of_sets.entry(set.key()).or_default();
                known.push(claims.judged.len());
            }
            let in_sets: Vec<&Offer> = of
                .iter()
                .flat_map(|set| offers.on(CoverageKind::StatefulSet, &set.key()))
                .collect();
            let mut excuse = excuse_of(&claim.metadata);
            excuse = excuse.or_else(|| of.iter().find_map(|set| excuse_of(&set.metadata)));
            let of_cluster = OfCluster::of(claim, key, clusters, seen);
            let own = offers.on(CoverageKind::PersistentVolumeClaim, key);
            let case = Case {
                made_at: claim.metadata.creation_timestamp.get(),
                offers: own
                    .iter()
                    .chain(in_sets)
                    .chain(&of_cluster.offers)
                    .collect(),
                excuse: excuse.or(of_cluster.excuse),
                missing: seen
                    .missing(&COVERS, &key.namespace)
                    .cloned()
                    .or(of_cluster.missing),
                otherwise: "nothing that makes backups names it",
            };
            claims.judged.push((key, case.judge()));
        }
        claims
    }
}

/// What VolSync made for itself: caches, and copies to read from. They come and go with what they are
/// copies of.
fn is_working_copy(metadata: &Metadata) -> bool {
    let owner = metadata.controller();
    owner.is_some_and(|owner| {
        MAKERS.contains(&owner.kind.as_str()) || metadata.label(MADE_BY.0) == Some(MADE_BY.1)
    })
}

fn excuse_of(metadata: &Metadata) -> Option<String> {
    // Most objects say nothing.
    metadata.annotation(annotations::NO_BACKUP)?;
    annotations::read(&metadata.annotations, &metadata.labels).no_backup
}

/// What a claim has of the Cluster that it is a volume of.
#[derive(Default)]
struct OfCluster {
    offers: Vec<Offer>,
    excuse: Option<String>,
    missing: Option<Blind>,
}

impl OfCluster {
    fn of(
        claim: &PersistentVolumeClaim,
        key: &ObjectKey,
        clusters: &JudgedObjects<'_>,
        seen: &Seen,
    ) -> Self {
        let Some(name) = claim.metadata.label(CLUSTER_LABEL) else {
            return Self::default();
        };
        let cluster = ObjectKey::new(&key.namespace, name);
        let mut of_cluster = Self::default();
        let offer = |asset, obstacle| Offer {
            asset,
            made_at: None,
            obstacle,
        };
        let own = cluster.asset_id(lifeboat_core::AssetKind::CnpgCluster);
        let Some(judged) = clusters::find(clusters, &cluster) else {
            of_cluster.missing = seen.missing(&[Kind::Cluster], &key.namespace).cloned();
            let why = format!("Cluster/{name}, whose volume it is, is not there");
            of_cluster.offers.push(offer(own, Some(why)));
            return of_cluster;
        };
        match &judged.state {
            CoverageState::Covered { by } => {
                let by = by.iter().cloned();
                of_cluster.offers.extend(by.map(|asset| Offer {
                    made_at: judged.evident_since,
                    ..offer(asset, None)
                }));
            }
            CoverageState::Uncovered { why } => {
                of_cluster.offers.push(offer(own, Some(why.clone())));
            }
            CoverageState::Excused { reason } => {
                of_cluster.excuse = Some(reason.clone());
            }
            CoverageState::Unknown { why } => {
                of_cluster.missing = judged.evident_since.map(|since| Blind {
                    since,
                    error: why.clone(),
                });
            }
        }
        of_cluster
    }
}
