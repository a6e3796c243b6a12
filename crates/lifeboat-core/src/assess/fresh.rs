//! Fresh: is the newest good recovery point younger than promised?

use super::{Answer, Question};
use crate::{Evidence, Status, history::later};

pub(super) fn answer(question: &Question<'_>) -> Answer {
    let history = question.history;
    let maximum_age = question.effective.objectives.maximum_age;
    let Some(newest) = history.newest_good_point(question.now) else {
        return without_a_point(question);
    };
    let evidence = Evidence::Age {
        recovery_point: newest.name.clone(),
        taken_at: newest.taken_at,
        age: question.now.duration_since(newest.taken_at),
        maximum_age,
    };
    let expires_at = later(newest.taken_at, maximum_age);
    if question.now > expires_at {
        Answer::new(Status::Failing, expires_at, evidence)
    } else {
        Answer::new(Status::Ok, newest.taken_at, evidence)
    }
}

/// For as long as a recovery point may be old, a new asset may have none; then it should have had one.
fn without_a_point(question: &Question<'_>) -> Answer {
    let history = question.history;
    let maximum_age = question.effective.objectives.maximum_age;
    let known_since = history.first_seen_at.min(question.now);
    let expected_by = later(known_since, maximum_age);
    let not_good = history.recovery_points.len();
    let inventory_error = history.inventory.as_ref().map(|seen| seen.error.clone());
    let evidence = match inventory_error {
        Some(None) => Evidence::NoGoodRecoveryPoint {
            known_since,
            not_good,
            maximum_age,
        },
        unread => Evidence::InventoryUnknown {
            error: unread.flatten(),
        },
    };
    if question.now > expected_by {
        Answer::new(Status::Failing, expected_by, evidence)
    } else {
        Answer::new(Status::Unknown, known_since, evidence)
    }
}
