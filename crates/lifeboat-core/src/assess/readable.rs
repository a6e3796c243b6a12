//! Readable: could the repository be read?

use super::{Answer, Question};
use crate::{Evidence, Status};

pub(super) fn answer(question: &Question<'_>) -> Option<Answer> {
    let repository = question.facts()?.repository.as_ref()?;
    let read_at = repository.reading.as_ref().map(|reading| reading.at);
    Some(match (&repository.failure, read_at) {
        (Some(failure), read_at) => {
            let evidence = Evidence::RepositoryUnreadable {
                since: failure.since,
                error: failure.error.as_str().into(),
                hint: failure.hint.as_deref().map(Into::into),
                read_at,
            };
            Answer::new(Status::Failing, failure.since, evidence)
        }
        (None, Some(at)) => Answer::new(Status::Ok, at, Evidence::RepositoryRead { at }),
        (None, None) => Answer::new(
            Status::Unknown,
            question.known_since(),
            Evidence::RepositoryNotRead,
        ),
    })
}
