//! Not stuck: does no run go on for longer than it may?

use jiff::SignedDuration;

use super::{Answer, Question};
use crate::{Evidence, Status, history::later};

/// A run that is stopped at its deadline needs a moment to clear up.
const GRACE: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn answer(question: &Question<'_>) -> Answer {
    let stuck = question
        .asset
        .planned
        .iter()
        .find_map(|(operation, planned)| {
            let running = question.history.operation(*operation)?.running.as_ref()?;
            let deadline = planned.plan.deadline;
            let ends_by = later(running.started_at, deadline.saturating_add(GRACE));
            let evidence = Evidence::Stuck {
                operation: *operation,
                started_at: running.started_at,
                deadline,
            };
            (question.now > ends_by).then_some((ends_by, evidence))
        });
    match stuck {
        Some((since, evidence)) => Answer::new(Status::Failing, since, evidence),
        None => Answer::new(
            Status::Ok,
            question.history.first_seen_at.min(question.now),
            Evidence::NothingStuck,
        ),
    }
}
