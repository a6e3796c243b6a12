//! Conditions: when alerts hold, for both engines.
//!
//! A condition asks for a verdict, never for a figure: what is too old or too many was decided when
//! the fleet was assessed, by each asset's own policies. So the built-in engine, which reads verdicts,
//! and a Prometheus, which reads them as `lifeboat_check_status`, ask the same.

use lifeboat_core::{
    AssetId, AssetKind, Check, Effective, Evidence, Status, Verdict, assess::Assessment,
};

/// When an alert holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// There is a verdict of this kind on an asset.
    Verdict(VerdictCondition),
    /// Only somebody outside can tell, such as that Lifeboat itself is down: a query of Prometheus, in
    /// which `{job}` stands for the job that scrapes Lifeboat.
    Outside(&'static str),
}

/// Which verdicts an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerdictCondition {
    /// On assets of these kinds.
    pub kinds: &'static [AssetKind],
    /// The check.
    pub check: Check,
    /// Its status. Paused is a status of its own, so a paused asset never holds as failing.
    pub status: Status,
    /// The reasons that the evidence gives, as [`Evidence::reason`]; none asks for no reason.
    pub reasons: &'static [&'static str],
    /// The program, for assets of the kind `Operator`: one of [`lifeboat_core::system`].
    pub system: Option<&'static str>,
}

/// A condition that asks for a verdict, whatever its reason.
pub(super) const fn verdict(
    kinds: &'static [AssetKind],
    check: Check,
    status: Status,
) -> VerdictCondition {
    VerdictCondition {
        kinds,
        check,
        status,
        reasons: &[],
        system: None,
    }
}

/// A condition that holds while a check fails.
pub(super) const fn failing(kinds: &'static [AssetKind], check: Check) -> Condition {
    Condition::Verdict(verdict(kinds, check, Status::Failing))
}

/// A condition that holds while a check fails for one of these reasons.
pub(super) const fn failing_because(
    kinds: &'static [AssetKind],
    check: Check,
    reasons: &'static [&'static str],
) -> Condition {
    Condition::Verdict(VerdictCondition {
        reasons,
        ..verdict(kinds, check, Status::Failing)
    })
}

impl Condition {
    /// The case that an assessment makes, if the condition holds for it.
    #[must_use]
    pub fn holds<'a>(&self, assessment: &'a Assessment) -> Option<Case<'a>> {
        match self {
            Self::Verdict(condition) => condition.holds(assessment),
            Self::Outside(_) => None,
        }
    }

    /// The query that holds for the same assets in a Prometheus whose job `job` scrapes Lifeboat. Two
    /// replicas of Lifeboat give one alert. It is laid out in lines.
    #[must_use]
    pub fn promql(&self, job: &str) -> String {
        match self {
            Self::Verdict(condition) => condition.promql(),
            Self::Outside(query) => query.replace("{job}", job),
        }
    }
}

impl VerdictCondition {
    /// The case that an assessment makes, if the condition holds for it.
    #[must_use]
    pub fn holds<'a>(&self, assessment: &'a Assessment) -> Option<Case<'a>> {
        if !self.kinds.contains(&assessment.asset.kind) {
            return None;
        }
        let verdict = assessment.verdict(self.check)?;
        let is_so = verdict.status == self.status
            && (self.reasons.is_empty() || self.reasons.contains(&verdict.evidence.reason()))
            && self.is_of_system(&verdict.evidence);
        is_so.then_some(Case {
            asset: &assessment.asset,
            effective: &assessment.effective,
            verdict,
        })
    }

    fn is_of_system(&self, evidence: &Evidence) -> bool {
        match (self.system, evidence) {
            (None, _) => true,
            (Some(wanted), Evidence::Unavailable { system, .. }) => system == wanted,
            (Some(_), _) => false,
        }
    }

    fn promql(&self) -> String {
        const LABELS: &str = "cluster, kind, namespace, name";
        let kinds = matcher("kind", self.kinds.iter().map(|kind| kind.name()));
        let (metric, reasons) = if self.reasons.is_empty() {
            ("lifeboat_check_status", String::new())
        } else {
            let reasons = matcher("reason", self.reasons.iter().copied());
            ("lifeboat_check_reason", format!(",{reasons}"))
        };
        let verdict = format!(
            r#"{metric}{{{kinds},check="{}"{reasons}}} == {}"#,
            self.check,
            self.status.metric_value()
        );
        let verdict = match self.system {
            Some(system) => format!(
                "{verdict}\n  and on ({LABELS}) lifeboat_asset_info{{{kinds},system=\"{system}\"}}"
            ),
            None => verdict,
        };
        format!("max by ({LABELS}, severity) (\n  {verdict}\n)")
    }
}

/// A matcher of one value, or of one of several.
fn matcher<'a>(label: &str, values: impl Iterator<Item = &'a str>) -> String {
    let values: Vec<&str> = values.collect();
    match values.as_slice() {
        [value] => format!(r#"{label}="{value}""#),
        values => format!(r#"{label}=~"{}""#, values.join("|")),
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
    use lifeboat_core::system;
    use rstest::rstest;

    use super::*;
    use crate::catalogue;

    const CNPG: &[AssetKind] = &[AssetKind::CnpgCluster];

    #[rstest]
    #[case::a_check(
        failing(CNPG, Check::Fresh),
        r#"lifeboat_check_status{kind="CNPGCluster",check="fresh"} == 1"#
    )]
    #[case::of_several_kinds(
        failing(&[AssetKind::CronJob, AssetKind::Prometheus], Check::Fresh),
        r#"lifeboat_check_status{kind=~"CronJob|Prometheus",check="fresh"} == 1"#
    )]
    #[case::for_a_reason(
        failing_because(CNPG, Check::Scheduled, &["Unscheduled"]),
        r#"lifeboat_check_reason{kind="CNPGCluster",check="scheduled",reason="Unscheduled"} == 1"#
    )]
    #[case::of_a_program(
        Condition::Verdict(VerdictCondition {
            system: Some(system::VOLSYNC_OPERATOR),
            ..verdict(&[AssetKind::Operator], Check::Available, Status::Failing)
        }),
        "lifeboat_check_status{kind=\"Operator\",check=\"available\"} == 1
  and on (cluster, kind, namespace, name) lifeboat_asset_info{kind=\"Operator\",system=\"VolSync operator\"}"
    )]
    fn a_query_asks_for_the_verdict(#[case] condition: Condition, #[case] verdict: &str) {
        assert_eq!(
            condition.promql("lifeboat"),
            format!("max by (cluster, kind, namespace, name, severity) (\n  {verdict}\n)")
        );
    }

    #[test]
    fn what_only_others_can_tell_is_asked_of_the_job_that_scrapes_lifeboat() {
        let condition = Condition::Outside(r#"absent(up{job="{job}"})"#);
        assert_eq!(condition.promql("boats"), r#"absent(up{job="boats"})"#);
    }

    #[test]
    fn every_reason_asked_for_is_one_that_evidence_gives() {
        for alert in catalogue() {
            if let Condition::Verdict(condition) = alert.condition {
                for reason in condition.reasons {
                    assert!(Evidence::REASONS.contains(reason), "{}", alert.name);
                }
            }
        }
    }
}
