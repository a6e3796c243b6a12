//! Coverage: what in a cluster holds data, and which backup covers it. Pure, from the world.
//!
//! ```text
//! offers         what says that it covers something, and what keeps it from doing so
//! claims         claims of volumes
//! stateful_sets  sets of pods, by their claims
//! clusters       Clusters of CloudNativePG
//! schedules      what is wrong with schedules, remembered from look to look
//! seen           what can't be seen, so that nothing follows from its absence
//! findings       annotations that can't be heeded
//! covering       all of it again whenever it may differ
//! ```

mod claims;
mod clusters;
mod covering;
mod findings;
mod offers;
mod schedules;
mod seen;
mod stateful_sets;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_core::{
    AssetId, Coverage, CoverageKind, CoverageState, CoverageSubject, SubjectCoverage, assess::Blind,
};

use self::{
    claims::Claims,
    offers::{Offer, Offers},
    seen::Seen,
    stateful_sets::Sets,
};
pub(crate) use self::{
    covering::Covering,
    schedules::{Dialect, Schedules},
};
use crate::{
    objects::{Kind, ObjectKey},
    observers::Sight,
};

/// The kinds of objects that coverage rests on.
const NEEDS: [Kind; 7] = [
    Kind::PersistentVolumeClaim,
    Kind::StatefulSet,
    Kind::Cluster,
    Kind::ScheduledBackup,
    Kind::ReplicationSource,
    Kind::CronJob,
    Kind::PrometheusBackup,
];

/// Whether coverage may differ when an object of this kind does. What Backups and Jobs came to doesn't
/// matter: whether there is a cover is one question, and how it fares another.
fn concerns(kind: Kind) -> bool {
    NEEDS.contains(&kind)
}

/// What is seen of all that holds data.
fn survey(sight: &Sight<'_>, schedules: &mut Schedules, started_at: Timestamp) -> Coverage {
    let world = sight.world;
    let seen = Seen::of(world, started_at);
    let offers = Offers::of(sight, schedules);
    let sets = Sets::of(world);
    let clusters = clusters::judge(sight, &offers, &seen, schedules);
    schedules.end_look();
    let claims = Claims::judge(world, &offers, &seen, &clusters, &sets);
    let of_sets = stateful_sets::judge(world, &seen, &claims);
    // In the order of the kinds, and each of them in the order of the world.
    let judged = [
        (CoverageKind::CnpgCluster, clusters),
        (CoverageKind::StatefulSet, of_sets),
        (CoverageKind::PersistentVolumeClaim, claims.judged),
    ];
    let subjects = judged.into_iter().flat_map(|(kind, judged)| {
        judged
            .into_iter()
            .map(move |(key, judged)| SubjectCoverage {
                subject: CoverageSubject {
                    cluster: None,
                    kind,
                    namespace: key.namespace.clone(),
                    name: key.name.clone(),
                },
                state: judged.state,
                evident_since: judged.evident_since,
            })
    });
    Coverage {
        cluster: None,
        subjects: subjects.collect(),
        unseen: seen.unseen_kinds(),
        blind: seen.blind(),
    }
}

/// Coverage as it is known outside of a cluster that has a name.
pub(crate) fn outside(coverage: Arc<Coverage>, cluster: Option<&str>) -> Arc<Coverage> {
    if cluster.is_none() {
        return coverage;
    }
    let name = || cluster.map(str::to_owned);
    let mut coverage = Arc::unwrap_or_clone(coverage);
    coverage.cluster = name();
    for seen in &mut coverage.subjects {
        seen.subject.cluster = name();
        if let CoverageState::Covered { by } = &mut seen.state {
            for asset in by {
                asset.cluster = name();
            }
        }
    }
    Arc::new(coverage)
}

/// How one thing is judged.
#[derive(Clone)]
struct Judged {
    state: CoverageState,
    evident_since: Option<Timestamp>,
}

/// Objects of a kind, in the order of the world, and how each is judged.
type JudgedObjects<'a> = Vec<(&'a ObjectKey, Judged)>;

/// All that bears on one thing.
struct Case<'a> {
    /// When it was made.
    made_at: Option<Timestamp>,
    /// What says to cover it.
    offers: Vec<&'a Offer>,
    /// Why it needs no backup, if somebody said so.
    excuse: Option<String>,
    /// Why something that covers it may not be seen.
    missing: Option<Blind>,
    /// Why it is uncovered where nothing offers to cover it.
    otherwise: &'a str,
}

impl Case<'_> {
    /// A cover comes before an excuse, and an excuse before doubt.
    fn judge(self) -> Judged {
        let holding = || self.offers.iter().filter(|offer| offer.obstacle.is_none());
        if holding().next().is_some() {
            let mut by: Vec<AssetId> = holding().map(|offer| offer.asset.clone()).collect();
            by.sort();
            by.dedup();
            let made_at = holding().filter_map(|offer| offer.made_at).min();
            return Judged {
                state: CoverageState::Covered { by },
                evident_since: self.made_at.max(made_at),
            };
        }
        if let Some(reason) = self.excuse {
            return Judged {
                state: CoverageState::Excused { reason },
                evident_since: self.made_at,
            };
        }
        if let Some(missing) = self.missing {
            return Judged {
                state: CoverageState::Unknown { why: missing.error },
                evident_since: Some(missing.since),
            };
        }
        let obstacles = self.offers.iter();
        let obstacles: Vec<&str> = obstacles
            .filter_map(|offer| offer.obstacle.as_deref())
            .collect();
        let why = if obstacles.is_empty() {
            self.otherwise.to_owned()
        } else {
            obstacles.join("; ")
        };
        Judged {
            state: CoverageState::Uncovered { why },
            evident_since: self.made_at,
        }
    }
}
