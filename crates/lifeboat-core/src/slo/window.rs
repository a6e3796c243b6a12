//! The windows that service levels are looked at through.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// A rolling window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Window {
    /// 5 minutes.
    #[serde(rename = "5m")]
    FiveMinutes,
    /// 30 minutes.
    #[serde(rename = "30m")]
    HalfHour,
    /// 1 hour.
    #[serde(rename = "1h")]
    Hour,
    /// 2 hours.
    #[serde(rename = "2h")]
    TwoHours,
    /// 6 hours.
    #[serde(rename = "6h")]
    SixHours,
    /// 1 day.
    #[serde(rename = "1d")]
    Day,
    /// 3 days.
    #[serde(rename = "3d")]
    ThreeDays,
    /// 30 days: what service level objectives are about.
    #[serde(rename = "30d")]
    Month,
}

impl Window {
    /// Every window, the shortest first.
    pub const ALL: [Self; 8] = [
        Self::FiveMinutes,
        Self::HalfHour,
        Self::Hour,
        Self::TwoHours,
        Self::SixHours,
        Self::Day,
        Self::ThreeDays,
        Self::Month,
    ];

    /// The window's name, as in labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FiveMinutes => "5m",
            Self::HalfHour => "30m",
            Self::Hour => "1h",
            Self::TwoHours => "2h",
            Self::SixHours => "6h",
            Self::Day => "1d",
            Self::ThreeDays => "3d",
            Self::Month => "30d",
        }
    }

    /// How long it is.
    #[must_use]
    pub const fn length(self) -> SignedDuration {
        SignedDuration::from_secs(match self {
            Self::FiveMinutes => 5 * MINUTE,
            Self::HalfHour => 30 * MINUTE,
            Self::Hour => HOUR,
            Self::TwoHours => 2 * HOUR,
            Self::SixHours => 6 * HOUR,
            Self::Day => DAY,
            Self::ThreeDays => 3 * DAY,
            Self::Month => 30 * DAY,
        })
    }
}

pub(super) const MINUTE: i64 = 60;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
