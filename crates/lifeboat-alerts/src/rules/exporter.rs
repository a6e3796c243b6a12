//! The rules for people whose Prometheus scrapes Lifeboat: every entry of the catalogue, and what is recorded.

use super::{
    options::RuleOptions,
    rule::{AlertRule, RecordRule, Rule, RuleGroup},
};
use crate::catalogue::{Alert, Condition, Group, Text, catalogue, recordings};

/// The groups, those without a rule too.
pub(super) fn groups(options: &RuleOptions) -> Vec<RuleGroup> {
    let chosen = Group::ALL.iter().filter(|group| options.chooses(**group));
    chosen.map(|group| rules_of(*group, options)).collect()
}

fn rules_of(group: Group, options: &RuleOptions) -> RuleGroup {
    let records = recordings().iter().filter(|one| one.group == group);
    let records = records.map(|one| {
        Rule::Record(RecordRule {
            name: one.name,
            query: one.query.to_owned(),
            comment: one.meaning.to_owned(),
        })
    });
    let alerts = catalogue().iter().filter(|alert| alert.group == group);
    let alerts = alerts.map(|alert| Rule::Alert(rule(alert, options)));
    RuleGroup {
        name: group_name("lifeboat", group),
        rules: records.chain(alerts).collect(),
    }
}

fn rule(alert: &Alert, options: &RuleOptions) -> AlertRule {
    AlertRule {
        name: alert.name,
        query: alert.condition.promql(&options.job),
        wait: alert.wait,
        keep_firing_for: alert.keep_firing_for,
        labels: vec![("severity", severity(alert))],
        annotations: annotations(
            alert,
            options,
            &[alert.meaning, alert.first],
            Text::template,
        ),
        comment: None,
    }
}

/// How bad it is: what a policy says, which is a label of the series then; else what the entry says.
fn severity(alert: &Alert) -> String {
    match alert.condition {
        Condition::Verdict(_) => format!(
            "{{{{ with $labels.severity }}}}{{{{ . }}}}{{{{ else }}}}{}{{{{ end }}}}",
            alert.severity
        ),
        Condition::Outside(_) => alert.severity.to_string(),
    }
}

/// What is written beside an alert, each text put in some form: as a template, or about one asset.
pub(super) fn annotations(
    alert: &Alert,
    options: &RuleOptions,
    description: &[Text],
    form: impl Fn(Text) -> String,
) -> Vec<(&'static str, String)> {
    let description: Vec<String> = description.iter().map(|text| form(*text)).collect();
    let base = options.runbook_url.trim_end_matches('/');
    vec![
        ("summary", form(alert.summary)),
        ("description", description.join(" ")),
        ("runbook_url", format!("{base}/{}", alert.runbook_anchor())),
    ]
}

/// The name of a group of rules.
pub(super) fn group_name(prefix: &str, group: Group) -> String {
    format!("{prefix}-{}", group.name().replace('_', "-"))
}
