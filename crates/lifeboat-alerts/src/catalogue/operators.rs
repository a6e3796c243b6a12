//! Alerts about programs: do those run that make backups?

use jiff::SignedDuration;
use lifeboat_core::{AssetKind, Check, Severity, Status, system};

use super::{
    Alert, Condition, Group, Text, VerdictCondition,
    condition::verdict,
    kinds::{CNPG, OPERATOR},
};

const fn down(system: &'static str) -> Condition {
    Condition::Verdict(VerdictCondition {
        system: Some(system),
        ..verdict(OPERATOR, Check::Available, Status::Failing)
    })
}

/// What the program of an alert operates in its cluster, and so what its absence can explain. None for
/// alerts that are about one asset only.
pub(crate) fn operated_by(alert: &str) -> Option<&'static [AssetKind]> {
    match alert {
        // A rehearsal restores into a cluster that the operator would have to make.
        "CNPGOperatorDown" => Some(&[AssetKind::CnpgCluster, AssetKind::RestoreTest]),
        "CNPGBarmanPluginDown" => Some(CNPG),
        "VolSyncDown" => Some(&[
            AssetKind::ReplicationSource,
            AssetKind::ReplicationDestination,
            AssetKind::KopiaMaintenance,
            AssetKind::KopiaRepository,
        ]),
        _ => None,
    }
}

const DEPLOYMENT_SAYS_WHY: Text = Text(
    "First see why: `kubectl describe -n {namespace} deployment/{name}` and the events of its pods.",
);

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "CNPGOperatorDown",
        group: Group::Operators,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(5),
        keep_firing_for: None,
        condition: down(system::CLOUDNATIVE_PG_OPERATOR),
        summary: Text("CloudNativePG's operator does not run ({asset})"),
        meaning: Text(
            "Databases go on, and WAL is archived; but no backup is taken and no failed primary is replaced.",
        ),
        first: DEPLOYMENT_SAYS_WHY,
        explained_by: &[],
    },
    Alert {
        name: "CNPGBarmanPluginDown",
        group: Group::Operators,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(5),
        keep_firing_for: None,
        condition: down(system::BARMAN_CLOUD_PLUGIN),
        summary: Text("CloudNativePG's barman-cloud plugin does not run ({asset})"),
        meaning: Text(
            "No database that uses it is backed up, and new instances can't archive WAL.",
        ),
        first: DEPLOYMENT_SAYS_WHY,
        explained_by: &[],
    },
    Alert {
        name: "VolSyncDown",
        group: Group::Operators,
        severity: Severity::Critical,
        wait: SignedDuration::from_mins(5),
        keep_firing_for: None,
        condition: down(system::VOLSYNC_OPERATOR),
        summary: Text("VolSync's operator does not run ({asset})"),
        meaning: Text("No volume is copied away until it runs again."),
        first: DEPLOYMENT_SAYS_WHY,
        explained_by: &[],
    },
];
