//! Unit tests of the rules, as `promtool test rules` reads them.
//!
//! What is expected is worked out from the catalogue's data and from scenes written by hand, never
//! from the text of a rule.

mod exporter;
mod native;
mod outside;
mod recorded;

use super::{
    options::{Flavour, RuleOptions},
    rule::texts,
    yaml::{Map, Node},
};

/// One test: series, and what they lead to.
struct Test {
    name: String,
    every: &'static str,
    series: Vec<(String, String)>,
    alerts: Vec<Expected>,
    queries: Vec<Map>,
}

/// Who is alerted about at a moment.
struct Expected {
    alert: &'static str,
    at: String,
    alerts: Vec<Firing>,
}

/// An alert that fires.
#[derive(Clone)]
struct Firing {
    labels: Vec<(&'static str, String)>,
    annotations: Vec<(&'static str, String)>,
}

/// The file of tests for the rules that the options ask for.
pub(super) fn document(options: &RuleOptions) -> Map {
    let (interval, tests) = match options.flavour {
        Flavour::Exporter => {
            let alerts = exporter::tests(options).chain(outside::tests(options));
            ("1m", alerts.chain(recorded::tests(options)).collect())
        }
        // Their pasts are of days, and promtool takes as long as there are evaluations.
        Flavour::Native => ("15m", native::tests(options)),
    };
    let tests: Vec<Test> = tests;
    let tests: Vec<Map> = tests.iter().map(Test::map).collect();
    Map::new()
        .with("rule_files", vec![options.rule_file.as_str()])
        .with("evaluation_interval", interval)
        .with("tests", tests)
        .explained(
            "Made by lifeboat rules generate --format promtool-tests. Run it with promtool test rules, beside the file of \
             rules.",
        )
}

impl Test {
    fn map(&self) -> Map {
        let series = self.series.iter().map(|(series, values)| {
            Map::new()
                .with("series", series.as_str())
                .with("values", values.as_str())
        });
        let alerts: Vec<Map> = self.alerts.iter().map(Expected::map).collect();
        Map::new()
            .with("name", self.name.as_str())
            .with("interval", self.every)
            .with("input_series", series.collect::<Vec<_>>())
            .with_some("alert_rule_test", (!alerts.is_empty()).then_some(alerts))
            .with_some(
                "promql_expr_test",
                (!self.queries.is_empty()).then(|| self.queries.clone()),
            )
    }
}

impl Expected {
    fn map(&self) -> Map {
        let alerts = self.alerts.iter().map(|firing| {
            Node::from(
                Map::new()
                    .with("exp_labels", texts(&firing.labels))
                    .with("exp_annotations", texts(&firing.annotations)),
            )
        });
        Map::new()
            .with("eval_time", self.at.as_str())
            .with("alertname", self.alert)
            .with("exp_alerts", Node::List(alerts.collect()))
    }
}

/// Series and values of a scene that is written down.
fn written(series: &[(&str, &str)]) -> Vec<(String, String)> {
    let series = series.iter();
    series
        .map(|(series, values)| ((*series).to_owned(), (*values).to_owned()))
        .collect()
}
