//! The catalogue: every alert as one entry of data. A new alert is one more entry.

mod prometheus;

use std::{fmt, sync::LazyLock};

use jiff::SignedDuration;
use lifeboat_core::{
    AssetId, AssetKind, Check, Effective, Severity, Status, Verdict, assess::Assessment,
};

/// Every alert there is, in the order in which documentation lists them.
#[must_use]
pub fn catalogue() -> &'static [Alert] {
    static CATALOGUE: LazyLock<Vec<Alert>> = LazyLock::new(|| prometheus::ALERTS.to_vec());
    &CATALOGUE
}

/// What an alert is about, for those who switch whole groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Is the newest recovery point young enough?
    Freshness,
    /// Do backups run, and do they succeed?
    Backup,
    /// Is the log between backups kept?
    Archiving,
    /// Can backups be stored?
    ObjectStore,
    /// Do those run that make backups?
    Operators,
    /// Are repositories looked after?
    Maintenance,
    /// Can one restore?
    Restore,
    /// Is a standby in step?
    Standby,
    /// Is what was promised kept over weeks?
    Slo,
    /// Is Lifeboat itself well?
    Lifeboat,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 10] = [
        Self::Freshness,
        Self::Backup,
        Self::Archiving,
        Self::ObjectStore,
        Self::Operators,
        Self::Maintenance,
        Self::Restore,
        Self::Standby,
        Self::Slo,
        Self::Lifeboat,
    ];

    /// The group's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Freshness => "freshness",
            Self::Backup => "backup",
            Self::Archiving => "archiving",
            Self::ObjectStore => "object_store",
            Self::Operators => "operators",
            Self::Maintenance => "maintenance",
            Self::Restore => "restore",
            Self::Standby => "standby",
            Self::Slo => "slo",
            Self::Lifeboat => "lifeboat",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
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
    /// When it holds, for the built-in engine.
    pub condition: Condition,
    /// When it holds, for a Prometheus that scrapes Lifeboat.
    pub promql: &'static str,
    /// What is wrong, in a line.
    pub summary: Text,
    /// What is wrong, since when, what it means for recovery and what to do first.
    pub description: Text,
}

/// Writes a plain text about a case.
pub type Text = fn(&Case<'_>) -> String;

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
}

/// Where the runbook of the alert with this name is, below the base that the settings give.
pub(crate) fn runbook_anchor(alert: &str) -> String {
    format!("docs/runbooks.md#{}", alert.to_ascii_lowercase())
}

/// When an alert holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// A check of an asset of this kind has this status. Paused is a status of its own, so a paused
    /// asset never holds as failing.
    Verdict {
        /// The kind of asset.
        kind: AssetKind,
        /// The check.
        check: Check,
        /// The status.
        status: Status,
    },
}

impl Condition {
    /// The case that an assessment makes, if the condition holds for it.
    #[must_use]
    pub fn holds<'a>(&self, assessment: &'a Assessment) -> Option<Case<'a>> {
        match *self {
            Self::Verdict {
                kind,
                check,
                status,
            } => {
                let verdict = assessment
                    .verdict(check)
                    .filter(|verdict| assessment.asset.kind == kind && verdict.status == status)?;
                Some(Case {
                    asset: &assessment.asset,
                    effective: &assessment.effective,
                    verdict,
                })
            }
        }
    }
}

/// An asset for which a condition holds, with what that rests on.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The asset.
    pub asset: &'a AssetId,
    /// What holds for it.
    pub effective: &'a Effective,
    /// The verdict, with its evidence.
    pub verdict: &'a Verdict,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_alert_has_a_name_of_its_own_that_is_also_a_heading() {
        let names: BTreeSet<&str> = catalogue().iter().map(|alert| alert.name).collect();
        assert_eq!(names.len(), catalogue().len());
        for name in names {
            assert!(
                name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
                "{name}"
            );
        }
    }

    #[test]
    fn the_promql_asks_what_the_condition_asks() {
        for alert in catalogue() {
            let Condition::Verdict {
                kind,
                check,
                status,
            } = alert.condition;
            let expected = format!(
                r#"lifeboat_check_status{{kind="{kind}",check="{check}"}} == {}"#,
                status.metric_value()
            );
            assert_eq!(alert.promql, expected, "{}", alert.name);
        }
    }

    #[test]
    fn the_runbook_is_found_by_the_name_in_lower_case() {
        assert_eq!(
            catalogue()[0].runbook_anchor(),
            "docs/runbooks.md#prometheusbackupfailed"
        );
    }
}
