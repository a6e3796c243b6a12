//! Faults: what goes wrong in the world, for a while.

use jiff::{SignedDuration, Timestamp};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Every backup fails.
    Failing,
    /// Something of the source is damaged: backups save the rest.
    Damaged,
    /// The repository can't be reached.
    Away,
    /// Someone deletes all recovery points.
    Vanished,
    /// The newest recovery point rots, until somebody removes it.
    Rotten,
    /// Lifeboat is down.
    Down,
    /// Somebody suspends the asset.
    Suspended,
    /// The clock is ahead by so many seconds, or behind.
    Clock(i64),
}

impl Fault {
    pub(crate) const KINDS: usize = 8;

    pub(crate) fn number(self) -> usize {
        match self {
            Self::Failing => 0,
            Self::Damaged => 1,
            Self::Away => 2,
            Self::Vanished => 3,
            Self::Rotten => 4,
            Self::Down => 5,
            Self::Suspended => 6,
            Self::Clock(_) => 7,
        }
    }

    pub(crate) fn random(random: &mut fastrand::Rng) -> Self {
        match random.usize(0..Self::KINDS) {
            0 => Self::Failing,
            1 => Self::Damaged,
            2 => Self::Away,
            3 => Self::Vanished,
            4 => Self::Rotten,
            5 => Self::Down,
            6 => Self::Suspended,
            _ => Self::Clock(random.i64(-200_000..200_000)),
        }
    }
}

/// A fault with its time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Episode {
    pub(crate) fault: Fault,
    pub(crate) begins_at: Timestamp,
    pub(crate) ends_at: Timestamp,
}

impl Episode {
    /// The next fault: after a few runs at most a few dozen, and for up to four.
    pub(crate) fn after(random: &mut fastrand::Rng, time: Timestamp, between_runs: i64) -> Self {
        let seconds = SignedDuration::from_secs;
        let begins_at = time + seconds(random.i64(between_runs..between_runs * 40));
        Self {
            fault: Fault::random(random),
            begins_at,
            ends_at: begins_at + seconds(random.i64(60..between_runs * 4)),
        }
    }
}
