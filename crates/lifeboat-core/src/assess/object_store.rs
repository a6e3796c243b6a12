//! Object store: does it answer, has it room, is what was backed up whole in it, and the WAL without
//! a gap? Asked only where a policy has somebody look into it.

use jiff::{SignedDuration, Timestamp};

use super::{Answer, Question};
use crate::{ClaimedBackup, Evidence, ObjectStoreFacts, Status, StoreReading};

/// With less than this share of its capacity left, a store may be full before anybody has made room.
const LEAST_FREE_PERCENT: u128 = 10;
/// Object and store note the end of the same backup a little apart.
const SAME_BACKUP: SignedDuration = SignedDuration::from_mins(1);

/// Does it answer?
pub(super) fn reachable(question: &Question<'_>) -> Option<Answer> {
    let store = store(question)?;
    Some(match (&store.failure, store.answered_at) {
        (Some(failure), answered_at) => {
            let evidence = Evidence::StoreUnreachable {
                since: failure.since,
                error: failure.error.as_str().into(),
                hint: failure.hint.as_deref().map(Into::into),
                answered_at,
            };
            Answer::new(Status::Failing, failure.since, evidence)
        }
        (None, Some(at)) => Answer::new(Status::Ok, at, Evidence::StoreAnswers { at }),
        (None, None) => unread(question),
    })
}

/// Is there room for more? Only a policy knows how much it may hold.
pub(super) fn space(question: &Question<'_>) -> Option<Answer> {
    let store = store(question)?;
    let capacity = store.capacity?;
    let Some(reading) = &store.reading else {
        return Some(unread(question));
    };
    let used = reading.used_bytes?;
    let free = u128::from(capacity.saturating_sub(used));
    let is_low = free * 100 < u128::from(capacity) * LEAST_FREE_PERCENT;
    let status = if is_low { Status::Failing } else { Status::Ok };
    let evidence = Evidence::StoreSpace { used, capacity };
    Some(Answer::new(status, reading.at, evidence))
}

/// Is what others say was backed up whole in the store?
pub(super) fn catalogued(question: &Question<'_>) -> Option<Answer> {
    let store = store(question)?;
    let Some(reading) = &store.reading else {
        return Some(unread(question));
    };
    let claims = question.facts()?.claimed.iter();
    let mut broken: Vec<(&ClaimedBackup, String)> = claims
        .filter_map(|claim| Some((claim, problem(claim, reading)?)))
        .collect();
    broken.sort_by_key(|(claim, _)| claim.ended_at);
    let usable = reading.whole().next_back().map(|backup| backup.id.clone());
    let whole = reading.whole().count();
    Some(match (broken.last(), &usable) {
        (Some((claim, problem)), _) => {
            let evidence = Evidence::BackupNotRestorable {
                backup: claim.name.as_str().into(),
                folder: claim.id.as_str().into(),
                problem: problem.as_str().into(),
                others: broken.len() - 1,
                usable: usable.map(Into::into),
            };
            Answer::new(Status::Failing, claim.ended_at, evidence)
        }
        (None, Some(_)) => Answer::new(Status::Ok, reading.at, stored(reading, whole)),
        // What was to be there isn't known, and nothing is.
        (None, None) => Answer::new(Status::Unknown, reading.at, stored(reading, whole)),
    })
}

/// Is the WAL since the oldest whole backup without a gap?
pub(super) fn wal(question: &Question<'_>) -> Option<Answer> {
    let store = store(question)?;
    let Some(reading) = &store.reading else {
        return Some(unread(question));
    };
    let Some(wal) = &reading.wal else {
        let evidence = stored(reading, 0);
        return Some(Answer::new(Status::Unknown, reading.at, evidence));
    };
    if let Some(gap) = &wal.gap {
        let evidence = Evidence::WalGap {
            segment: gap.segment.as_str().into(),
            missing: gap.missing,
            lsn: gap.lsn.as_str().into(),
            recoverable_until: gap.recoverable_until,
            again_from: gap.again_from.as_deref().map(Into::into),
        };
        let since = gap.recoverable_until;
        return Some(Answer::new(Status::Failing, since, evidence));
    }
    let evidence = Evidence::WalContinuous {
        segments: wal.segments,
        newest: wal.newest.clone(),
        newest_at: wal.newest_at,
    };
    Some(Answer::new(Status::Ok, reading.at, evidence))
}

fn store<'a>(question: &Question<'a>) -> Option<&'a ObjectStoreFacts> {
    question.asset.facts.as_ref()?.object_store.as_deref()
}

fn unread(question: &Question<'_>) -> Answer {
    Answer::new(
        Status::Unknown,
        question.known_since(),
        Evidence::StoreNotRead,
    )
}

fn stored(reading: &StoreReading, whole: usize) -> Evidence {
    Evidence::BackupsStored {
        whole,
        not_whole: reading.backups.len() - whole,
        newest: reading.whole().next_back().map(|backup| backup.id.clone()),
    }
}

/// What keeps one from restoring a backup that should be there; none if nothing does, or it can't be
/// told yet, or it has been tidied up with all that are older.
pub(crate) fn problem(claim: &ClaimedBackup, reading: &StoreReading) -> Option<String> {
    if claim.ended_at > reading.at {
        return None;
    }
    let stored = reading.backups.iter().find(|backup| backup.id == claim.id);
    match stored {
        Some(stored) => stored.state.problem(),
        None if is_tidied_up(claim.ended_at, reading) => None,
        None => Some("there is no such folder in the store".to_owned()),
    }
}

/// Those who tidy up begin with the oldest.
fn is_tidied_up(ended_at: Timestamp, reading: &StoreReading) -> bool {
    let oldest = reading.whole().find_map(|backup| backup.ended_at);
    oldest.is_some_and(|oldest| ended_at.duration_since(oldest) < -SAME_BACKUP)
}
