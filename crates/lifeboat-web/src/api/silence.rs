//! Silences: `GET` and `POST /api/v1/silences`, and `DELETE /api/v1/silences/{id}`.

use jiff::Timestamp;
use lifeboat_core::{Matcher, Silence, SilenceState};
use serde::{Deserialize, Serialize};

use super::AsOf;

/// Silences that are active, to come, or were over within the last day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SilenceList {
    /// Of which moment this is.
    #[serde(flatten)]
    pub as_of: AsOf,
    /// The silences: active ones first, then by their end.
    pub silences: Vec<SilenceReport>,
}

/// One silence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SilenceReport {
    /// Its identity.
    pub silence: String,
    /// Where it stands.
    pub state: SilenceState,
    /// What an alert must be like, all of it.
    pub matchers: Vec<Matcher>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// Why.
    pub comment: String,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl SilenceReport {
    /// A silence as it stands at a moment.
    #[must_use]
    pub fn new(silence: &Silence, now: Timestamp) -> Self {
        Self {
            silence: silence.id.clone(),
            state: silence.state(now),
            matchers: silence.matchers.clone(),
            starts_at: silence.starts_at,
            ends_at: silence.ends_at,
            comment: silence.comment.clone(),
            created_by: silence.created_by.clone(),
            created_at: silence.created_at,
        }
    }

    /// Silences as they are to be read.
    #[must_use]
    pub fn sorted(silences: &[Silence], now: Timestamp) -> Vec<Self> {
        let mut reports: Vec<Self> = silences.iter().map(|one| Self::new(one, now)).collect();
        reports.sort_by(|left, right| {
            let key = |one: &Self| (one.state, one.ends_at);
            key(left)
                .cmp(&key(right))
                .then_with(|| left.silence.cmp(&right.silence))
        });
        reports
    }
}

/// Which silences are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SilenceQuery {
    /// Silences that stand so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<SilenceState>,
}

/// What `POST /api/v1/silences` takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeSilence {
    /// What an alert must be like, such as `alertname=CNPGBackupStale`; all of these.
    pub matchers: Vec<Matcher>,
    /// When it begins; at once if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// When it ends; two hours after its beginning if left out, and at most 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// Why.
    pub comment: String,
    /// Who answers for it.
    pub created_by: String,
}

/// A silence that was made or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedSilence {
    /// The silence.
    #[serde(flatten)]
    pub silence: SilenceReport,
    /// How many alerts that fire or wait to fire it fits now.
    pub matching_alerts: usize,
    /// Whether the ledger has it. If not, because the ledger is away, a restart forgets it.
    pub kept: bool,
}
