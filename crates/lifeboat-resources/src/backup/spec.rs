//! What a `PrometheusBackup` asks for.

use std::path::PathBuf;

use jiff::{SignedDuration, tz::TimeZone};
use lifeboat_core::Schedule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    operations::{ObjectivesSpec, PruneSpec, RetentionSpec, RetriesSpec, VerificationSpec},
    repository::RepositorySpec,
    validations,
};
use crate::{
    defaults,
    values::{LONGER_THAN_NOTHING, ServerUrl, Text},
};

/// Backs up a Prometheus's own database, on a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrometheusBackupSpec {
    /// The Prometheus to back up.
    pub prometheus: PrometheusSpec,
    /// Where its backups go.
    pub repository: RepositorySpec,
    /// When to back up.
    #[serde(default = "defaults::backup_schedule")]
    pub schedule: Text<Schedule>,
    /// The time zone of all schedules, and the one in which the days, weeks, months and years of
    /// the retention begin.
    #[serde(default = "defaults::time_zone")]
    pub time_zone: Text<TimeZone>,
    /// Whether nothing runs on schedule. Its checks are paused, with the backup's age still shown.
    #[serde(default)]
    pub suspend: bool,
    /// Whether to take a first backup as soon as it is known, without waiting for the schedule.
    #[serde(default)]
    pub immediate: bool,
    /// Whether to leave out samples that are still in memory, about the last three hours.
    #[serde(default)]
    pub skip_head: bool,
    /// How much later than scheduled a run may start, so that many with one schedule don't start
    /// at once. How much it is follows from the name and the moment.
    #[serde(default = "defaults::jitter")]
    pub jitter: Text<SignedDuration>,
    /// How late a missed run is still caught up. Without it, whenever that gets possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub starting_deadline: Option<Text<SignedDuration>>,
    /// How long a backup may take.
    #[serde(default = "defaults::deadline")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub deadline: Text<SignedDuration>,
    /// What follows a failed run, of whatever operation.
    #[serde(default)]
    pub retries: RetriesSpec,
    /// Which backups to keep, as for `lifeboat backups prune`.
    #[serde(default)]
    pub retention: RetentionSpec,
    /// Removing the backups that the retention no longer keeps, and objects that nothing needs.
    #[serde(default)]
    pub prune: PruneSpec,
    /// Reading backups again, to know that they can be restored.
    #[serde(default)]
    pub verification: VerificationSpec,
    /// What is promised. What is left out comes from the policies that fit.
    #[serde(default)]
    pub objectives: ObjectivesSpec,
}

/// A Prometheus and how to log in to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = validations::LOGIN))]
pub struct PrometheusSpec {
    /// Its URL, with its route prefix if it has one.
    pub url: Text<ServerUrl>,
    /// The folder that it was started with as `--storage.tsdb.path`, as Lifeboat sees it.
    pub data_directory: Text<PathBuf>,
    /// The user to log in as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The file that holds the user's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<Text<PathBuf>>,
    /// The file that holds a bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer_token_file: Option<Text<PathBuf>>,
    /// A PEM file of certificate authorities to trust beside the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_authority: Option<Text<PathBuf>>,
}
