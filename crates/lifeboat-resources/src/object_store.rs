//! Object stores of databases that a policy has looked into.

use jiff::SignedDuration;
use lifeboat_core::ObjectStorePolicy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    metadata::Metadata,
    rules::{Breach, positive},
    values::{LONGER_THAN_NOTHING, NamespaceName, ObjectName, Size, Text},
};

/// How often a store is looked into where nobody says.
const EVERY: SignedDuration = SignedDuration::from_hours(6);
/// How often it is asked whether it answers where nobody says.
const PROBE_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// A Cluster of `CloudNativePG` whose object store is to be looked into. Where that is says the Cluster;
/// how it is reached stands in the folder of object stores that Lifeboat is given, under the Cluster's
/// namespace and the name of the Secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectStoreSpec {
    /// The Cluster's name.
    pub cluster: Text<ObjectName>,
    /// The Cluster's namespace. Without it, the policy's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Text<NamespaceName>>,
    /// The Secret with which the store is reached; a key that may list and read is enough. Without it,
    /// one that is called like the Cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Text<ObjectName>>,
    /// How often the store is looked into: what is in it, and whether any WAL is missing. Each time
    /// costs a request for each 1000 objects. Where nobody says otherwise, every 6 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub every: Option<Text<SignedDuration>>,
    /// How often it is asked whether it answers, with one request. Where nobody says otherwise, every
    /// 5 minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = LONGER_THAN_NOTHING))]
    pub probe_every: Option<Text<SignedDuration>>,
    /// What the destination may hold in all, since object stores don't tell. With it, everything there
    /// is listed, that of other Clusters too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Text<Size>>,
}

impl ObjectStoreSpec {
    /// An API server only checks the items of a list whose length is bounded.
    pub(crate) const MOST: usize = 100;

    /// What is wrong with the object stores of a policy.
    pub(crate) fn breaches(stores: &[Self]) -> impl Iterator<Item = Breach> {
        let too_many = (stores.len() > Self::MOST).then(|| {
            Breach::new(
                "spec.postgresObjectStores",
                format!(
                    "spec.postgresObjectStores has more than {} items",
                    Self::MOST
                ),
                "write several policies",
            )
        });
        let intervals = stores.iter().enumerate().flat_map(|(number, store)| {
            [("every", store.every), ("probeEvery", store.probe_every)]
                .into_iter()
                .filter_map(move |(field, interval)| {
                    let path = format!("spec.postgresObjectStores.{number}.{field}");
                    positive(path, interval?)
                })
        });
        too_many.into_iter().chain(intervals)
    }

    pub(crate) fn policy(&self, policy: &Metadata) -> ObjectStorePolicy {
        let namespace = self.namespace.as_ref().unwrap_or(&policy.namespace);
        let secret = self.secret.as_ref().unwrap_or(&self.cluster);
        ObjectStorePolicy {
            namespace: namespace.0.as_str().to_owned(),
            database: self.cluster.0.as_str().to_owned(),
            secret: secret.0.as_str().to_owned(),
            every: self.every.map_or(EVERY, |text| text.0),
            probe_every: self.probe_every.map_or(PROBE_EVERY, |text| text.0),
            capacity: self.capacity.map(|text| text.0.0),
        }
    }
}
