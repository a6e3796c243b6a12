//! One check's answer, with its evidence in words and in numbers.

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AssetId, Check, Evidence, Status, Verdict, next_step};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::seconds;

/// A check's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckReport {
    /// The question.
    pub check: Check,
    /// The answer.
    pub status: Status,
    /// Since when the answer has been so, by the evidence.
    pub since: Timestamp,
    /// How long that is.
    pub for_seconds: f64,
    /// What the answer rests on, in a sentence without its full stop.
    pub text: String,
    /// The next step, if there is one to name.
    pub hint: Option<String>,
    /// The kind of evidence, such as `Age`.
    pub reason: String,
    /// The evidence's values.
    pub facts: Map<String, Value>,
}

impl CheckReport {
    /// Reports a verdict on an asset as of a moment.
    #[must_use]
    pub fn new(asset: &AssetId, verdict: &Verdict, at: Timestamp) -> Self {
        let (reason, facts) = facts(&verdict.evidence);
        Self {
            check: verdict.check,
            status: verdict.status,
            since: verdict.since,
            for_seconds: seconds(at.duration_since(verdict.since)),
            text: verdict.evidence.sentence(),
            hint: next_step(asset, verdict),
            reason,
            facts,
        }
    }

    /// Whether somebody should look: failing, or not known.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        self.status.is_trouble()
    }
}

/// What evidence calls a length of time.
const LENGTHS: [&str; 11] = [
    "age",
    "maximum_age",
    "warning_age",
    "deadline",
    "limit",
    "window",
    "counted",
    "outside",
    "took",
    "expected",
    "lag",
];

/// The evidence's reason and values, with lengths of time in seconds.
fn facts(evidence: &Evidence) -> (String, Map<String, Value>) {
    // Evidence has only texts, numbers and times, all of which JSON can hold.
    let Ok(Value::Object(mut facts)) = serde_json::to_value(evidence) else {
        return (String::new(), Map::new());
    };
    let reason = match facts.remove("reason") {
        Some(Value::String(reason)) => reason,
        _ => String::new(),
    };
    for name in LENGTHS {
        // Some limits are numbers of something else.
        let length = facts.get(name).and_then(Value::as_str);
        if let Some(length) = length.and_then(|text| text.parse::<SignedDuration>().ok()) {
            facts.remove(name);
            facts.insert(format!("{name}_seconds"), seconds(length).into());
        }
    }
    (reason, facts)
}

#[cfg(test)]
mod tests {
    use lifeboat_core::StuckUnderWay;

    use super::*;

    #[test]
    fn lengths_of_time_are_seconds() {
        let evidence = Evidence::Age {
            recovery_point: "backup-20261121-020000".to_owned(),
            taken_at: "2026-11-21T02:00:00Z".parse().unwrap(),
            age: SignedDuration::from_mins(90),
            maximum_age: SignedDuration::from_hours(25),
        };
        let (reason, facts) = facts(&evidence);
        assert_eq!(reason, "Age");
        assert_eq!(facts["age_seconds"], 5_400.0);
        assert_eq!(facts["maximum_age_seconds"], 90_000.0);
        assert_eq!(facts["taken_at"], "2026-11-21T02:00:00Z");
        assert_eq!(facts.len(), 4);
    }

    #[test]
    fn a_limit_that_is_no_length_of_time_stays_a_number() {
        let backlog = Evidence::ArchiveBacklog {
            waiting: 240,
            limit: 100,
        };
        assert_eq!(facts(&backlog).1["limit"], 100);
        let stuck = Evidence::StuckUnderWay(Box::new(StuckUnderWay {
            name: "Backup/db-1".to_owned(),
            phase: "started".to_owned(),
            since: "2026-11-21T02:00:00Z".parse().unwrap(),
            limit: SignedDuration::from_hours(1),
            waiting: 2,
            message: None,
        }));
        assert_eq!(facts(&stuck).1["limit_seconds"], 3_600.0);
    }

    #[test]
    fn a_hint_is_told_once() {
        let evidence = Evidence::RunFailed {
            operation: lifeboat_core::Operation::Backup,
            at: "2026-11-21T02:00:00Z".parse().unwrap(),
            failures: 1,
            error: "the bucket is gone".to_owned(),
            hint: Some("make it".to_owned()),
        };
        let text = evidence.sentence();
        assert_eq!(
            text,
            "the last backup failed at 2026-11-21T02:00:00Z: the bucket is gone"
        );
    }
}
