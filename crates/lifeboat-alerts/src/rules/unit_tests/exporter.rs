//! Tests of the rules on Lifeboat's own metrics: for each entry of the catalogue, assets about which it has to alert
//! and their sound twins, worked out from the entry's condition.

use jiff::SignedDuration;
use lifeboat_core::{AssetId, AssetKind, Check, Evidence, Severity, Status, system};

use super::{Expected, Firing, Test};
use crate::{
    catalogue::{Alert, Condition, VerdictCondition, catalogue},
    rules::{exporter::annotations, options::RuleOptions, rule::duration},
};

/// An asset, and what a check says of it.
#[derive(Clone)]
struct Told {
    asset: AssetId,
    check: Check,
    status: Status,
    reason: &'static str,
    severity: Option<Severity>,
    system: &'static str,
}

pub(super) fn tests(options: &RuleOptions) -> impl Iterator<Item = Test> {
    let chosen = catalogue()
        .iter()
        .filter(|alert| options.chooses(alert.group));
    chosen.filter_map(|alert| match &alert.condition {
        Condition::Verdict(condition) => Some(test(alert, condition, options)),
        Condition::Outside(_) => None,
    })
}

/// The condition holds until the alert has waited, and for no longer.
fn test(alert: &Alert, condition: &VerdictCondition, options: &RuleOptions) -> Test {
    let holds = holding(condition);
    let minute = SignedDuration::from_mins(1);
    let minutes = minutes(alert.wait);
    let kept = alert.keep_firing_for.unwrap_or_default();
    let told = holds.iter().map(|told| (told, told.status));
    let series = told.flat_map(|(told, status)| {
        let values = format!("{}x{minutes} 0x60", status.metric_value());
        told.series(
            &values,
            &format!("{}x{minutes} stale", status.metric_value()),
        )
    });
    let twins = twins(condition);
    let twins = twins.iter().flat_map(|told| {
        let values = format!("{}x{}", told.status.metric_value(), minutes + 60);
        told.series(&values, &values)
    });
    let firing: Vec<Firing> = holds
        .iter()
        .map(|told| told.firing(alert, options))
        .collect();
    let waited = SignedDuration::from_mins(minutes);
    let before = (minutes > 0).then(|| (waited - minute, false));
    let after = (!kept.is_zero()).then_some((waited + kept, true));
    let moments = before
        .into_iter()
        .chain([(waited, true)])
        .chain(after)
        .chain([(waited + kept + minute, false)]);
    let expected = moments.map(|(at, fires)| Expected {
        alert: alert.name,
        at: duration(at),
        alerts: if fires { firing.clone() } else { Vec::new() },
    });
    Test {
        name: alert.name.to_owned(),
        every: "1m",
        series: series.chain(twins).collect(),
        alerts: expected.collect(),
        queries: Vec::new(),
    }
}

/// Whole minutes, as rules are evaluated each minute.
fn minutes(wait: SignedDuration) -> i64 {
    let seconds = wait.as_secs();
    seconds / 60 + i64::from(seconds % 60 != 0)
}

/// Assets about which it has to alert: one of each kind, one for each reason, and one whose policy says how bad it is.
fn holding(condition: &VerdictCondition) -> Vec<Told> {
    let mut holding: Vec<Told> = Vec::new();
    for kind in condition.kinds {
        let reasons = condition.reasons.iter().copied();
        let any = condition.reasons.is_empty().then_some(SOME_REASON);
        for reason in reasons.chain(any) {
            holding.push(told(condition, *kind, "holds", reason));
        }
    }
    if let Some(first) = holding.first().cloned() {
        let mut by_policy = first.named("severe");
        by_policy.severity = Some(Severity::Info);
        by_policy.asset.cluster = Some("east".to_owned());
        holding.push(by_policy);
    }
    holding
}

/// The same assets with one thing otherwise, for which all is silent.
fn twins(condition: &VerdictCondition) -> Vec<Told> {
    let Some(kind) = condition.kinds.first() else {
        return Vec::new();
    };
    let reason = condition.reasons.first().copied().unwrap_or(SOME_REASON);
    let alike = |name: &str| told(condition, *kind, name, reason);
    let statuses = [Status::Ok, Status::Failing, Status::Unknown, Status::Paused];
    let other_statuses = statuses.into_iter().filter(|one| *one != condition.status);
    let mut twins: Vec<Told> = other_statuses
        .map(|status| Told {
            status,
            ..alike(status.name())
        })
        .collect();
    if !condition.reasons.is_empty() {
        twins.push(Told {
            reason: OTHER_REASON,
            ..alike("otherwise")
        });
    }
    let other = Check::ALL.into_iter().find(|one| *one != condition.check);
    twins.extend(other.map(|check| Told {
        check,
        ..alike("asked-otherwise")
    }));
    let other = AssetKind::ALL.into_iter();
    let mut other = other.filter(|kind| !condition.kinds.contains(kind));
    twins.extend(
        other
            .next()
            .map(|kind| told(condition, kind, "of-another-kind", reason)),
    );
    if condition.system.is_some() {
        twins.push(Told {
            system: "something else",
            ..alike("another-program")
        });
    }
    twins
}

/// A reason that the exporter would give, where it doesn't matter which.
const SOME_REASON: &str = Evidence::REASONS[0];
/// A reason that no alert asks for.
const OTHER_REASON: &str = "SomethingElse";

fn told(condition: &VerdictCondition, kind: AssetKind, name: &str, reason: &'static str) -> Told {
    Told {
        asset: AssetId {
            cluster: None,
            kind,
            namespace: "shop".to_owned(),
            name: format!("{name}-{reason}").to_ascii_lowercase(),
        },
        check: condition.check,
        status: condition.status,
        reason,
        severity: None,
        system: condition.system.unwrap_or(system::VOLSYNC_OPERATOR),
    }
}

impl Told {
    fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.asset.name);
        self
    }

    /// What a Lifeboat exports of it: the status, the reason while it is trouble, and what it is.
    fn series(&self, status: &str, reason: &str) -> Vec<(String, String)> {
        let labels = self.labels();
        let severity = self
            .severity
            .map(|severity| format!(",severity=\"{severity}\""));
        let severity = severity.unwrap_or_default();
        let check = self.check;
        let mut series = vec![
            (
                format!("lifeboat_check_status{{{labels},check=\"{check}\"{severity}}}"),
                status.to_owned(),
            ),
            (
                format!("lifeboat_asset_info{{{labels},system=\"{}\"}}", self.system),
                "1x200".to_owned(),
            ),
        ];
        if self.status.is_trouble() {
            let why = self.reason;
            series.push((
                format!(
                    "lifeboat_check_reason{{{labels},check=\"{check}\",reason=\"{why}\"{severity}}}"
                ),
                reason.to_owned(),
            ));
        }
        series
    }

    fn labels(&self) -> String {
        let of_asset = self.of_asset();
        let own = of_asset
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""));
        let target = [
            "job=\"lifeboat\"".to_owned(),
            "instance=\"lifeboat:9780\"".to_owned(),
        ];
        own.chain(target).collect::<Vec<_>>().join(",")
    }

    fn of_asset(&self) -> Vec<(&'static str, String)> {
        let cluster = self
            .asset
            .cluster
            .clone()
            .map(|cluster| ("cluster", cluster));
        let identity = [
            ("kind", self.asset.kind.name().to_owned()),
            ("namespace", self.asset.namespace.clone()),
            ("name", self.asset.name.clone()),
        ];
        cluster.into_iter().chain(identity).collect()
    }

    fn firing(&self, alert: &Alert, options: &RuleOptions) -> Firing {
        let severity = self.severity.unwrap_or(alert.severity);
        Firing {
            labels: std::iter::once(("severity", severity.to_string()))
                .chain(self.of_asset())
                .collect(),
            annotations: annotations(alert, options, &[alert.meaning, alert.first], |text| {
                text.about(&self.asset)
            }),
        }
    }
}
