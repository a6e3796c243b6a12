//! Alerts about the object store: does it answer, has it room, and is what was backed up whole in it?

use jiff::SignedDuration;
use lifeboat_core::{Check, Severity};

use super::{Alert, Group, Text, condition::failing, kinds::CNPG};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "CNPGObjectStoreConnectionFailed",
        group: Group::ObjectStore,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(5),
        keep_firing_for: None,
        condition: failing(CNPG, Check::StoreReachable),
        summary: Text("The object store of {asset} doesn't answer"),
        meaning: Text(
            "While it is so for the database too, neither backups nor WAL get there, the database's own disk fills up, and \
             nothing can be restored.",
        ),
        first: Text("First list the bucket with the store's own tools and the same key."),
        explained_by: &[],
    },
    Alert {
        name: "CNPGBackupStorageSpaceLow",
        group: Group::ObjectStore,
        severity: Severity::Warning,
        wait: SignedDuration::from_mins(15),
        keep_firing_for: None,
        condition: failing(CNPG, Check::SpaceLeft),
        summary: Text("The object store of {asset} is nearly full"),
        meaning: Text(
            "Once it is full, backups fail and WAL stays on the database's own disk until that is full as well.",
        ),
        first: Text(
            "First see what takes the space, and whether old backups are removed as spec.retentionPolicy says.",
        ),
        explained_by: &[],
    },
    Alert {
        name: "CNPGBackupNotRestorable",
        group: Group::ObjectStore,
        severity: Severity::Critical,
        wait: SignedDuration::ZERO,
        keep_firing_for: None,
        condition: failing(CNPG, Check::Catalogued),
        summary: Text("A completed backup of {asset} is not whole in its object store"),
        meaning: Text(
            "It looks like a backup, and a restore from it would fail. It doesn't count as a recovery point.",
        ),
        first: Text(
            "First back up anew: `kubectl cnpg backup -n {namespace} {name}`, and see that the new one is whole.",
        ),
        explained_by: &[],
    },
];
