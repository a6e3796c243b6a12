//! Alerts about age: is the newest recovery point as young as promised?

use jiff::SignedDuration;
use lifeboat_core::{Check, Severity};

use super::{
    Alert, Group, Text,
    condition::failing,
    kinds::{CNPG, CRON_JOB, HOLDS_OTHER_DATA, PROMETHEUS, VOLSYNC},
};

const NOT_YET_BROKEN: Text = Text(
    "What is promised still holds, but it breaks soon unless a backup succeeds: this is the time to look.",
);

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "CronJobBackupStale",
        group: Group::Freshness,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(CRON_JOB, Check::Fresh),
        summary: Text("The newest good backup of {asset} is older than promised"),
        meaning: Text(
            "A restore would lose everything that was written since that backup, and each hour adds to it.",
        ),
        first: Text(
            "First see what became of its last Jobs: `kubectl get jobs -n {namespace}` and `lifeboat status {asset}`.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "CNPGBackupStale",
        group: Group::Freshness,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(CNPG, Check::Fresh),
        summary: Text("The newest good backup of {asset} is older than promised"),
        meaning: Text(
            "If WAL is archived, a restore still reaches the present, but it takes longer with each hour and hangs on \
             every single WAL file since that backup; if it isn't, everything since is lost.",
        ),
        first: Text(
            "First see why no newer one succeeded: `lifeboat status {asset}` and `kubectl get backups.postgresql.cnpg.io -n \
             {namespace} -l cnpg.io/cluster={name}`.",
        ),
        explained_by: &["CNPGOperatorDown", "CNPGBarmanPluginDown"],
    },
    Alert {
        name: "CNPGBackupTooOld",
        group: Group::Freshness,
        severity: Severity::Warning,
        // A daily backup is a day old when the next one begins, and that takes its time.
        wait: SignedDuration::from_hours(1),
        keep_firing_for: None,
        condition: failing(CNPG, Check::Punctual),
        summary: Text("The newest good backup of {asset} is older than usual"),
        meaning: NOT_YET_BROKEN,
        first: Text(
            "First see whether one is under way or was missed: `lifeboat status {asset}` and `kubectl get \
             backups.postgresql.cnpg.io -n {namespace} -l cnpg.io/cluster={name}`.",
        ),
        explained_by: &["CNPGOperatorDown", "CNPGBarmanPluginDown"],
    },
    Alert {
        name: "BackupTooOld",
        group: Group::Freshness,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(HOLDS_OTHER_DATA, Check::Punctual),
        summary: Text("The newest good backup of {asset} is older than usual"),
        meaning: NOT_YET_BROKEN,
        first: Text(
            "First see whether one is under way or was missed: `lifeboat status {asset}` shows what runs and what is \
             due.",
        ),
        explained_by: &["VolSyncDown"],
    },
    Alert {
        name: "VolSyncBackupStale",
        group: Group::Freshness,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(VOLSYNC, Check::Fresh),
        summary: Text("The newest good copy of {asset} is older than promised"),
        meaning: Text(
            "A restore would lose everything that was written to the volume since that copy, and each hour adds to it.",
        ),
        first: Text(
            "First see what its last synchronisation says: `lifeboat status {asset}` and `kubectl describe {kind} -n \
             {namespace} {name}`.",
        ),
        explained_by: &["VolSyncDown"],
    },
    Alert {
        name: "PrometheusBackupMissing",
        group: Group::Freshness,
        severity: Severity::Critical,
        wait: SignedDuration::from_hours(1),
        keep_firing_for: None,
        condition: failing(PROMETHEUS, Check::Fresh),
        summary: Text("The newest good backup of {asset} is older than promised, or there is none"),
        meaning: Text(
            "With its disk, everything would be lost that Prometheus has stored since the newest good backup; if there \
             is none, all of it.",
        ),
        first: Text(
            "First see whether backups still run: `lifeboat status {asset}` shows the last run, its error and the next one.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "CNPGNoRecentBackup",
        group: Group::Freshness,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(CNPG, Check::OnSchedule),
        summary: Text("A backup of {asset} was due and did not begin"),
        meaning: Text(
            "The backups that are there are as good as before, but no new one comes, and the newest grows older.",
        ),
        first: Text(
            "First see what the ScheduledBackup says: `kubectl describe scheduledbackups.postgresql.cnpg.io -n {namespace}`.",
        ),
        explained_by: &["CNPGOperatorDown", "CNPGBarmanPluginDown"],
    },
    Alert {
        name: "BackupRunMissed",
        group: Group::Freshness,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(HOLDS_OTHER_DATA, Check::OnSchedule),
        summary: Text("A run of {asset} was due and did not begin"),
        meaning: Text(
            "What was backed up before is as good as before, but no new backup comes, and the newest grows older.",
        ),
        first: Text(
            "First see what holds it up: `lifeboat status {asset}` shows what runs and what is due.",
        ),
        explained_by: &["VolSyncDown"],
    },
];
