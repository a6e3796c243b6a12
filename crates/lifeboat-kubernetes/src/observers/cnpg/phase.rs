//! Phases of a Backup: which of them are final, and which mean that it has begun.

use crate::objects::cnpg::{Backup, BackupMethod};

/// What a Backup's phase comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It waits for its turn, or nobody has seen it yet.
    Waiting,
    /// It has begun, and has not ended. Backups by plugin stay `started` throughout.
    UnderWay,
    /// It is done.
    Completed,
    /// It failed.
    Failed,
    /// It asks for what can't be done. The operator doesn't count this as final, but it is.
    Invalid,
}

impl Stage {
    pub(super) fn of(backup: &Backup) -> Self {
        match backup.phase.as_str() {
            "" | "pending" => Self::Waiting,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            "invalid backup definition" => Self::Invalid,
            // `started`, `running`, `finalizing`, `walArchivingFailing`, and what later versions may
            // add: none of them is an end.
            _ => Self::UnderWay,
        }
    }

    pub(super) const fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Invalid)
    }
}

/// The phase in which the operator waits for archiving to work before it begins.
pub(super) const ARCHIVING_FAILS: &str = "walArchivingFailing";

/// What a Backup comes to that has ended, even if its phase went back since: the operator may take a
/// Backup up again that it had completed, and what was made is there nevertheless.
pub(super) fn outcome(backup: &Backup) -> Option<Stage> {
    let stage = Stage::of(backup);
    if stage.has_ended() {
        return Some(stage);
    }
    backup.status.stopped_at.get()?;
    // A snapshot is given its end before it is known to be ready.
    let method = backup.method.or(backup.spec.method);
    let is_snapshot = method == Some(BackupMethod::VolumeSnapshot);
    if is_snapshot && stage == Stage::UnderWay {
        return None;
    }
    let has_failed = backup.status.error.is_some();
    Some(if has_failed {
        Stage::Failed
    } else {
        Stage::Completed
    })
}
