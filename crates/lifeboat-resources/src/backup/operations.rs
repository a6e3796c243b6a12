//! What a `PrometheusBackup` asks of its operations: retries, retention, prune, verification, objectives.

use jiff::{SignedDuration, tz::TimeZone};
use lifeboat_core::{
    ObjectiveOverrides, Schedule, retention::RetentionPolicy, scheduling::Retries, slo::Ratio,
};
use lifeboat_repository::{DEFAULT_GRACE, Level};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::validations;
use crate::{
    defaults,
    values::{LONGER_THAN_NOTHING, Text},
};

/// What follows a failed run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RetriesSpec {
    /// How many retries there are.
    pub limit: u32,
    /// The wait before the first retry. It doubles for each one after that, up to an hour.
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub backoff: Text<SignedDuration>,
}

impl Default for RetriesSpec {
    fn default() -> Self {
        Self {
            limit: 3,
            backoff: Text(SignedDuration::from_mins(1)),
        }
    }
}

impl RetriesSpec {
    pub(super) const fn retries(&self) -> Retries {
        Retries {
            limit: self.limit,
            backoff: self.backoff.0,
        }
    }
}

/// Which backups to keep. Periods without a backup don't count, so when backups stop, old ones stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(extend("x-kubernetes-validations" = validations::RETENTION))]
pub struct RetentionSpec {
    /// Keep the newest so many backups.
    pub last: u32,
    /// Keep the newest backup of each of so many hours.
    pub hourly: u32,
    /// Keep the newest backup of each of so many days.
    pub daily: u32,
    /// Keep the first backup of each of so many weeks.
    pub weekly: u32,
    /// Keep the first backup of each of so many months.
    pub monthly: u32,
    /// Keep the first backup of each of so many years.
    pub yearly: u32,
    /// Keep every backup made within this time before the newest one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub keep_within: Option<Text<SignedDuration>>,
}

impl Default for RetentionSpec {
    fn default() -> Self {
        let policy = RetentionPolicy::default();
        Self {
            last: policy.last,
            hourly: policy.hourly,
            daily: policy.daily,
            weekly: policy.weekly,
            monthly: policy.monthly,
            yearly: policy.yearly,
            keep_within: policy.keep_within.map(Text),
        }
    }
}

impl RetentionSpec {
    pub(super) fn policy(&self, time_zone: TimeZone) -> RetentionPolicy {
        RetentionPolicy {
            last: self.last,
            hourly: self.hourly,
            daily: self.daily,
            weekly: self.weekly,
            monthly: self.monthly,
            yearly: self.yearly,
            keep_within: self.keep_within.as_ref().map(|within| within.0),
            time_zone,
        }
    }
}

/// When and how to prune.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PruneSpec {
    /// When to prune.
    pub schedule: Text<Schedule>,
    /// Whether nothing is pruned. Backups go on.
    pub suspend: bool,
    /// How long a prune may take.
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub deadline: Text<SignedDuration>,
    /// How long to keep objects that no backup needs any more. It should be longer than a backup
    /// may take.
    pub grace: Text<SignedDuration>,
}

impl Default for PruneSpec {
    fn default() -> Self {
        Self {
            schedule: defaults::prune_schedule(),
            suspend: false,
            deadline: defaults::deadline(),
            grace: Text(DEFAULT_GRACE),
        }
    }
}

/// When and how to verify.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct VerificationSpec {
    /// When to verify.
    pub schedule: Text<Schedule>,
    /// Whether nothing is verified. Backups go on.
    pub suspend: bool,
    /// How deep to look.
    pub level: LevelSpec,
    /// Each run reads one of so many slices of the blocks in turn, so all are read in that many
    /// runs. With 1, every run reads everything.
    #[schemars(range(min = 1))]
    pub slices: u32,
    /// How long a verification may take.
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub deadline: Text<SignedDuration>,
}

impl Default for VerificationSpec {
    fn default() -> Self {
        Self {
            schedule: defaults::verification_schedule(),
            suspend: false,
            level: LevelSpec::Deep,
            slices: 10,
            deadline: defaults::deadline(),
        }
    }
}

/// How deep a verification looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LevelSpec {
    /// Every object is there and has the right size; no data is read.
    Quick,
    /// Every byte is read and compared with its SHA-256.
    Checksums,
    /// As checksums, and every structure of the database is checked.
    Deep,
}

impl From<LevelSpec> for Level {
    fn from(level: LevelSpec) -> Self {
        match level {
            LevelSpec::Quick => Self::Quick,
            LevelSpec::Checksums => Self::Checksums,
            LevelSpec::Deep => Self::Deep,
        }
    }
}

/// What is promised.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ObjectivesSpec {
    /// How old the newest good backup may be (the recovery point objective). Where nobody says
    /// otherwise, 25 hours for a Prometheus, and 36 hours for what others back up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub maximum_age: Option<Text<SignedDuration>>,
    /// How long ago the newest good verification may lie. Where nobody says otherwise, 8 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub verification_age: Option<Text<SignedDuration>>,
    /// How long ago the last good maintenance may lie, where there is any, as of a Kopia repository.
    /// Where nobody says otherwise, 3 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub maintenance_age: Option<Text<SignedDuration>>,
    /// How long a run may take before it counts as stuck. Where nobody says otherwise, that is
    /// learned from earlier runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub maximum_run_duration: Option<Text<SignedDuration>>,
    /// From which age of the newest good backup on one is warned, before the promise breaks. Where
    /// nobody says otherwise, 24 hours for a cluster of `CloudNativePG` whose `maximumAge` nobody sets
    /// either; no warning for the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub warning_age: Option<Text<SignedDuration>>,
    /// How long a run that succeeds should take at most; one that takes longer is a warning. Where
    /// nobody says otherwise, 30 minutes for a backup of `CloudNativePG`, 1 hour for the maintenance of
    /// a Kopia repository; the rest may take as long as it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub expected_run_duration: Option<Text<SignedDuration>>,
    /// From which age of the last good maintenance on a repository counts as neglected, which is worse
    /// than late. Where nobody says otherwise, 7 days, or twice `maintenanceAge` if that is longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub neglect_age: Option<Text<SignedDuration>>,
    /// How long ago the last good rehearsal of a restore may lie, where restores are rehearsed. Where
    /// nobody says otherwise, 8 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub drill_age: Option<Text<SignedDuration>>,
    /// How long a rehearsal of a restore may take (the recovery time objective). Where nobody says, as
    /// long as it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub recovery_time: Option<Text<SignedDuration>>,
    /// How far a standby may lie behind the database that it follows. Where nobody says otherwise, 5
    /// minutes for one that streams; one that fetches WAL from an archive only lies behind while nothing
    /// is written, and may.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub replay_lag: Option<Text<SignedDuration>>,
    /// By how many percent a Kopia repository that is read may grow within a week. Where nobody says
    /// otherwise, 50. Growth by less than 1 GiB never counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_growth_percent: Option<u32>,
    /// What a Kopia repository that is read was given, in percent of what it keeps of that, at the
    /// least: 100 where nothing is there twice. Where nobody says otherwise, 150; 0 asks for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_deduplication_percent: Option<u32>,
    /// For what share of thirty days the newest good backup is to be as young as `maximumAge` says, such
    /// as `99.5%`. Where nobody says otherwise, 99%.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_slo: Option<Text<Ratio>>,
    /// What share of a `CloudNativePG` cluster's attempts to archive WAL is to succeed within thirty days,
    /// such as `99.99%`. Where nobody says otherwise, 99.9%.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wal_archiving_slo: Option<Text<Ratio>>,
    /// How bad a broken promise is. Where nobody says otherwise, each alert has its own severity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<SeveritySpec>,
}

impl ObjectivesSpec {
    pub(crate) fn overrides(&self) -> ObjectiveOverrides {
        let length = |text: &Option<Text<SignedDuration>>| text.as_ref().map(|length| length.0);
        let ratio = |text: &Option<Text<Ratio>>| text.as_ref().map(|ratio| ratio.0);
        ObjectiveOverrides {
            maximum_age: length(&self.maximum_age),
            verification_age: length(&self.verification_age),
            maintenance_age: length(&self.maintenance_age),
            maximum_run_duration: length(&self.maximum_run_duration),
            warning_age: length(&self.warning_age),
            expected_run_duration: length(&self.expected_run_duration),
            neglect_age: length(&self.neglect_age),
            drill_age: length(&self.drill_age),
            recovery_time: length(&self.recovery_time),
            replay_lag: length(&self.replay_lag),
            maximum_growth_percent: self.maximum_growth_percent,
            minimum_deduplication_percent: self.minimum_deduplication_percent,
            backup_slo: ratio(&self.backup_slo),
            wal_archiving_slo: ratio(&self.wal_archiving_slo),
            severity: self.severity.map(Into::into),
        }
    }
}

/// How bad a broken promise is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SeveritySpec {
    /// Worth knowing.
    Info,
    /// To be mended in working hours.
    Warning,
    /// To be mended now.
    Critical,
}

impl From<SeveritySpec> for lifeboat_core::Severity {
    fn from(severity: SeveritySpec) -> Self {
        match severity {
            SeveritySpec::Info => Self::Info,
            SeveritySpec::Warning => Self::Warning,
            SeveritySpec::Critical => Self::Critical,
        }
    }
}
