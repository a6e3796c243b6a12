//! Conditions, which remember when their answer last changed.

use jiff::Timestamp;
use lifeboat_resources::custom_resources::{Condition, ConditionStatus};

use super::sentence::{in_seconds, shortened};

/// The reason of an object that is used as it is.
const VALID: &str = "Valid";
/// The reason of an object that can't be used.
const INVALID: &str = "Invalid";

/// What a condition says.
pub(super) struct Saying<'a> {
    pub(super) kind: &'static str,
    pub(super) status: ConditionStatus,
    pub(super) reason: String,
    pub(super) message: &'a str,
}

/// Whether an object could be read.
pub(super) fn accepted(refused: Option<&str>) -> Saying<'_> {
    Saying {
        kind: Condition::ACCEPTED,
        status: match refused {
            Some(_) => ConditionStatus::False,
            None => ConditionStatus::True,
        },
        reason: refused.map_or(VALID, |_| INVALID).to_owned(),
        message: refused.unwrap_or("it is in force"),
    }
}

/// The condition as of now, which has changed only if its answer is another than before.
pub(super) fn condition(
    saying: Saying<'_>,
    generation: Option<i64>,
    before: &[Condition],
    now: Timestamp,
) -> Condition {
    let same = before
        .iter()
        .find(|one| one.kind == saying.kind && one.status == saying.status);
    Condition {
        kind: saying.kind.to_owned(),
        status: saying.status,
        observed_generation: generation,
        last_transition_time: same.map_or_else(|| in_seconds(now), |one| one.last_transition_time),
        reason: saying.reason,
        message: shortened(saying.message),
    }
}
