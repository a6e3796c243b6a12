//! The catalogue as a table for people.

use std::fmt::Write;

use lifeboat_core::Status;

use super::{
    native::{impossible, native_alerts},
    options::RuleOptions,
    rule::duration,
};
use crate::catalogue::{Alert, Condition, Group, VerdictCondition, catalogue, recordings};

/// Every alert and everything that is recorded, as Markdown tables: one for each group.
#[must_use]
pub fn reference() -> String {
    let mut text = String::new();
    for group in Group::ALL {
        let alerts: Vec<&Alert> = catalogue()
            .iter()
            .filter(|one| one.group == group)
            .collect();
        if !alerts.is_empty() {
            text.push_str(&table(group, &alerts));
        }
    }
    text.push_str(&recorded());
    text.push_str(&not_native());
    text
}

fn table(group: Group, alerts: &[&Alert]) -> String {
    let mut text = format!(
        "### {}\n\n| alert | severity | waits | holds while | query |\n|---|---|---|---|---|\n",
        group.name()
    );
    let job = RuleOptions::default().job;
    for alert in alerts {
        let row = [
            format!(
                "[{}](runbooks.md#{})",
                alert.name,
                alert.name.to_ascii_lowercase()
            ),
            alert.severity.to_string(),
            waits(alert),
            in_words(&alert.condition),
            code(&alert.condition.promql(&job)),
        ];
        // Writing to a string can't fail.
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text.push('\n');
    text
}

fn waits(alert: &Alert) -> String {
    let wait = if alert.wait.is_zero() {
        "no".to_owned()
    } else {
        duration(alert.wait)
    };
    match alert.keep_firing_for {
        Some(kept) => format!("{wait}; goes on for {}", duration(kept)),
        None => wait,
    }
}

fn in_words(condition: &Condition) -> String {
    match condition {
        Condition::Verdict(condition) => verdict_in_words(condition),
        Condition::Outside(_) => {
            "only somebody outside can tell, so Lifeboat's own engine has no such alert".to_owned()
        }
    }
}

fn verdict_in_words(condition: &VerdictCondition) -> String {
    let kinds = condition.kinds.iter().map(|kind| kind.name());
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    let is = match condition.status {
        Status::Failing => "fails",
        Status::Unknown => "is unknown",
        Status::Paused => "is paused",
        Status::Ok => "is ok",
    };
    let mut words = format!("`{}` {is}", condition.check);
    if !condition.reasons.is_empty() {
        let reasons = condition.reasons.iter().map(|reason| format!("`{reason}`"));
        let reasons = reasons.collect::<Vec<_>>().join(" or ");
        let _ = write!(words, " because of {reasons}");
    }
    match condition.system {
        Some(system) => {
            let _ = write!(words, ", for the {system}");
        }
        None => {
            let _ = write!(words, ", for {kinds}");
        }
    }
    words
}

fn recorded() -> String {
    let mut text = String::from("### Recorded\n\n| series | what it is | query |\n|---|---|---|\n");
    for one in recordings() {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            one.name,
            one.meaning,
            code(one.query)
        );
    }
    text.push('\n');
    text
}

fn not_native() -> String {
    let mut text = String::from(
        "### Without Lifeboat's metrics\n\n`--native` has these alerts, as far as others tell:\n\n",
    );
    let mut natives: Vec<&str> = native_alerts().map(|native| native.alert).collect();
    natives.dedup();
    for alert in catalogue() {
        if natives.contains(&alert.name) {
            let of_it = native_alerts().filter(|native| native.alert == alert.name);
            let kinds: Vec<&str> = of_it.map(|native| native.kind.name()).collect();
            let _ = writeln!(text, "- {}, for {}", alert.name, kinds.join(", "));
        }
    }
    text.push_str("\nThese can't be had:\n\n");
    for alert in catalogue() {
        if let Some(reason) = impossible(alert.name) {
            let _ = writeln!(text, "- {}: {reason}", alert.name);
        }
    }
    text
}

/// A query in one line, as it can stand in a table.
fn code(query: &str) -> String {
    let line = query.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.replace("( ", "(").replace(" )", ")");
    format!("`{}`", line.replace('|', "\\|"))
}
