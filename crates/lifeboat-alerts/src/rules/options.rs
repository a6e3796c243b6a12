//! What people can choose of the rules that are generated for them.

use crate::{catalogue::Group, settings::DEFAULT_RUNBOOK_URL};

/// What is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleFormat {
    /// The rules as a `PrometheusRule` of the Prometheus operator.
    PrometheusRule,
    /// The rules as a file that Prometheus reads.
    Rules,
    /// Unit tests of the rules, for `promtool test rules`.
    PromtoolTests,
    /// How the Prometheus operator finds Lifeboat by its service.
    ServiceMonitor,
    /// How the Prometheus operator finds Lifeboat by its pods.
    PodMonitor,
    /// What holds back what, as `inhibit_rules` of Alertmanager.
    InhibitRules,
}

/// On whose metrics the rules rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// On Lifeboat's own.
    Exporter,
    /// On those of kube-state-metrics, CloudNativePG and `VolSync`: nothing of Lifeboat runs.
    Native,
}

/// How the documents are to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleOptions {
    /// On whose metrics the rules rest.
    pub flavour: Flavour,
    /// The groups of alerts; none chooses all.
    pub groups: Vec<Group>,
    /// The name of the resource.
    pub name: String,
    /// The namespace of the resource; none leaves it to whoever applies it.
    pub namespace: Option<String>,
    /// The labels of the resource, by which a Prometheus selects it.
    pub labels: Vec<(String, String)>,
    /// The job that scrapes Lifeboat: a [`query_text`].
    pub job: String,
    /// The address below which `docs/runbooks.md` is.
    pub runbook_url: String,
    /// The file in which unit tests look for the rules.
    pub rule_file: String,
    /// Which `CronJob`s make backups: a regular expression that their whole name fits, and a [`query_text`].
    /// Only the native rules have to be told; Lifeboat sees it.
    pub cron_jobs: String,
}

impl Default for RuleOptions {
    fn default() -> Self {
        Self {
            flavour: Flavour::Exporter,
            groups: Vec::new(),
            name: "lifeboat".to_owned(),
            namespace: None,
            labels: Vec::new(),
            job: "lifeboat".to_owned(),
            runbook_url: DEFAULT_RUNBOOK_URL.to_owned(),
            rule_file: "lifeboat-rules.yaml".to_owned(),
            cron_jobs: ".*backup.*".to_owned(),
        }
    }
}

impl RuleOptions {
    /// Whether a group was chosen.
    pub(super) fn chooses(&self, group: Group) -> bool {
        self.groups.is_empty() || self.groups.contains(&group)
    }
}

/// Takes a text that is to stand in a query, if it can't break out of it there.
pub fn query_text(text: &str) -> Result<String, QueryTextError> {
    if text.is_empty() || text.contains(['"', '\\', '\n', '{', '}']) {
        return Err(QueryTextError);
    }
    Ok(text.to_owned())
}

/// A text that can't stand in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("use no quotes, backslashes or braces; nothing else is refused but an empty text")]
pub struct QueryTextError;
