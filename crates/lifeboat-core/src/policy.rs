//! Policies: what is promised for which assets, and how bad it is when a promise breaks.

use std::{cmp::Reverse, fmt};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{AssetKind, Operation, Selector, Subject, slo::Ratio};

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
    /// How long ago the last good maintenance may lie.
    pub maintenance_age: SignedDuration,
    /// How long a run may take before it counts as stuck; none leaves it to what earlier runs took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_run_duration: Option<SignedDuration>,
    /// From which age on the newest good recovery point is an early warning; none for no warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning_age: Option<SignedDuration>,
    /// How long a run usually takes at most; none leaves it open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_run_duration: Option<SignedDuration>,
    /// How long ago the last good maintenance may lie before the repository counts as neglected.
    pub neglect_age: SignedDuration,
    /// How long ago the last good rehearsal of a restore may lie.
    pub drill_age: SignedDuration,
    /// The recovery time objective: how long a rehearsal of a restore may take; none where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_time: Option<SignedDuration>,
    /// How far a standby may lie behind; none leaves it to what is usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay_lag: Option<SignedDuration>,
    /// By how many percent a repository may grow within [`Self::GROWTH_WINDOW`].
    pub maximum_growth_percent: u32,
    /// What is given to a repository, in percent of what it keeps of that: at least so much.
    pub minimum_deduplication_percent: u32,
    /// For what share of the time the newest good recovery point is to be as young as promised.
    pub backup_slo: Ratio,
    /// What share of the attempts to archive WAL is to succeed.
    pub wal_archiving_slo: Ratio,
}

impl Objectives {
    /// The span within which a repository's growth is looked at: the same weekday a week ago, so that
    /// what runs weekly is in both.
    pub const GROWTH_WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);

    /// What is promised where no policy says otherwise: a Prometheus is backed up daily, and 25 h
    /// leave an hour for the run itself. Where others take the backups, 36 h let one night fail.
    /// Maintenance runs daily, and nothing is lost when it fails twice. Who rehearses a restore each
    /// week has a day to mend what went wrong. A repository that grows by
    /// half in a week has filled twice its space before anybody looks at a monthly bill; and where
    /// not even a third of what is given is there already, something defeats deduplication, such as
    /// files that are encrypted or compressed anew each night.
    #[must_use]
    pub const fn default_for(kind: AssetKind) -> Self {
        Self {
            maximum_age: SignedDuration::from_hours(if kind.is_operated() { 25 } else { 36 }),
            verification_age: SignedDuration::from_hours(8 * 24),
            maintenance_age: SignedDuration::from_hours(3 * 24),
            maximum_run_duration: None,
            warning_age: match kind {
                AssetKind::CnpgCluster => Some(SignedDuration::from_hours(24)),
                _ => None,
            },
            expected_run_duration: match kind {
                AssetKind::CnpgCluster => Some(SignedDuration::from_mins(30)),
                AssetKind::KopiaMaintenance | AssetKind::KopiaRepository => {
                    Some(SignedDuration::from_hours(1))
                }
                _ => None,
            },
            neglect_age: SignedDuration::from_hours(7 * 24),
            drill_age: SignedDuration::from_hours(8 * 24),
            recovery_time: None,
            replay_lag: None,
            maximum_growth_percent: 50,
            minimum_deduplication_percent: 150,
            backup_slo: Ratio::from_parts_per_million(990_000),
            wal_archiving_slo: Ratio::from_parts_per_million(999_000),
        }
    }

    /// How long a run of this operation should take at most; none where nobody says. A rehearsal takes
    /// as long as a recovery would.
    #[must_use]
    pub const fn expected_duration(&self, operation: Operation) -> Option<SignedDuration> {
        match operation {
            Operation::Drill => self.recovery_time,
            _ => self.expected_run_duration,
        }
    }
}

/// Values that take the place of the defaults. What is none here stays as it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ObjectiveOverrides {
    /// The recovery point objective.
    pub maximum_age: Option<SignedDuration>,
    /// How long ago the newest good verification may lie.
    pub verification_age: Option<SignedDuration>,
    /// How long ago the last good maintenance may lie.
    pub maintenance_age: Option<SignedDuration>,
    /// How long a run may take before it counts as stuck.
    pub maximum_run_duration: Option<SignedDuration>,
    /// From which age on the newest good recovery point is an early warning.
    pub warning_age: Option<SignedDuration>,
    /// How long a run usually takes at most.
    pub expected_run_duration: Option<SignedDuration>,
    /// How long ago the last good maintenance may lie before the repository counts as neglected.
    pub neglect_age: Option<SignedDuration>,
    /// How long ago the last good rehearsal of a restore may lie.
    pub drill_age: Option<SignedDuration>,
    /// How long a rehearsal of a restore may take.
    pub recovery_time: Option<SignedDuration>,
    /// How far a standby may lie behind.
    pub replay_lag: Option<SignedDuration>,
    /// By how many percent a repository may grow within a week.
    pub maximum_growth_percent: Option<u32>,
    /// What is given to a repository, in percent of what it keeps of that, at the least.
    pub minimum_deduplication_percent: Option<u32>,
    /// For what share of the time the newest good recovery point is to be as young as promised.
    pub backup_slo: Option<Ratio>,
    /// What share of the attempts to archive WAL is to succeed.
    pub wal_archiving_slo: Option<Ratio>,
    /// How bad broken promises are.
    pub severity: Option<Severity>,
}

impl ObjectiveOverrides {
    /// The values in as little memory as they take: none, if there are none.
    #[must_use]
    pub fn boxed(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }
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
    /// The Kopia repositories that are to be read.
    pub kopia_repositories: Vec<KopiaRepositoryPolicy>,
    /// The databases whose object stores are to be looked into.
    pub object_stores: Vec<ObjectStorePolicy>,
}

/// A database whose object store is to be looked into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectStorePolicy {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub database: String,
    /// The name of the Secret with which the store is reached, in the same namespace.
    pub secret: String,
    /// How often the store is looked into. That costs requests.
    pub every: SignedDuration,
    /// How often it is asked whether it answers, with one request.
    pub probe_every: SignedDuration,
    /// How many bytes it may hold.
    pub capacity: Option<u64>,
}

/// A Kopia repository that is to be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KopiaRepositoryPolicy {
    /// The namespace that its assets are in.
    pub namespace: String,
    /// Its name: that of the Secret with which it is reached.
    pub name: String,
    /// How often it is read. Reading costs requests to its store.
    pub every: SignedDuration,
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
        own: Option<&ObjectiveOverrides>,
    ) -> Effective {
        let mut fitting: Vec<&Self> = policies
            .iter()
            .filter(|policy| policy.selector.selects(subject))
            .collect();
        fitting.sort_by_key(|policy| (Reverse(policy.priority), &policy.name));
        let overrides = || {
            own.into_iter()
                .chain(fitting.iter().map(|policy| &policy.overrides))
        };
        Effective {
            objectives: objectives(Objectives::default_for(subject.asset.kind), overrides),
            severity: overrides().find_map(|values| values.severity),
            suspend: fitting.iter().any(|policy| policy.suspend),
        }
    }
}

/// The defaults of a kind, with what takes their place.
fn objectives<'a, I: Iterator<Item = &'a ObjectiveOverrides>>(
    default: Objectives,
    overrides: impl Fn() -> I,
) -> Objectives {
    let length =
        |value: fn(&ObjectiveOverrides) -> Option<SignedDuration>| overrides().find_map(value);
    let percent = |value: fn(&ObjectiveOverrides) -> Option<u32>| overrides().find_map(value);
    let ratio = |value: fn(&ObjectiveOverrides) -> Option<Ratio>| overrides().find_map(value);
    let maximum_age = length(|values| values.maximum_age);
    let maintenance_age = length(|values| values.maintenance_age);
    // Who promises another age may mean weekly backups, which a warning for daily ones doesn't fit.
    let warning_age = default.warning_age.filter(|_| maximum_age.is_none());
    let maintenance_age = maintenance_age.unwrap_or(default.maintenance_age);
    // What is promised later than that can't be neglect before.
    let neglect_age = default.neglect_age.max(maintenance_age.saturating_mul(2));
    Objectives {
        maximum_age: maximum_age.unwrap_or(default.maximum_age),
        verification_age: length(|values| values.verification_age)
            .unwrap_or(default.verification_age),
        maintenance_age,
        maximum_run_duration: length(|values| values.maximum_run_duration)
            .or(default.maximum_run_duration),
        warning_age: length(|values| values.warning_age).or(warning_age),
        expected_run_duration: length(|values| values.expected_run_duration)
            .or(default.expected_run_duration),
        neglect_age: length(|values| values.neglect_age).unwrap_or(neglect_age),
        drill_age: length(|values| values.drill_age).unwrap_or(default.drill_age),
        recovery_time: length(|values| values.recovery_time).or(default.recovery_time),
        replay_lag: length(|values| values.replay_lag).or(default.replay_lag),
        maximum_growth_percent: percent(|values| values.maximum_growth_percent)
            .unwrap_or(default.maximum_growth_percent),
        minimum_deduplication_percent: percent(|values| values.minimum_deduplication_percent)
            .unwrap_or(default.minimum_deduplication_percent),
        backup_slo: ratio(|values| values.backup_slo).unwrap_or(default.backup_slo),
        wal_archiving_slo: ratio(|values| values.wal_archiving_slo)
            .unwrap_or(default.wal_archiving_slo),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::AssetId;

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
        let effective = Policy::effective(policies, subject, Some(&own));
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
    fn how_long_a_run_may_take_is_known_only_if_someone_says() {
        let asset: AssetId = "CronJob/shop/nightly".parse().unwrap();
        let subject = Subject {
            asset: &asset,
            labels: &BTreeMap::new(),
        };
        let mut policies = [policy("a", 0, None)];
        let own = ObjectiveOverrides::default();
        let duration = |policies: &[Policy], own: &ObjectiveOverrides| {
            let effective = Policy::effective(policies, subject, Some(own));
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

    fn objectives_of(asset: &str, own: &ObjectiveOverrides) -> Objectives {
        let asset: AssetId = asset.parse().unwrap();
        let subject = Subject {
            asset: &asset,
            labels: &BTreeMap::new(),
        };
        Policy::effective(&[], subject, Some(own)).objectives
    }

    #[test]
    fn a_promise_of_another_age_takes_the_usual_warning_with_it() {
        let hours = |age: Option<i64>, warning: Option<i64>| {
            let own = ObjectiveOverrides {
                maximum_age: age.map(SignedDuration::from_hours),
                warning_age: warning.map(SignedDuration::from_hours),
                ..ObjectiveOverrides::default()
            };
            let objectives = objectives_of("CNPGCluster/shop/db", &own);
            objectives.warning_age.map(|age| age.as_hours())
        };
        assert_eq!(hours(None, None), Some(24));
        assert_eq!(hours(Some(8 * 24), None), None);
        assert_eq!(hours(Some(8 * 24), Some(170)), Some(170));
    }

    #[test]
    fn nothing_is_neglected_before_its_promise_is_broken() {
        let days = |maintained: Option<i64>| {
            let own = ObjectiveOverrides {
                maintenance_age: maintained.map(|days| SignedDuration::from_hours(24 * days)),
                ..ObjectiveOverrides::default()
            };
            let objectives = objectives_of("KopiaMaintenance/shop/backups", &own);
            objectives.neglect_age.as_hours() / 24
        };
        assert_eq!([days(None), days(Some(1)), days(Some(30))], [7, 7, 60]);
    }
}
