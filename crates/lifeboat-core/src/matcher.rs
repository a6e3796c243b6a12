//! Matchers: what an alert must be like for a silence to be for it, written as Alertmanager writes them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::AlertInstance;

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
}
