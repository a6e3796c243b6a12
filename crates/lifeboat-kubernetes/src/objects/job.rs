//! `Job` of `batch/v1`.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::{
    condition::Condition,
    identity::Identity,
    metadata::{Metadata, OwnerReference},
    moment::OptionalMoment,
};

/// The annotation that `kubectl create job --from=cronjob/...` leaves, with the value `manual`.
const INSTANTIATE: &str = "cronjob.kubernetes.io/instantiate";
/// The annotation in which a Job keeps the moment for which its `CronJob` made it.
const SCHEDULED_FOR: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/// What an owner of this kind makes is a run of a `CronJob`.
const CRON_JOB: &str = "CronJob";
/// What an owner of this kind manages is a run of `VolSync`'s maintenance.
const KOPIA_MAINTENANCE: &str = "KopiaMaintenance";

/// The conditions that are kept.
const TELLING: [&str; 5] = [
    COMPLETE,
    CRITERIA_MET,
    "Failed",
    "FailureTarget",
    "Suspended",
];
/// The final condition of a success.
const COMPLETE: &str = "Complete";
/// What comes before it. Nobody asks for what either says beyond that.
const CRITERIA_MET: &str = "SuccessCriteriaMet";

/// `batch/v1` `Job`. There may be tens of thousands: what nothing asks for isn't kept, such as what
/// its pods are, which are those of its `CronJob`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Received")]
pub struct Job {
    /// Its name and age; its labels, annotations and owners are told by the fields below.
    pub metadata: Identity,
    /// What it was made for, if that is something that matters here; shared with its neighbours.
    pub owner: Option<Arc<JobOwner>>,
    /// The moment for which its `CronJob` made it.
    pub scheduled_for: OptionalMoment,
    /// Whether a person made it with `kubectl create job --from`.
    pub is_manual: bool,
    /// Suspended: its pods are not started.
    pub is_suspended: bool,
    /// It is ended as failed after this many seconds.
    pub active_deadline_seconds: Option<i64>,
    /// What it did.
    pub status: JobStatus,
}

/// What a Job was made for, in its own namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobOwner {
    /// The `CronJob` of this name.
    CronJob(Box<str>),
    /// The `KopiaMaintenance` of this name.
    KopiaMaintenance(Box<str>),
}

/// `Job.status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct JobStatus {
    /// When the controller took it up.
    pub start_time: OptionalMoment,
    /// When it **succeeded**; a failed Job has none, see the condition `Failed`.
    pub completion_time: OptionalMoment,
    /// Pods that run, or wait to.
    pub active: i64,
    /// Of those, the ones that are ready; absent where the API server doesn't say.
    pub ready: Option<i64>,
    /// Pods that failed.
    pub failed: i64,
    /// Those that are true; of a success the final one, without its words.
    #[serde(deserialize_with = "telling")]
    pub conditions: Box<[JobCondition]>,
}

/// A condition of a Job that is `True`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobCondition {
    /// `Complete`, `Failed`, `Suspended`, `SuccessCriteriaMet` or `FailureTarget`.
    pub condition_type: &'static str,
    /// A word for programs.
    pub reason: Box<str>,
    /// A sentence for people.
    pub message: Box<str>,
    /// Since when it is true.
    pub last_transition_time: OptionalMoment,
}

/// A Job as it is sent.
#[derive(Deserialize)]
struct Received {
    metadata: Metadata,
    #[serde(default)]
    spec: ReceivedSpec,
    #[serde(default)]
    status: JobStatus,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ReceivedSpec {
    suspend: bool,
    active_deadline_seconds: Option<i64>,
}

impl From<Received> for Job {
    fn from(received: Received) -> Self {
        let Received {
            metadata,
            spec,
            status,
        } = received;
        let scheduled_for = metadata.annotation(SCHEDULED_FOR);
        let scheduled_for: Option<Timestamp> = scheduled_for.and_then(|moment| moment.parse().ok());
        Self {
            owner: JobOwner::of(&metadata).map(Arc::new),
            scheduled_for: scheduled_for.into(),
            is_manual: metadata.annotation(INSTANTIATE) == Some("manual"),
            is_suspended: spec.suspend,
            active_deadline_seconds: spec.active_deadline_seconds,
            status,
            metadata: metadata.identity,
        }
    }
}

impl Job {
    /// The name of the `CronJob` that manages it, if one does. That is also so for Jobs that a
    /// person made from a `CronJob`; see [`Job::is_manual`].
    #[must_use]
    pub fn cron_job(&self) -> Option<&str> {
        match self.owner.as_deref() {
            Some(JobOwner::CronJob(name)) => Some(name),
            _ => None,
        }
    }

    /// The name of the `KopiaMaintenance` that it was made for directly, as `VolSync` does when one is
    /// triggered by hand.
    #[must_use]
    pub fn kopia_maintenance(&self) -> Option<&str> {
        match self.owner.as_deref() {
            Some(JobOwner::KopiaMaintenance(name)) => Some(name),
            _ => None,
        }
    }

    /// Makes its owner's name that of a neighbour, if they are of the same.
    pub(crate) fn share_with(&mut self, neighbour: &Self) {
        if self.owner == neighbour.owner {
            self.owner.clone_from(&neighbour.owner);
        }
    }
}

impl JobOwner {
    /// Older versions of kubectl name the `CronJob` as the owner of what a person makes from it, but
    /// not as its controller.
    fn of(metadata: &Metadata) -> Option<Self> {
        let is_cron_job = |owner: &&OwnerReference| owner.kind == CRON_JOB;
        let mut owners = metadata.owner_references.iter();
        let owner = metadata.controller().or_else(|| owners.find(is_cron_job))?;
        let name = owner.name.as_str().into();
        match owner.kind.as_str() {
            CRON_JOB => Some(Self::CronJob(name)),
            KOPIA_MAINTENANCE => Some(Self::KopiaMaintenance(name)),
            _ => None,
        }
    }
}

impl JobStatus {
    /// The condition of a type, if it is `True`.
    #[must_use]
    pub fn true_condition(&self, condition_type: &str) -> Option<&JobCondition> {
        let mut conditions = self.conditions.iter();
        conditions.find(|condition| condition.condition_type == condition_type)
    }
}

impl JobCondition {
    /// None for one of which nothing follows.
    fn of(condition: &Condition) -> Option<Self> {
        let mut known = TELLING.into_iter();
        let condition_type = known.find(|known| *known == condition.condition_type)?;
        let is_success = [COMPLETE, CRITERIA_MET].contains(&condition_type);
        let words = |text: &str| if is_success { "" } else { text }.into();
        condition.is_true().then(|| Self {
            condition_type,
            reason: words(&condition.reason),
            message: words(&condition.message),
            last_transition_time: condition.last_transition_time,
        })
    }
}

fn telling<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<[JobCondition]>, D::Error> {
    let conditions = Vec::<Condition>::deserialize(deserializer)?;
    let mut telling: Vec<JobCondition> = conditions.iter().filter_map(JobCondition::of).collect();
    let mut types = telling.iter().map(|condition| condition.condition_type);
    if types.any(|condition_type| condition_type == COMPLETE) {
        telling.retain(|condition| condition.condition_type != CRITERIA_MET);
    }
    Ok(telling.into_boxed_slice())
}
