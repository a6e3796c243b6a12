//! A past in which alerts have waited since long, as Prometheus writes it for the time after a restart.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

use std::{fmt::Write, fs, process::Command};

use jiff::{SignedDuration, Timestamp};
use lifeboat_testkit::tools::tool;
use serde_json::Value;
use tempfile::TempDir;

/// Longer than any rule waits.
const LONG: SignedDuration = SignedDuration::from_hours(10);

/// A folder whose `data` is the database of a Prometheus that has just stopped, with these samples, and
/// in which these alerts had been pending since long. `history` are series with their values, `states`
/// are series of `ALERTS_FOR_STATE`.
pub(crate) fn waiting_since_long(states: &[Value], history: &[Value]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let stopped_at = Timestamp::now().as_second();
    let active_at = (Timestamp::now() - LONG).as_second();
    let mut text = String::new();
    for series in history {
        let name = text_of(series);
        for sample in series["values"].as_array().unwrap() {
            let value = sample[1].as_str().unwrap();
            writeln!(text, "{name} {value} {}", sample[0]).unwrap();
        }
    }
    for series in states {
        writeln!(text, "{} {active_at} {stopped_at}", text_of(series)).unwrap();
    }
    text.push_str("# EOF\n");
    let samples = folder.path().join("samples.txt");
    fs::write(&samples, text).unwrap();
    let output = Command::new(tool("promtool"))
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .args([&samples, &folder.path().join("data")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    folder
}

/// The name and the labels of a series.
fn text_of(series: &Value) -> String {
    let metric = series["metric"].as_object().unwrap();
    let labels = metric.iter().filter(|(name, _)| *name != "__name__");
    let labels: Vec<String> = labels
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let name = metric["__name__"].as_str().unwrap();
    format!("{name}{{{}}}", labels.join(","))
}
