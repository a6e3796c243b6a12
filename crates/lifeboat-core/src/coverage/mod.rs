//! Coverage: what of a cluster holds data, and which backup covers it.
//!
//! No verdict rests on it. What nothing covers is no asset: nothing was promised of it.

mod memory;

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use memory::{CoverageChanges, CoverageMemory, JudgedCoverage, KnownCoverage};

use crate::{AssetId, AssetKind, assess::Blind};

/// What kind of thing holds data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CoverageKind {
    /// A PostgreSQL cluster under CloudNativePG.
    #[serde(rename = "CNPGCluster")]
    CnpgCluster,
    /// A `StatefulSet` that has volumes.
    StatefulSet,
    /// A claim of a volume.
    PersistentVolumeClaim,
}

impl CoverageKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [
        Self::CnpgCluster,
        Self::StatefulSet,
        Self::PersistentVolumeClaim,
    ];

    /// The kind's name, as in labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CnpgCluster => "CNPGCluster",
            Self::StatefulSet => "StatefulSet",
            Self::PersistentVolumeClaim => "PersistentVolumeClaim",
        }
    }
}

impl fmt::Display for CoverageKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for CoverageKind {
    type Err = UnknownCoverageKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownCoverageKind(text.to_owned()))
    }
}

/// Something that holds data, written `Kind/namespace/name`, or `cluster:Kind/namespace/name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CoverageSubject {
    /// The cluster, where one Lifeboat watches several.
    pub cluster: Option<String>,
    /// What it is.
    pub kind: CoverageKind,
    /// The namespace of the object.
    pub namespace: String,
    /// The name of the object.
    pub name: String,
}

impl fmt::Display for CoverageSubject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(cluster) = &self.cluster {
            write!(formatter, "{cluster}:")?;
        }
        write!(formatter, "{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

/// A text that is no kind of what holds data.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("coverage has no kind '{0}': use one of {kinds}", kinds = CoverageKind::ALL.map(CoverageKind::name).join(", "))]
pub struct UnknownCoverageKind(String);

/// Whether something is covered, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageStatus {
    /// A backup covers it.
    Covered,
    /// None does.
    Uncovered,
    /// What could cover it can't be seen. Never green.
    Unknown,
    /// None does, and somebody said why none has to.
    Excused,
}

impl CoverageStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Covered, Self::Uncovered, Self::Unknown, Self::Excused];

    /// The status's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Uncovered => "uncovered",
            Self::Unknown => "unknown",
            Self::Excused => "excused",
        }
    }

    /// The value of `lifeboat_coverage_status`, alike to that of a check: 0 covered, 1 uncovered, 2
    /// unknown, 3 excused.
    #[must_use]
    pub const fn metric_value(self) -> u8 {
        match self {
            Self::Covered => 0,
            Self::Uncovered => 1,
            Self::Unknown => 2,
            Self::Excused => 3,
        }
    }
}

impl fmt::Display for CoverageStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Whether something is covered, by whom, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoverageState {
    /// These assets' backups cover it; there is at least one.
    Covered {
        /// The assets, in order.
        by: Vec<AssetId>,
    },
    /// No backup covers it.
    Uncovered {
        /// Why, for people: what would cover it and doesn't, if there is such a thing.
        why: String,
    },
    /// Nobody can say.
    Unknown {
        /// Why, for people.
        why: String,
    },
    /// No backup has to cover it.
    Excused {
        /// What somebody wrote as the reason.
        reason: String,
    },
}

impl CoverageState {
    /// The state in a word.
    #[must_use]
    pub const fn status(&self) -> CoverageStatus {
        match self {
            Self::Covered { .. } => CoverageStatus::Covered,
            Self::Uncovered { .. } => CoverageStatus::Uncovered,
            Self::Unknown { .. } => CoverageStatus::Unknown,
            Self::Excused { .. } => CoverageStatus::Excused,
        }
    }

    /// The assets that cover it.
    #[must_use]
    pub fn covered_by(&self) -> &[AssetId] {
        match self {
            Self::Covered { by } => by,
            _ => &[],
        }
    }
}

/// By what kind of backup something is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageMeans {
    /// A copy of the volume, such as by `VolSync`.
    VolumeBackup,
    /// Base backups and write-ahead logs of CloudNativePG.
    Cnpg,
    /// A `CronJob` that is a backup.
    CronJob,
    /// Lifeboat's own backup of a Prometheus.
    Prometheus,
}

impl CoverageMeans {
    /// Every means.
    pub const ALL: [Self; 4] = [
        Self::VolumeBackup,
        Self::Cnpg,
        Self::CronJob,
        Self::Prometheus,
    ];

    /// The name, as in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::VolumeBackup => "volume_backup",
            Self::Cnpg => "cnpg",
            Self::CronJob => "cron_job",
            Self::Prometheus => "prometheus",
        }
    }

    /// What an asset's backups are; none for what makes none of anything in the cluster.
    #[must_use]
    pub const fn of(kind: AssetKind) -> Option<Self> {
        match kind {
            AssetKind::ReplicationSource => Some(Self::VolumeBackup),
            AssetKind::CnpgCluster => Some(Self::Cnpg),
            AssetKind::CronJob => Some(Self::CronJob),
            AssetKind::Prometheus => Some(Self::Prometheus),
            _ => None,
        }
    }
}

/// What is seen of one thing that holds data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectCoverage {
    /// What it is.
    pub subject: CoverageSubject,
    /// Whether it is covered.
    pub state: CoverageState,
    /// Since when that can be so at the earliest, by what is seen: since it was made, or what covers
    /// it was. None if nothing says.
    pub evident_since: Option<Timestamp>,
}

/// What is seen of all that holds data in a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The cluster, where one Lifeboat watches several.
    pub cluster: Option<String>,
    /// What is there, each once, in order.
    pub subjects: Vec<SubjectCoverage>,
    /// The kinds of which not all can be among the subjects, and why.
    pub unseen: BTreeMap<CoverageKind, String>,
    /// Why nobody sees any more what changes, while that is so.
    pub blind: Option<Blind>,
}
