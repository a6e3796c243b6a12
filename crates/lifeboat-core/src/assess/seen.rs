//! Seen: can anybody look at the asset? While nobody can, this is unknown as all the rest is.

use super::{Answer, Question};
use crate::{Evidence, Status};

pub(super) fn answer(question: &Question<'_>) -> Option<Answer> {
    question.facts()?;
    let since = question.known_since();
    Some(Answer::new(Status::Ok, since, Evidence::InSight))
}
