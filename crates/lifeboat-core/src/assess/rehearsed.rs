//! Rehearsed: did a rehearsal of a restore succeed, not too long ago?

use super::{Answer, Question};
use crate::{Evidence, Operation, Status, history::later};

pub(super) fn answer(question: &Question<'_>) -> Answer {
    let maximum_age = question.effective.objectives.drill_age;
    let last = question
        .history
        .last_succeeded_at(Operation::Drill, question.now);
    let (since, evidence) = match last {
        Some(at) => (
            at,
            Evidence::RehearsalAge {
                at,
                age: question.now.duration_since(at),
                maximum_age,
            },
        ),
        None => (
            question.known_since(),
            Evidence::NeverRehearsed {
                known_since: question.known_since(),
                maximum_age,
            },
        ),
    };
    let expires_at = later(since, maximum_age);
    if question.now > expires_at {
        return Answer::new(Status::Failing, expires_at, evidence);
    }
    // For as long as the last one may lie back, a new asset may have had none.
    let status = last.map_or(Status::Unknown, |_| Status::Ok);
    Answer::new(status, since, evidence)
}
