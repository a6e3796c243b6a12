//! Alerts about Lifeboat itself, which only somebody outside can raise: who is down can't say so.

use jiff::SignedDuration;
use lifeboat_core::Severity;

use super::{Alert, Condition, Group, Text};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "LifeboatDown",
        group: Group::Lifeboat,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        // A standby is up too, and tells of no asset.
        condition: Condition::Outside(
            r#"absent(lifeboat_evaluation_timestamp_seconds{job="{job}"} > time() - 600)"#,
        ),
        summary: Text("Lifeboat does not run, or is not scraped"),
        meaning: Text(
            "Backups go on without it, except those of Prometheus; but no failure of any of them would be told.",
        ),
        first: Text(
            "First see whether it runs: `kubectl get pods -A -l app.kubernetes.io/name=lifeboat`.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "LifeboatLedgerFailing",
        group: Group::Lifeboat,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: Condition::Outside(r#"max(lifeboat_ledger_up{job="{job}"}) == 0"#),
        summary: Text("Lifeboat's ledger can't be written"),
        meaning: Text(
            "Lifeboat goes on from memory; what it learns from now on is lost with a restart.",
        ),
        first: Text("First see why: `/readyz` and Lifeboat's log name the ledger and the error."),
        explained_by: &[],
    },
    Alert {
        name: "LifeboatNotifierFailing",
        group: Group::Lifeboat,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: Condition::Outside(
            r#"max by (notifier) (lifeboat_notifier_up{job="{job}"}) == 0"#,
        ),
        summary: Text("A notifier of Lifeboat takes nothing"),
        meaning: Text(
            "What Lifeboat finds wrong reaches nobody by this way; fallbacks are told instead where there are any.",
        ),
        first: Text("First see why: Lifeboat's log names the notifier and its error."),
        explained_by: &[],
    },
];
