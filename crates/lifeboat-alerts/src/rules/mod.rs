//! Rules for those who have Prometheus: the catalogue as alerting and recording rules, and what goes with them.
//!
//! ```text
//! exporter     the rules for people whose Prometheus scrapes Lifeboat: the catalogue itself
//! native       rules on the metrics of others, for people who don't run Lifeboat as an exporter
//! inhibition   what holds back what, for Alertmanager
//! unit_tests   cases for `promtool test rules`, for both
//! documents    the resources of the Prometheus operator around all that
//! reference    the catalogue as a table for people
//! ```

mod documents;
mod exporter;
mod inhibition;
mod native;
mod options;
mod reference;
mod rule;
mod unit_tests;
mod yaml;

use serde_json::Value;

pub use options::{Flavour, QueryTextError, RuleFormat, RuleOptions, query_text};
pub use reference::reference;

/// A document that was generated.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratedDocument {
    /// As YAML with comments, for people and for Prometheus.
    pub yaml: String,
    /// The same without comments.
    pub json: Value,
}

/// Generates a document. The same options always give the same text.
#[must_use]
pub fn generate(format: RuleFormat, options: &RuleOptions) -> GeneratedDocument {
    let map = match format {
        RuleFormat::PrometheusRule => documents::prometheus_rule(options),
        RuleFormat::Rules => documents::rules(options),
        RuleFormat::PromtoolTests => unit_tests::document(options),
        RuleFormat::ServiceMonitor => documents::service_monitor(options),
        RuleFormat::PodMonitor => documents::pod_monitor(options),
        RuleFormat::InhibitRules => inhibition::document(options),
    };
    GeneratedDocument {
        yaml: map.document(),
        json: map.json(),
    }
}

/// The groups of rules that the options ask for, those without a rule left out.
fn groups(options: &RuleOptions) -> Vec<rule::RuleGroup> {
    let mut groups = match options.flavour {
        Flavour::Exporter => exporter::groups(options),
        Flavour::Native => native::groups(options),
    };
    groups.retain(|group| !group.rules.is_empty());
    groups
}
