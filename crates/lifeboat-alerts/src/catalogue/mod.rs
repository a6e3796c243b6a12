//! The catalogue: every alert as one entry of data. A new alert is one more entry in its group's file.

mod archiving;
mod backup;
mod condition;
mod freshness;
mod group;
mod kinds;
mod lifeboat;
mod maintenance;
mod object_store;
mod operators;
mod recording;
mod restore;
mod slo;
mod standby;
mod text;

use std::sync::LazyLock;

use jiff::SignedDuration;
use lifeboat_core::Severity;

pub use condition::{Case, Condition, VerdictCondition};
pub use group::Group;
pub(crate) use operators::operated_by;
pub use recording::{Recording, recordings};
pub use text::Text;

/// Every alert there is, in the order in which documentation lists them.
#[must_use]
pub fn catalogue() -> &'static [Alert] {
    static CATALOGUE: LazyLock<Vec<Alert>> = LazyLock::new(|| {
        [
            freshness::ALERTS,
            backup::ALERTS,
            archiving::ALERTS,
            object_store::ALERTS,
            operators::ALERTS,
            maintenance::ALERTS,
            restore::ALERTS,
            standby::ALERTS,
            slo::ALERTS,
            lifeboat::ALERTS,
        ]
        .concat()
    });
    &CATALOGUE
}

/// One alert.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Its name: `alertname` outside, and the heading of its runbook.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// How bad it is where no policy says otherwise.
    pub severity: Severity,
    /// How long its condition must hold before it fires: `for` in Prometheus's rules.
    pub wait: SignedDuration,
    /// How long it fires on after its condition has ceased to hold.
    pub keep_firing_for: Option<SignedDuration>,
    /// When it holds.
    pub condition: Condition,
    /// What is wrong, in a line.
    pub summary: Text,
    /// What it means for recovery, in a sentence or two.
    pub meaning: Text,
    /// What to do first, where the evidence doesn't say it better.
    pub first: Text,
    /// The alerts that, while they fire, explain this one, so that nobody is told of it: alerts about the
    /// same asset, or about a program that operates it in the same cluster.
    pub explained_by: &'static [&'static str],
}

impl Alert {
    /// Where the runbook is, below the base that the settings give.
    #[must_use]
    pub fn runbook_anchor(&self) -> String {
        runbook_anchor(self.name)
    }

    /// How bad a case is: what its asset's policies say, else the entry's own severity.
    #[must_use]
    pub fn severity_of(&self, case: &Case<'_>) -> Severity {
        case.effective.severity.unwrap_or(self.severity)
    }

    /// What is wrong with the asset of a case, in a line.
    #[must_use]
    pub fn summary_of(&self, case: &Case<'_>) -> String {
        self.summary.about(case.asset)
    }

    /// What is wrong, since when, what it means for recovery and what to do first.
    #[must_use]
    pub fn description_of(&self, case: &Case<'_>) -> String {
        let evidence = text::capitalised(&case.verdict.evidence.sentence());
        let first = match lifeboat_core::next_step(case.asset, case.verdict) {
            Some(step) => format!("First do this: {step}."),
            None => self.first.about(case.asset),
        };
        format!(
            "{evidence}. This has been so since {:.0}. {} {first}",
            case.verdict.since,
            self.meaning.about(case.asset)
        )
    }
}

/// Where the runbook of the alert with this name is, below the base that the settings give.
pub(crate) fn runbook_anchor(alert: &str) -> String {
    format!("docs/runbooks.md#{}", alert.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
