//! `CronJob` and `Job` of `batch/v1`.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

pub use super::job::{Job, JobCondition, JobOwner, JobStatus};
use super::{metadata::Metadata, moment, pod::Container, uid::Uid};

/// `batch/v1` `CronJob`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CronJob {
    /// Name, labels, annotations.
    pub metadata: Metadata,
    /// What it is to do.
    #[serde(default)]
    pub spec: CronJobSpec,
    /// What it did.
    #[serde(default)]
    pub status: CronJobStatus,
}

/// `CronJob.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CronJobSpec {
    /// Five cron fields, or a name such as `@daily`.
    pub schedule: String,
    /// An IANA time zone; absent: that of the controller manager.
    pub time_zone: Option<String>,
    /// Suspended: no new Jobs.
    pub suspend: bool,
    /// `Allow` (default), `Forbid` or `Replace`.
    pub concurrency_policy: Option<String>,
    /// A missed start is made up for within this many seconds; absent: without limit.
    pub starting_deadline_seconds: Option<i64>,
    /// Succeeded Jobs that are kept; the API server's default is 3.
    pub successful_jobs_history_limit: Option<i64>,
    /// Failed Jobs that are kept; the API server's default is 1.
    pub failed_jobs_history_limit: Option<i64>,
    /// What its Jobs run.
    pub job_template: JobTemplate,
}

/// `CronJob.spec.jobTemplate`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct JobTemplate {
    /// The specification of the Jobs.
    pub spec: JobSpec,
}

impl CronJobSpec {
    /// The containers its Jobs run, initial ones not included.
    #[must_use]
    pub fn containers(&self) -> &[Container] {
        &self.job_template.spec.template.spec.containers
    }
}

/// `CronJob.status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CronJobStatus {
    /// When a Job was last made, whatever became of it.
    #[serde(deserialize_with = "moment::optional")]
    pub last_schedule_time: Option<Timestamp>,
    /// When a Job last succeeded. Lost when the `CronJob` is made anew.
    #[serde(deserialize_with = "moment::optional")]
    pub last_successful_time: Option<Timestamp>,
    /// The Jobs that run.
    pub active: Vec<JobReference>,
}

/// A reference to a Job in the namespace of the `CronJob`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct JobReference {
    /// The Job's name.
    pub name: String,
    /// The Job's `metadata.uid`.
    pub uid: Uid,
}

/// `Job.spec`, as it is in a `CronJob`'s template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct JobSpec {
    /// Suspended: its pods are not started.
    pub suspend: bool,
    /// It is ended as failed after this many seconds.
    pub active_deadline_seconds: Option<i64>,
    /// Failed pods before the Job counts as failed; the API server's default is 6.
    pub backoff_limit: Option<i64>,
    /// It is deleted this many seconds after its end.
    pub ttl_seconds_after_finished: Option<i64>,
    /// What its pods run.
    pub template: PodTemplate,
}

/// `Job.spec.template` and `Deployment.spec.template`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodTemplate {
    /// The specification of the pods.
    pub spec: PodTemplateSpec,
}

/// The part of a pod template's specification that Lifeboat uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodTemplateSpec {
    /// The containers, initial ones not included.
    pub containers: Vec<Container>,
    /// The volumes; only those that are claimed are kept.
    #[serde(deserialize_with = "claimed")]
    pub volumes: Vec<Volume>,
}

/// A volume of a pod that is claimed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Volume {
    /// What it claims; absent for other kinds of volumes.
    pub persistent_volume_claim: Option<ClaimReference>,
}

/// `volumes[].persistentVolumeClaim`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClaimReference {
    /// The name of the `PersistentVolumeClaim`, in the namespace of the pod.
    pub claim_name: String,
}

fn claimed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Volume>, D::Error> {
    let mut volumes = Vec::<Volume>::deserialize(deserializer)?;
    volumes.retain(|volume| volume.persistent_volume_claim.is_some());
    Ok(volumes)
}
