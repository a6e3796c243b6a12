//! Verified: did the newest verification find everything good, and is it young enough?

use super::{Answer, Question};
use crate::{Evidence, Operation, OperationHistory, Outcome, Status, history::later};

pub(super) fn answer(question: &Question<'_>) -> Answer {
    let maximum_age = question.effective.objectives.verification_age;
    let Some(history) = question.history.operation(Operation::Verification) else {
        return never(question);
    };
    if let Some(failed) = failure(history) {
        return failed;
    }
    let Some(end) = history
        .last_succeeded
        .as_ref()
        .and_then(|run| run.end.as_ref())
    else {
        return never(question);
    };
    let evidence = Evidence::VerificationAge {
        at: end.at,
        age: question.now.duration_since(end.at),
        maximum_age,
        coverage: history.coverage_since(first_known(question)),
    };
    let expires_at = later(end.at, maximum_age);
    if question.now > expires_at {
        Answer::new(Status::Failing, expires_at, evidence)
    } else {
        Answer::new(Status::Ok, end.at, evidence)
    }
}

/// A verification that found something bad, or could not look, holds until one succeeds.
fn failure(history: &OperationHistory) -> Option<Answer> {
    let since = history.failing_since?;
    let run = history.last.as_ref()?;
    let end = run.end.as_ref()?;
    let error = match (&end.error, end.outcome) {
        (Some(error), _) => error.clone(),
        (None, outcome) => outcome.to_string(),
    };
    let evidence = Evidence::VerificationFailed { at: end.at, error };
    // Found bad is known; cut short is not.
    let status = if history.failures > 0 || end.outcome == Outcome::Failed {
        Status::Failing
    } else {
        Status::Unknown
    };
    Some(Answer::new(status, since, evidence))
}

fn never(question: &Question<'_>) -> Answer {
    let maximum_age = question.effective.objectives.verification_age;
    let since = first_known(question);
    let evidence = Evidence::NeverVerified { maximum_age };
    let expected_by = later(since, maximum_age);
    if question.now > expected_by {
        Answer::new(Status::Failing, expected_by, evidence)
    } else {
        Answer::new(Status::Unknown, since, evidence)
    }
}

fn first_known(question: &Question<'_>) -> jiff::Timestamp {
    question.history.first_seen_at.min(question.now)
}
