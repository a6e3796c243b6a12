//! Ever succeeded: is there, or was there ever, a good recovery point?

use jiff::{SignedDuration, Timestamp};

use super::{Answer, Question, unread};
use crate::{
    Evidence, Operation, ScheduleState, Status,
    history::{is_in_the_future, later},
};

pub(super) fn answer(question: &Question<'_>) -> Answer {
    let history = question.history;
    // One that was noted while the clock was ahead is none until then.
    let past = |first: &Timestamp| !is_in_the_future(*first, question.now);
    // One that was seen while the clock was behind was not noted.
    let good = history
        .recovery_points
        .iter()
        .filter(|point| point.is_good());
    let there = good.map(|point| point.taken_at).filter(past).min();
    let noted = history.first_recovery_point_at.filter(past);
    if let Some(first) = noted.or(there) {
        return Answer::new(Status::Ok, first, Evidence::EverSucceeded { first });
    }
    let known_since = history.first_seen_at.min(question.now);
    let expected_by = expected_by(question, known_since);
    // In a repository that nobody has looked into there may be good ones.
    let evidence = unread(history).unwrap_or(Evidence::NeverSucceeded { expected_by });
    if question.now > expected_by {
        Answer::new(Status::Failing, expected_by, evidence)
    } else {
        Answer::new(Status::Unknown, known_since, evidence)
    }
}

/// When the first scheduled backup should have ended; without a schedule, when one would be too old.
fn expected_by(question: &Question<'_>, known_since: Timestamp) -> Timestamp {
    let planned = question.asset.planned.get(&Operation::Backup);
    let first_end = planned.and_then(|planned| {
        let first = planned.plan.schedule.after(planned.known_since)?;
        let plan = &planned.plan;
        Some(later(first, plan.jitter.saturating_add(plan.deadline)))
    });
    let by_age = later(known_since, question.effective.objectives.maximum_age);
    first_end
        .or_else(|| first_end_of_others(question, known_since))
        .unwrap_or(by_age)
        .min(by_age)
}

/// When the first backup by somebody else's schedule should have ended.
fn first_end_of_others(question: &Question<'_>, known_since: Timestamp) -> Option<Timestamp> {
    const USUALLY_WITHIN: SignedDuration = SignedDuration::from_hours(6);
    let schedules = question.facts()?.schedules.iter().flatten();
    let first = schedules.filter_map(|schedule| match &schedule.state {
        ScheduleState::Active { schedule, .. } => schedule.after(known_since),
        _ => None,
    });
    Some(later(first.min()?, USUALLY_WITHIN))
}
