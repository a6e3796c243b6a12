//! Failure: why a Backup failed, in its own words, and what to do about the usual causes.

use super::{phase::Stage, scene::Scene};
use crate::objects::cnpg::{Backup, BackupMethod};

/// Why a Backup failed.
pub(super) struct Failure {
    /// In its own words.
    pub(super) error: String,
    /// The next step.
    pub(super) hint: String,
}

/// What a command wrote last is what ended it.
const LAST_LINES: usize = 3;
/// More than this is no longer read by anybody.
const LONGEST: usize = 600;

pub(super) fn of(scene: &Scene<'_>, backup: &Backup, stage: Stage) -> Failure {
    let said = said(backup);
    let name = &backup.metadata.name;
    let namespace = scene.namespace();
    if stage == Stage::Invalid {
        let why = said.unwrap_or_else(|| "what it asks for can't be done".to_owned());
        return Failure {
            error: format!("invalid backup definition: {why}"),
            hint: format!(
                "correct what Backup/{name} was made from, then remove it, since it holds up those \
                 after it: kubectl delete backups.postgresql.cnpg.io {name} -n {namespace}"
            ),
        };
    }
    let error = said.unwrap_or_else(|| format!("Backup/{name} failed and doesn't say why"));
    let hint = usual_cause(&error).map_or_else(|| look_closer(scene, backup), str::to_owned);
    Failure { error, hint }
}

/// What a Backup says of its trouble: its error, and the last lines of its command.
pub(super) fn said(backup: &Backup) -> Option<String> {
    let status = &backup.status;
    let error = status.error.as_deref().map(str::trim);
    let command = status.command_error.as_deref().map(last_lines);
    let parts: Vec<&str> = error
        .into_iter()
        .chain(command.as_deref())
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        return None;
    }
    let text: String = parts.join(": ");
    Some(match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    })
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("; ")
}

/// Words that tell a usual cause, each with what to do about it.
const USUAL_CAUSES: [(&[&str], &str); 9] = [
    (
        &["expected empty archive"],
        "another cluster's backups lie in the same folder: give this one a serverName of its own",
    ),
    (
        &[
            "barmanobjectstore section",
            "no backup section",
            "backup section",
        ],
        "the Cluster has no spec.backup.barmanObjectStore: set the method of the ScheduledBackup \
         and of the Backup to plugin, with pluginConfiguration.name, or configure the store",
    ),
    (
        &[
            "requested plugin",
            "unknown plugin",
            "plugin is not available",
            "plugin not found",
        ],
        "see that the plugin's Deployment runs beside the operator, and that spec.plugins of the \
         Cluster names it",
    ),
    (
        &[
            "accessdenied",
            "access denied",
            "invalidaccesskeyid",
            "signaturedoesnotmatch",
            "forbidden",
            "expiredtoken",
            "unable to locate credentials",
        ],
        "the store refuses the credentials: compare the Secret with the store's own keys, and let \
         them write to the bucket",
    ),
    (
        &["nosuchbucket", "bucket does not exist"],
        "create the bucket, or correct the destinationPath",
    ),
    (
        &["certificate", "x509", "ssl validation"],
        "the store's certificate isn't trusted: set endpointCA to the authority that signed it",
    ),
    (
        &[
            "no space left",
            "disk quota",
            "storage full",
            "insufficientstorage",
            "quotaexceeded",
        ],
        "make room where backups go, or on the volume of the instance",
    ),
    (
        &[
            "timeout",
            "timed out",
            "connection refused",
            "no such host",
            "could not connect",
            "name resolution",
            "no route to host",
        ],
        "see that the store's endpointURL can be reached from the instance's pod",
    ),
    (
        &["volumesnapshot", "snapshotclass"],
        "see the VolumeSnapshots of this Backup, and that the VolumeSnapshotClass exists: kubectl \
         describe volumesnapshots",
    ),
];

fn usual_cause(error: &str) -> Option<&'static str> {
    let error = error.to_lowercase();
    let mut causes = USUAL_CAUSES.iter();
    let (_, hint) = causes.find(|(words, _)| words.iter().any(|word| error.contains(word)))?;
    Some(hint)
}

fn look_closer(scene: &Scene<'_>, backup: &Backup) -> String {
    let namespace = scene.namespace();
    let pod = backup.pod_name.as_deref();
    let by_plugin = backup.spec.method == Some(BackupMethod::Plugin);
    match pod {
        Some(pod) if by_plugin => {
            format!("kubectl logs {pod} -n {namespace} -c plugin-barman-cloud")
        }
        Some(pod) => format!("kubectl logs {pod} -n {namespace} -c postgres"),
        None => format!(
            "kubectl describe backups.postgresql.cnpg.io {} -n {namespace}",
            backup.metadata.name
        ),
    }
}
