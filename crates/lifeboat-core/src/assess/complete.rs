//! Complete: is the newest recovery point whole, when it was made and by what was verified since?

use super::{Answer, Question, unread};
use crate::{Evidence, Integrity, Status};

pub(super) fn answer(question: &Question<'_>) -> Answer {
    let Some(newest) = question.history.newest_point(question.now) else {
        let since = question.history.first_seen_at;
        let evidence = unread(question.history).unwrap_or(Evidence::NoRecoveryPoint);
        return Answer::new(Status::Unknown, since, evidence);
    };
    let recovery_point = newest.name.clone();
    if let Integrity::Damaged(damage) = &newest.integrity {
        let damage = damage.clone();
        let evidence = Evidence::Damaged {
            recovery_point,
            damage,
        };
        return Answer::new(Status::Failing, newest.taken_at, evidence);
    }
    match &newest.verification {
        Some(verification) if !verification.good => Answer::new(
            Status::Failing,
            verification.at,
            Evidence::Refuted {
                recovery_point,
                at: verification.at,
            },
        ),
        _ => Answer::new(
            Status::Ok,
            newest.taken_at,
            Evidence::Whole { recovery_point },
        ),
    }
}
