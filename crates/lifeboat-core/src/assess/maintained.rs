//! Maintained: did a maintenance succeed, not too long ago?

use super::{Answer, Question};
use crate::{Evidence, Status, history::later};

pub(super) fn answer(question: &Question<'_>) -> Answer {
    let maximum_age = question.effective.objectives.maintenance_age;
    let Some(at) = question.history.last_maintained_at(question.now) else {
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
