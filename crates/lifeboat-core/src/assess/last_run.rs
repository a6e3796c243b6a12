//! Last run: did the newest backup run succeed?

use super::{Answer, Question};
use crate::{Evidence, Operation, Outcome, Status};

pub(super) fn answer(question: &Question<'_>) -> Answer {
    let history = question.history.operation(Operation::Backup);
    let last = history.and_then(|history| Some((history, history.last.as_ref()?.end.as_ref()?)));
    let Some((history, end)) = last else {
        let since = question.history.first_seen_at.min(question.now);
        return Answer::new(Status::Unknown, since, Evidence::NeverRan);
    };
    let error = || {
        end.error
            .clone()
            .unwrap_or_else(|| "it does not say why".to_owned())
    };
    match (end.outcome, history.failing_since) {
        (Outcome::Succeeded, _) => {
            Answer::new(Status::Ok, end.at, Evidence::RunSucceeded { at: end.at })
        }
        // What cuts a retry short doesn't undo the failures before it.
        (Outcome::Failed, since) | (Outcome::Inconclusive, since @ Some(_)) => Answer::new(
            Status::Failing,
            since.unwrap_or(end.at),
            Evidence::RunFailed {
                at: end.at,
                failures: history.failures,
                error: error(),
                hint: end.hint.clone(),
            },
        ),
        (Outcome::Inconclusive, None) => Answer::new(
            Status::Unknown,
            end.at,
            Evidence::RunInconclusive {
                at: end.at,
                error: error(),
            },
        ),
    }
}
