//! Last run: did the newest run of the asset's operation succeed?

use super::{Answer, Question};
use crate::{Evidence, Operation, Outcome, RunEnd, Status};

pub(super) fn answer(question: &Question<'_>) -> Answer {
    let operation = question.operation();
    let history = question.principal();
    let last = history.and_then(|history| Some((history, history.last.as_ref()?.end.as_ref()?)));
    if let Some(answer) = known_by_what_it_left(question, last.map(|(_, end)| end)) {
        return answer;
    }
    let Some((history, end)) = last else {
        let since = question.history.first_seen_at.min(question.now);
        return Answer::new(Status::Unknown, since, Evidence::NeverRan { operation });
    };
    match (end.outcome, history.failing_since) {
        (Outcome::Succeeded, _) => {
            let at = end.at;
            Answer::new(Status::Ok, at, Evidence::RunSucceeded { operation, at })
        }
        (Outcome::Inconclusive, None) => Answer::new(
            Status::Unknown,
            end.at,
            Evidence::RunInconclusive {
                operation,
                at: end.at,
                error: error_of(end),
            },
        ),
        // What cuts a retry short doesn't undo the failures before it, nor hide why they failed.
        (_, since) => {
            let failed = history.last_failed.as_ref();
            let failed = failed.and_then(|run| run.end.as_ref()).unwrap_or(end);
            let evidence = Evidence::RunFailed {
                operation,
                at: failed.at,
                failures: history.failures,
                error: error_of(failed),
                hint: failed.hint.clone(),
            };
            Answer::new(Status::Failing, since.unwrap_or(failed.at), evidence)
        }
    }
}

/// What others run may leave a recovery point, or a note that it succeeded, and of the run itself no
/// trace.
fn known_by_what_it_left(question: &Question<'_>, last: Option<&RunEnd>) -> Option<Answer> {
    question.facts()?;
    let history = question.history;
    let operation = question.operation();
    let at = match operation {
        Operation::Backup => history.newest_good_point(question.now)?.taken_at,
        _ => history.last_succeeded_at(operation, question.now)?,
    };
    let is_newer = last.is_none_or(|end| at > end.at);
    is_newer.then(|| Answer::new(Status::Ok, at, Evidence::RunSucceeded { operation, at }))
}

fn error_of(end: &RunEnd) -> String {
    let error = end.error.as_deref();
    error.unwrap_or("it does not say why").to_owned()
}
