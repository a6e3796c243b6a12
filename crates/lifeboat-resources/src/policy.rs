//! `BackupPolicy`: what is promised for which assets.

use std::collections::BTreeMap;

use lifeboat_core::{AssetKind, LabelOperator, LabelRequirement, Policy, Selector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    backup::ObjectivesSpec,
    custom_resources::Validation,
    kopia_repository::KopiaRepositorySpec,
    metadata::Metadata,
    object_store::ObjectStoreSpec,
    rules::{Breach, of_objectives},
    values::{LabelKey, Text},
};

/// Objectives for the assets that a selector fits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BackupPolicySpec {
    /// Which assets it is for. Without it, all of them.
    pub selector: SelectorSpec,
    /// Between policies that fit the same asset the higher number wins; then the one whose
    /// namespace and name sort first.
    pub priority: i32,
    /// What is promised. An asset's own resource comes first, and what no policy says has a default.
    pub objectives: ObjectivesSpec,
    /// Whether its assets are paused: nothing runs on schedule, and nothing alerts.
    pub suspend: bool,
    /// Kopia repositories that are to be read with the `kopia` program, whatever the selector fits.
    #[schemars(length(max = KopiaRepositorySpec::MOST))]
    pub kopia_repositories: Vec<KopiaRepositorySpec>,
    /// Clusters of `CloudNativePG` whose object stores are to be looked into, whatever the selector
    /// fits. Without them, no store is sent any request.
    #[schemars(length(max = ObjectStoreSpec::MOST))]
    pub postgres_object_stores: Vec<ObjectStoreSpec>,
}

/// Which assets a policy is for. An empty list or map asks for nothing, so it fits everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SelectorSpec {
    /// One of these clusters, where one Lifeboat watches several. A policy that lies in a cluster is
    /// only ever for what lies there too.
    pub clusters: Vec<String>,
    /// One of these kinds.
    pub kinds: Vec<KindSpec>,
    /// One of these namespaces.
    pub namespaces: Vec<String>,
    /// One of these names.
    pub names: Vec<String>,
    /// All of these labels.
    pub match_labels: BTreeMap<String, String>,
    /// All of these requirements of labels.
    #[schemars(length(max = MOST_EXPRESSIONS))]
    pub match_expressions: Vec<LabelRequirementSpec>,
}

/// An API server only checks the items of a list whose length is bounded.
const MOST_EXPRESSIONS: usize = 100;

/// What one label must be like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = REQUIREMENT))]
pub struct LabelRequirementSpec {
    /// The label's key.
    pub key: Text<LabelKey>,
    /// What is asked of the label.
    pub operator: OperatorSpec,
    /// What `In` and `NotIn` compare with.
    #[serde(default)]
    pub values: Vec<String>,
}

const REQUIREMENT: &[Validation] = &[
    Validation::fixed(
        "!(self.operator in ['In', 'NotIn']) || (has(self.values) && size(self.values) > 0)",
        "In and NotIn need values: name at least one in values, or use Exists or DoesNotExist",
    ),
    Validation::fixed(
        "self.operator in ['In', 'NotIn'] || !has(self.values) || size(self.values) == 0",
        "Exists and DoesNotExist take no values: leave out values, or use In or NotIn",
    )
    .at(".values"),
];

/// What is asked of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum OperatorSpec {
    /// It is there, with one of the values.
    In,
    /// It isn't there, or has another value.
    NotIn,
    /// It is there.
    Exists,
    /// It isn't there.
    DoesNotExist,
}

impl From<OperatorSpec> for LabelOperator {
    fn from(operator: OperatorSpec) -> Self {
        match operator {
            OperatorSpec::In => Self::In,
            OperatorSpec::NotIn => Self::NotIn,
            OperatorSpec::Exists => Self::Exists,
            OperatorSpec::DoesNotExist => Self::DoesNotExist,
        }
    }
}

impl LabelRequirementSpec {
    fn requirement(&self) -> LabelRequirement {
        LabelRequirement {
            key: self.key.0.0.clone(),
            operator: self.operator.into(),
            values: self.values.clone(),
        }
    }

    /// What is wrong with it, where it is the expression of this number.
    fn breach(&self, number: usize) -> Option<Breach> {
        let path = format!("spec.selector.matchExpressions.{number}");
        let compares = matches!(self.operator, OperatorSpec::In | OperatorSpec::NotIn);
        match (compares, self.values.is_empty()) {
            (true, true) => Some(Breach::new(
                path,
                "In and NotIn need values",
                "name at least one in values, or use Exists or DoesNotExist",
            )),
            (false, false) => Some(Breach::new(
                format!("{path}.values"),
                "Exists and DoesNotExist take no values",
                "leave out values, or use In or NotIn",
            )),
            _ => None,
        }
    }
}

/// A kind of asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum KindSpec {
    /// A Prometheus's own database.
    Prometheus,
    /// A cluster of `CloudNativePG`.
    #[serde(rename = "CNPGCluster")]
    CnpgCluster,
    /// What a `CronJob` backs up. A policy that names this kind makes backups of the `CronJob`s that it
    /// selects.
    CronJob,
    /// A volume that `VolSync` copies away.
    ReplicationSource,
    /// A volume that `VolSync` fills from a copy.
    ReplicationDestination,
    /// The upkeep of a Kopia repository, as Kubernetes tells it.
    KopiaMaintenance,
    /// A Kopia repository, as it tells of itself.
    KopiaRepository,
    /// The rehearsals of a restore that a `CronJob` carries out.
    RestoreTest,
    /// An operator that takes backups.
    Operator,
}

impl From<KindSpec> for AssetKind {
    fn from(kind: KindSpec) -> Self {
        match kind {
            KindSpec::Prometheus => Self::Prometheus,
            KindSpec::CnpgCluster => Self::CnpgCluster,
            KindSpec::CronJob => Self::CronJob,
            KindSpec::ReplicationSource => Self::ReplicationSource,
            KindSpec::ReplicationDestination => Self::ReplicationDestination,
            KindSpec::KopiaMaintenance => Self::KopiaMaintenance,
            KindSpec::KopiaRepository => Self::KopiaRepository,
            KindSpec::RestoreTest => Self::RestoreTest,
            KindSpec::Operator => Self::Operator,
        }
    }
}

/// A policy, as a document describes it. All that it says has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupPolicy {
    metadata: Metadata,
    spec: BackupPolicySpec,
}

impl BackupPolicy {
    /// The document's kind.
    pub const KIND: &'static str = "BackupPolicy";

    pub(crate) fn new(metadata: Metadata, spec: BackupPolicySpec) -> Result<Self, Vec<Breach>> {
        let expressions = spec.selector.match_expressions.iter().enumerate();
        let breaches: Vec<Breach> = of_objectives(&spec.objectives)
            .chain((expressions.len() > MOST_EXPRESSIONS).then(|| {
                Breach::new(
                    "spec.selector.matchExpressions",
                    format!(
                        "spec.selector.matchExpressions has more than {MOST_EXPRESSIONS} items"
                    ),
                    "write several policies",
                )
            }))
            .chain(KopiaRepositorySpec::breaches(&spec.kopia_repositories))
            .chain(ObjectStoreSpec::breaches(&spec.postgres_object_stores))
            .chain(expressions.filter_map(|(number, expression)| expression.breach(number)))
            .collect();
        if breaches.is_empty() {
            Ok(Self { metadata, spec })
        } else {
            Err(breaches)
        }
    }

    /// Its name and namespace.
    #[must_use]
    pub const fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// What it asks for.
    #[must_use]
    pub const fn spec(&self) -> &BackupPolicySpec {
        &self.spec
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let selector = &self.spec.selector;
        Policy {
            name: self.metadata.qualified_name(),
            selector: Selector {
                // Who reads it in a cluster knows which one that is.
                within: None,
                clusters: selector.clusters.clone(),
                kinds: selector.kinds.iter().copied().map(Into::into).collect(),
                namespaces: selector.namespaces.clone(),
                names: selector.names.clone(),
                labels: selector.match_labels.clone(),
                expressions: selector
                    .match_expressions
                    .iter()
                    .map(LabelRequirementSpec::requirement)
                    .collect(),
            },
            priority: self.spec.priority,
            overrides: self.spec.objectives.overrides(),
            suspend: self.spec.suspend,
            kopia_repositories: self
                .spec
                .kopia_repositories
                .iter()
                .map(|repository| repository.policy(&self.metadata))
                .collect(),
            object_stores: self
                .spec
                .postgres_object_stores
                .iter()
                .map(|store| store.policy(&self.metadata))
                .collect(),
        }
    }
}
