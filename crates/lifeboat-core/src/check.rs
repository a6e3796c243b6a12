//! Checks: the named questions that are asked about every asset.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A question about an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Is the newest good recovery point young enough?
    Fresh,
    /// Is the newest recovery point whole?
    Complete,
    /// Did a verification find everything good, not too long ago?
    Verified,
    /// Has everything run that was due?
    OnSchedule,
    /// Did the newest backup run succeed?
    LastRun,
    /// Did a backup ever succeed?
    EverSucceeded,
    /// Does nothing run for longer than it may?
    NotStuck,
    /// Does no timestamp lie in the future?
    Clock,
}

impl Check {
    /// Every check, in the order in which people are told of them.
    pub const ALL: [Self; 8] = [
        Self::Fresh,
        Self::Complete,
        Self::Verified,
        Self::OnSchedule,
        Self::LastRun,
        Self::EverSucceeded,
        Self::NotStuck,
        Self::Clock,
    ];

    /// The check's name, as in labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Complete => "complete",
            Self::Verified => "verified",
            Self::OnSchedule => "on_schedule",
            Self::LastRun => "last_run",
            Self::EverSucceeded => "ever_succeeded",
            Self::NotStuck => "not_stuck",
            Self::Clock => "clock",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
