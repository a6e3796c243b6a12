//! Groups: what alerts are about, for those who switch whole groups.

use std::fmt;

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Is the newest recovery point young enough?
    Freshness,
    /// Do backups run, and do they succeed?
    Backup,
    /// Is the log between backups kept?
    Archiving,
    /// Can backups be stored?
    ObjectStore,
    /// Do those run that make backups?
    Operators,
    /// Are repositories looked after?
    Maintenance,
    /// Can one restore?
    Restore,
    /// Is a standby in step?
    Standby,
    /// Is what was promised kept over weeks?
    Slo,
    /// Is Lifeboat itself well?
    Lifeboat,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 10] = [
        Self::Freshness,
        Self::Backup,
        Self::Archiving,
        Self::ObjectStore,
        Self::Operators,
        Self::Maintenance,
        Self::Restore,
        Self::Standby,
        Self::Slo,
        Self::Lifeboat,
    ];

    /// The group's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Freshness => "freshness",
            Self::Backup => "backup",
            Self::Archiving => "archiving",
            Self::ObjectStore => "object_store",
            Self::Operators => "operators",
            Self::Maintenance => "maintenance",
            Self::Restore => "restore",
            Self::Standby => "standby",
            Self::Slo => "slo",
            Self::Lifeboat => "lifeboat",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
