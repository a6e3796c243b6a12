//! `lifeboat rules`: the alerts for those who have Prometheus.

use clap::{Args, Subcommand, ValueEnum};
use lifeboat_alerts::{
    Group,
    rules::{Flavour, RuleFormat, RuleOptions, query_text},
    settings::DEFAULT_RUNBOOK_URL,
};

use super::values;

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Print the alerts as rules of Prometheus, and what goes with them
    #[command(long_about = "\
Print the alerts as rules of Prometheus, and what goes with them.

The rules ask for the same verdicts as Lifeboat's own engine, so they alert about the same assets at \
the same time, with the same labels. Thresholds are those of each asset's policies. With --native they rest \
on the metrics of kube-state-metrics, CloudNativePG and VolSync alone, and see less. With --output json \
or yaml, comments are left out.")]
    #[command(after_help = "\
Examples:
  lifeboat rules generate --namespace monitoring \\
      --label release=kube-prometheus-stack | kubectl apply -f -
  lifeboat rules generate --format service-monitor --namespace lifeboat
  lifeboat rules generate --format rules > lifeboat-rules.yaml
  lifeboat rules generate --format promtool-tests > lifeboat-tests.yaml
  promtool test rules lifeboat-tests.yaml
  lifeboat rules generate --format inhibit-rules
  lifeboat rules generate --native --cron-jobs '.*-(backup|dump)'")]
    Generate(Box<GenerateOptions>),
}

#[derive(Debug, Args)]
pub(crate) struct GenerateOptions {
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "prometheus-rule")]
    format: Format,
    /// Rules on the metrics of kube-state-metrics, CloudNativePG and VolSync, without Lifeboat's own
    #[arg(long)]
    native: bool,
    /// Only the alerts of this group: freshness, backup, archiving, object_store, operators, maintenance,
    /// restore, standby, slo or lifeboat; may be given several times
    #[arg(long = "group", value_name = "GROUP", value_parser = group)]
    groups: Vec<Group>,
    /// The name of the resource
    #[arg(long, value_name = "NAME", default_value = "lifeboat")]
    name: String,
    /// The namespace of the resource; without it, whoever applies it decides
    #[arg(long, short, value_name = "NAMESPACE", value_parser = values::namespace)]
    namespace: Option<String>,
    /// A label of the resource, by which a Prometheus selects it, such as
    /// release=kube-prometheus-stack; may be given several times
    #[arg(long = "label", short, value_name = "KEY=VALUE", value_parser = values::tag)]
    labels: Vec<(String, String)>,
    /// The job that scrapes Lifeboat
    #[arg(long, value_name = "JOB", default_value = "lifeboat", value_parser = query_text)]
    job: String,
    /// The address below which docs/runbooks.md is, if not that of this project
    #[arg(long, value_name = "URL")]
    runbook_url: Option<String>,
    /// The file in which unit tests look for the rules
    #[arg(long, value_name = "FILE", default_value = "lifeboat-rules.yaml")]
    rule_file: String,
    /// With --native, which CronJobs make backups: a regular expression that their whole name fits
    #[arg(
        long,
        value_name = "REGEX",
        default_value = ".*backup.*",
        value_parser = query_text,
        requires = "native"
    )]
    cron_jobs: String,
}

/// What can be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The rules, for the Prometheus operator
    PrometheusRule,
    /// The rules, as a file of Prometheus
    Rules,
    /// Unit tests of the rules
    PromtoolTests,
    /// How the operator finds Lifeboat by its service
    ServiceMonitor,
    /// How the operator finds Lifeboat by its pods
    PodMonitor,
    /// What holds back what, for Alertmanager
    InhibitRules,
}

impl GenerateOptions {
    pub(crate) const fn format(&self) -> RuleFormat {
        match self.format {
            Format::PrometheusRule => RuleFormat::PrometheusRule,
            Format::Rules => RuleFormat::Rules,
            Format::PromtoolTests => RuleFormat::PromtoolTests,
            Format::ServiceMonitor => RuleFormat::ServiceMonitor,
            Format::PodMonitor => RuleFormat::PodMonitor,
            Format::InhibitRules => RuleFormat::InhibitRules,
        }
    }

    pub(crate) fn rules(&self) -> RuleOptions {
        RuleOptions {
            flavour: if self.native {
                Flavour::Native
            } else {
                Flavour::Exporter
            },
            groups: self.groups.clone(),
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            labels: self.labels.clone(),
            job: self.job.clone(),
            runbook_url: self
                .runbook_url
                .clone()
                .unwrap_or_else(|| DEFAULT_RUNBOOK_URL.to_owned()),
            rule_file: self.rule_file.clone(),
            cron_jobs: self.cron_jobs.clone(),
        }
    }
}

fn group(text: &str) -> Result<Group, String> {
    let mut groups = Group::ALL.into_iter();
    groups.find(|group| group.name() == text).ok_or_else(|| {
        let names = Group::ALL.map(Group::name);
        format!("use one of {}", names.join(", "))
    })
}
