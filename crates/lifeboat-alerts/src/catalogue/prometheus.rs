//! The alerts about backups of a Prometheus.

use jiff::SignedDuration;
use lifeboat_core::{AssetKind, Check, Evidence, HumanDuration, Severity, Status};

use super::{Alert, Case, Condition, Group};

pub(super) const ALERTS: [Alert; 2] = [
    Alert {
        name: "PrometheusBackupFailed",
        group: Group::Backup,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(5),
        keep_firing_for: None,
        condition: Condition::Verdict {
            kind: AssetKind::Prometheus,
            check: Check::LastRun,
            status: Status::Failing,
        },
        promql: r#"lifeboat_check_status{kind="Prometheus",check="last_run"} == 1"#,
        summary: failed_summary,
        description: failed_description,
    },
    Alert {
        name: "PrometheusBackupMissing",
        group: Group::Freshness,
        severity: Severity::Critical,
        wait: SignedDuration::from_hours(1),
        keep_firing_for: None,
        condition: Condition::Verdict {
            kind: AssetKind::Prometheus,
            check: Check::Fresh,
            status: Status::Failing,
        },
        promql: r#"lifeboat_check_status{kind="Prometheus",check="fresh"} == 1"#,
        summary: missing_summary,
        description: missing_description,
    },
];

fn failed_summary(case: &Case<'_>) -> String {
    format!("The last backup of {} failed", case.asset)
}

fn failed_description(case: &Case<'_>) -> String {
    let evidence = &case.verdict.evidence;
    let first = match evidence {
        Evidence::RunFailed {
            hint: Some(hint), ..
        } => format!("First do this: {hint}."),
        _ => "First read the error above; the runbook explains the common ones.".to_owned(),
    };
    // The evidence's own sentence ends with the hint, which has a sentence of its own here.
    let wrong = match evidence {
        Evidence::RunFailed {
            at,
            failures,
            error,
            ..
        } => match failures {
            0 | 1 => format!("The backup of {at} failed: {error}."),
            many => format!(
                "{many} backups have failed without a success between them; the last one, of {at}: {error}."
            ),
        },
        other => format!("{}.", capitalised(&other.to_string())),
    };
    format!(
        "{wrong} This has been so since {}. Earlier recovery points are still there, but what \
         Prometheus has stored since the newest of them would be lost with its disk. {first} Then \
         run a backup with `lifeboat run {} --wait`: the alert ends with its success.",
        case.verdict.since, case.asset.name
    )
}

fn missing_summary(case: &Case<'_>) -> String {
    match &case.verdict.evidence {
        Evidence::Age { age, .. } => format!(
            "The newest good backup of {} is {} old",
            case.asset,
            HumanDuration(*age)
        ),
        Evidence::InventoryUnknown { .. } => {
            format!("It is not known whether {} has a good backup", case.asset)
        }
        _ => format!("{} has no good backup", case.asset),
    }
}

fn missing_description(case: &Case<'_>) -> String {
    let asset = case.asset;
    let (loss, first) = match &case.verdict.evidence {
        Evidence::Age { taken_at, .. } => (
            format!("A restore would lose everything that Prometheus has stored since {taken_at}."),
            format!(
                "First see whether backups still run: `lifeboat status {asset}` shows the last \
                 run, its error and the next one."
            ),
        ),
        Evidence::InventoryUnknown { .. } => (
            "Nobody can say what a restore would bring back.".to_owned(),
            "First see that the repository can be reached with the credentials that Lifeboat has."
                .to_owned(),
        ),
        _ => (
            "There is nothing to restore from: with its disk, all of this Prometheus's history \
             would be lost."
                .to_owned(),
            format!(
                "First run a backup and read what it says: `lifeboat run {} --wait`.",
                asset.name
            ),
        ),
    };
    let evidence = capitalised(&case.verdict.evidence.to_string());
    format!(
        "{evidence}. The promise has been broken since {}. {loss} {first}",
        case.verdict.since
    )
}

/// Makes a sentence of a clause.
fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use lifeboat_core::{Effective, Objectives, Operation, Verdict};
    use rstest::rstest;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn texts(alert: &Alert, check: Check, evidence: Evidence) -> (String, String) {
        let asset = "Prometheus/monitoring/main".parse().unwrap();
        let effective = Effective {
            objectives: Objectives::default_for(AssetKind::Prometheus),
            severity: None,
            suspend: false,
        };
        let verdict = Verdict {
            check,
            status: Status::Failing,
            since: at("2026-11-21T03:00:00Z"),
            evidence,
        };
        let case = Case {
            asset: &asset,
            effective: &effective,
            verdict: &verdict,
        };
        ((alert.summary)(&case), (alert.description)(&case))
    }

    #[rstest]
    #[case::once(
        1,
        "The backup of 2026-11-21T02:00:10Z failed: Prometheus runs without its admin API."
    )]
    #[case::again(
        3,
        "3 backups have failed without a success between them; the last one, of 2026-11-21T02:00:10Z"
    )]
    fn a_failure_says_what_since_when_and_what_to_do_first(
        #[case] failures: u32,
        #[case] beginning: &str,
    ) {
        let evidence = Evidence::RunFailed {
            operation: Operation::Backup,
            at: at("2026-11-21T02:00:10Z"),
            failures,
            error: "Prometheus runs without its admin API".to_owned(),
            hint: Some("start Prometheus with --web.enable-admin-api".to_owned()),
        };
        let (summary, description) = texts(&ALERTS[0], Check::LastRun, evidence);
        assert_eq!(
            summary,
            "The last backup of Prometheus/monitoring/main failed"
        );
        assert!(description.starts_with(beginning), "{description}");
        for part in [
            "since 2026-11-21T03:00:00Z",
            "would be lost",
            "First do this: start Prometheus with --web.enable-admin-api.",
        ] {
            assert!(description.contains(part), "{description}");
        }
    }

    #[rstest]
    #[case::old(
        Evidence::Age {
            recovery_point: "backup-20261120-020000".to_owned(),
            taken_at: at("2026-11-20T02:00:00Z"),
            age: SignedDuration::from_hours(26),
            maximum_age: SignedDuration::from_hours(25),
        },
        "The newest good backup of Prometheus/monitoring/main is 1d 2h old",
        "since 2026-11-20T02:00:00Z"
    )]
    #[case::none(
        Evidence::NoGoodRecoveryPoint {
            known_since: at("2026-11-20T02:00:00Z"),
            not_good: 1,
            maximum_age: SignedDuration::from_hours(25),
        },
        "Prometheus/monitoring/main has no good backup",
        "nothing to restore from"
    )]
    #[case::unread(
        Evidence::InventoryUnknown { error: Some("the bucket is gone".to_owned()) },
        "It is not known whether Prometheus/monitoring/main has a good backup",
        "the bucket is gone"
    )]
    fn a_missing_backup_says_what_a_restore_would_lose(
        #[case] evidence: Evidence,
        #[case] expected: &str,
        #[case] part: &str,
    ) {
        let (summary, description) = texts(&ALERTS[1], Check::Fresh, evidence);
        assert_eq!(summary, expected);
        for part in [part, "since 2026-11-21T03:00:00Z", "First "] {
            assert!(description.contains(part), "{description}");
        }
    }
}
