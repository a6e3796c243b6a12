//! Evidence in words that stay true as time passes: a status and an event are read long after they were written.

use jiff::Timestamp;
use lifeboat_core::{Evidence, HumanDuration, Status, Verdict};

/// The most bytes of a sentence; `note` of an event may have no more.
const LONGEST: usize = 1024;

/// A verdict's evidence with moments where it would have ages, which would be wrong a minute later and
/// make each assessment differ from the last.
pub(super) fn sentence(verdict: &Verdict) -> String {
    let text = match &verdict.evidence {
        Evidence::Age {
            recovery_point,
            taken_at,
            maximum_age,
            ..
        } => format!(
            "the newest good recovery point, {recovery_point}, was taken at {taken_at:.0}; promised is \
             an age of {} at most",
            HumanDuration(*maximum_age)
        ),
        Evidence::VerificationAge {
            at, maximum_age, ..
        } => format!(
            "the newest good verification ended at {at:.0}; promised is an age of {} at most",
            HumanDuration(*maximum_age)
        ),
        evidence => evidence.to_string(),
    };
    if verdict.status == Status::Paused {
        shortened(&format!("it is paused; {text}"))
    } else {
        shortened(&text)
    }
}

/// The text, cut between two characters if it is too long for an event.
pub(super) fn shortened(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(LONGEST - '…'.len_utf8());
    format!("{}…", &text[..end])
}

/// The moment in whole seconds, as all moments of the Kubernetes API are.
pub(super) fn in_seconds(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}
