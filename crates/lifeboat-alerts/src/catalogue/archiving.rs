//! Alerts about WAL: is the log between backups kept?

use jiff::SignedDuration;
use lifeboat_core::{Check, Severity, Status};

use super::{
    Alert, Condition, Group, Text, VerdictCondition,
    condition::{failing, verdict},
    kinds::CNPG,
};

const PRIMARY_SAYS_WHY: Text = Text(
    "First read what the primary says: `kubectl logs -n {namespace} -l \
     cnpg.io/cluster={name},cnpg.io/instanceRole=primary --tail=100`.",
);

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "CNPGWALArchivingFailed",
        group: Group::Archiving,
        severity: Severity::Critical,
        wait: SignedDuration::ZERO,
        keep_firing_for: Some(SignedDuration::from_mins(5)),
        condition: failing(CNPG, Check::Archiving),
        summary: Text("{asset} fails to archive WAL"),
        meaning: Text(
            "What was written since the last archived file exists on the database's own disk only; and that disk fills up, \
             since WAL is kept there until it is archived.",
        ),
        first: PRIMARY_SAYS_WHY,
        explained_by: &["CNPGBarmanPluginDown"],
    },
    Alert {
        name: "CNPGWALFilesAccumulating",
        group: Group::Archiving,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(5),
        keep_firing_for: None,
        condition: failing(CNPG, Check::ArchiveBacklog),
        summary: Text("More WAL of {asset} waits to be archived than may"),
        meaning: Text(
            "Archiving is slower than the database writes, or stands still: a restore would lack what waits, and the disk \
             fills up.",
        ),
        first: PRIMARY_SAYS_WHY,
        explained_by: &["CNPGBarmanPluginDown"],
    },
    Alert {
        name: "CNPGWALNeverArchived",
        group: Group::Archiving,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(CNPG, Check::EverArchived),
        summary: Text("{asset} never archived any WAL"),
        meaning: Text(
            "A backup that was taken while it ran can't be restored without the WAL of that time, so there may be nothing \
             to restore from at all.",
        ),
        first: PRIMARY_SAYS_WHY,
        explained_by: &["CNPGBarmanPluginDown"],
    },
    Alert {
        name: "CNPGWALArchivingUnknown",
        group: Group::Archiving,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: Condition::Verdict(VerdictCondition {
            reasons: &["ArchivingUnknown"],
            ..verdict(CNPG, Check::Archiving, Status::Unknown)
        }),
        summary: Text("Nobody can tell whether {asset} archives WAL"),
        meaning: Text("Archiving may work, or may have stopped: its counters can't be read."),
        first: Text(
            "First see that Lifeboat reaches port 9187 of the primary's pod: a NetworkPolicy may forbid it.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "WALGap",
        group: Group::Archiving,
        severity: Severity::Critical,
        // A segment may still be on its way, and is looked for again after five minutes.
        wait: SignedDuration::from_mins(10),
        keep_firing_for: None,
        condition: failing(CNPG, Check::WalContinuous),
        summary: Text("WAL of {asset} is missing in its object store"),
        meaning: Text(
            "No restore gets past the gap: one can recover up to a moment before it, and again from the next backup on.",
        ),
        first: Text(
            "First back up anew: `kubectl cnpg backup -n {namespace} {name}`, so that one can recover from now on.",
        ),
        explained_by: &[],
    },
];
