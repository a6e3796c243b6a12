//! Alerts about service levels: was kept over thirty days what was promised?

use jiff::SignedDuration;
use lifeboat_core::{AssetKind, Check, Severity};

use super::{Alert, Group, Text, condition::failing, kinds::CNPG};

const PRIMARY_SAYS_WHY: Text = Text(
    "First read what the primary says: `kubectl logs -n {namespace} -l \
     cnpg.io/cluster={name},cnpg.io/instanceRole=primary --tail=100`.",
);

/// A share of thirty days changes slowly: who hears of it an hour later has lost nothing, and a share
/// that was short for a moment is not worth a message.
const OF_A_MONTH: SignedDuration = SignedDuration::from_hours(1);

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "CNPGBackupSLOViolation",
        group: Group::Slo,
        severity: Severity::Warning,
        wait: OF_A_MONTH,
        keep_firing_for: None,
        condition: failing(CNPG, Check::BackupSlo),
        summary: Text(
            "{asset} was without a recent enough backup for more of the month than may be",
        ),
        meaning: Text(
            "Whenever its newest backup was too old, a restore would have hung on more WAL than was promised. Each single \
             time may be over by now; together they are too many.",
        ),
        first: Text(
            "First see which of its backups failed or came late: `lifeboat status {asset}`.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "BackupSLOViolation",
        group: Group::Slo,
        severity: Severity::Warning,
        wait: OF_A_MONTH,
        keep_firing_for: None,
        condition: failing(
            &[
                AssetKind::Prometheus,
                AssetKind::CronJob,
                AssetKind::ReplicationSource,
                AssetKind::ReplicationDestination,
            ],
            Check::BackupSlo,
        ),
        summary: Text(
            "{asset} was without a recent enough backup for more of the month than may be",
        ),
        meaning: Text(
            "Whenever its newest backup was too old, a restore would have lost more than was promised. Each single time may \
             be over by now; together they are too many.",
        ),
        first: Text("First see which of its runs failed or came late: `lifeboat status {asset}`."),
        explained_by: &[],
    },
    Alert {
        name: "CNPGWALArchivingSLOViolation",
        group: Group::Slo,
        severity: Severity::Warning,
        wait: OF_A_MONTH,
        keep_firing_for: None,
        condition: failing(CNPG, Check::ArchivingSlo),
        summary: Text("{asset} failed to archive WAL more often within the month than may be"),
        meaning: Text(
            "While a file waits to be archived, what it holds exists on the database's own disk only. No WAL is lost by \
             that, but each failure was a time in which some would have been.",
        ),
        first: PRIMARY_SAYS_WHY,
        explained_by: &["CNPGBarmanPluginDown"],
    },
    Alert {
        name: "CNPGWALArchivingBudgetBurnFast",
        group: Group::Slo,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(2),
        keep_firing_for: Some(SignedDuration::from_mins(5)),
        condition: failing(CNPG, Check::ArchivingBurn),
        summary: Text(
            "{asset} fails to archive WAL so often that a month's budget is gone within days",
        ),
        meaning: Text(
            "Archiving may still get through, late and at another attempt. If it goes on like this, it soon won't keep up, \
             and the database's disk fills with WAL that waits.",
        ),
        first: PRIMARY_SAYS_WHY,
        explained_by: &["CNPGBarmanPluginDown"],
    },
    Alert {
        name: "CNPGWALArchivingBudgetBurnSlow",
        group: Group::Slo,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(CNPG, Check::ArchivingBurnSlow),
        summary: Text(
            "{asset} fails to archive WAL now and then, too often for its month's budget",
        ),
        meaning: Text(
            "Files do get archived, some of them late. What is behind it is small and lasting, such as a store that refuses \
             requests at its busy hours.",
        ),
        first: PRIMARY_SAYS_WHY,
        explained_by: &["CNPGBarmanPluginDown"],
    },
];
