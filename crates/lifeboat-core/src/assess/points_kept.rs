//! Points kept: are all recovery points still there that should be?

use super::{Answer, Question};
use crate::{AssetKind, Evidence, Loss, Status};

pub(super) fn answer(question: &Question<'_>) -> Option<Answer> {
    // Of other kinds nobody sees all points, or Lifeboat prunes them itself.
    if question.asset.id.kind != AssetKind::CnpgCluster {
        return None;
    }
    let history = question.history;
    let is_past = |loss: &Loss| {
        let newest = history.newest_good_point(question.now);
        let is_made_good = newest.is_some_and(|point| point.taken_at > loss.at);
        is_made_good && question.now.duration_since(loss.at) >= Loss::REMEMBERED
    };
    Some(match history.loss.as_ref().filter(|loss| !is_past(loss)) {
        Some(loss) => Answer::new(
            Status::Failing,
            loss.at,
            Evidence::PointsLost {
                at: loss.at,
                count: loss.points,
                newest: loss.newest.clone(),
                newest_taken_at: loss.newest_taken_at,
            },
        ),
        None => Answer::new(
            Status::Ok,
            question.known_since(),
            Evidence::PointsKept {
                count: history.recovery_points.len(),
            },
        ),
    })
}
