//! Silences: people's own decision not to be told of some alerts for some time, as Alertmanager has them.
//!
//! What a silence matches is decided where alerts are evaluated; here are the words.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::AlertInstance;

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

/// A label that every alert has, by which alerts are matched and grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertLabel {
    /// The alert's name in the catalogue.
    AlertName,
    /// How bad it is.
    Severity,
    /// The kind of the asset.
    Kind,
    /// The namespace of the asset.
    Namespace,
    /// The name of the asset.
    Name,
    /// The cluster of the asset; empty where clusters have no names.
    Cluster,
}

impl AlertLabel {
    /// Every label.
    pub const ALL: [Self; 6] = [
        Self::AlertName,
        Self::Severity,
        Self::Kind,
        Self::Namespace,
        Self::Name,
        Self::Cluster,
    ];

    /// The label's name, as alerts have it outside.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AlertName => "alertname",
            Self::Severity => "severity",
            Self::Kind => "kind",
            Self::Namespace => "namespace",
            Self::Name => "name",
            Self::Cluster => "cluster",
        }
    }

    /// The label of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|label| label.name() == name)
    }

    /// Its value for an alert.
    #[must_use]
    pub fn of(self, instance: &AlertInstance) -> &str {
        let asset = &instance.key.asset;
        match self {
            Self::AlertName => &instance.key.alert,
            Self::Severity => instance.severity.name(),
            Self::Kind => asset.kind.name(),
            Self::Namespace => &asset.namespace,
            Self::Name => &asset.name,
            Self::Cluster => asset.cluster.as_deref().unwrap_or_default(),
        }
    }
}

/// What is asked of a label's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchOperator {
    /// `=`: it is this.
    Equal,
    /// `!=`: it is something else.
    NotEqual,
    /// `=~`: the whole of it matches this regular expression.
    Matches,
    /// `!~`: it doesn't.
    NotMatches,
}

impl MatchOperator {
    /// Every operator; those that begin like another come before it.
    const ALL: [Self; 4] = [Self::Matches, Self::NotMatches, Self::NotEqual, Self::Equal];

    const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Matches => "=~",
            Self::NotMatches => "!~",
        }
    }
}

/// What one label must be like, written as Alertmanager writes it: `alertname="CNPGBackupStale"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Matcher {
    /// The label.
    pub label: AlertLabel,
    /// What is asked of it.
    pub operator: MatchOperator,
    /// What it is compared with, or the regular expression.
    pub value: String,
}

/// A text is no matcher.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatcherError {
    /// It compares nothing.
    #[error("'{0}' has none of =, !=, =~ and !~")]
    NoOperator(String),
    /// Alerts have no such label.
    #[error("alerts have no label '{0}' that could be matched")]
    UnknownLabel(String),
}

impl MatcherError {
    /// The next step for the person who reads the error.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NoOperator(_) => "write it as alertname=CNPGBackupStale or namespace=~'shop|web'",
            Self::UnknownLabel(_) => {
                "the labels are alertname, severity, kind, namespace, name and cluster"
            }
        }
    }
}

impl FromStr for Matcher {
    type Err = MatcherError;

    fn from_str(text: &str) -> Result<Self, MatcherError> {
        let sign = text.find(['=', '!']);
        let (label, rest) = text.split_at(sign.unwrap_or(text.len()));
        let operator = MatchOperator::ALL
            .into_iter()
            .find(|operator| rest.starts_with(operator.sign()))
            .ok_or_else(|| MatcherError::NoOperator(text.to_owned()))?;
        let value = rest[operator.sign().len()..].trim();
        let quoted = value.strip_prefix('"');
        let quoted = quoted.and_then(|value| value.strip_suffix('"'));
        let label = label.trim();
        Ok(Self {
            label: AlertLabel::named(label)
                .ok_or_else(|| MatcherError::UnknownLabel(label.to_owned()))?,
            operator,
            value: quoted.unwrap_or(value).to_owned(),
        })
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (label, sign) = (self.label.name(), self.operator.sign());
        write!(formatter, "{label}{sign}\"{}\"", self.value)
    }
}

impl From<Matcher> for String {
    fn from(matcher: Matcher) -> Self {
        matcher.to_string()
    }
}

impl TryFrom<String> for Matcher {
    type Error = MatcherError;

    fn try_from(text: String) -> Result<Self, MatcherError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing("")]
    #[case::only_a_value("CNPGBackupStale")]
    #[case::another_sign("alertname>x")]
    #[case::an_unfinished_sign("alertname!x")]
    #[case::no_label("=x")]
    #[case::an_unknown_label("pod=x")]
    #[case::a_label_in_capitals("Name=x")]
    fn what_is_no_matcher_is_refused(#[case] text: &str) {
        let error = text.parse::<Matcher>().unwrap_err();
        assert!(!error.hint().is_empty());
    }

    #[rstest]
    #[case::equal("alertname=CNPGBackupStale", "alertname=\"CNPGBackupStale\"")]
    #[case::quoted("name=\"main\"", "name=\"main\"")]
    #[case::not("severity != info", "severity!=\"info\"")]
    #[case::expression("namespace=~shop|web", "namespace=~\"shop|web\"")]
    #[case::not_expression("kind!~Cron.*", "kind!~\"Cron.*\"")]
    #[case::nothing("cluster=", "cluster=\"\"")]
    #[case::signs_in_the_value("name=a=b!=c", "name=\"a=b!=c\"")]
    #[case::quotes_in_the_value("name=~\"a\"b\"", "name=~\"a\"b\"")]
    fn a_matcher_is_written_as_it_is_read(#[case] text: &str, #[case] shown: &str) {
        let matcher: Matcher = text.parse().unwrap();
        assert_eq!(matcher.to_string(), shown);
        assert_eq!(shown.parse(), Ok(matcher.clone()));
        let json = serde_json::to_string(&matcher).unwrap();
        assert_eq!(serde_json::from_str::<Matcher>(&json).unwrap(), matcher);
    }

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
