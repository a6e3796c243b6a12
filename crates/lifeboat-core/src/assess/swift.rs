//! Swift: did the newest run that succeeded take no longer than it should?

use jiff::SignedDuration;

use super::{Answer, Question};
use crate::{Evidence, Status, history::is_in_the_future};

/// None where nobody says how long it should take, and while no run is known to have succeeded.
pub(super) fn answer(question: &Question<'_>) -> Option<Answer> {
    let objectives = &question.effective.objectives;
    let expected = objectives.expected_duration(question.operation())?;
    let run = question.principal()?.last_succeeded.as_ref()?;
    let end = run.end.as_ref()?;
    if is_in_the_future(end.at, question.now) {
        return None;
    }
    // A clock that went back during the run says nothing of its length.
    let took = run.duration()?.max(SignedDuration::ZERO);
    let evidence = Evidence::RunDuration {
        operation: run.operation,
        at: end.at,
        took,
        expected,
    };
    let status = if took > expected {
        Status::Failing
    } else {
        Status::Ok
    };
    Some(Answer::new(status, end.at, evidence))
}
