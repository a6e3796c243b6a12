//! Rules on the metrics of others: kube-state-metrics, CloudNativePG's exporter and `VolSync`, without Lifeboat.
//!
//! These see far less than Lifeboat does. Each rule says in a comment what it can't see, and
//! [`impossible`] lists the alerts that can't be had this way at all.

mod archiving;
mod backup;
mod cron_jobs;
mod freshness;
mod impossible;
mod maintenance;
mod operators;
mod standby;

use lifeboat_core::AssetKind;

use super::{
    exporter::{annotations, group_name},
    options::RuleOptions,
    rule::{AlertRule, Rule, RuleGroup},
};
use crate::catalogue::{Alert, Group, Text, catalogue};

pub(super) use impossible::impossible;

/// An alert of the catalogue on the metrics of others. Its name, severity and waits are those of the catalogue.
#[derive(Debug, Clone, Copy)]
pub(super) struct NativeAlert {
    /// The alert's name in the catalogue.
    pub(super) alert: &'static str,
    /// The kind of assets that it is about.
    pub(super) kind: AssetKind,
    /// The label of the query's result that holds the asset's namespace.
    pub(super) namespace: &'static str,
    /// The label of the query's result that holds the asset's name.
    pub(super) name: &'static str,
    /// The query, with [`PLACES`] in it, and `{cron_jobs}` for the names of the CronJobs that stand for
    /// assets of its kind.
    pub(super) query: &'static str,
    /// What it does about known traps, and what it can't see.
    pub(super) remark: &'static str,
    /// What it is tested with.
    pub(super) scenes: &'static [Scene],
}

/// A past made of series, and what follows from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene {
    /// What happened, in a few words.
    pub(super) story: &'static str,
    /// How often there are samples.
    pub(super) every: &'static str,
    /// The series and their values, as promtool writes them. Time begins at 0.
    pub(super) series: &'static [(&'static str, &'static str)],
    /// When is looked.
    pub(super) at: &'static str,
    /// The assets that are alerted about then, as namespace and name.
    pub(super) about: &'static [(&'static str, &'static str)],
}

/// What stands for parts of queries that are needed again and again.
const PLACES: &[(&str, &str)] = &[
    // How old the newest backup of a PostgreSQL cluster is, where there is one. It has the next place in it.
    (
        "{age_of_newest_backup}",
        "time() - (
  max by (namespace, cluster) (
    (
      barman_cloud_cloudnative_pg_io_last_available_backup_timestamp
      or on (namespace, pod) cnpg_collector_last_available_backup_timestamp
    )
    {of_cluster}
  ) > 0
)",
    ),
    // The name of a PostgreSQL cluster is a label of one metric of its instances only.
    (
        "{of_cluster}",
        "* on (namespace, pod) group_left (cluster) group by (namespace, pod, cluster) (cnpg_collector_up)",
    ),
];

/// Which CronJobs maintain Kopia's repositories, by the names that VolSync gives them.
const KOPIA_CRON_JOBS: &str = "kopia-maint-.+|kopia-maintenance-.+";

/// Every rule, in the order of the groups.
pub(super) fn native_alerts() -> impl Iterator<Item = &'static NativeAlert> {
    [
        freshness::ALERTS,
        backup::ALERTS,
        archiving::ALERTS,
        operators::ALERTS,
        maintenance::ALERTS,
        standby::ALERTS,
    ]
    .into_iter()
    .flatten()
}

/// The groups, those without a rule too.
pub(super) fn groups(options: &RuleOptions) -> Vec<RuleGroup> {
    let chosen = Group::ALL.iter().filter(|group| options.chooses(**group));
    chosen
        .map(|group| RuleGroup {
            name: group_name("lifeboat-native", *group),
            rules: rules_of(*group, options),
        })
        .collect()
}

fn rules_of(group: Group, options: &RuleOptions) -> Vec<Rule> {
    let known = native_alerts().filter_map(|native| Some((native, native.entry()?)));
    let of_group = known.filter(|(_, entry)| entry.group == group);
    of_group
        .map(|(native, entry)| Rule::Alert(native.rule(entry, options)))
        .collect()
}

impl NativeAlert {
    /// The entry of the catalogue.
    pub(super) fn entry(&self) -> Option<&'static Alert> {
        catalogue().iter().find(|entry| entry.name == self.alert)
    }

    fn rule(&self, entry: &Alert, options: &RuleOptions) -> AlertRule {
        AlertRule {
            name: entry.name,
            query: self.query(options),
            wait: entry.wait,
            keep_firing_for: entry.keep_firing_for,
            labels: vec![("severity", entry.severity.to_string())],
            annotations: native_annotations(entry, options, Text::template),
            comment: Some(self.remark.to_owned()),
        }
    }

    /// The query, with the labels of the result called as those of Lifeboat's own: so both flavours
    /// give alerts alike, and routes and inhibitions fit both.
    fn query(&self, options: &RuleOptions) -> String {
        let cron_jobs = match self.kind {
            AssetKind::KopiaMaintenance => KOPIA_CRON_JOBS,
            _ => options.cron_jobs.as_str(),
        };
        let places = PLACES.iter().copied();
        let places = places.chain([("{cron_jobs}", cron_jobs)]);
        let query = places.fold(self.query.to_owned(), |query, (place, text)| {
            query.replace(place, text)
        });
        let labels = [
            ("kind", self.kind.name(), ""),
            ("namespace", "$1", self.namespace),
            ("name", "$1", self.name),
        ];
        let named = labels
            .into_iter()
            .fold(query, |query, (label, value, from)| {
                if label == from {
                    return query;
                }
                let pattern = if from.is_empty() { "" } else { "(.*)" };
                format!(
                    "label_replace(\n{},\n  \"{label}\", \"{value}\", \"{from}\", \"{pattern}\"\n)",
                    indented(&query)
                )
            });
        format!("max by (kind, namespace, name) (\n{}\n)", indented(&named))
    }
}

/// What is written beside a native alert. What the catalogue says to do first may need Lifeboat, so the runbook
/// is left to say it.
pub(super) fn native_annotations(
    entry: &Alert,
    options: &RuleOptions,
    form: impl Fn(Text) -> String,
) -> Vec<(&'static str, String)> {
    annotations(entry, options, &[entry.meaning], form)
}

fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| format!("  {line}"));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
