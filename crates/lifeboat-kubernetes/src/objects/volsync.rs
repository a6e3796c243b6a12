//! VolSync's `volsync.backube/v1alpha1`, with what the fork with the Kopia mover adds to it.
//!
//! Field names as in `perfectra1n/volsync`, `api/v1alpha1`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::{
    condition::Condition,
    metadata::Metadata,
    moment::{self, OptionalMoment},
};

/// A volume that is copied away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplicationSource {
    /// Name, labels, annotations.
    pub metadata: Metadata,
    /// What is to be copied, when and how.
    #[serde(default)]
    pub spec: ReplicationSourceSpec,
    /// How it went.
    #[serde(default)]
    pub status: ReplicationStatus,
}

/// `ReplicationSource.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ReplicationSourceSpec {
    /// The `PersistentVolumeClaim` that is copied.
    #[serde(rename = "sourcePVC")]
    pub source_pvc: String,
    /// When; none: again and again without a pause.
    pub trigger: Option<Trigger>,
    /// Whether it is halted on purpose.
    pub paused: bool,
    /// What copies it.
    #[serde(flatten)]
    pub mover: Mover,
}

/// A volume that is filled from a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplicationDestination {
    /// Name, labels, annotations.
    pub metadata: Metadata,
    /// What is to be filled, when and how.
    #[serde(default)]
    pub spec: ReplicationDestinationSpec,
    /// How it went.
    #[serde(default)]
    pub status: ReplicationStatus,
}

/// `ReplicationDestination.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ReplicationDestinationSpec {
    /// When; none: whenever the source sends something.
    pub trigger: Option<Trigger>,
    /// Whether it is halted on purpose.
    pub paused: bool,
    /// What fills it.
    #[serde(flatten)]
    pub mover: Mover,
}

/// `spec.trigger`. A manual trigger wins over a schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Trigger {
    /// Five cron fields or a name such as `@daily`, in the time zone of the controller.
    pub schedule: Option<String>,
    /// Each new value asks for one synchronisation.
    pub manual: String,
}

/// What copies: exactly one of these fields is there. Of the other movers only the name matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mover {
    /// `kopia`, `restic`, `rclone`, `rsync`, `rsyncTLS`, `syncthing` or `external`.
    pub name: Option<&'static str>,
    /// The name of the Secret that tells its repository, of the movers that have one.
    pub repository: Option<String>,
}

/// The fields of `spec` that name movers, as of VolSync 0.17.
const MOVERS: [&str; 7] = [
    "kopia",
    "restic",
    "rclone",
    "rsyncTLS",
    "rsync",
    "syncthing",
    "external",
];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Repository {
    repository: Option<String>,
}

impl<'de> Deserialize<'de> for Mover {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Whatever else stands in the specification is none of this type's.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Field {
            Repository(Repository),
            Other(IgnoredAny),
        }
        let fields = BTreeMap::<String, Field>::deserialize(deserializer)?;
        let name = MOVERS.into_iter().find(|name| fields.contains_key(*name));
        let repository = name.and_then(|name| match fields.get(name) {
            Some(Field::Repository(found)) => found.repository.clone(),
            _ => None,
        });
        Ok(Self { name, repository })
    }
}

/// The status of sources and destinations alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ReplicationStatus {
    /// When it last **succeeded**.
    pub last_sync_time: OptionalMoment,
    /// When the one that is under way began; absent between two.
    pub last_sync_start_time: OptionalMoment,
    /// How long the last one that succeeded took, as Go writes it: `1m2.5s`.
    pub last_sync_duration: Option<String>,
    /// When the next one is due by the schedule.
    pub next_sync_time: OptionalMoment,
    /// The value of `spec.trigger.manual` that was last done.
    pub last_manual_sync: String,
    /// What the last mover Job came to. A failed one is made again while the condition goes on
    /// saying that it synchronises.
    pub latest_mover_status: Option<MoverStatus>,
    /// `Synchronizing`, with the reasons `SyncInProgress`, `WaitingForSchedule`,
    /// `WaitingForManual`, `CleanupInProgress`, `Error`.
    pub conditions: Vec<Condition>,
    /// What the Kopia mover adds; of a source only.
    pub kopia: Option<ReplicationSourceKopiaStatus>,
}

/// `status.latestMoverStatus`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MoverStatus {
    /// `Successful` or `Failed`.
    pub result: String,
    /// The last lines of its log that say something.
    pub logs: String,
}

/// `ReplicationSource.status.kopia`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ReplicationSourceKopiaStatus {
    /// The `KopiaMaintenance` that is said to care for the repository.
    pub kopia_maintenance: String,
    /// When a `CronJob` last **made** a Job: no proof of a success.
    pub last_maintenance: OptionalMoment,
}

/// The upkeep of a Kopia repository; only in the fork.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KopiaMaintenance {
    /// Name, labels, annotations.
    pub metadata: Metadata,
    /// What is to be maintained, and when.
    #[serde(default)]
    pub spec: KopiaMaintenanceSpec,
    /// How it went.
    #[serde(default)]
    pub status: KopiaMaintenanceStatus,
}

/// `KopiaMaintenance.spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KopiaMaintenanceSpec {
    /// The repository.
    pub repository: KopiaRepositoryReference,
    /// When; it comes before `schedule`.
    pub trigger: Option<Trigger>,
    /// Deprecated; the API server's default is `0 2 * * *`.
    pub schedule: String,
    /// Whether there is to be any; absent: yes.
    pub enabled: Option<bool>,
    /// Whether it is halted on purpose.
    pub suspend: bool,
}

/// `KopiaMaintenance.spec.repository`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KopiaRepositoryReference {
    /// The name of the Secret that tells where it is, in the same namespace.
    pub repository: String,
    /// Such as `s3`; for people.
    pub repository_type: String,
}

/// `KopiaMaintenance.status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KopiaMaintenanceStatus {
    /// The `CronJob` that carries it out.
    pub active_cron_job: String,
    /// When that `CronJob` last succeeded.
    #[serde(deserialize_with = "moment::optional")]
    pub last_maintenance_time: Option<Timestamp>,
    /// When it is due next.
    #[serde(deserialize_with = "moment::optional")]
    pub next_scheduled_maintenance: Option<Timestamp>,
    /// Failed Jobs of the last day that still exist: hardly ever more than one.
    pub maintenance_failures: i64,
    /// `Ready`, `Progressing`, `MaintenanceHealthy`.
    pub conditions: Vec<Condition>,
}
