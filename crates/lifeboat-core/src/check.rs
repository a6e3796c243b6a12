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
    /// Is the newest good recovery point as young as usual, long before the promise breaks?
    Punctual,
    /// Did a rehearsal of a restore succeed, not too long ago?
    Rehearsed,
    /// Did a maintenance succeed, not too long ago?
    Maintained,
    /// Did one succeed before the repository counts as neglected?
    NotNeglected,
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
    /// Did the newest run that succeeded take no longer than it should?
    Swift,
    /// Is WAL archived without failures?
    Archiving,
    /// Was WAL ever archived?
    EverArchived,
    /// Does hardly any WAL wait to be archived?
    ArchiveBacklog,
    /// Can anybody read how the standby is?
    StandbyMetrics,
    /// Is the standby still one?
    InRecovery,
    /// Does the standby receive WAL?
    Receiving,
    /// Is the standby close behind?
    ReplayLag,
    /// Does the object store that backups go to answer?
    StoreReachable,
    /// Has the object store room for more?
    SpaceLeft,
    /// Is what was backed up whole in the object store?
    Catalogued,
    /// Is the WAL in the object store without a gap?
    WalContinuous,
    /// Is what carries it out left as it is, and not rewritten all the time?
    Settled,
    /// Does the repository grow no faster than it should?
    GrowthSteady,
    /// Does the repository keep once what it is given again and again?
    Deduplicated,
    /// Was the newest good recovery point young enough for as much of the month as promised?
    BackupSlo,
    /// Did as many of a month's attempts to archive WAL succeed as promised?
    ArchivingSlo,
    /// Do failures to archive WAL stay so few that the month's budget isn't used up in hours?
    ArchivingBurn,
    /// Do they stay so few that it isn't used up in days?
    ArchivingBurnSlow,
    /// Does no timestamp lie in the future?
    Clock,
    /// Can anybody look at the asset?
    Seen,
}

impl Check {
    /// Every check, in the order in which people are told of them.
    pub const ALL: [Self; 37] = [
        Self::Available,
        Self::Fresh,
        Self::Punctual,
        Self::Rehearsed,
        Self::Maintained,
        Self::NotNeglected,
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
        Self::Swift,
        Self::Archiving,
        Self::EverArchived,
        Self::ArchiveBacklog,
        Self::StandbyMetrics,
        Self::InRecovery,
        Self::Receiving,
        Self::ReplayLag,
        Self::StoreReachable,
        Self::SpaceLeft,
        Self::Catalogued,
        Self::WalContinuous,
        Self::Settled,
        Self::GrowthSteady,
        Self::Deduplicated,
        Self::BackupSlo,
        Self::ArchivingSlo,
        Self::ArchivingBurn,
        Self::ArchivingBurnSlow,
        Self::Clock,
        Self::Seen,
    ];

    /// The check's name, as in labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Fresh => "fresh",
            Self::Punctual => "punctual",
            Self::Rehearsed => "rehearsed",
            Self::Maintained => "maintained",
            Self::NotNeglected => "not_neglected",
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
            Self::Swift => "swift",
            Self::Archiving => "archiving",
            Self::EverArchived => "ever_archived",
            Self::ArchiveBacklog => "archive_backlog",
            Self::StandbyMetrics => "standby_metrics",
            Self::InRecovery => "in_recovery",
            Self::Receiving => "receiving",
            Self::ReplayLag => "replay_lag",
            Self::StoreReachable => "store_reachable",
            Self::SpaceLeft => "space_left",
            Self::Catalogued => "catalogued",
            Self::WalContinuous => "wal_continuous",
            Self::Settled => "settled",
            Self::GrowthSteady => "growth_steady",
            Self::Deduplicated => "deduplicated",
            Self::BackupSlo => "backup_slo",
            Self::ArchivingSlo => "archiving_slo",
            Self::ArchivingBurn => "archiving_burn",
            Self::ArchivingBurnSlow => "archiving_burn_slow",
            Self::Clock => "clock",
            Self::Seen => "seen",
        }
    }

    /// Whether it asks how a standby follows. A standby needs no backup, and is paused as far as these
    /// go; but it has to follow all the same.
    #[must_use]
    pub const fn is_of_standby(self) -> bool {
        matches!(
            self,
            Self::StandbyMetrics | Self::InRecovery | Self::Receiving | Self::ReplayLag
        )
    }

    /// Whether it only warns: that a promise may break, or that something costs more than it should.
    /// Such a check alerts like any other, but the asset it warns about is not failing.
    #[must_use]
    pub const fn is_advisory(self) -> bool {
        matches!(
            self,
            Self::Punctual
                | Self::Swift
                | Self::SpaceLeft
                | Self::GrowthSteady
                | Self::Deduplicated
                | Self::BackupSlo
                | Self::ArchivingSlo
                | Self::ArchivingBurn
                | Self::ArchivingBurnSlow
        )
    }
}

impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
