//! Service levels: was kept over thirty days what was promised, and how fast is what may fail used up?

use jiff::Timestamp;

use super::{Answer, Assessment, Asset, Question, fresh};
use crate::{
    ArchiverReading, Archiving, Check, Effective, Evidence, Status,
    slo::{ArchiverEvents, Burn, BurnPair, FreshLook, FreshTime, PairOfBurns, Ratio, Window},
};

/// Less than this says nothing of a month.
const LEAST: jiff::SignedDuration = Window::Day.length();

/// What the check `fresh` says of an asset, for [`FreshTime`]; none for what holds no data.
#[must_use]
pub fn fresh_look<'a>(
    asset: &'a Asset,
    assessment: &Assessment,
    now: Timestamp,
) -> Option<FreshLook<'a>> {
    let fresh = assessment.verdict(Check::Fresh)?;
    let answer = (fresh.status, fresh.since);
    Some(look(asset, &assessment.effective, answer, now))
}

fn look<'a>(
    asset: &'a Asset,
    effective: &Effective,
    (status, since): (Status, Timestamp),
    now: Timestamp,
) -> FreshLook<'a> {
    FreshLook {
        status,
        since,
        points: &asset.history.recovery_points,
        maximum_age: effective.objectives.maximum_age,
        is_complete: asset.id.kind.lists_all_points(),
        now,
    }
}

/// Was the newest good recovery point as young as promised, for enough of the time?
pub(super) fn backup(question: &Question<'_>, paused_since: Option<Timestamp>) -> Option<Answer> {
    let levels = question.history.service_levels.as_ref()?;
    let known = levels.fresh_time.as_ref()?;
    let mut answer = fresh::answer(question);
    if let Some(blind) = &question.asset.blind {
        answer.doubt(blind, question.now);
    }
    let answer = match paused_since {
        Some(since) => (Status::Paused, since),
        None => (answer.status, answer.since),
    };
    let effective = question.effective;
    let time = known.judge(&look(question.asset, effective, answer, question.now));
    let (ratio, target) = (time.ratio()?, effective.objectives.backup_slo);
    let evidence = Evidence::TimeWithin {
        ratio,
        target,
        window: FreshTime::WINDOW.length(),
        counted: time.counted,
        outside: time.outside,
        budget_left: time.budget_left(target),
    };
    Some(by_target(question, ratio, target, evidence))
}

/// Did enough of the attempts to archive WAL succeed?
pub(super) fn archiving(question: &Question<'_>) -> Option<Answer> {
    let events = events(question)?;
    let now = question.now;
    if now.duration_since(events.counted_since()) < LEAST {
        return None;
    }
    let within = events.within(Window::Month, now);
    let ratio = Ratio::of(within.good.into(), within.all().into())?;
    let target = question.effective.objectives.wal_archiving_slo;
    let evidence = Evidence::AttemptsArchived {
        ratio,
        target,
        window: Window::Month.length(),
        attempts: within.all(),
        failed: within.bad,
        budget_left: within.budget_left(target),
    };
    let tolerated = within.bad <= BurnPair::TOLERATED_FAILURES;
    let judged = if tolerated { target } else { ratio };
    Some(unless_unread(
        question,
        by_target(question, judged, target, evidence),
    ))
}

/// Do failures to archive WAL use up the error budget no faster than these pairs of windows allow?
pub(super) fn burn(question: &Question<'_>, pairs: &[BurnPair]) -> Option<Answer> {
    let events = events(question)?;
    let target = question.effective.objectives.wal_archiving_slo;
    let burn = |window| Burn::of(events, window, target, question.now);
    let pairs: Vec<PairOfBurns> = pairs
        .iter()
        .map(|pair| PairOfBurns {
            limit: pair.limit(),
            long: burn(pair.long()),
            short: burn(pair.short()),
            is_exceeded: pair.is_exceeded(events, target, question.now),
        })
        .collect();
    // Of what was never tried there is nothing to say.
    if pairs.iter().all(|pair| pair.long.attempts == 0) {
        return None;
    }
    let status = if pairs.iter().any(|pair| pair.is_exceeded) {
        Status::Failing
    } else {
        Status::Ok
    };
    let evidence = Evidence::BudgetBurn { target, pairs };
    let answer = Answer::new(status, since(question, status), evidence);
    Some(unless_unread(question, answer))
}

/// The attempts that were counted, of what archives.
fn events<'a>(question: &Question<'a>) -> Option<&'a ArchiverEvents> {
    question.facts()?.archiving.as_ref()?;
    question
        .history
        .service_levels
        .as_ref()?
        .archiver
        .as_deref()
}

fn by_target(question: &Question<'_>, ratio: Ratio, target: Ratio, evidence: Evidence) -> Answer {
    let status = if ratio < target {
        Status::Failing
    } else {
        Status::Ok
    };
    Answer::new(status, since(question, status), evidence)
}

/// When a share fell below its target isn't kept.
fn since(question: &Question<'_>, status: Status) -> Timestamp {
    match status {
        Status::Ok => question.known_since(),
        _ => question.now,
    }
}

/// While the counters can't be read, windows run empty, which is no sign that all is well.
fn unless_unread(question: &Question<'_>, answer: Answer) -> Answer {
    let reading = question
        .facts()
        .and_then(|facts| facts.archiving.as_deref());
    let reading: Option<&Result<ArchiverReading, String>> =
        reading.and_then(|archiving: &Archiving| archiving.reading.as_ref());
    match reading {
        Some(Err(error)) if answer.status == Status::Ok => Answer::new(
            Status::Unknown,
            question.now,
            Evidence::ArchivingUnknown {
                error: error.clone(),
            },
        ),
        _ => answer,
    }
}
