//! `lifeboat alerts`: what fires, what is silenced, and what there was.

use clap::{Args, Subcommand, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AssetId, Matcher, MatcherError, Severity, SilenceState};
use lifeboat_web::api::AlertStateQuery;

use super::{status::ServerOptions, values};

#[derive(Debug, Subcommand)]
pub(crate) enum AlertsCommand {
    /// List alerts that fire, are suppressed, wait to fire, or were over lately
    #[command(after_help = "\
Examples:
  lifeboat alerts list
  lifeboat alerts list --state firing --severity critical
  lifeboat alerts list --output json | jq '.alerts[] | {alert, asset, suppressed_by}'")]
    List(AlertListOptions),
    /// Show all that is known of an alert: what it means, and what to do first
    #[command(after_help = "\
Examples:
  lifeboat alerts show CNPGBackupStale
  lifeboat alerts show CNPGBackupStale CNPGCluster/shop/db")]
    Show(AlertShowOptions),
    /// Tell nobody of some alerts for some time
    #[command(long_about = "\
Tell nobody of some alerts for some time.

An alert is silenced if all matchers fit it. They are written as in Alertmanager: LABEL=VALUE, \
LABEL!=VALUE, or with a regular expression LABEL=~EXPRESSION and LABEL!~EXPRESSION, which has to \
match the whole value. The labels are alertname, severity, kind, namespace, name and cluster. A \
word alone is the name of an alert. What still fires when the silence ends is told then.")]
    #[command(after_help = "\
Examples:
  lifeboat alerts silence CNPGBackupStale namespace=shop --comment 'moving the bucket'
  lifeboat alerts silence 'namespace=~shop|web' --for 8h --comment 'new storage'
  lifeboat alerts silence cluster=edge --from 2026-11-22T22:00:00Z --for 4h --comment 'update'")]
    Silence(SilenceOptions),
    /// List silences that are active, to come, or were over within the last day
    #[command(after_help = "Example:\n  lifeboat alerts silences --state active")]
    Silences(SilencesOptions),
    /// End a silence
    #[command(after_help = "Example:\n  lifeboat alerts unsilence silence-20261121-100000")]
    Unsilence(UnsilenceOptions),
    /// List what was wrong, how soon it was noticed, and for how long it lasted
    #[command(after_help = "\
Examples:
  lifeboat alerts incidents
  lifeboat alerts incidents --asset CNPGCluster/shop/db --since 2026-11-01
  lifeboat alerts incidents --unresolved")]
    Incidents(IncidentsOptions),
}

#[derive(Debug, Args)]
pub(crate) struct AlertListOptions {
    /// Only alerts that stand so
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<AlertStateName>,
    /// Only alerts as bad as this
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) severity: Option<SeverityName>,
    /// Only alerts about assets of this cluster
    #[arg(long, value_name = "NAME")]
    pub(crate) cluster: Option<String>,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

#[derive(Debug, Args)]
pub(crate) struct AlertShowOptions {
    /// The alert's name
    #[arg(value_name = "ALERT")]
    pub(crate) alert: String,
    /// The asset: Kind/namespace/name, namespace/name, or its name alone; all if left out
    #[arg(value_name = "ASSET")]
    pub(crate) asset: Option<String>,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

#[derive(Debug, Args)]
pub(crate) struct SilenceOptions {
    /// What an alert must be like, such as namespace=shop
    #[arg(value_name = "MATCHER", required = true, value_parser = matcher)]
    pub(crate) matchers: Vec<Matcher>,
    /// How long, at most 30d
    #[arg(
        long = "for",
        value_name = "TIME",
        value_parser = values::duration,
        default_value = "2h",
        conflicts_with = "until"
    )]
    pub(crate) length: SignedDuration,
    /// When it ends, instead of a length
    #[arg(long, value_name = "MOMENT", value_parser = values::time)]
    pub(crate) until: Option<Timestamp>,
    /// When it begins; at once if left out
    #[arg(long, value_name = "MOMENT", value_parser = values::time)]
    pub(crate) from: Option<Timestamp>,
    /// Why, for those who come after you
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: String,
    /// Who answers for it
    #[arg(long, value_name = "NAME", env = "USER", hide_env_values = true)]
    pub(crate) creator: Option<String>,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

#[derive(Debug, Args)]
pub(crate) struct SilencesOptions {
    /// Only silences that stand so
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<SilenceStateName>,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

#[derive(Debug, Args)]
pub(crate) struct UnsilenceOptions {
    /// The silence, as `lifeboat alerts silences` names it
    #[arg(value_name = "ID")]
    pub(crate) silence: String,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

#[derive(Debug, Args)]
pub(crate) struct IncidentsOptions {
    /// Only incidents of the alert of this name
    #[arg(long, value_name = "ALERT")]
    pub(crate) alert: Option<String>,
    /// Only incidents about this asset: Kind/namespace/name
    #[arg(long, value_name = "ASSET")]
    pub(crate) asset: Option<AssetId>,
    /// Only incidents that go on
    #[arg(long)]
    pub(crate) unresolved: bool,
    /// Only incidents that fired at this moment or later
    #[arg(long, value_name = "MOMENT", value_parser = values::time)]
    pub(crate) since: Option<Timestamp>,
    /// How many, newest first
    #[arg(
        long,
        value_name = "N",
        default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(1..=1000)
    )]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AlertStateName {
    /// It fires, and people are told
    Firing,
    /// It fires, and people are not told now
    Suppressed,
    /// It waits to fire
    Pending,
    /// It was over lately
    Resolved,
}

impl From<AlertStateName> for AlertStateQuery {
    fn from(name: AlertStateName) -> Self {
        match name {
            AlertStateName::Firing => Self::Firing,
            AlertStateName::Suppressed => Self::Suppressed,
            AlertStateName::Pending => Self::Pending,
            AlertStateName::Resolved => Self::Resolved,
        }
    }
}

/// How bad an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityName {
    /// To be mended now
    Critical,
    /// To be mended in working hours
    Warning,
    /// Worth knowing
    Info,
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Critical => Self::Critical,
            SeverityName::Warning => Self::Warning,
            SeverityName::Info => Self::Info,
        }
    }
}

/// Where a silence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SilenceStateName {
    /// It silences
    Active,
    /// It has not begun
    Pending,
    /// It is over
    Expired,
}

impl From<SilenceStateName> for SilenceState {
    fn from(name: SilenceStateName) -> Self {
        match name {
            SilenceStateName::Active => Self::Active,
            SilenceStateName::Pending => Self::Pending,
            SilenceStateName::Expired => Self::Expired,
        }
    }
}

/// A matcher; a word alone is the name of an alert.
fn matcher(text: &str) -> Result<Matcher, String> {
    let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let full = format!("alertname={text}");
    let text = if is_name { &full } else { text };
    text.parse()
        .map_err(|error: MatcherError| format!("{error}; {}", error.hint()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_alone_is_the_name_of_an_alert() {
        let shown = |text| matcher(text).map(|matcher| matcher.to_string());
        assert_eq!(
            shown("CNPGBackupStale").as_deref(),
            Ok("alertname=\"CNPGBackupStale\"")
        );
        assert_eq!(shown("namespace=shop").as_deref(), Ok("namespace=\"shop\""));
        assert!(shown("").unwrap_err().contains("write it as"));
        assert!(shown("pod=x").unwrap_err().contains("the labels are"));
    }
}
