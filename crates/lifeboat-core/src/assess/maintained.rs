//! Maintained: did a maintenance succeed, not too long ago? And if not: is it even neglected?

use jiff::SignedDuration;

use super::{Answer, Question};
use crate::{Evidence, Operation, Status, history::later};

/// Did a maintenance succeed within the promised time?
pub(super) fn answer(question: &Question<'_>) -> Answer {
    within(question, question.effective.objectives.maintenance_age)
}

/// Did one succeed before the repository counts as neglected?
pub(super) fn not_neglected(question: &Question<'_>) -> Answer {
    within(question, question.effective.objectives.neglect_age)
}

fn within(question: &Question<'_>, maximum_age: SignedDuration) -> Answer {
    let operation = Operation::Maintenance;
    let Some(at) = question.history.last_succeeded_at(operation, question.now) else {
        return never(question, maximum_age);
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

/// For as long as the last maintenance may lie back, a new asset may have had none.
fn never(question: &Question<'_>, maximum_age: SignedDuration) -> Answer {
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
