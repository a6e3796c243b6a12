//! Snapshots whole: is the newest snapshot of everything in a repository complete and free of errors?

use super::{Answer, Question};
use crate::{Evidence, SnapshotSource, Status};

pub(super) fn answer(question: &Question<'_>) -> Option<Answer> {
    let repository = question.facts()?.repository.as_ref()?;
    let reading = repository.reading.as_ref()?;
    let damaged = reading.sources.iter().filter_map(damage);
    let newest = damaged.max_by_key(|(at, _)| *at);
    Some(match newest {
        // Nothing went wrong, but there is nothing to restore either.
        None if reading.sources.is_empty() => Answer::new(
            Status::Unknown,
            question.known_since(),
            Evidence::SnapshotsWhole { sources: 0 },
        ),
        Some((since, evidence)) => Answer::new(Status::Failing, since, evidence),
        None => {
            let evidence = Evidence::SnapshotsWhole {
                sources: reading.sources.len(),
            };
            Answer::new(Status::Ok, reading.at, evidence)
        }
    })
}

/// What is wrong with the newest snapshot of a source, and when that was taken.
fn damage(source: &SnapshotSource) -> Option<(jiff::Timestamp, Evidence)> {
    let complete_at = source.newest.as_ref().map(|newest| newest.at);
    // One that was cut short and followed by a whole one does no harm.
    if let Some(at) = source.newest_incomplete_at
        && complete_at.is_none_or(|complete_at| complete_at < at)
    {
        let evidence = Evidence::SnapshotIncomplete {
            source: source.name.clone(),
            at,
        };
        return Some((at, evidence));
    }
    let newest = source.newest.as_ref().filter(|newest| newest.errors > 0)?;
    let evidence = Evidence::SnapshotErrors {
        source: source.name.clone(),
        at: newest.at,
        errors: newest.errors,
    };
    Some((newest.at, evidence))
}
