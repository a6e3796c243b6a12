//! A real Prometheus's evaluation of the generated rules: series as the exporter writes them, and the `ALERTS` that
//! are expected after each evaluation.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{
    LabelSet,
    rules::{RuleFormat, RuleOptions, generate},
};
use lifeboat_controller::{AssetView, View};
use lifeboat_core::{SmallMap, assess::Assessment};
use lifeboat_testkit::tools::tool;
use lifeboat_web::metrics::{Process, TextFormat, render};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::history;

/// The metrics that rules ask for.
const ASKED: [&str; 3] = [
    "lifeboat_check_status{",
    "lifeboat_check_reason{",
    "lifeboat_asset_info{",
];

/// The alerts about assets. What only others can tell, such as that Lifeboat is down, its own engine lacks.
const ASKED_ALERTS: &str = "ALERTS{kind!=\"\"}";

/// What is put before promtool: series with a sample for each evaluation, and what is expected then.
#[derive(Default)]
pub(crate) struct Scene {
    series: BTreeMap<String, BTreeMap<usize, String>>,
    alerts: Vec<Vec<String>>,
}

impl Scene {
    /// What a replica exports at an evaluation.
    pub(crate) fn scrape(
        &mut self,
        step: usize,
        replica: &str,
        assessed: &[(Assessment, &'static str)],
    ) {
        let assets = assessed.iter().map(|(assessment, system)| AssetView {
            asset: Arc::new(history::asset(assessment.asset.clone())),
            assessment: Arc::new(assessment.clone()),
            next_starts: SmallMap::default(),
            progress: BTreeMap::new(),
            places: Arc::new(SmallMap::from_iter([("system", (*system).to_owned())])),
        });
        let view = View {
            generation: 1,
            assets: assets.collect(),
            ..View::empty(Timestamp::UNIX_EPOCH)
        };
        let text = render(&view, &Process::default(), TextFormat::Plain).unwrap();
        for line in text.lines() {
            if ASKED.iter().any(|metric| line.starts_with(metric)) {
                let (series, value) = line.rsplit_once("} ").unwrap();
                let target = format!("job=\"lifeboat\",instance=\"{replica}:9780\"");
                let of_series = self.series.entry(format!("{series},{target}}}"));
                of_series.or_default().insert(step, value.to_owned());
            }
        }
    }

    /// The alerts that are expected after an evaluation: their labels, and their state.
    pub(crate) fn expect(&mut self, step: usize, alert: LabelSet, state: &str) {
        self.alerts
            .resize(self.alerts.len().max(step + 1), Vec::new());
        let mut labels = alert;
        labels.insert("alertstate".to_owned(), state.to_owned());
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}={value:?}"))
            .collect();
        self.alerts[step].push(format!("ALERTS{{{}}}", labels.join(",")));
    }

    /// How many alerts are expected, after all evaluations together.
    pub(crate) fn expected(&self) -> usize {
        self.alerts.iter().map(Vec::len).sum()
    }

    /// The same series, with nothing expected of them.
    pub(crate) fn forget_what_was_expected(&mut self) {
        self.alerts.clear();
    }

    /// Whether the same alerts are expected after each evaluation.
    pub(crate) fn expects_the_same_as(&self, other: &Self) -> bool {
        self.alerts == other.alerts
    }

    /// What promtool finds otherwise; nothing if both agree.
    pub(crate) fn disagreement(&self, program: &str, interval: SignedDuration) -> Option<String> {
        let folder = TempDir::new().unwrap();
        let options = RuleOptions::default();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write(
            &options.rule_file,
            &generate(RuleFormat::Rules, &options).yaml,
        );
        // JSON is YAML.
        write(
            "tests.yaml",
            &self.test(&options.rule_file, interval).to_string(),
        );
        let mut command = Command::new(tool(program));
        command.args(["test", "rules", "tests.yaml"]);
        let output = command.current_dir(folder.path()).output().unwrap();
        if output.status.success() {
            return None;
        }
        let said = [output.stdout, output.stderr].concat();
        Some(first_difference(&String::from_utf8_lossy(&said)))
    }

    fn test(&self, rule_file: &str, interval: SignedDuration) -> Value {
        let seconds = interval.as_secs();
        let series = self
            .series
            .iter()
            .map(|(series, samples)| json!({"series": series, "values": values(samples)}));
        let tests = (0..history::STEPS).map(|step| {
            let alerts = self.alerts.get(step).map_or(&[][..], Vec::as_slice);
            let samples = alerts.iter().map(|labels| json!({"labels": labels, "value": 1}));
            let at = seconds * i64::try_from(step).unwrap();
            json!({"expr": ASKED_ALERTS, "eval_time": format!("{at}s"), "exp_samples": samples.collect::<Vec<_>>()})
        });
        json!({
            "rule_files": [rule_file],
            "evaluation_interval": format!("{seconds}s"),
            "tests": [{
                "interval": format!("{seconds}s"),
                "input_series": series.collect::<Vec<_>>(),
                "promql_expr_test": tests.collect::<Vec<_>>(),
            }],
        })
    }
}

/// Samples as promtool writes them; where one is missing, the series was not scraped.
fn values(samples: &BTreeMap<usize, String>) -> String {
    let last = samples.keys().next_back().copied().unwrap_or_default();
    let written: Vec<String> = (0..=last + 1)
        .map(|step| match samples.get(&step) {
            Some(value) => value.clone(),
            None if step > 0 && samples.contains_key(&(step - 1)) => "stale".to_owned(),
            None => "_".to_owned(),
        })
        .collect();
    written.join(" ")
}

/// What is missing and what is too much at the first moment at which promtool found something else than was
/// expected; all it said, if that isn't why it failed.
fn first_difference(said: &str) -> String {
    let mut lines = said.lines().map(str::trim);
    let Some(moment) = lines.find(|line| line.starts_with("expr: ")) else {
        return said.to_owned();
    };
    let mut alerts = |which: &str| -> BTreeSet<String> {
        let line = lines
            .find(|line| line.starts_with(which))
            .unwrap_or_default();
        let alerts = line.trim_start_matches(which).split("1E+00");
        alerts
            .map(|alert| alert.trim_matches([',', ' ']).to_owned())
            .filter(|alert| alert.starts_with('{'))
            .collect()
    };
    let (expected, got) = (alerts("exp:"), alerts("got:"));
    let missing: Vec<&String> = expected.difference(&got).collect();
    let too_much: Vec<&String> = got.difference(&expected).collect();
    format!("{moment}\nmissing: {missing:#?}\ntoo much: {too_much:#?}")
}
