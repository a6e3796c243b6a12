//! Policies: what is promised for which assets, and how bad it is when a promise breaks.

use std::{cmp::Reverse, collections::BTreeMap, fmt};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{AssetId, AssetKind};

/// How bad an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// To be mended in working hours.
    Warning,
    /// To be mended now.
    Critical,
}

impl Severity {
    /// Every severity.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// The severity's name, as in labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// What is promised of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objectives {
    /// The recovery point objective: how old the newest good recovery point may be.
    pub maximum_age: SignedDuration,
    /// How long ago the newest good verification may lie.
    pub verification_age: SignedDuration,
    /// How long a run may take before it counts as stuck; none leaves it to what earlier runs took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_run_duration: Option<SignedDuration>,
}

impl Objectives {
    /// What is promised where no policy says otherwise: a Prometheus is backed up daily, and 25 h
    /// leave an hour for the run itself. Where others take the backups, 36 h let one night fail.
    #[must_use]
    pub const fn default_for(kind: AssetKind) -> Self {
        match kind {
            AssetKind::Prometheus => Self {
                maximum_age: SignedDuration::from_hours(25),
                verification_age: SignedDuration::from_hours(8 * 24),
                maximum_run_duration: None,
            },
            AssetKind::CnpgCluster | AssetKind::CronJob | AssetKind::Operator => Self {
                maximum_age: SignedDuration::from_hours(36),
                verification_age: SignedDuration::from_hours(8 * 24),
                maximum_run_duration: None,
            },
        }
    }
}

/// Which assets a policy is for. An empty list or map asks for nothing, so it fits everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
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
        (self.kinds.is_empty() || self.kinds.contains(&asset.kind))
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

    /// Whether it asks for this kind by name. Of some kinds not everything is an asset, such as
    /// CronJobs; a policy that names the kind says that what it selects is one.
    #[must_use]
    pub fn names_kind(&self, kind: AssetKind) -> bool {
        self.kinds.contains(&kind)
    }
}

/// Values that take the place of the defaults. What is none here stays as it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ObjectiveOverrides {
    /// The recovery point objective.
    pub maximum_age: Option<SignedDuration>,
    /// How long ago the newest good verification may lie.
    pub verification_age: Option<SignedDuration>,
    /// How long a run may take before it counts as stuck.
    pub maximum_run_duration: Option<SignedDuration>,
    /// How bad broken promises are.
    pub severity: Option<Severity>,
}

/// Objectives for the assets that a selector fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Its name, `namespace/name`.
    pub name: String,
    /// Which assets it is for.
    pub selector: Selector,
    /// Between policies that fit the same asset the higher number wins; then the name that sorts first.
    pub priority: i32,
    /// What it promises.
    pub overrides: ObjectiveOverrides,
    /// Whether its assets are paused.
    pub suspend: bool,
}

/// What holds for one asset after all policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effective {
    /// What is promised.
    pub objectives: Objectives,
    /// How bad broken promises are; none leaves it to each alert.
    pub severity: Option<Severity>,
    /// Whether a policy pauses it.
    pub suspend: bool,
}

impl Policy {
    /// What holds for an asset. Each value comes from the asset's own resource, else from the first
    /// fitting policy by precedence that has it, else from the kind's default. Any fitting policy
    /// can pause.
    #[must_use]
    pub fn effective(
        policies: &[Self],
        subject: Subject<'_>,
        own: &ObjectiveOverrides,
    ) -> Effective {
        let mut fitting: Vec<&Self> = policies
            .iter()
            .filter(|policy| policy.selector.selects(subject))
            .collect();
        fitting.sort_by_key(|policy| (Reverse(policy.priority), &policy.name));
        let overrides =
            || std::iter::once(own).chain(fitting.iter().map(|policy| &policy.overrides));
        let default = Objectives::default_for(subject.asset.kind);
        Effective {
            objectives: Objectives {
                maximum_age: overrides()
                    .find_map(|values| values.maximum_age)
                    .unwrap_or(default.maximum_age),
                verification_age: overrides()
                    .find_map(|values| values.verification_age)
                    .unwrap_or(default.verification_age),
                maximum_run_duration: overrides()
                    .find_map(|values| values.maximum_run_duration)
                    .or(default.maximum_run_duration),
            },
            severity: overrides().find_map(|values| values.severity),
            suspend: fitting.iter().any(|policy| policy.suspend),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn policy(name: &str, priority: i32, hours: Option<i64>) -> Policy {
        Policy {
            name: name.to_owned(),
            priority,
            overrides: ObjectiveOverrides {
                maximum_age: hours.map(SignedDuration::from_hours),
                ..ObjectiveOverrides::default()
            },
            ..Policy::default()
        }
    }

    fn maximum_age(policies: &[Policy], own: Option<i64>) -> i64 {
        let asset = "Prometheus/monitoring/main".parse().unwrap();
        let subject = Subject {
            asset: &asset,
            labels: &BTreeMap::new(),
        };
        let own = policy("own", 0, own).overrides;
        let effective = Policy::effective(policies, subject, &own);
        effective.objectives.maximum_age.as_hours()
    }

    #[test]
    fn the_resource_wins_over_policies_and_they_over_the_default() {
        assert_eq!(maximum_age(&[], None), 25);
        assert_eq!(maximum_age(&[policy("a", 0, Some(30))], None), 30);
        assert_eq!(maximum_age(&[policy("a", 0, Some(30))], Some(2)), 2);
    }

    #[test]
    fn between_policies_priority_decides_and_then_the_name() {
        let policies = [policy("b", 0, Some(30)), policy("a", 0, Some(40))];
        assert_eq!(maximum_age(&policies, None), 40);
        let policies = [policy("b", 1, Some(30)), policy("a", 0, Some(40))];
        assert_eq!(maximum_age(&policies, None), 30);
    }

    #[test]
    fn a_policy_that_says_nothing_of_a_value_leaves_it_to_the_next() {
        let policies = [policy("a", 9, None), policy("b", 0, Some(40))];
        assert_eq!(maximum_age(&policies, None), 40);
    }

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

    #[test]
    fn how_long_a_run_may_take_is_known_only_if_someone_says() {
        let asset: AssetId = "CronJob/shop/nightly".parse().unwrap();
        let subject = Subject {
            asset: &asset,
            labels: &BTreeMap::new(),
        };
        let mut policies = [policy("a", 0, None)];
        let own = ObjectiveOverrides::default();
        let duration = |policies: &[Policy], own: &ObjectiveOverrides| {
            let effective = Policy::effective(policies, subject, own);
            effective.objectives.maximum_run_duration
        };
        assert_eq!(duration(&policies, &own), None);
        let (two, three) = (SignedDuration::from_hours(2), SignedDuration::from_hours(3));
        policies[0].overrides.maximum_run_duration = Some(three);
        assert_eq!(duration(&policies, &own), Some(three));
        let own = ObjectiveOverrides {
            maximum_run_duration: Some(two),
            ..own
        };
        assert_eq!(duration(&policies, &own), Some(two));
    }
}
