//! Calendar periods: which hour, day, week, month or year a backup falls into, in the policy's time zone.

use std::fmt;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// The length of a calendar period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// A clock hour.
    Hourly,
    /// A calendar day.
    Daily,
    /// An ISO 8601 week, Monday to Sunday.
    Weekly,
    /// A calendar month.
    Monthly,
    /// A calendar year.
    Yearly,
}

/// Which backup stands for a period that has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Representative {
    /// The newest one: what somebody wants back today is the latest state.
    Newest,
    /// The oldest one. It stays the same for ever, so a long period is represented from its first
    /// backup on, and a missing 1st of the month does not lose the month.
    Oldest,
}

impl Period {
    /// Every period, from the shortest to the longest.
    pub const ALL: [Self; 5] = [
        Self::Hourly,
        Self::Daily,
        Self::Weekly,
        Self::Monthly,
        Self::Yearly,
    ];

    pub(super) const fn representative(self) -> Representative {
        match self {
            Self::Hourly | Self::Daily => Representative::Newest,
            Self::Weekly | Self::Monthly | Self::Yearly => Representative::Oldest,
        }
    }

    /// The name of the period that holds `at`, such as `2026-11` for a month.
    ///
    /// Two moments are in the same period exactly if the names are equal. Hours carry their offset
    /// from UTC, since an hour occurs twice on the day the clocks go back.
    pub(super) fn name_of(self, at: Timestamp, time_zone: &TimeZone) -> String {
        let local = at.to_zoned(time_zone.clone());
        match self {
            Self::Hourly => local.strftime("%Y-%m-%d %Hh %:z").to_string(),
            Self::Daily => local.strftime("%Y-%m-%d").to_string(),
            Self::Weekly => local.strftime("%G-W%V").to_string(),
            Self::Monthly => local.strftime("%Y-%m").to_string(),
            Self::Yearly => local.strftime("%Y").to_string(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        })
    }
}
