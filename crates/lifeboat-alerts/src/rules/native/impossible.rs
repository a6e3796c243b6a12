//! The alerts that can't be had without Lifeboat, and why.

/// What no exporter tells about an alert of the catalogue.
pub(in super::super) fn impossible(alert: &str) -> Option<&'static str> {
    let mut reasons = IMPOSSIBLE.iter();
    let found = reasons.find(|(name, _)| *name == alert);
    found.map(|(_, reason)| *reason)
}

const NOBODY_COUNTS_RUNS_OF_LIFEBOAT: &str = "Lifeboat makes these backups.";
const NO_OBJECTS: &str = "No exporter tells of ScheduledBackups and Backups.";
const NO_STATUS: &str =
    "VolSync tells of failed movers in the object's status only, and counts none.";
const NO_REPOSITORY: &str =
    "Nobody reads Kopia's repositories, and VolSync never sets its metrics of them.";

const NO_STORE: &str = "No exporter looks into a bucket.";
const NO_RESTORE_TEST: &str =
    "What a Job restores, and how long that may take, stands in no metric.";
const NO_HISTORY: &str = "What is promised over weeks, and to whom, stands in no metric; and the counters begin anew \
                          with each instance.";

const IMPOSSIBLE: &[(&str, &str)] = &[
    ("PrometheusBackupMissing", NOBODY_COUNTS_RUNS_OF_LIFEBOAT),
    ("PrometheusBackupFailed", NOBODY_COUNTS_RUNS_OF_LIFEBOAT),
    ("PrometheusBackupDamaged", NOBODY_COUNTS_RUNS_OF_LIFEBOAT),
    ("BackupVerificationFailed", NOBODY_COUNTS_RUNS_OF_LIFEBOAT),
    ("BackupVerificationOverdue", NOBODY_COUNTS_RUNS_OF_LIFEBOAT),
    ("CNPGNoRecentBackup", NO_OBJECTS),
    ("VolSyncBackupFailed", NO_STATUS),
    (
        "BackupScheduleUnusable",
        "kube-state-metrics leaves out what it can't read.",
    ),
    ("BackupScheduleMissing", NO_OBJECTS),
    ("RecoveryPointsLost", NO_OBJECTS),
    (
        "CNPGWALArchivingUnknown",
        "It is in BackupStateUnknown: without the exporter nothing is known.",
    ),
    (
        "KopiaMaintenanceCronJobMissing",
        "A repository may be maintained from another namespace, which no label tells.",
    ),
    (
        "KopiaMaintenanceCronJobChurn",
        "kube-state-metrics doesn't count changes of an object's specification.",
    ),
    ("KopiaRepositoryUnreadable", NO_REPOSITORY),
    ("KopiaSnapshotDamaged", NO_REPOSITORY),
    (
        "BackupTooOld",
        "How old a backup usually is has to be known, and exporters forget.",
    ),
    ("CNPGBackupHighDuration", NO_OBJECTS),
    (
        "BackupSlow",
        "How long a run usually takes has to be known, and Jobs are deleted with their times.",
    ),
    (
        "KopiaMaintenanceSlow",
        "VolSync never sets its metric of it, and Jobs are deleted with their times.",
    ),
    ("KopiaRepositoryGrowth", NO_REPOSITORY),
    ("KopiaDeduplicationPoor", NO_REPOSITORY),
    ("CNPGObjectStoreConnectionFailed", NO_STORE),
    ("CNPGBackupStorageSpaceLow", NO_STORE),
    ("CNPGBackupNotRestorable", NO_STORE),
    ("WALGap", NO_STORE),
    ("CNPGBackupSLOViolation", NO_HISTORY),
    ("BackupSLOViolation", NO_HISTORY),
    ("CNPGWALArchivingSLOViolation", NO_HISTORY),
    ("CNPGWALArchivingBudgetBurnFast", NO_HISTORY),
    ("CNPGWALArchivingBudgetBurnSlow", NO_HISTORY),
    ("CNPGRestoreTestFailed", NO_RESTORE_TEST),
    ("CNPGRestoreTestStale", NO_RESTORE_TEST),
    ("DrillOverRTO", NO_RESTORE_TEST),
    (
        "CNPGDisasterRecoveryMetricsMissing",
        "It is in BackupStateUnknown, of which no metric tells that it is about a standby.",
    ),
    ("LifeboatDown", "There is no Lifeboat."),
    ("LifeboatLedgerFailing", "There is no Lifeboat."),
    ("LifeboatNotifierFailing", "There is no Lifeboat."),
];
