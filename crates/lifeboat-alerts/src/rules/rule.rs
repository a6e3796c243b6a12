//! Rules of Prometheus as data: alerts and records, in groups.

use jiff::SignedDuration;

use super::yaml::{Map, Node};

/// A group of rules, which Prometheus evaluates together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleGroup {
    pub(crate) name: String,
    pub(crate) rules: Vec<Rule>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rule {
    Alert(AlertRule),
    Record(RecordRule),
}

/// A rule that alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AlertRule {
    pub(crate) name: &'static str,
    pub(crate) query: String,
    pub(crate) wait: SignedDuration,
    pub(crate) keep_firing_for: Option<SignedDuration>,
    /// Templates, in the order in which they are written.
    pub(crate) labels: Vec<(&'static str, String)>,
    /// Templates, in the order in which they are written.
    pub(crate) annotations: Vec<(&'static str, String)>,
    pub(crate) comment: Option<String>,
}

/// A rule that keeps what a query comes to as a series of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordRule {
    pub(crate) name: &'static str,
    pub(crate) query: String,
    pub(crate) comment: String,
}

impl RuleGroup {
    pub(super) fn node(&self) -> Node {
        let rules: Vec<Map> = self.rules.iter().map(Rule::map).collect();
        Map::new()
            .with("name", self.name.as_str())
            .with("rules", rules)
            .into()
    }
}

impl Rule {
    fn map(&self) -> Map {
        match self {
            Self::Alert(rule) => rule.map(),
            Self::Record(rule) => Map::new()
                .with("record", rule.name)
                .with("expr", rule.query.as_str())
                .explained(rule.comment.as_str()),
        }
    }
}

impl AlertRule {
    fn map(&self) -> Map {
        let map = Map::new()
            .with("alert", self.name)
            .with("expr", self.query.as_str())
            .with("for", duration(self.wait))
            .with_some("keep_firing_for", self.keep_firing_for.map(duration))
            .with("labels", texts(&self.labels))
            .with("annotations", texts(&self.annotations));
        match &self.comment {
            Some(comment) => map.explained(comment.as_str()),
            None => map,
        }
    }
}

/// Names and texts as a map.
pub(super) fn texts(pairs: &[(&'static str, String)]) -> Map {
    pairs.iter().fold(Map::new(), |map, (name, text)| {
        map.with(*name, text.as_str())
    })
}

/// A length of time as Prometheus writes it, in one unit.
pub(super) fn duration(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0 => "0s".to_owned(),
        _ if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        _ if seconds % 60 == 0 => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "0s")]
    #[case(45, "45s")]
    #[case(90, "90s")]
    #[case(900, "15m")]
    #[case(5_400, "90m")]
    #[case(129_600, "36h")]
    fn a_length_of_time_has_one_unit(#[case] seconds: i64, #[case] expected: &str) {
        assert_eq!(duration(SignedDuration::from_secs(seconds)), expected);
    }
}
