//! Fresh: is the newest good recovery point younger than promised?

use jiff::Timestamp;

use super::{Answer, Question, unread};
use crate::{Evidence, Operation, Status, history::later};

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
    let evidence = match unread(history) {
        Some(unknown) => unknown,
        None => Evidence::NoGoodRecoveryPoint {
            known_since,
            not_good: history.recovery_points.len(),
            maximum_age,
        },
    };
    if question.now > expected_by {
        let since = lost_at(question).map_or(expected_by, |lost| lost.max(expected_by));
        Answer::new(Status::Failing, since, evidence)
    } else {
        Answer::new(Status::Unknown, known_since, evidence)
    }
}

/// If what the newest good backup made is gone or was refuted since, the promise held until then.
fn lost_at(question: &Question<'_>) -> Option<Timestamp> {
    let history = question.history;
    let backups = history.operation(Operation::Backup)?;
    let made_at = backups.last_succeeded.as_ref()?.started_at;
    let expired_at = later(made_at, question.effective.objectives.maximum_age);
    let seen_gone_at = history.inventory.as_ref()?.at;
    Some(expired_at.min(seen_gone_at))
}
