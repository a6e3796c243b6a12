//! Clusters of CloudNativePG: covered by backups of their own, or by what says that it covers them.

use lifeboat_core::{AssetKind, CoverageKind};
use lifeboat_resources::annotations;

use super::{Case, Judged, JudgedObjects, Offer, Offers, Schedules, Seen};
use crate::{
    objects::{Kind, ObjectKey},
    observers::{
        Sight,
        cnpg::coverage::{OwnBackups, own_backups},
    },
};

/// What could cover a Cluster.
const COVERS: [Kind; 3] = [Kind::ScheduledBackup, Kind::CronJob, Kind::PrometheusBackup];

/// How every Cluster is covered.
pub(super) fn judge<'a>(
    sight: &Sight<'a>,
    offers: &Offers,
    seen: &Seen,
    schedules: &mut Schedules,
) -> JudgedObjects<'a> {
    let clusters = sight.world.clusters();
    let clusters = clusters.keys().zip(clusters.iter());
    let judged = clusters.map(|(key, cluster)| {
        let metadata = &cluster.metadata;
        let said = annotations::read(&metadata.annotations, &metadata.labels);
        let mut excuse = said.no_backup;
        let mut own = Offer {
            asset: key.asset_id(AssetKind::CnpgCluster),
            made_at: None,
            obstacle: None,
        };
        match own_backups(sight.world, key, cluster, schedules) {
            OwnBackups::Made { since } => own.made_at = since,
            OwnBackups::None { why } => own.obstacle = Some(why),
            OwnBackups::Replica { of } => {
                let what = format!("a replica of {of}");
                own.obstacle = Some(format!("Cluster/{} is {what}", key.name));
                excuse = excuse.or(Some(what));
            }
        }
        let others = offers.on(CoverageKind::CnpgCluster, key);
        let case = Case {
            made_at: metadata.creation_timestamp.get(),
            offers: std::iter::once(&own).chain(others).collect(),
            excuse,
            missing: seen.missing(&COVERS, &key.namespace).cloned(),
            otherwise: "",
        };
        (key, case.judge())
    });
    judged.collect()
}

/// How one of them is covered.
pub(super) fn find<'a>(clusters: &'a JudgedObjects<'_>, key: &ObjectKey) -> Option<&'a Judged> {
    let found = clusters.binary_search_by(|(known, _)| (*known).cmp(key));
    found.ok().map(|index| &clusters[index].1)
}
