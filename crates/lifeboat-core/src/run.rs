//! Runs: each execution of an operation on an asset, with its start, end and outcome.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::AssetId;

/// What is done with an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// A recovery point is made.
    Backup,
    /// What is stored is read and compared.
    Verification,
    /// What retention no longer keeps is removed.
    Prune,
    /// Keep up what backups are kept in, so that what is no longer needed is given back.
    Maintenance,
    /// A restore is rehearsed, and what it gives is looked at.
    Drill,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 5] = [
        Self::Backup,
        Self::Verification,
        Self::Prune,
        Self::Maintenance,
        Self::Drill,
    ];

    /// The operation's name, as in labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Verification => "verification",
            Self::Prune => "prune",
            Self::Maintenance => "maintenance",
            Self::Drill => "drill",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did what it was for.
    Succeeded,
    /// It didn't, or what it made is not good.
    Failed,
    /// It ended before one could tell: stopped, or killed with Lifeboat itself.
    Inconclusive,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Succeeded, Self::Failed, Self::Inconclusive];

    /// The outcome's name, as in labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Inconclusive => "inconclusive",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Why a run was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunTrigger {
    /// Its schedule said so.
    Schedule,
    /// Its schedule had said so while Lifeboat could not run it.
    CatchUp,
    /// The run before it didn't succeed.
    Retry,
    /// Somebody asked for it.
    Manual,
}

impl RunTrigger {
    /// Every trigger.
    pub const ALL: [Self; 4] = [Self::Schedule, Self::CatchUp, Self::Retry, Self::Manual];

    /// The trigger's name, as in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::CatchUp => "catch_up",
            Self::Retry => "retry",
            Self::Manual => "manual",
        }
    }
}

impl fmt::Display for RunTrigger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A run's identity: unique in a ledger, and opaque but for [`RunId::object`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId(pub String);

impl RunId {
    /// The identity of a run that an object of Kubernetes stands for, such as a `Backup` or a `Job`.
    #[must_use]
    pub fn of_object(kind: &str, name: &str, uid: &str) -> Self {
        Self(format!("{kind}/{name}/{uid}"))
    }

    /// The kind and the name of the object that the run was seen by, if there was one.
    #[must_use]
    pub fn object(&self) -> Option<(&str, &str)> {
        let (kind, rest) = self.0.split_once('/')?;
        let (name, _) = rest.split_once('/')?;
        Some((kind, name))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// One execution of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its identity.
    pub id: RunId,
    /// What it worked on.
    pub asset: AssetId,
    /// What it did.
    pub operation: Operation,
    /// Why it was started.
    pub trigger: RunTrigger,
    /// The moment of the schedule that it stands for; none if somebody asked for it.
    pub scheduled_for: Option<Timestamp>,
    /// 1 for the first attempt, 2 for the first retry.
    pub attempt: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How it ended; none while it is under way.
    pub end: Option<RunEnd>,
}

impl Run {
    /// The outcome, once there is one.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.end.as_ref().map(|end| end.outcome)
    }

    /// How long it took, once it has ended.
    #[must_use]
    pub fn duration(&self) -> Option<SignedDuration> {
        let end = self.end.as_ref()?;
        Some(end.at.duration_since(self.started_at))
    }
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEnd {
    /// When.
    pub at: Timestamp,
    /// How.
    pub outcome: Outcome,
    /// Bytes moved: sent by a backup, read by a verification, freed by a prune.
    pub bytes: Option<u64>,
    /// What it found or made, in a sentence.
    pub summary: Option<String>,
    /// Why it did not succeed, as a chain of causes.
    pub error: Option<String>,
    /// The next step for whoever reads the error.
    pub hint: Option<String>,
    /// The recovery point that it made.
    pub recovery_point: Option<String>,
    /// The slice of the repository that a verification read, of how many, counted from 0.
    pub slice: Option<(u32, u32)>,
    /// Whether another attempt could end otherwise: not if what was found is simply so.
    pub retryable: bool,
}

impl RunEnd {
    /// An end with nothing to say beyond its outcome.
    #[must_use]
    pub fn plain(at: Timestamp, outcome: Outcome) -> Self {
        Self {
            at,
            outcome,
            bytes: None,
            summary: None,
            error: None,
            hint: None,
            recovery_point: None,
            slice: None,
            retryable: outcome != Outcome::Succeeded,
        }
    }
}
