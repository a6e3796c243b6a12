//! Verified: did the newest verification find everything good, and is it young enough?

use jiff::Timestamp;

use super::{Answer, Question};
use crate::{
    Evidence, Operation, OperationHistory, Status,
    history::{is_in_the_future, later},
};

pub(super) fn answer(question: &Question<'_>) -> Answer {
    let maximum_age = question.effective.objectives.verification_age;
    let Some(history) = question.history.operation(Operation::Verification) else {
        return never(question);
    };
    if let Some(failed) = failure(history) {
        return failed;
    }
    let Some((run, end)) = history
        .last_succeeded
        .as_ref()
        .and_then(|run| Some((run, run.end.as_ref()?)))
    else {
        return never(question);
    };
    // Where the clock leapt during the run, its beginning is what is certain.
    let past = |at: &Timestamp| !is_in_the_future(*at, question.now);
    let Some(at) = [end.at, run.started_at].into_iter().find(past) else {
        let evidence = Evidence::InTheFuture {
            what: "the last good verification".to_owned(),
            at: end.at,
        };
        return Answer::new(Status::Unknown, question.now, evidence);
    };
    let evidence = Evidence::VerificationAge {
        at,
        age: question.now.duration_since(at),
        maximum_age,
        coverage: history.coverage_since(turn_began_at(question)),
    };
    let expires_at = later(at, maximum_age);
    if question.now > expires_at {
        Answer::new(Status::Failing, expires_at, evidence)
    } else {
        Answer::new(Status::Ok, at, evidence)
    }
}

/// A slice counts as read if it was read no longer ago than a full turn takes: by then its next turn
/// should have come. Without a schedule there are no turns, and it counts if it ever was.
fn turn_began_at(question: &Question<'_>) -> Timestamp {
    let planned = question.asset.planned.get(&Operation::Verification);
    planned
        .and_then(|planned| {
            let plan = &planned.plan;
            // The next turn may start late by the jitter, and takes its time.
            let slack = plan.jitter.saturating_add(plan.deadline);
            let turn = planned.full_turn?.saturating_add(slack);
            question.now.checked_sub(turn).ok()
        })
        .unwrap_or(Timestamp::MIN)
}

/// A verification that found something bad, or could not look, holds until one succeeds. What was
/// found bad is told rather than why a later one could not look.
fn failure(history: &OperationHistory) -> Option<Answer> {
    let since = history.failing_since?;
    let run = history
        .found_bad
        .as_ref()
        .or(history.last_failed.as_ref())?;
    let end = run.end.as_ref()?;
    let error = end.error.as_deref().unwrap_or("it does not say why");
    let evidence = Evidence::VerificationFailed {
        at: end.at,
        error: error.to_owned(),
    };
    Some(Answer::new(Status::Failing, since, evidence))
}

fn never(question: &Question<'_>) -> Answer {
    let maximum_age = question.effective.objectives.verification_age;
    let since = question.history.first_seen_at.min(question.now);
    let evidence = Evidence::NeverVerified { maximum_age };
    let expected_by = later(since, maximum_age);
    if question.now > expected_by {
        Answer::new(Status::Failing, expected_by, evidence)
    } else {
        Answer::new(Status::Unknown, since, evidence)
    }
}
