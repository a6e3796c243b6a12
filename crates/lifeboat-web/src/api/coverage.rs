//! Coverage: what holds data, and which backup covers it. `GET /api/v1/coverage`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lifeboat_controller::View;
use lifeboat_core::{
    AssetId, Coverage, CoverageKind, CoverageMeans, CoverageState, CoverageStatus, SubjectCoverage,
};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{AsOf, asset::BlindReport, seconds};

/// What of it is asked for. What is none asks for nothing, so it fits all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverageQuery {
    /// Things of this kind, in upper or lower case.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "kind"
    )]
    pub kind: Option<CoverageKind>,
    /// Things in this cluster; empty for those whose cluster has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Things in this namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Things that are covered like this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<CoverageStatus>,
}

fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CoverageKind>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(de::Error::custom)
}

/// What holds data, as far as it was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageList {
    /// Of which moment this is.
    #[serde(flatten)]
    pub as_of: AsOf,
    /// Whether a cluster is watched at all. Without one, nobody knows what holds data.
    pub watched: bool,
    /// How many things are covered how, of those that were asked for, in whatever state they are.
    pub counts: CoverageCounts,
    /// What can't be seen in full, so that things may be missing below.
    pub unseen: Vec<UnseenReport>,
    /// Why nobody sees any more what changes, of each cluster where that is so.
    pub blind: Vec<BlindReport>,
    /// The things, by cluster, kind, namespace and name.
    pub subjects: Vec<CoverageReport>,
}

/// How many things are covered how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageCounts {
    /// Those that a backup covers.
    pub covered: usize,
    /// Of these, those that a copy of the volume covers. What several cover counts for each.
    pub by_volume_backup: usize,
    /// Those that backups of CloudNativePG cover.
    pub by_cnpg: usize,
    /// Those that a `CronJob` covers.
    pub by_cron_job: usize,
    /// Those that a backup of a Prometheus covers.
    pub by_prometheus: usize,
    /// Those that no backup covers.
    pub uncovered: usize,
    /// Those of which nobody can say.
    pub unknown: usize,
    /// Those that need no backup, as somebody said.
    pub excused: usize,
}

/// A kind of things that can't be seen in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnseenReport {
    /// The cluster, where one Lifeboat watches several.
    pub cluster: Option<String>,
    /// What can't be seen.
    pub kind: CoverageKind,
    /// Why.
    pub error: String,
}

/// One thing that holds data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// The cluster, where one Lifeboat watches several.
    pub cluster: Option<String>,
    /// What it is.
    pub kind: CoverageKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Whether it is covered.
    pub state: CoverageStatus,
    /// What covers it.
    pub covered_by: Vec<CoverReport>,
    /// Why it is uncovered or unknown, or the reason by which it is excused.
    pub why: Option<String>,
    /// Since when that is so.
    pub since: Timestamp,
    /// How long that is.
    pub for_seconds: f64,
}

/// What covers something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverReport {
    /// The asset whose backups they are.
    pub asset: AssetId,
    /// What kind of backups they are.
    pub means: Option<CoverageMeans>,
}

impl CoverageList {
    /// Reports the part of a view that is asked for.
    #[must_use]
    pub fn selected(view: &View, query: &CoverageQuery, as_of: AsOf) -> Self {
        let mut list = Self {
            watched: !view.coverage.is_empty(),
            as_of,
            counts: CoverageCounts::default(),
            unseen: Vec::new(),
            blind: Vec::new(),
            subjects: Vec::new(),
        };
        for judged in &view.coverage {
            let coverage = judged.coverage();
            if !query.reaches(coverage.cluster.as_deref()) {
                continue;
            }
            let unseen = unseen(coverage);
            list.unseen
                .extend(unseen.filter(|one| query.asks_for(one.kind)));
            let blind = coverage.blind.iter();
            list.blind
                .extend(blind.map(|blind| BlindReport::new(blind, view.at)));
            for (seen, since) in judged.subjects() {
                let subject = &seen.subject;
                let is_there = query.namespace.as_ref();
                let is_there = is_there.is_none_or(|there| *there == subject.namespace);
                if !is_there || !query.asks_for(subject.kind) {
                    continue;
                }
                list.counts.count(&seen.state);
                if query.state.is_none_or(|state| state == seen.state.status()) {
                    list.subjects
                        .push(CoverageReport::new(seen, since, view.at));
                }
            }
        }
        list
    }
}

impl CoverageQuery {
    fn reaches(&self, cluster: Option<&str>) -> bool {
        let wanted = self.cluster.as_deref();
        wanted.is_none_or(|wanted| wanted == cluster.unwrap_or_default())
    }

    fn asks_for(&self, kind: CoverageKind) -> bool {
        self.kind.is_none_or(|wanted| wanted == kind)
    }
}

impl CoverageCounts {
    /// How many there are in all.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.covered + self.uncovered + self.unknown + self.excused
    }

    fn count(&mut self, state: &CoverageState) {
        *match state.status() {
            CoverageStatus::Covered => &mut self.covered,
            CoverageStatus::Uncovered => &mut self.uncovered,
            CoverageStatus::Unknown => &mut self.unknown,
            CoverageStatus::Excused => &mut self.excused,
        } += 1;
        let by = state.covered_by().iter();
        let means = by.filter_map(|asset| CoverageMeans::of(asset.kind));
        let each: BTreeSet<CoverageMeans> = means.collect();
        for means in each {
            *match means {
                CoverageMeans::VolumeBackup => &mut self.by_volume_backup,
                CoverageMeans::Cnpg => &mut self.by_cnpg,
                CoverageMeans::CronJob => &mut self.by_cron_job,
                CoverageMeans::Prometheus => &mut self.by_prometheus,
            } += 1;
        }
    }
}

impl CoverageReport {
    fn new(seen: &SubjectCoverage, since: Timestamp, at: Timestamp) -> Self {
        let (subject, state) = (&seen.subject, &seen.state);
        let by = state.covered_by().iter();
        Self {
            cluster: subject.cluster.clone(),
            kind: subject.kind,
            namespace: subject.namespace.clone(),
            name: subject.name.clone(),
            state: state.status(),
            covered_by: by
                .map(|asset| CoverReport {
                    asset: asset.clone(),
                    means: CoverageMeans::of(asset.kind),
                })
                .collect(),
            why: match state {
                CoverageState::Covered { .. } => None,
                CoverageState::Uncovered { why } | CoverageState::Unknown { why } => {
                    Some(why.clone())
                }
                CoverageState::Excused { reason } => Some(reason.clone()),
            },
            since,
            for_seconds: seconds(at.duration_since(since)),
        }
    }
}

fn unseen(coverage: &Coverage) -> impl Iterator<Item = UnseenReport> {
    let unseen = coverage.unseen.iter();
    unseen.map(|(kind, error)| UnseenReport {
        cluster: coverage.cluster.clone(),
        kind: *kind,
        error: error.clone(),
    })
}
