//! Selectors: which assets a policy is for.

use std::collections::BTreeMap;

use crate::{AssetId, AssetKind};

/// Which assets a policy is for. An empty list or map asks for nothing, so it fits everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    /// The cluster that the policy itself lies in: it is for nothing elsewhere. None for a policy of
    /// a file, and where the cluster has no name.
    pub within: Option<String>,
    /// One of these clusters.
    pub clusters: Vec<String>,
    /// One of these kinds.
    pub kinds: Vec<AssetKind>,
    /// One of these namespaces.
    pub namespaces: Vec<String>,
    /// One of these names.
    pub names: Vec<String>,
    /// All of these labels.
    pub labels: BTreeMap<String, String>,
    /// All of these requirements.
    pub expressions: Vec<LabelRequirement>,
}

/// What one label must be like: a requirement of a `LabelSelector`'s `matchExpressions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelRequirement {
    /// The label's key.
    pub key: String,
    /// What is asked of it.
    pub operator: LabelOperator,
    /// What [`LabelOperator::In`] and [`LabelOperator::NotIn`] compare with; the others have none.
    pub values: Vec<String>,
}

/// What is asked of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelOperator {
    /// It is there, with one of the values.
    In,
    /// It isn't there, or has another value.
    NotIn,
    /// It is there.
    Exists,
    /// It isn't there.
    DoesNotExist,
}

impl LabelRequirement {
    /// Whether labels are like that.
    #[must_use]
    pub fn fits(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        let listed = value.is_some_and(|value| self.values.contains(value));
        match self.operator {
            LabelOperator::In => listed,
            LabelOperator::NotIn => !listed,
            LabelOperator::Exists => value.is_some(),
            LabelOperator::DoesNotExist => value.is_none(),
        }
    }
}

/// What a selector looks at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The asset.
    pub asset: &'a AssetId,
    /// Its labels.
    pub labels: &'a BTreeMap<String, String>,
}

impl Selector {
    /// Whether the policy is for this asset.
    #[must_use]
    pub fn selects(&self, subject: Subject<'_>) -> bool {
        let asset = subject.asset;
        self.reaches(asset.cluster.as_deref())
            && (self.kinds.is_empty() || self.kinds.contains(&asset.kind))
            && (self.namespaces.is_empty() || self.namespaces.contains(&asset.namespace))
            && (self.names.is_empty() || self.names.contains(&asset.name))
            && self
                .labels
                .iter()
                .all(|(key, value)| subject.labels.get(key) == Some(value))
            && self
                .expressions
                .iter()
                .all(|requirement| requirement.fits(subject.labels))
    }

    /// Whether it can be for anything in this cluster; none is the one that has no name.
    #[must_use]
    pub fn reaches(&self, cluster: Option<&str>) -> bool {
        let is_named = |wanted: &String| Some(wanted.as_str()) == cluster;
        self.within.as_ref().is_none_or(is_named)
            && (self.clusters.is_empty() || self.clusters.iter().any(is_named))
    }

    /// Whether it asks for this kind by name. Of some kinds not everything is an asset, such as
    /// CronJobs; a policy that names the kind says that what it selects is one.
    #[must_use]
    pub fn names_kind(&self, kind: AssetKind) -> bool {
        self.kinds.contains(&kind)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_selector_wants_all_that_it_names() {
        let asset: AssetId = "Prometheus/monitoring/main".parse().unwrap();
        let labels = BTreeMap::from([("team".to_owned(), "a".to_owned())]);
        let subject = Subject {
            asset: &asset,
            labels: &labels,
        };
        let mut selector = Selector::default();
        assert!(selector.selects(subject));
        selector.namespaces = vec!["other".to_owned(), "monitoring".to_owned()];
        assert!(selector.selects(subject));
        selector.labels.insert("team".to_owned(), "b".to_owned());
        assert!(!selector.selects(subject));
    }

    #[rstest]
    #[case::one_of("tier", LabelOperator::In, &["gold", "silver"], true)]
    #[case::none_of_these("tier", LabelOperator::In, &["silver"], false)]
    #[case::in_without_the_label("team", LabelOperator::In, &["gold"], false)]
    #[case::another("tier", LabelOperator::NotIn, &["silver"], true)]
    #[case::just_that_one("tier", LabelOperator::NotIn, &["gold"], false)]
    #[case::not_in_without_the_label("team", LabelOperator::NotIn, &["gold"], true)]
    #[case::there("tier", LabelOperator::Exists, &[], true)]
    #[case::not_there("team", LabelOperator::Exists, &[], false)]
    #[case::absent("team", LabelOperator::DoesNotExist, &[], true)]
    #[case::present("tier", LabelOperator::DoesNotExist, &[], false)]
    fn an_expression_is_read_as_kubernetes_reads_it(
        #[case] key: &str,
        #[case] operator: LabelOperator,
        #[case] values: &[&str],
        #[case] expected: bool,
    ) {
        let asset: AssetId = "CronJob/shop/nightly".parse().unwrap();
        let labels = BTreeMap::from([("tier".to_owned(), "gold".to_owned())]);
        let requirement = LabelRequirement {
            key: key.to_owned(),
            operator,
            values: values.iter().map(|&value| value.to_owned()).collect(),
        };
        let selector = Selector {
            expressions: vec![requirement],
            ..Selector::default()
        };
        let subject = Subject {
            asset: &asset,
            labels: &labels,
        };
        assert_eq!(selector.selects(subject), expected);
    }

    #[test]
    fn every_expression_must_fit() {
        let requirement = |operator| LabelRequirement {
            key: "tier".to_owned(),
            operator,
            values: Vec::new(),
        };
        let asset: AssetId = "CronJob/shop/nightly".parse().unwrap();
        let subject = Subject {
            asset: &asset,
            labels: &BTreeMap::from([("tier".to_owned(), "gold".to_owned())]),
        };
        let mut selector = Selector {
            expressions: vec![requirement(LabelOperator::Exists)],
            ..Selector::default()
        };
        assert!(selector.selects(subject));
        selector
            .expressions
            .push(requirement(LabelOperator::DoesNotExist));
        assert!(!selector.selects(subject));
    }

    #[rstest]
    #[case::all(None, &[], &[true, true, true])]
    #[case::of_a_cluster(Some("east"), &[], &[false, true, false])]
    #[case::for_some(None, &["west", "south"], &[false, false, true])]
    #[case::of_a_cluster_for_others(Some("east"), &["west"], &[false, false, false])]
    #[case::of_one_of_them(Some("west"), &["east", "west"], &[false, false, true])]
    fn a_policy_of_a_cluster_is_for_nothing_elsewhere(
        #[case] within: Option<&str>,
        #[case] clusters: &[&str],
        #[case] expected: &[bool],
    ) {
        let selector = Selector {
            within: within.map(str::to_owned),
            clusters: clusters.iter().map(|&name| name.to_owned()).collect(),
            ..Selector::default()
        };
        let assets = [
            "CronJob/shop/nightly",
            "east:CronJob/shop/nightly",
            "west:CronJob/shop/nightly",
        ];
        let selects = assets.map(|asset| {
            let asset: AssetId = asset.parse().unwrap();
            let labels = BTreeMap::new();
            selector.selects(Subject {
                asset: &asset,
                labels: &labels,
            })
        });
        assert_eq!(selects, expected);
    }

    #[test]
    fn a_kind_is_named_only_where_it_stands() {
        let all = Selector::default();
        assert!(!all.names_kind(AssetKind::CronJob));
        let named = Selector {
            kinds: vec![AssetKind::CronJob],
            ..Selector::default()
        };
        assert!(named.names_kind(AssetKind::CronJob));
        assert!(!named.names_kind(AssetKind::Prometheus));
    }
}
