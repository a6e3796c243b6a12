//! On schedule: has everything run that was due, with time to start in?

use jiff::{SignedDuration, Timestamp};

use super::{Answer, Question};
use crate::{
    Evidence, Facts, ObservedSchedule, Operation, Status, history::later, scheduling::Planned,
};

/// How long after its latest start a due run may not have begun before it counts as missed: other
/// runs may go first, and Lifeboat may be restarting.
const GRACE: SignedDuration = SignedDuration::from_mins(10);

pub(super) fn answer(question: &Question<'_>) -> Answer {
    if let Some(facts) = question.facts() {
        return of_others(question, facts);
    }
    let planned = &question.asset.planned;
    let missed = planned
        .iter()
        .filter_map(|(operation, planned)| missed(question, *operation, planned))
        .min();
    if let Some((due_at, operation)) = missed {
        let evidence = Evidence::RunMissed { operation, due_at };
        return Answer::new(Status::Failing, due_at, evidence);
    }
    let next = planned.iter().filter_map(|(operation, planned)| {
        planned.first_due(question.history.operation(*operation), question.now)
    });
    let next = next.min();
    let since = question.history.first_seen_at.min(question.now);
    Answer::new(Status::Ok, since, Evidence::ScheduleKept { next })
}

/// Others keep the schedules of what they operate, and note the moments that they scheduled.
fn of_others(question: &Question<'_>, facts: &Facts) -> Answer {
    let due = facts.schedules.iter().flatten();
    let next = due.filter_map(ObservedSchedule::first_due).min();
    let is_late = next.is_some_and(|due| question.now > later(due, GRACE));
    // What runs, or waits to run, holds the next one up; whether that is for too long is another check.
    if let Some(due_at) = next.filter(|_| is_late && facts.under_way.is_empty()) {
        let operation = question.operation();
        let evidence = Evidence::RunMissed { operation, due_at };
        return Answer::new(Status::Failing, due_at, evidence);
    }
    let evidence = Evidence::ScheduleKept { next };
    Answer::new(Status::Ok, question.known_since(), evidence)
}

fn missed(
    question: &Question<'_>,
    operation: Operation,
    planned: &Planned,
) -> Option<(Timestamp, Operation)> {
    let history = question.history.operation(operation);
    // What runs now holds the next one up; whether it runs for too long is another check.
    if history.is_some_and(|history| history.running.is_some()) {
        return None;
    }
    let due = planned.first_due(history, question.now)?;
    let latest_start = later(due, planned.plan.jitter.saturating_add(GRACE));
    (question.now > latest_start).then_some((due, operation))
}
