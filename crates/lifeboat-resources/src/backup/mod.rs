//! `PrometheusBackup`: what it asks for, and what that comes to.

mod operations;
mod repository;
mod rules;
mod spec;
mod stores;
mod validations;

use std::{collections::BTreeMap, path::PathBuf};

use jiff::SignedDuration;
use lifeboat_core::{
    AssetId, AssetKind, ObjectiveOverrides, Operation, Schedule, retention::RetentionPolicy,
    scheduling::RunPlan,
};
use lifeboat_prometheus::{Authentication, ClientSettings};
use lifeboat_repository::{Instance, Level};

pub use operations::{
    LevelSpec, ObjectivesSpec, PruneSpec, RetentionSpec, RetriesSpec, SeveritySpec,
    VerificationSpec,
};
pub use repository::{RepositorySettings, RepositorySpec};
pub use spec::{PrometheusBackupSpec, PrometheusSpec};
pub use stores::{
    AddressingSpec, AzureSpec, ChecksumSpec, CredentialsSpec, EncryptionSpec, GoogleSpec, S3Spec,
};

use crate::{metadata::Metadata, rules::Breach, values::Text};

/// A Prometheus to back up, as a document describes it. All that it says has been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct PrometheusBackup {
    metadata: Metadata,
    spec: PrometheusBackupSpec,
    instance: Instance,
}

impl PrometheusBackup {
    /// The document's kind.
    pub const KIND: &'static str = "PrometheusBackup";

    /// Checks what the single fields can't show, and says everything that is wrong.
    pub(crate) fn new(metadata: Metadata, spec: PrometheusBackupSpec) -> Result<Self, Vec<Breach>> {
        let mut breaches = rules::breaches(&spec);
        let instance = match rules::instance(&metadata, &spec) {
            Ok(instance) if breaches.is_empty() => instance,
            Ok(_) => return Err(breaches),
            Err(breach) => {
                breaches.push(breach);
                return Err(breaches);
            }
        };
        Ok(Self {
            metadata,
            spec,
            instance,
        })
    }

    /// Its name, namespace and labels.
    #[must_use]
    pub const fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// What it asks for.
    #[must_use]
    pub const fn spec(&self) -> &PrometheusBackupSpec {
        &self.spec
    }

    /// The asset that it describes.
    #[must_use]
    pub fn asset_id(&self) -> AssetId {
        AssetId {
            cluster: None,
            kind: AssetKind::Prometheus,
            namespace: self.metadata.namespace.0.as_str().to_owned(),
            name: self.metadata.name.0.as_str().to_owned(),
        }
    }

    /// How its operations are to run. One that is suspended by itself has no plan; where the whole
    /// is suspended ([`Self::is_suspended`]) the plans stay, and whoever runs them heeds that.
    #[must_use]
    pub fn plans(&self) -> BTreeMap<Operation, RunPlan> {
        let spec = &self.spec;
        let (prune, verification) = (&spec.prune, &spec.verification);
        let mut plans =
            BTreeMap::from([(Operation::Backup, self.plan(&spec.schedule, spec.deadline))]);
        if !prune.suspend {
            let plan = self.plan(&prune.schedule, prune.deadline);
            plans.insert(Operation::Prune, plan);
        }
        if !verification.suspend {
            let plan = self.plan(&verification.schedule, verification.deadline);
            plans.insert(Operation::Verification, plan);
        }
        plans
    }

    fn plan(&self, schedule: &Text<Schedule>, deadline: Text<SignedDuration>) -> RunPlan {
        let spec = &self.spec;
        RunPlan {
            schedule: schedule.0.in_time_zone(spec.time_zone.0.clone()),
            jitter: spec.jitter.0,
            starting_deadline: spec.starting_deadline.map(|deadline| deadline.0),
            deadline: deadline.0,
            retries: spec.retries.retries(),
        }
    }

    /// Whether nothing runs on schedule.
    #[must_use]
    pub const fn is_suspended(&self) -> bool {
        self.spec.suspend
    }

    /// How to reach the Prometheus.
    #[must_use]
    pub fn client_settings(&self) -> ClientSettings {
        let prometheus = &self.spec.prometheus;
        let file = repository::path;
        let authentication = match (
            &prometheus.username,
            file(prometheus.password_file.as_ref()),
            file(prometheus.bearer_token_file.as_ref()),
        ) {
            (Some(username), Some(password_file), _) => Authentication::Basic {
                username: username.clone(),
                password_file,
            },
            (_, _, Some(token_file)) => Authentication::Bearer { token_file },
            _ => Authentication::None,
        };
        ClientSettings {
            url: prometheus.url.0.0.clone(),
            authentication,
            certificate_authority: file(prometheus.certificate_authority.as_ref()),
        }
    }

    /// The folder that the Prometheus was started with as `--storage.tsdb.path`, as it is seen from
    /// here.
    #[must_use]
    pub fn data_directory(&self) -> PathBuf {
        self.spec.prometheus.data_directory.0.clone()
    }

    /// Where its backups go.
    #[must_use]
    pub fn repository(&self) -> RepositorySettings {
        self.spec.repository.settings(self.instance.clone())
    }

    /// Which backups to keep.
    #[must_use]
    pub fn retention(&self) -> RetentionPolicy {
        self.spec.retention.policy(self.spec.time_zone.0.clone())
    }

    /// How long objects that no backup needs stay.
    #[must_use]
    pub const fn grace(&self) -> SignedDuration {
        self.spec.prune.grace.0
    }

    /// How deep verifications look.
    #[must_use]
    pub fn verification_level(&self) -> Level {
        self.spec.verification.level.into()
    }

    /// In how many slices the repository is verified in turn, at least 1.
    #[must_use]
    pub const fn verification_slices(&self) -> u32 {
        self.spec.verification.slices
    }

    /// What it promises by itself.
    #[must_use]
    pub fn objectives(&self) -> ObjectiveOverrides {
        self.spec.objectives.overrides()
    }
}
