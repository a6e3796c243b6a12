//! The columns that `kubectl get` shows.

use serde::Serialize;

/// An entry of a definition's `additionalPrinterColumns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Column {
    name: &'static str,
    /// `date` is shown as an age, which a time to come doesn't have: that is a `string`.
    r#type: &'static str,
    json_path: &'static str,
    description: &'static str,
}

const fn column(
    name: &'static str,
    r#type: &'static str,
    json_path: &'static str,
    description: &'static str,
) -> Column {
    Column {
        name,
        r#type,
        json_path,
        description,
    }
}

const AGE: Column = column(
    "Age",
    "date",
    ".metadata.creationTimestamp",
    "How long ago it was created.",
);

pub(super) const PROMETHEUS_BACKUP: &[Column] = &[
    column(
        "Verdict",
        "string",
        ".status.verdict",
        "Whether its backups could save you now.",
    ),
    column(
        "Newest",
        "date",
        ".status.newestRecoveryPoint.takenAt",
        "How old the newest backup is that one could restore from.",
    ),
    column(
        "Last Backup",
        "date",
        ".status.lastBackupTime",
        "How long ago the last backup ended, whether it succeeded or not.",
    ),
    column(
        "Next",
        "string",
        ".status.nextBackupTime",
        "When the next backup is due.",
    ),
    column(
        "Suspended",
        "boolean",
        ".spec.suspend",
        "Whether nothing runs on schedule.",
    ),
    AGE,
];

pub(super) const BACKUP_POLICY: &[Column] = &[
    column(
        "Assets",
        "integer",
        ".status.assets",
        "How many assets it is for.",
    ),
    column(
        "Failing",
        "integer",
        ".status.failing",
        "How many of them are failing.",
    ),
    column(
        "Unknown",
        "integer",
        ".status.unknown",
        "Of how many of them nothing is known.",
    ),
    column(
        "Priority",
        "integer",
        ".spec.priority",
        "Between policies that fit the same asset the higher number wins.",
    ),
    column(
        "Suspend",
        "boolean",
        ".spec.suspend",
        "Whether its assets are paused.",
    ),
    AGE,
];
