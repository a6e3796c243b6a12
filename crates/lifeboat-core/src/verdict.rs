//! Verdicts: the answers to checks, with the evidence they rest on.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Check, Evidence};

/// The answer to a check. The order is by urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As promised.
    Ok,
    /// Suspended on purpose.
    Paused,
    /// Nothing is known either way. Never green.
    Unknown,
    /// Not as promised.
    Failing,
}

impl Status {
    /// The status's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Paused => "paused",
            Self::Unknown => "unknown",
            Self::Failing => "failing",
        }
    }

    /// Whether somebody should look: failing, or not known.
    #[must_use]
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Failing | Self::Unknown)
    }

    /// The value of `lifeboat_check_status`: 0 ok, 1 failing, 2 unknown, 3 paused.
    #[must_use]
    pub const fn metric_value(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failing => 1,
            Self::Unknown => 2,
            Self::Paused => 3,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// The answer to one check about one asset, as of one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The question.
    pub check: Check,
    /// The answer.
    pub status: Status,
    /// Since when the answer has been so, by the evidence.
    pub since: Timestamp,
    /// What the answer rests on.
    pub evidence: Evidence,
}

impl Verdict {
    /// Keeps the earlier moment where a check's answer is the same as before, so that a verdict
    /// that holds on is not younger at each assessment.
    pub fn carry_since(previous: &[Self], verdicts: &mut [Self]) {
        for verdict in verdicts {
            let same = previous
                .iter()
                .find(|before| before.check == verdict.check && before.status == verdict.status);
            if let Some(before) = same {
                verdict.since = verdict.since.min(before.since);
            }
        }
    }
}
