//! Maintained: did a maintenance succeed, not too long ago?

use jiff::Timestamp;

use super::{Answer, Question};
use crate::{
    Evidence, Operation, Status,
    history::{is_in_the_future, later},
};

pub(super) fn answer(question: &Question<'_>) -> Answer {
    let maximum_age = question.effective.objectives.maintenance_age;
    let Some(at) = last_succeeded_at(question) else {
        return never(question);
    };
    let evidence = Evidence::MaintenanceAge {
        at,
        age: question.now.duration_since(at),
        maximum_age,
    };
    let expires_at = later(at, maximum_age);
    if question.now > expires_at {
        Answer::new(Status::Failing, expires_at, evidence)
    } else {
        Answer::new(Status::Ok, at, evidence)
    }
}

/// The newest success that is known: of a run that was seen, or of one that somebody else noted.
fn last_succeeded_at(question: &Question<'_>) -> Option<Timestamp> {
    let history = question.history;
    let run = history.operation(Operation::Maintenance);
    let run = run.and_then(|history| history.last_succeeded.as_ref()?.end.as_ref());
    let seen = run.map(|end| end.at);
    let noted = history
        .upkeep
        .as_ref()
        .and_then(|upkeep| upkeep.last_succeeded_at);
    let past = |at: &Timestamp| !is_in_the_future(*at, question.now);
    seen.filter(past).max(noted.filter(past))
}

/// For as long as the last maintenance may lie back, a new asset may have had none.
fn never(question: &Question<'_>) -> Answer {
    let maximum_age = question.effective.objectives.maintenance_age;
    let known_since = question.known_since();
    let expected_by = later(known_since, maximum_age);
    let evidence = Evidence::NeverMaintained {
        known_since,
        maximum_age,
    };
    if question.now > expected_by {
        Answer::new(Status::Failing, expected_by, evidence)
    } else {
        Answer::new(Status::Unknown, known_since, evidence)
    }
}
