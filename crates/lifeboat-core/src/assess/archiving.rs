//! Archiving: is WAL archived, was it ever, and does much of it wait?

use jiff::{SignedDuration, Timestamp};

use super::{Answer, Question};
use crate::{ArchiverReading, Archiving, ArchivingCondition, Evidence, Status, history::later};

/// More failures than this within the reading's window are no accident.
const FAILURES: u64 = 3;
/// More waiting files than this are no busy minute.
const WAITING_FILES: u64 = 100;
/// A new cluster archives its first WAL after `archive_timeout`, which is five minutes.
const FIRST_WAL_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// Is WAL archived without failures?
pub(super) fn failing(question: &Question<'_>) -> Option<Answer> {
    let archiving = question.facts()?.archiving.as_ref()?;
    let refused = archiving
        .condition
        .as_ref()
        .filter(|condition| !condition.working);
    let reading = match &archiving.reading {
        Some(Ok(reading)) => Some(reading),
        _ => None,
    };
    if let Some(reading) = reading.filter(|reading| reading.failed_lately > FAILURES) {
        let evidence = Evidence::ArchivingFails {
            failed_lately: Some(reading.failed_lately),
            window: reading.window,
            message: refused.and_then(|condition| condition.message.clone()),
        };
        return Some(Answer::new(Status::Failing, reading.at, evidence));
    }
    if let Some(condition) = refused.filter(|condition| !is_outdated(condition, reading)) {
        let evidence = Evidence::ArchivingFails {
            failed_lately: reading.map(|reading| reading.failed_lately),
            window: reading.map_or(SignedDuration::ZERO, |reading| reading.window),
            message: condition.message.clone(),
        };
        let since = condition.since.unwrap_or(question.now);
        return Some(Answer::new(Status::Failing, since, evidence));
    }
    if let Some(unknown) = unread(question, archiving) {
        return Some(unknown);
    }
    let evidence = Evidence::Archives {
        last: reading.and_then(|reading| reading.last_archived_at),
        failed_lately: reading.map_or(0, |reading| reading.failed_lately),
    };
    Some(Answer::new(Status::Ok, question.known_since(), evidence))
}

/// Was WAL ever archived?
pub(super) fn ever(question: &Question<'_>) -> Option<Answer> {
    let archiving = question.facts()?.archiving.as_ref()?;
    if let Some(unknown) = unread(question, archiving) {
        return Some(unknown);
    }
    let archived = match (&archiving.reading, &archiving.condition) {
        (Some(Ok(reading)), _) => reading.last_archived_at,
        // By its own account alone; it says so only where something was archived, or nothing is to be.
        (_, Some(condition)) if condition.working => {
            Some(condition.since.unwrap_or(question.known_since()))
        }
        (_, Some(condition)) => {
            let error = "its exporter isn't read, and it says itself only that archiving fails now";
            let since = condition.since.unwrap_or(question.now);
            return Some(unknown(since, error.to_owned()));
        }
        (_, None) => None,
    };
    let expected_by = later(question.known_since(), FIRST_WAL_WITHIN);
    Some(match archived {
        Some(last) => {
            let evidence = Evidence::Archives {
                last: Some(last),
                failed_lately: 0,
            };
            Answer::new(Status::Ok, question.known_since(), evidence)
        }
        None if question.now > expected_by => {
            Answer::new(Status::Failing, expected_by, Evidence::NeverArchived)
        }
        None => Answer::new(
            Status::Unknown,
            question.known_since(),
            Evidence::NeverArchived,
        ),
    })
}

/// Does hardly any WAL wait to be archived?
pub(super) fn backlog(question: &Question<'_>) -> Option<Answer> {
    let archiving = question.facts()?.archiving.as_ref()?;
    let waiting = match archiving.reading.as_ref()? {
        Ok(reading) => reading.waiting_files,
        Err(_) => return unread(question, archiving),
    };
    let Some(waiting) = waiting else {
        let error = "it doesn't count the files that wait".to_owned();
        return Some(unknown(question.now, error));
    };
    let evidence = Evidence::ArchiveBacklog {
        waiting,
        limit: WAITING_FILES,
    };
    Some(if waiting > WAITING_FILES {
        Answer::new(Status::Failing, question.now, evidence)
    } else {
        Answer::new(Status::Ok, question.known_since(), evidence)
    })
}

/// The condition is written only when something is archived: a success after it takes it back.
fn is_outdated(condition: &ArchivingCondition, reading: Option<&ArchiverReading>) -> bool {
    let archived_at: Option<Timestamp> = reading.and_then(|reading| reading.last_archived_at);
    archived_at.is_some_and(|at| condition.since.is_some_and(|since| at > since))
}

fn unread(question: &Question<'_>, archiving: &Archiving) -> Option<Answer> {
    match &archiving.reading {
        Some(Err(error)) => Some(unknown(question.now, error.clone())),
        None if archiving.condition.is_none() => {
            let error = "its exporter isn't read, and it says nothing itself".to_owned();
            Some(unknown(question.now, error))
        }
        _ => None,
    }
}

fn unknown(since: Timestamp, error: String) -> Answer {
    Answer::new(Status::Unknown, since, Evidence::ArchivingUnknown { error })
}
