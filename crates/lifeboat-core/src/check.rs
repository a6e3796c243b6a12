//! Checks: the named questions that are asked about every asset.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A question about an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Does the program run that backups depend on?
    Available,
    /// Is the newest good recovery point young enough?
    Fresh,
    /// Did a maintenance succeed, not too long ago?
    Maintained,
    /// Could the repository be read?
    Readable,
    /// Is the newest snapshot of everything in the repository complete and free of errors?
    SnapshotsWhole,
    /// Are all recovery points still there that should be?
    PointsKept,
    /// Is the newest recovery point whole?
    Complete,
    /// Did a verification find everything good, not too long ago?
    Verified,
    /// Is there a schedule that somebody keeps?
    Scheduled,
    /// Has everything run that was due?
    OnSchedule,
    /// Did the newest run succeed?
    LastRun,
    /// Did a backup ever succeed?
    EverSucceeded,
    /// Does nothing run for longer than it may?
    NotStuck,
    /// Is WAL archived without failures?
    Archiving,
    /// Was WAL ever archived?
    EverArchived,
    /// Does hardly any WAL wait to be archived?
    ArchiveBacklog,
    /// Is what carries it out left as it is, and not rewritten all the time?
    Settled,
    /// Does no timestamp lie in the future?
    Clock,
    /// Can anybody look at the asset?
    Seen,
}

impl Check {
    /// Every check, in the order in which people are told of them.
    pub const ALL: [Self; 19] = [
        Self::Available,
        Self::Fresh,
        Self::Maintained,
        Self::Readable,
        Self::SnapshotsWhole,
        Self::PointsKept,
        Self::Complete,
        Self::Verified,
        Self::Scheduled,
        Self::OnSchedule,
        Self::LastRun,
        Self::EverSucceeded,
        Self::NotStuck,
        Self::Archiving,
        Self::EverArchived,
        Self::ArchiveBacklog,
        Self::Settled,
        Self::Clock,
        Self::Seen,
    ];

    /// The check's name, as in labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Fresh => "fresh",
            Self::Maintained => "maintained",
            Self::Readable => "readable",
            Self::SnapshotsWhole => "snapshots_whole",
            Self::PointsKept => "points_kept",
            Self::Complete => "complete",
            Self::Verified => "verified",
            Self::Scheduled => "scheduled",
            Self::OnSchedule => "on_schedule",
            Self::LastRun => "last_run",
            Self::EverSucceeded => "ever_succeeded",
            Self::NotStuck => "not_stuck",
            Self::Archiving => "archiving",
            Self::EverArchived => "ever_archived",
            Self::ArchiveBacklog => "archive_backlog",
            Self::Settled => "settled",
            Self::Clock => "clock",
            Self::Seen => "seen",
        }
    }

    /// Whether it only warns: that a promise may break, or that something costs more than it should.
    /// Such a check alerts like any other, but the asset it warns about is not failing.
    #[must_use]
    pub const fn is_advisory(self) -> bool {
        false
    }
}

impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
