//! What holds back what, for Alertmanager: the same as the built-in engine does by itself.

use std::collections::BTreeSet;

use super::{options::RuleOptions, yaml::Map};
use crate::catalogue::{Alert, Condition, catalogue, operated_by};

/// The labels of an asset.
const ASSET: [&str; 4] = ["cluster", "kind", "namespace", "name"];

/// A document whose only entry can be put into Alertmanager's configuration.
pub(super) fn document(options: &RuleOptions) -> Map {
    let alerts: Vec<&Alert> = catalogue()
        .iter()
        .filter(|alert| options.chooses(alert.group))
        .collect();
    let explaining: BTreeSet<&str> = alerts
        .iter()
        .flat_map(|alert| alert.explained_by.iter().copied())
        .collect();
    let rules: Vec<Map> = explaining
        .into_iter()
        .map(|name| explained_by(name, &alerts))
        .chain(std::iter::once(critical_over_less(&alerts)))
        .collect();
    Map::new().with("inhibit_rules", rules).explained(
        "Made by lifeboat rules generate --format inhibit-rules. Lifeboat's own engine holds back the same, and two things \
         that Alertmanager can't: what an explanation held back stays so for ten minutes after its end, and a critical \
         alert that is itself explained holds back nothing.",
    )
}

/// While an alert fires that explains others, nobody is told of those: about what a program operates in the
/// same cluster, else about the same asset.
fn explained_by(name: &str, alerts: &[&Alert]) -> Map {
    let explained = alerts
        .iter()
        .filter(|alert| alert.explained_by.contains(&name));
    let explained: Vec<&str> = explained.map(|alert| alert.name).collect();
    let source = vec![matcher("alertname", &[name])];
    let target = matcher("alertname", &explained);
    match operated_by(name) {
        Some(kinds) => {
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
            rule(source, vec![target, matcher("kind", &kinds)], &["cluster"])
        }
        None => rule(source, vec![target], &ASSET),
    }
}

/// While something critical about an asset fires, nobody is told of what is less about the same asset. The
/// names are needed: labels that neither alert has count as equal, so without them any critical alert
/// in the house would hold back what is less of others.
fn critical_over_less(alerts: &[&Alert]) -> Map {
    let of_assets = alerts
        .iter()
        .filter(|alert| matches!(alert.condition, Condition::Verdict(_)));
    let names: Vec<&str> = of_assets.map(|alert| alert.name).collect();
    let matchers =
        |severity: &str| vec![format!("severity{severity}"), matcher("alertname", &names)];
    rule(
        matchers("=\"critical\""),
        matchers("=~\"warning|info\""),
        &ASSET,
    )
}

fn rule(source: Vec<String>, target: Vec<String>, equal: &[&str]) -> Map {
    Map::new()
        .with("source_matchers", source)
        .with("target_matchers", target)
        .with("equal", equal.to_vec())
}

fn matcher(label: &str, values: &[&str]) -> String {
    match values {
        [value] => format!("{label}=\"{value}\""),
        values => format!("{label}=~\"{}\"", values.join("|")),
    }
}
