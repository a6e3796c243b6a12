//! The retention policy: how many backups of each period to keep.

use jiff::{SignedDuration, tz::TimeZone};

use super::Period;

/// How many backups to keep of each kind.
///
/// Counts are periods that hold a backup, not calendar time: when backups stop, what exists stays.
#[derive(Debug, Clone, PartialEq)]
pub struct RetentionPolicy {
    /// The newest backups, whatever their age.
    pub last: u32,
    /// Hours to keep one backup each of.
    pub hourly: u32,
    /// Days to keep one backup each of.
    pub daily: u32,
    /// ISO weeks to keep the first backup of.
    pub weekly: u32,
    /// Months to keep the first backup of.
    pub monthly: u32,
    /// Years to keep the first backup of.
    pub yearly: u32,
    /// Keep everything made within this time before the newest backup.
    pub keep_within: Option<SignedDuration>,
    /// The time zone in which days, weeks, months and years begin.
    pub time_zone: TimeZone,
}

/// Why a policy is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PolicyError {
    /// Every count is zero.
    #[error("the retention policy keeps nothing: every count is 0")]
    KeepsNothing,
    /// `keep_within` is zero or negative.
    #[error("keep-within must be longer than zero")]
    KeepWithinNotPositive,
}

impl Default for RetentionPolicy {
    /// 30 daily, 12 monthly and 3 yearly backups, in UTC.
    fn default() -> Self {
        Self {
            last: 0,
            hourly: 0,
            daily: 30,
            weekly: 0,
            monthly: 12,
            yearly: 3,
            keep_within: None,
            time_zone: TimeZone::UTC,
        }
    }
}

impl RetentionPolicy {
    /// The number of periods of this length to keep a backup of.
    #[must_use]
    pub const fn count(&self, period: Period) -> u32 {
        match period {
            Period::Hourly => self.hourly,
            Period::Daily => self.daily,
            Period::Weekly => self.weekly,
            Period::Monthly => self.monthly,
            Period::Yearly => self.yearly,
        }
    }

    /// Refuses a policy that would keep nothing, which is never what was meant.
    pub fn check(&self) -> Result<(), PolicyError> {
        if self.keep_within.is_some_and(|within| !within.is_positive()) {
            return Err(PolicyError::KeepWithinNotPositive);
        }
        let keeps_something = self.last > 0
            || self.keep_within.is_some()
            || Period::ALL.iter().any(|period| self.count(*period) > 0);
        if keeps_something {
            Ok(())
        } else {
            Err(PolicyError::KeepsNothing)
        }
    }
}
