//! Kopia repositories that a policy has read.

use jiff::SignedDuration;
use lifeboat_core::KopiaRepositoryPolicy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    metadata::Metadata,
    rules::{Breach, positive},
    values::{LONGER_THAN_NOTHING, NamespaceName, ObjectName, Text},
};

/// How often a repository is read where nobody says.
const EVERY: SignedDuration = SignedDuration::from_hours(6);

/// A Kopia repository that is to be read. How it is reached stands in the folder of repositories
/// that Lifeboat is given, under its namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KopiaRepositorySpec {
    /// Its name: that of the Secret with which it is reached.
    pub name: Text<ObjectName>,
    /// The namespace of that Secret. Without it, the policy's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Text<NamespaceName>>,
    /// How often it is read. Each time costs requests to its store. Where nobody says otherwise,
    /// every 6 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub every: Option<Text<SignedDuration>>,
}

impl KopiaRepositorySpec {
    /// An API server only checks the items of a list whose length is bounded.
    pub(crate) const MOST: usize = 100;

    /// What is wrong with the repositories of a policy.
    pub(crate) fn breaches(repositories: &[Self]) -> impl Iterator<Item = Breach> {
        let too_many = (repositories.len() > Self::MOST).then(|| {
            Breach::new(
                "spec.kopiaRepositories",
                format!("spec.kopiaRepositories has more than {} items", Self::MOST),
                "write several policies",
            )
        });
        let repositories = repositories.iter().enumerate();
        let every = repositories.filter_map(|(number, repository)| {
            let path = format!("spec.kopiaRepositories.{number}.every");
            positive(path, repository.every?)
        });
        too_many.into_iter().chain(every)
    }

    pub(crate) fn policy(&self, policy: &Metadata) -> KopiaRepositoryPolicy {
        let namespace = self.namespace.as_ref().unwrap_or(&policy.namespace);
        KopiaRepositoryPolicy {
            namespace: namespace.0.as_str().to_owned(),
            name: self.name.0.as_str().to_owned(),
            every: self.every.map_or(EVERY, |text| text.0),
        }
    }
}
