//! Alerts about restores: can one restore, and fast enough?

use jiff::SignedDuration;
use lifeboat_core::{Check, Severity};

use super::{Alert, Group, Text, condition::failing, kinds::RESTORE_TEST};

const JOBS_SAY_WHY: Text = Text(
    "First read what its last Job wrote: `kubectl logs -n {namespace} -l job-name --tail=100 --prefix`, if its pods are \
     still there; else run it again with `lifeboat run {asset}`.",
);

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "CNPGRestoreTestFailed",
        group: Group::Restore,
        severity: Severity::Critical,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(RESTORE_TEST, Check::LastRun),
        summary: Text("The last rehearsal of a restore failed ({asset})"),
        meaning: Text(
            "Backups may be there and young, and still not restore. As long as nobody knows why it failed, one should \
             not rely on them.",
        ),
        first: JOBS_SAY_WHY,
        explained_by: &[],
    },
    Alert {
        name: "CNPGRestoreTestStale",
        group: Group::Restore,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(RESTORE_TEST, Check::Rehearsed),
        summary: Text("No rehearsal of a restore has succeeded for longer than promised ({asset})"),
        meaning: Text("Backups may restore as well as ever: nobody has tried, so nobody knows."),
        first: Text("First rehearse now: `lifeboat run {asset}`."),
        explained_by: &["CNPGRestoreTestFailed"],
    },
    Alert {
        name: "DrillOverRTO",
        group: Group::Restore,
        severity: Severity::Warning,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(RESTORE_TEST, Check::Swift),
        summary: Text("The last rehearsal of a restore took longer than a recovery may ({asset})"),
        meaning: Text(
            "The data came back; but in an emergency it would come back later than was promised.",
        ),
        first: Text(
            "First see which stage takes the time: the restore itself, or the WAL that is replayed after it.",
        ),
        explained_by: &[],
    },
];
