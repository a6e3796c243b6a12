//! Coverage made by hand: a covered claim, an uncovered one, an excused one, and a cluster that is covered.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use lifeboat_core::{
    Coverage, CoverageKind, CoverageMemory, CoverageState, CoverageSubject, JudgedCoverage,
    SubjectCoverage,
};

use super::{HOUR, ago, now};

/// What is seen of `shop`, with what can't be seen in full.
pub(crate) fn coverage(unseen: &[CoverageKind]) -> Arc<JudgedCoverage> {
    use CoverageKind::{CnpgCluster, PersistentVolumeClaim};
    let by = |asset: &str| CoverageState::Covered {
        by: vec![asset.parse().unwrap()],
    };
    let uncovered = CoverageState::Uncovered {
        why: "ReplicationSource/uploads is paused".to_owned(),
    };
    let excused = CoverageState::Excused {
        reason: "fills itself".to_owned(),
    };
    let subjects = vec![
        of(
            "shop",
            CnpgCluster,
            "db",
            by("CNPGCluster/shop/db"),
            ago(72 * HOUR),
        ),
        of(
            "media",
            PersistentVolumeClaim,
            "photos",
            by("CronJob/media/photos"),
            ago(HOUR),
        ),
        of(
            "shop",
            PersistentVolumeClaim,
            "cache",
            excused,
            ago(3 * HOUR),
        ),
        of(
            "shop",
            PersistentVolumeClaim,
            "uploads",
            uncovered,
            ago(48 * HOUR),
        ),
    ];
    let unseen = unseen.iter();
    let coverage = Coverage {
        cluster: None,
        subjects,
        unseen: unseen
            .map(|kind| (*kind, "the permission is missing".to_owned()))
            .collect::<BTreeMap<_, _>>(),
        blind: None,
    };
    let (judged, _) = CoverageMemory::default().join(Arc::new(coverage), now());
    Arc::new(judged)
}

fn of(
    namespace: &str,
    kind: CoverageKind,
    name: &str,
    state: CoverageState,
    since: Timestamp,
) -> SubjectCoverage {
    SubjectCoverage {
        subject: CoverageSubject {
            cluster: None,
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        },
        state,
        evident_since: Some(since),
    }
}
