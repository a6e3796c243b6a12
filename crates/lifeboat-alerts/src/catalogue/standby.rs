//! Alerts about standbys: would one be there, and in step, if its original were lost?

use jiff::SignedDuration;
use lifeboat_core::{Check, Severity};

use super::{Alert, Group, Text, condition::failing, kinds::CNPG};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "CNPGDisasterRecoveryMetricsMissing",
        group: Group::Standby,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(CNPG, Check::StandbyMetrics),
        summary: Text("Nobody can read how the standby {asset} is"),
        meaning: Text(
            "It may follow as it should, or be gone: a standby that nobody watches is none to rely on.",
        ),
        first: Text(
            "First see whether its pods run: `kubectl get pods -n {namespace} -l cnpg.io/cluster={name}`.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "CNPGDisasterRecoveryNotInRecovery",
        group: Group::Standby,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(5),
        keep_firing_for: None,
        condition: failing(CNPG, Check::InRecovery),
        summary: Text("The standby {asset} follows nobody any more"),
        meaning: Text(
            "It was promoted: there is no standby now, and if its original still runs, both take writes that can't be \
             joined again.",
        ),
        first: Text(
            "First find out who promoted it, and which of the two the application writes to.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "CNPGDisasterRecoveryWALReceiverDown",
        group: Group::Standby,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(5),
        keep_firing_for: None,
        condition: failing(CNPG, Check::Receiving),
        summary: Text("The standby {asset} receives no WAL"),
        meaning: Text(
            "It stays at the state it had when it was cut off, whatever its lag reads; if its original is lost now, \
             everything since is lost with it.",
        ),
        first: Text(
            "First read why it can't connect: `kubectl logs -n {namespace} -l \
             cnpg.io/cluster={name},cnpg.io/instanceRole=primary --tail=100`.",
        ),
        explained_by: &["CNPGDisasterRecoveryNotInRecovery"],
    },
    Alert {
        name: "CNPGDisasterRecoveryReplayLagHigh",
        group: Group::Standby,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(CNPG, Check::ReplayLag),
        summary: Text("The standby {asset} lies further behind than it may"),
        meaning: Text(
            "If it had to take over now, it would lack what was written since, or need that long to catch up.",
        ),
        first: Text(
            "First see whether it catches up: the metric `lifeboat_instance_replication_lag_seconds` shows the last hours.",
        ),
        explained_by: &["CNPGDisasterRecoveryWALReceiverDown"],
    },
];
