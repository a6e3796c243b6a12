//! Alerts about runs: do backups run, and do they succeed?

use jiff::SignedDuration;
use lifeboat_core::{Check, Severity, Status};

use super::{
    Alert, Condition, Group, Text,
    condition::{failing, failing_because, verdict},
    kinds::{
        CARRIED_OUT, CNPG, CRON_JOB, HOLDS_DATA, HOLDS_OTHER_DATA, OBSERVED, PROMETHEUS, VOLSYNC,
    },
};

const EARLIER_ONES_REMAIN: Text = Text(
    "Earlier recovery points are as good as before, but what was written since the newest of them is not saved.",
);

const IT_SUCCEEDED: Text = Text(
    "It succeeded, and can be restored. But a backup that takes ever longer one day runs into the next one, and a \
     restore takes longer too.",
);

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "CNPGBackupFailed",
        group: Group::Backup,
        severity: Severity::Critical,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(CNPG, Check::LastRun),
        summary: Text("The last backup of {asset} failed"),
        meaning: EARLIER_ONES_REMAIN,
        first: Text(
            "First read the Backup's own error: `kubectl describe backups.postgresql.cnpg.io -n {namespace} -l \
             cnpg.io/cluster={name}`.",
        ),
        explained_by: &["CNPGOperatorDown", "CNPGBarmanPluginDown"],
    },
    Alert {
        name: "CronJobBackupFailed",
        group: Group::Backup,
        severity: Severity::Warning,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(CRON_JOB, Check::LastRun),
        summary: Text("The last backup of {asset} failed"),
        meaning: EARLIER_ONES_REMAIN,
        first: Text(
            "First read what its last Job wrote: `kubectl logs -n {namespace} -l job-name --tail=100 --prefix`, if its pods \
             are still there; else run it again with `lifeboat run {asset}`.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "VolSyncBackupFailed",
        group: Group::Backup,
        severity: Severity::Warning,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(VOLSYNC, Check::LastRun),
        summary: Text("The last synchronisation of {asset} failed"),
        meaning: EARLIER_ONES_REMAIN,
        first: Text(
            "First read the mover's own words in `status.latestMoverStatus`: `kubectl get {kind} -n {namespace} {name} -o yaml`.",
        ),
        explained_by: &["VolSyncDown"],
    },
    Alert {
        name: "PrometheusBackupFailed",
        group: Group::Backup,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(5),
        keep_firing_for: None,
        condition: failing(PROMETHEUS, Check::LastRun),
        summary: Text("The last backup of {asset} failed"),
        meaning: Text(
            "Earlier recovery points are still there, but what Prometheus has stored since the newest of them would be \
             lost with its disk.",
        ),
        first: Text(
            "First read the error above; the runbook explains the common ones. Then run a backup with `lifeboat run {asset} \
             --wait`: the alert ends with its success.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "PrometheusBackupDamaged",
        group: Group::Backup,
        severity: Severity::Critical,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(PROMETHEUS, Check::Complete),
        summary: Text("The newest backup of {asset} is not whole"),
        meaning: Text(
            "A restore of the newest backup would lack what is damaged. Older ones may have it whole.",
        ),
        first: Text(
            "First see what is damaged: `lifeboat backups show latest` names blocks, files and offsets.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "BackupVerificationFailed",
        group: Group::Backup,
        severity: Severity::Critical,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing_because(PROMETHEUS, Check::Verified, &["VerificationFailed"]),
        summary: Text("A verification of the backups of {asset} failed"),
        meaning: Text(
            "Something in the repository is not what was written there, or could not be read: a restore of what it \
             belongs to would fail.",
        ),
        first: Text(
            "First see which backups it hurts: `lifeboat backups verify` names each bad object and every backup that \
             needs it.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "BackupVerificationOverdue",
        group: Group::Backup,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing_because(
            PROMETHEUS,
            Check::Verified,
            &["VerificationAge", "NeverVerified"],
        ),
        summary: Text("The backups of {asset} have not been verified for longer than promised"),
        meaning: Text("The backups may be as good as ever: nobody has looked, so nobody knows."),
        first: Text("First verify them now: `lifeboat run {asset} --operation verification`."),
        explained_by: &[],
    },
    Alert {
        name: "BackupNeverSucceeded",
        group: Group::Backup,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(HOLDS_DATA, Check::EverSucceeded),
        summary: Text("No backup of {asset} ever succeeded"),
        meaning: Text("There is nothing to restore from: what is lost there is lost for good."),
        first: Text(
            "First make one and read what it says: `lifeboat status {asset}` names the command.",
        ),
        explained_by: &["CNPGOperatorDown", "CNPGBarmanPluginDown", "VolSyncDown"],
    },
    Alert {
        name: "BackupStuck",
        group: Group::Backup,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(5),
        keep_firing_for: None,
        condition: failing(CARRIED_OUT, Check::NotStuck),
        summary: Text("A run of {asset} goes on for far longer than it may"),
        meaning: Text("While it goes on, no later run can begin, so nothing new is saved."),
        first: Text("First look at what it waits for: `lifeboat status {asset}` names it."),
        explained_by: &["CNPGOperatorDown", "CNPGBarmanPluginDown", "VolSyncDown"],
    },
    Alert {
        name: "CNPGBackupHighDuration",
        group: Group::Backup,
        severity: Severity::Warning,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(CNPG, Check::Swift),
        summary: Text("The last backup of {asset} took longer than it should"),
        meaning: IT_SUCCEEDED,
        first: Text(
            "First see whether it grew bit by bit or at once: `lifeboat status {asset}` lists the last backups with what \
             each took.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "BackupSlow",
        group: Group::Backup,
        severity: Severity::Warning,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(HOLDS_OTHER_DATA, Check::Swift),
        summary: Text("The last backup of {asset} took longer than it should"),
        meaning: IT_SUCCEEDED,
        first: Text(
            "First see whether it grew bit by bit or at once: `lifeboat status {asset}` lists the last backups with what \
             each took.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "BackupScheduleSuspended",
        group: Group::Backup,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing_because(CARRIED_OUT, Check::Scheduled, &["ScheduleSuspended"]),
        summary: Text("The schedule of {asset} is suspended"),
        meaning: Text(
            "Nothing runs by itself until somebody takes it up again; what was backed up before is as good as before.",
        ),
        first: Text(
            "First ask who suspended it and why; if it is on purpose, suspend the asset instead, and it stays quiet.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "BackupScheduleUnusable",
        group: Group::Backup,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(5),
        keep_firing_for: None,
        condition: failing_because(CARRIED_OUT, Check::Scheduled, &["ScheduleUnusable"]),
        summary: Text("The schedule of {asset} can't be read, so nothing will ever run by it"),
        meaning: Text(
            "Nothing runs by itself until it is corrected; what was backed up before is as good as before.",
        ),
        first: Text("First correct the schedule or the time zone that the evidence names."),
        explained_by: &[],
    },
    Alert {
        name: "BackupScheduleMissing",
        group: Group::Backup,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing_because(HOLDS_DATA, Check::Scheduled, &["Unscheduled"]),
        summary: Text("{asset} has a place for backups, and no schedule"),
        meaning: Text("Nothing runs by itself; what was backed up before is as good as before."),
        first: Text(
            "First give it a schedule, or say with lifeboat.dev/suspend that it needs none.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "BackupTimestampInFuture",
        group: Group::Backup,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(5),
        keep_firing_for: None,
        condition: failing(CARRIED_OUT, Check::Clock),
        summary: Text("Something of {asset} is dated in the future"),
        meaning: Text(
            "Until that date, a rule that subtracts it from now would find it fresh. Lifeboat doesn't count it.",
        ),
        first: Text("First compare the clocks of this machine and of the one that made it."),
        explained_by: &[],
    },
    Alert {
        name: "RecoveryPointsLost",
        group: Group::Backup,
        severity: Severity::Critical,
        // Of a namespace that is being deleted, Backups may go some seconds before their Cluster.
        wait: SignedDuration::from_secs(30),
        keep_firing_for: None,
        condition: failing(CNPG, Check::PointsKept),
        summary: Text("Recovery points of {asset} are gone before their time"),
        meaning: Text(
            "One can't go back as far as promised any more; if the newest are gone, a restore loses what came after the \
             newest that is left.",
        ),
        first: Text(
            "First look whether the bucket still holds them: a lifecycle rule, or somebody, may have removed them.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "BackupStateUnknown",
        group: Group::Backup,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: Condition::Verdict(verdict(OBSERVED, Check::Seen, Status::Unknown)),
        summary: Text("Nobody can tell how {asset} is"),
        meaning: Text(
            "Its backups may be as good as ever, or may have failed since: Lifeboat can't look.",
        ),
        first: Text(
            "First mend what Lifeboat can't reach: the evidence names it, and Lifeboat's log says more.",
        ),
        explained_by: &[],
    },
];
