//! Clock: does nothing lie in the future? A future date is a negative age, which would look fresh.

use jiff::Timestamp;

use super::{Answer, Question};
use crate::{Evidence, Run, Status, history::is_in_the_future};

pub(super) fn answer(question: &Question<'_>) -> Answer {
    let history = question.history;
    let points = history
        .recovery_points
        .iter()
        .map(|point| (point.name.as_str(), point.taken_at));
    let in_the_future = points
        .filter(|(_, at)| is_in_the_future(*at, question.now))
        .max_by_key(|(_, at)| *at)
        .map(|(name, at)| (format!("the recovery point {name}"), at))
        .or_else(|| future_run(question))
        .or_else(|| future_asset(question));
    match in_the_future {
        // No moment is known at which it became so: this is the first that one can speak of.
        Some((what, at)) => Answer::new(
            Status::Failing,
            question.now,
            Evidence::InTheFuture { what, at },
        ),
        None => Answer::new(
            Status::Ok,
            history.first_seen_at.min(question.now),
            Evidence::ClockSound,
        ),
    }
}

fn future_run(question: &Question<'_>) -> Option<(String, Timestamp)> {
    let newest = |run: &Run| {
        let end = run.end.as_ref().map_or(run.started_at, |end| end.at);
        (run.started_at.max(end), run.operation)
    };
    let runs = question.history.operations.values();
    let runs = runs.flat_map(|history| [&history.last, &history.running]);
    let (at, operation) = runs.flatten().map(|run| newest(run)).max()?;
    is_in_the_future(at, question.now).then(|| (format!("the last {operation} run"), at))
}

/// What an asset should have by now is counted from when it was first seen.
fn future_asset(question: &Question<'_>) -> Option<(String, Timestamp)> {
    let at = question.history.first_seen_at;
    is_in_the_future(at, question.now).then(|| ("the first sight of the asset".to_owned(), at))
}
