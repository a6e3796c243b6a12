//! Not stuck: does no run go on for longer than it may?

use jiff::{SignedDuration, Timestamp};

use super::{Answer, Question};
use crate::{Evidence, Facts, Status, StuckUnderWay, history::later};

/// A run that is stopped at its deadline needs a moment to clear up.
const GRACE: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn answer(question: &Question<'_>) -> Answer {
    if let Some(facts) = question.facts() {
        return of_others(question, facts);
    }
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
    conclude(question, stuck)
}

/// What others run has no deadline that is known, so its own past sets one.
fn of_others(question: &Question<'_>, facts: &Facts) -> Answer {
    let limit = question
        .effective
        .objectives
        .maximum_run_duration
        .unwrap_or_else(|| usual_limit(question));
    // The one that holds the others up; if all wait, the first of them waits for something else.
    let first = facts.under_way.iter().find(|one| !one.waiting);
    let first = first.or_else(|| facts.under_way.first());
    let stuck = first.and_then(|first| {
        let ends_by = later(first.since, limit);
        let run = StuckUnderWay {
            name: first.name.clone(),
            phase: first.phase.clone(),
            since: first.since,
            limit,
            waiting: facts.under_way.len() - 1,
            message: first.message.clone(),
        };
        (question.now > ends_by).then(|| (ends_by, Evidence::StuckUnderWay(Box::new(run))))
    });
    conclude(question, stuck)
}

/// Three times the longest run that succeeded, but never less than an hour; six hours for what never
/// succeeded.
fn usual_limit(question: &Question<'_>) -> SignedDuration {
    const SHORTEST: SignedDuration = SignedDuration::from_hours(1);
    const UNLEARNT: SignedDuration = SignedDuration::from_hours(6);
    match question
        .principal()
        .and_then(|history| history.longest_success)
    {
        Some(longest) => longest.saturating_mul(3).max(SHORTEST),
        None => UNLEARNT,
    }
}

fn conclude(question: &Question<'_>, stuck: Option<(Timestamp, Evidence)>) -> Answer {
    match stuck {
        Some((since, evidence)) => Answer::new(Status::Failing, since, evidence),
        None => Answer::new(Status::Ok, question.known_since(), Evidence::NothingStuck),
    }
}
