//! What a finished operation has to say, and how it becomes the end of a run.

use jiff::Timestamp;
use lifeboat_core::{Outcome, RunEnd, readable_causes};

use super::OperationError;

/// What an operation that came to its end found or made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong with what it looked at, in a sentence; none if nothing is.
    pub problem: Option<String>,
    /// Whether the problem is that there was nothing to tell by.
    pub inconclusive: bool,
    /// The next step for whoever reads the problem.
    pub hint: Option<String>,
    /// Bytes moved: sent by a backup, read by a verification, freed by a prune.
    pub bytes: u64,
    /// What it did, in a sentence.
    pub summary: String,
    /// The recovery point that it made.
    pub recovery_point: Option<String>,
    /// The slice of the repository that it read, of how many.
    pub slice: Option<(u32, u32)>,
}

impl Finding {
    /// Nothing could be found out, good or bad.
    pub(super) fn inconclusive(problem: &str, hint: &str) -> Self {
        Self {
            problem: Some(problem.to_owned()),
            inconclusive: true,
            hint: Some(hint.to_owned()),
            ..Self::default()
        }
    }

    /// The end of a run that found this. Looking again would find the same problem.
    #[must_use]
    pub fn into_end(self, at: Timestamp) -> RunEnd {
        let outcome = match (&self.problem, self.inconclusive) {
            (Some(_), false) => Outcome::Failed,
            (Some(_), true) => Outcome::Inconclusive,
            (None, _) => Outcome::Succeeded,
        };
        RunEnd {
            bytes: Some(self.bytes),
            summary: Some(self.summary),
            error: self.problem,
            hint: self.hint,
            recovery_point: self.recovery_point,
            slice: self.slice,
            retryable: false,
            ..RunEnd::plain(at, outcome)
        }
    }
}

impl OperationError {
    /// The end of a run that this error ended.
    #[must_use]
    pub fn into_end(self, at: Timestamp) -> RunEnd {
        let outcome = if self.is_cancelled() {
            Outcome::Inconclusive
        } else {
            Outcome::Failed
        };
        RunEnd {
            hint: self.hint_for_resources(),
            error: Some(readable_causes(&self).join(": ")),
            ..RunEnd::plain(at, outcome)
        }
    }
}
