//! Punctual: is the newest good recovery point as young as usual, long before the promise breaks?

use super::{Answer, Question};
use crate::{Evidence, Status, history::later};

/// None where nobody wants a warning, and while there is no good recovery point: other checks tell of
/// that.
pub(super) fn answer(question: &Question<'_>) -> Option<Answer> {
    let objectives = &question.effective.objectives;
    let warning_age = objectives.warning_age?;
    let newest = question.history.newest_good_point(question.now)?;
    let evidence = Evidence::EarlyAge {
        taken_at: newest.taken_at,
        age: question.now.duration_since(newest.taken_at),
        warning_age,
        maximum_age: objectives.maximum_age,
    };
    let warns_at = later(newest.taken_at, warning_age);
    Some(if question.now > warns_at {
        Answer::new(Status::Failing, warns_at, evidence)
    } else {
        Answer::new(Status::Ok, newest.taken_at, evidence)
    })
}
