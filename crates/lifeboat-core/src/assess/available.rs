//! Available: does the program run that backups depend on?

use super::{Answer, Question};
use crate::{Evidence, Status};

pub(super) fn answer(question: &Question<'_>) -> Option<Answer> {
    let availability = question.facts()?.availability.as_ref()?;
    let desired = availability.desired;
    Some(match availability.available {
        0 => Answer::new(
            Status::Failing,
            availability.unavailable_since.unwrap_or(question.now),
            Evidence::Unavailable {
                system: availability.system.clone(),
                desired,
                message: availability.message.clone(),
            },
        ),
        available => Answer::new(
            Status::Ok,
            question.known_since(),
            Evidence::Available {
                system: availability.system.clone(),
                available,
                desired,
            },
        ),
    })
}
