//! Whole documents: rules for Prometheus or for its operator, and how that operator finds Lifeboat.

use super::{
    groups,
    options::{Flavour, RuleOptions},
    rule::RuleGroup,
    yaml::{Map, Node},
};

const API_VERSION: &str = "monitoring.coreos.com/v1";
/// What the manifests in `deploy/kubernetes` label Lifeboat with.
const LIFEBOAT: (&str, &str) = ("app.kubernetes.io/name", "lifeboat");

/// A file of rules.
pub(super) fn rules(options: &RuleOptions) -> Map {
    let groups: Vec<Node> = groups(options).iter().map(RuleGroup::node).collect();
    Map::new()
        .with("groups", groups)
        .explained(introduction(options))
}

/// A `PrometheusRule` with the same rules.
pub(super) fn prometheus_rule(options: &RuleOptions) -> Map {
    let groups: Vec<Node> = groups(options).iter().map(RuleGroup::node).collect();
    resource("PrometheusRule", options)
        .with("spec", Map::new().with("groups", groups))
        .explained(introduction(options))
}

pub(super) fn service_monitor(options: &RuleOptions) -> Map {
    monitor("ServiceMonitor", "endpoints", options)
}

pub(super) fn pod_monitor(options: &RuleOptions) -> Map {
    monitor("PodMonitor", "podMetricsEndpoints", options)
}

fn monitor(kind: &str, endpoints: &str, options: &RuleOptions) -> Map {
    let (label, value) = LIFEBOAT;
    let endpoint = Map::new()
        .with("port", "http")
        .with("honorLabels", Node::Flag(true))
        .with("relabelings", vec![job(options)])
        .explained(
            "The labels namespace and name are those of assets, not those of Lifeboat's pod.",
        );
    let selector = Map::new().with("matchLabels", Map::new().with(label, value));
    let spec = Map::new()
        .with("selector", selector)
        .with(endpoints, vec![endpoint]);
    resource(kind, options).with("spec", spec)
}

/// The job has the name that the rules ask for, whatever the service or the monitor is called.
fn job(options: &RuleOptions) -> Map {
    Map::new()
        .with("targetLabel", "job")
        .with("replacement", options.job.as_str())
}

fn resource(kind: &str, options: &RuleOptions) -> Map {
    let labels = options.labels.iter();
    let labels = labels.fold(Map::new(), |map, (name, value)| {
        map.with(name.as_str(), value.as_str())
    });
    let labels = (!options.labels.is_empty()).then_some(labels);
    let metadata = Map::new()
        .with("name", options.name.as_str())
        .with_some("namespace", options.namespace.as_deref())
        .with_some("labels", labels);
    Map::new()
        .with("apiVersion", API_VERSION)
        .with("kind", kind)
        .with("metadata", metadata)
}

fn introduction(options: &RuleOptions) -> &'static str {
    match options.flavour {
        Flavour::Exporter => {
            "Made by lifeboat rules generate. The queries ask for verdicts, so thresholds are those of each asset's \
             policies.\nLifeboat has to be scraped with honor_labels: true. keep_firing_for needs Prometheus 2.42 or newer; an \
             older one refuses the file."
        }
        Flavour::Native => {
            "Made by lifeboat rules generate --native: on the metrics of kube-state-metrics, CloudNativePG and VolSync \
             alone.\nThese have to be scraped with honor_labels: true (kube-state-metrics), and each rule says what it can't \
             see. keep_firing_for needs Prometheus 2.42 or newer; an older one refuses the file."
        }
    }
}
