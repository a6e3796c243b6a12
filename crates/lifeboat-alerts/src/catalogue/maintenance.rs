//! Alerts about upkeep: are Kopia's repositories looked after?

use jiff::SignedDuration;
use lifeboat_core::{Check, Severity};

use super::{
    Alert, Group, Text,
    condition::{failing, failing_because},
    kinds::{KOPIA, KOPIA_MAINTENANCE, KOPIA_REPOSITORY},
};

const GROWS: Text = Text(
    "What is saved stays safe, but nothing that was deleted is given back, so the repository grows; and old indexes make \
     each backup slower.",
);
const MAINTAIN_NOW: Text =
    Text("First run a maintenance and read what it says: `lifeboat run {asset}`.");

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "KopiaMaintenanceNotRunning",
        group: Group::Maintenance,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(KOPIA, Check::Maintained),
        summary: Text("No maintenance of {asset} has succeeded for longer than promised"),
        meaning: GROWS,
        first: MAINTAIN_NOW,
        explained_by: &["VolSyncDown"],
    },
    Alert {
        name: "KopiaMaintenanceCritical",
        group: Group::Maintenance,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(KOPIA, Check::NotNeglected),
        summary: Text(
            "{asset} is neglected: no maintenance has succeeded for far longer than promised",
        ),
        meaning: GROWS,
        first: MAINTAIN_NOW,
        explained_by: &["VolSyncDown"],
    },
    Alert {
        name: "KopiaMaintenanceFailures",
        group: Group::Maintenance,
        severity: Severity::Warning,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(KOPIA, Check::LastRun),
        summary: Text("The last maintenance of {asset} failed"),
        meaning: GROWS,
        first: Text(
            "First read what its last Job wrote: `lifeboat status {asset}` names it and says how many have failed.",
        ),
        explained_by: &["VolSyncDown"],
    },
    Alert {
        name: "KopiaMaintenanceSlow",
        group: Group::Maintenance,
        severity: Severity::Warning,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(KOPIA, Check::Swift),
        summary: Text("The last maintenance of {asset} took longer than it should"),
        meaning: Text(
            "It succeeded. But one that takes ever longer one day meets its deadline, and from then on nothing is given \
             back.",
        ),
        first: Text(
            "First see whether it had much to catch up on: `lifeboat status {asset}` lists the last ones with what each \
             took.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "KopiaMaintenanceCronJobMissing",
        group: Group::Maintenance,
        severity: Severity::Warning,
        wait: SignedDuration::from_hours(1),
        keep_firing_for: None,
        condition: failing_because(KOPIA, Check::Scheduled, &["Unscheduled"]),
        summary: Text("Backups go to {asset}, and nobody maintains it"),
        meaning: GROWS,
        first: Text(
            "First see whether something maintains it elsewhere; if so, give both the same lifeboat.dev/repository.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "KopiaMaintenanceCronJobChurn",
        group: Group::Maintenance,
        severity: Severity::Info,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(KOPIA_MAINTENANCE, Check::Settled),
        summary: Text("What maintains {asset} is rewritten again and again"),
        meaning: Text("Each rewriting may put the next run off, so that in the end none happens."),
        first: Text(
            "First find the two that disagree, such as a GitOps tool and an operator: `kubectl get cronjob -n {namespace} \
             -o yaml --show-managed-fields` names who writes.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "KopiaRepositoryUnreadable",
        group: Group::Maintenance,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(KOPIA_REPOSITORY, Check::Readable),
        summary: Text("{asset} can't be read"),
        meaning: Text(
            "What can't be read can't be restored from, unless only Lifeboat's own credentials are wrong.",
        ),
        first: Text(
            "First try the same yourself: `kopia repository connect` with the credentials that the policy names.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "KopiaSnapshotDamaged",
        group: Group::Maintenance,
        severity: Severity::Warning,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(KOPIA_REPOSITORY, Check::SnapshotsWhole),
        summary: Text("The newest snapshot of a source in {asset} is not whole"),
        meaning: Text(
            "A restore of the newest snapshot would lack files. Older ones may have them.",
        ),
        first: Text(
            "First see which files: `kopia snapshot list --all --incomplete` and the log of the mover's last pod.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "KopiaRepositoryGrowth",
        group: Group::Maintenance,
        severity: Severity::Info,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(KOPIA_REPOSITORY, Check::GrowthSteady),
        summary: Text("{asset} grows faster than usual"),
        meaning: Text(
            "What is saved stays safe. But its store costs more, and when that is full, nothing new can be saved.",
        ),
        first: Text(
            "First see which source grew: `lifeboat status {asset}` lists them with what each came to last.",
        ),
        explained_by: &["KopiaMaintenanceCritical", "KopiaMaintenanceNotRunning"],
    },
    Alert {
        name: "KopiaDeduplicationPoor",
        group: Group::Maintenance,
        severity: Severity::Info,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(KOPIA_REPOSITORY, Check::Deduplicated),
        summary: Text(
            "{asset} keeps nearly everything that it is given, as if each snapshot were new",
        ),
        meaning: Text(
            "What is saved stays safe, at several times the price: something changes all over from one snapshot to the \
             next.",
        ),
        first: Text(
            "First look for files that are encrypted, compressed or dumped anew each time: they can't be kept once.",
        ),
        explained_by: &[],
    },
];
