//! Schedules that others keep: as they are written, and when they are due.

use jiff::Timestamp;

use crate::Schedule;

/// A schedule that somebody else keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedSchedule {
    /// Whose it is, such as `ScheduledBackup/daily`.
    pub name: String,
    /// As it is written.
    pub text: String,
    /// What it comes to.
    pub state: ScheduleState,
    /// The moment that was last scheduled, by whoever keeps it. It says nothing of success.
    pub last_scheduled_at: Option<Timestamp>,
}

/// What a schedule comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum ScheduleState {
    /// It is kept.
    Active {
        /// The schedule.
        schedule: Schedule,
        /// The first moment that nothing was scheduled for yet. Searching for it is what costs, so it
        /// is kept here.
        first_due: Option<Timestamp>,
    },
    /// It is suspended.
    Suspended {
        /// Since when, if that is known.
        since: Option<Timestamp>,
    },
    /// It can't be read, so nothing will ever run by it.
    Unusable {
        /// Why.
        problem: String,
    },
}

impl ObservedSchedule {
    /// The first moment that nothing was scheduled for yet: in the past if it was missed.
    #[must_use]
    pub const fn first_due(&self) -> Option<Timestamp> {
        match &self.state {
            ScheduleState::Active { first_due, .. } => *first_due,
            _ => None,
        }
    }
}
