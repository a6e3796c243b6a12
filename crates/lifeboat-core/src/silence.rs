//! Silences: people's own decision not to be told of some alerts for some time, as Alertmanager has them.
//!
//! What a silence matches is decided where alerts are evaluated; here are the words.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Matcher;

/// Alerts that nobody is to be told of for some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Unique in a ledger.
    pub id: String,
    /// An alert is silenced if all of these fit it.
    pub matchers: Vec<Matcher>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// Why, in the words of whoever made it.
    pub comment: String,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Where a silence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SilenceState {
    /// It silences.
    Active,
    /// It has not begun.
    Pending,
    /// It is over.
    Expired,
}

impl Silence {
    /// How long a silence lasts where nobody says.
    pub const DEFAULT_LENGTH: SignedDuration = SignedDuration::from_hours(2);
    /// The longest silence: what nobody wants to hear of for longer is to be mended, or promised
    /// otherwise.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);

    /// Where it stands at a moment.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> SilenceState {
        if now >= self.ends_at {
            SilenceState::Expired
        } else if now < self.starts_at {
            SilenceState::Pending
        } else {
            SilenceState::Active
        }
    }

    /// The silence, ended at a moment, if it is not over by then anyway.
    #[must_use]
    pub fn ended(mut self, now: Timestamp) -> Self {
        self.ends_at = self.ends_at.min(now);
        self.starts_at = self.starts_at.min(self.ends_at);
        self
    }
}

impl SilenceState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Active, Self::Pending, Self::Expired];

    /// The state's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for SilenceState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn moment(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn silence(starts_at: i64, ends_at: i64) -> Silence {
        Silence {
            id: "silence".to_owned(),
            matchers: Vec::new(),
            starts_at: moment(starts_at),
            ends_at: moment(ends_at),
            comment: "because".to_owned(),
            created_by: "me".to_owned(),
            created_at: moment(0),
        }
    }

    #[rstest]
    #[case::before(9, SilenceState::Pending)]
    #[case::at_its_beginning(10, SilenceState::Active)]
    #[case::at_its_end(20, SilenceState::Expired)]
    fn a_silence_holds_from_its_beginning_to_before_its_end(
        #[case] now: i64,
        #[case] expected: SilenceState,
    ) {
        assert_eq!(silence(10, 20).state(moment(now)), expected);
    }

    #[rstest]
    #[case::active(15, (10, 15))]
    #[case::not_begun(5, (5, 5))]
    #[case::over(25, (10, 20))]
    fn an_ended_silence_silences_no_more(#[case] now: i64, #[case] expected: (i64, i64)) {
        let ended = silence(10, 20).ended(moment(now));
        assert_eq!(ended, silence(expected.0, expected.1));
        assert_eq!(ended.state(moment(now)), SilenceState::Expired);
    }
}
