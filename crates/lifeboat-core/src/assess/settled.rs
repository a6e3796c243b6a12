//! Settled: is what carries an asset's operation out left as it is, and not rewritten all the time?

use super::{Answer, Question};
use crate::{DefinitionChanges, Evidence, Status};

/// Changes within the window that may be people's work. Who corrects a manifest does it a few times.
const LIMIT: usize = 6;

pub(super) fn answer(question: &Question<'_>) -> Option<Answer> {
    let is_defined = question
        .facts()
        .is_some_and(|facts| !facts.definitions.is_empty());
    let upkeep = question.history.upkeep.as_ref();
    let changes = upkeep.map_or_else(Vec::new, |upkeep| {
        upkeep
            .changes
            .within(DefinitionChanges::WINDOW, question.now)
    });
    let window = DefinitionChanges::WINDOW;
    let count = changes.len();
    match changes.first() {
        Some(first) if count > LIMIT => {
            let evidence = Evidence::Unsettled {
                changes: count,
                window,
                limit: LIMIT,
            };
            Some(Answer::new(Status::Failing, *first, evidence))
        }
        _ => is_defined.then(|| {
            let evidence = Evidence::Settled {
                changes: count,
                window,
            };
            Answer::new(Status::Ok, question.known_since(), evidence)
        }),
    }
}
