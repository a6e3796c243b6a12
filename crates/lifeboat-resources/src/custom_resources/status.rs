//! What is said of custom resources in their status: plain data, which others fill in.

use jiff::Timestamp;
use lifeboat_core::{Check, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of a `PrometheusBackup`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PrometheusBackupStatus {
    /// The generation of the object that this is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Whether its backups could save you now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<VerdictSpec>,
    /// Since when the verdict holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub since: Option<Timestamp>,
    /// A sentence on what the verdict rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// When the last backup ended, whether it succeeded or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub last_backup_time: Option<Timestamp>,
    /// The newest backup that one could restore from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest_recovery_point: Option<NewestRecoveryPoint>,
    /// When the next backup is due. Without it, none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub next_backup_time: Option<Timestamp>,
    /// `Protected`, whose reason is the leading check.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
}

/// What is known of a `BackupPolicy`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct BackupPolicyStatus {
    /// The generation of the object that this is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// How many assets it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assets: Option<u32>,
    /// How many of them are failing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing: Option<u32>,
    /// Of how many of them nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<u32>,
    /// How many of them are paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<u32>,
    /// `Accepted`, which is False with the reason where the object can't be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
}

/// A backup that one could restore from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewestRecoveryPoint {
    /// Its name, such as `backup-20261121-020000`.
    pub name: String,
    /// When it was taken.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub taken_at: Timestamp,
    /// Its size in bytes, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// A verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VerdictSpec {
    /// Every promise is kept.
    Ok,
    /// A promise is broken.
    Failing,
    /// Nobody knows.
    Unknown,
    /// It is suspended on purpose.
    Paused,
}

impl From<Status> for VerdictSpec {
    fn from(status: Status) -> Self {
        match status {
            Status::Ok => Self::Ok,
            Status::Failing => Self::Failing,
            Status::Unknown => Self::Unknown,
            Status::Paused => Self::Paused,
        }
    }
}

/// A condition, as `metav1.Condition` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// What is asked, such as `Protected`.
    #[serde(rename = "type")]
    #[schemars(length(max = 316))]
    pub kind: String,
    /// The answer.
    pub status: ConditionStatus,
    /// The generation of the object that this is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// When the answer last changed.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub last_transition_time: Timestamp,
    /// Why, in one word in CamelCase.
    #[schemars(
        length(min = 1, max = 1024),
        regex(pattern = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")
    )]
    pub reason: String,
    /// Why, in a sentence.
    #[schemars(length(max = 32768))]
    pub message: String,
}

impl Condition {
    /// Whether a Prometheus's backups could save you now.
    pub const PROTECTED: &'static str = "Protected";
    /// Whether an object could be read.
    pub const ACCEPTED: &'static str = "Accepted";
}

/// The answer of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ConditionStatus {
    /// It is so.
    True,
    /// It is not so.
    False,
    /// Nobody knows.
    Unknown,
}

/// A check as a condition's reason: its name in CamelCase, such as `LastRun`.
#[must_use]
pub fn reason(check: Check) -> String {
    let words = check
        .name()
        .split(|letter: char| !letter.is_ascii_alphanumeric());
    let mut reason = String::new();
    for word in words {
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            reason.push(first.to_ascii_uppercase());
            reason.push_str(letters.as_str());
        }
    }
    reason
}
