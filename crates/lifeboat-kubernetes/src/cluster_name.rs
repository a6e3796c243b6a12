//! A cluster's name: given to all that is told of it, and taken off again from what is told to it.
//!
//! Whoever looks at a cluster knows no other, so nothing in there has a name of it. It is put on
//! where assets leave for the controller, in one place, so that none can be without.

use std::sync::Arc;

use lifeboat_controller::{AssetSpec, Care};
use lifeboat_core::{AssetId, Finding, Policy};

/// What a cluster is called; the only one needs no name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterName(Option<Arc<str>>);

impl ClusterName {
    /// A cluster that is called like this.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(Some(name.into()))
    }

    /// The name, if it has one.
    #[must_use]
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// What people call it, such as `the cluster east`.
    pub(crate) fn described(&self) -> String {
        match &self.0 {
            Some(name) => format!("the cluster {name}"),
            None => "the cluster".to_owned(),
        }
    }

    /// An asset as others know it.
    pub(crate) fn outside(&self, id: AssetId) -> AssetId {
        AssetId {
            cluster: self.get().map(str::to_owned),
            ..id
        }
    }

    /// An asset as it is known within the cluster; none if it is elsewhere.
    pub(crate) fn inside(&self, id: &AssetId) -> Option<AssetId> {
        (id.cluster.as_deref() == self.get()).then(|| AssetId {
            cluster: None,
            ..id.clone()
        })
    }

    /// What is seen of an asset, as others know it.
    pub(crate) fn spec(&self, mut spec: AssetSpec) -> AssetSpec {
        if self.0.is_none() {
            return spec;
        }
        if let Care::Observed(observation) = &mut spec.care {
            for run in &mut observation.runs {
                run.asset = self.outside(run.asset.clone());
            }
        }
        spec.id = self.outside(spec.id);
        spec
    }

    /// A policy that lies in the cluster: it is for nothing elsewhere.
    pub(crate) fn policy(&self, mut policy: Policy) -> Policy {
        policy.selector.within = self.get().map(str::to_owned);
        policy
    }

    /// Those of all policies that can be for something in this cluster, as it looks from within.
    pub(crate) fn heeded(&self, policies: &[Policy]) -> Vec<Policy> {
        let reaching = policies
            .iter()
            .filter(|policy| policy.selector.reaches(self.get()));
        reaching
            .cloned()
            .map(|mut policy| {
                policy.selector.within = None;
                policy.selector.clusters.clear();
                policy
            })
            .collect()
    }

    /// A finding that says which cluster it is about.
    pub(crate) fn finding(&self, mut finding: Finding) -> Finding {
        if let Some(name) = &self.0 {
            finding.message = format!("in the cluster {name}, {}", finding.message);
        }
        finding
    }
}

#[cfg(test)]
mod tests {
    use lifeboat_core::Selector;

    use super::*;

    fn id(text: &str) -> AssetId {
        text.parse().unwrap()
    }

    #[test]
    fn an_asset_of_another_cluster_is_not_within_this_one() {
        let east = ClusterName::new("east");
        let within = id("CronJob/shop/nightly");
        assert_eq!(
            east.outside(within.clone()),
            id("east:CronJob/shop/nightly")
        );
        assert_eq!(
            east.inside(&id("east:CronJob/shop/nightly")),
            Some(within.clone())
        );
        assert_eq!(east.inside(&id("west:CronJob/shop/nightly")), None);
        assert_eq!(east.inside(&within), None);
        assert_eq!(ClusterName::default().inside(&within), Some(within));
    }

    #[test]
    fn policies_of_other_clusters_are_not_heeded() {
        let for_clusters = |name: &str, clusters: &[&str]| Policy {
            name: name.to_owned(),
            selector: Selector {
                clusters: clusters.iter().map(|&name| name.to_owned()).collect(),
                ..Selector::default()
            },
            ..Policy::default()
        };
        let east = ClusterName::new("east");
        let policies = [
            for_clusters("of a file", &[]),
            for_clusters("of a file, for west", &["west"]),
            for_clusters("of a file, for both", &["west", "east"]),
            east.policy(for_clusters("of east", &[])),
            ClusterName::new("west").policy(for_clusters("of west", &[])),
        ];
        let heeded = east.heeded(&policies);
        let names: Vec<&str> = heeded.iter().map(|policy| policy.name.as_str()).collect();
        assert_eq!(names, ["of a file", "of a file, for both", "of east"]);
        // From within, nothing has a cluster.
        assert!(heeded.iter().all(|policy| policy.selector.reaches(None)));
    }
}
