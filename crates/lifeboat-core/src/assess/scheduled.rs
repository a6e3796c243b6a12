//! Scheduled: is there a schedule that somebody keeps?

use super::{Answer, Question};
use crate::{Evidence, ObservedSchedule, ScheduleState, Status};

pub(super) fn answer(question: &Question<'_>) -> Option<Answer> {
    let schedules = question.facts()?.schedules.as_ref()?;
    // What can't be read was meant to run: another schedule doesn't make up for it.
    let unusable = schedules
        .iter()
        .find_map(|schedule| unusable(question, schedule));
    let active = || {
        schedules
            .iter()
            .find_map(|schedule| active(question, schedule))
    };
    let suspended = || {
        schedules
            .iter()
            .find_map(|schedule| suspended(question, schedule))
    };
    // No moment is known at which the last one went.
    let none = || {
        Answer::new(
            Status::Failing,
            question.now,
            Evidence::Unscheduled {
                operation: question.operation(),
            },
        )
    };
    Some(
        unusable
            .or_else(active)
            .or_else(suspended)
            .unwrap_or_else(none),
    )
}

fn unusable(question: &Question<'_>, schedule: &ObservedSchedule) -> Option<Answer> {
    let ScheduleState::Unusable { problem } = &schedule.state else {
        return None;
    };
    let evidence = Evidence::ScheduleUnusable {
        name: schedule.name.clone(),
        text: schedule.text.clone(),
        problem: problem.clone(),
    };
    Some(Answer::new(Status::Failing, question.now, evidence))
}

fn active(question: &Question<'_>, schedule: &ObservedSchedule) -> Option<Answer> {
    let ScheduleState::Active { .. } = &schedule.state else {
        return None;
    };
    let evidence = Evidence::Scheduled {
        name: schedule.name.clone(),
        text: schedule.text.clone(),
    };
    Some(Answer::new(Status::Ok, question.known_since(), evidence))
}

fn suspended(question: &Question<'_>, schedule: &ObservedSchedule) -> Option<Answer> {
    let ScheduleState::Suspended { since } = &schedule.state else {
        return None;
    };
    let evidence = Evidence::ScheduleSuspended {
        name: schedule.name.clone(),
        since: *since,
    };
    let since = since.unwrap_or(question.now);
    Some(Answer::new(Status::Failing, since, evidence))
}
