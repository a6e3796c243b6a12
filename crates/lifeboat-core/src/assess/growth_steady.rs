//! Growth steady: does a repository grow no faster than it should?

use super::{Answer, Question};
use crate::{Evidence, Objectives, Status};

/// Growth by less than this costs next to nothing, whatever its share: 1 GiB.
const NEGLIGIBLE: u64 = 1 << 30;

/// None until there is a size of a week ago to compare with.
pub(super) fn answer(question: &Question<'_>) -> Option<Answer> {
    let reading = question.facts()?.reading()?;
    let bytes = reading.physical_bytes?;
    let sizes = question.history.upkeep.as_ref()?.sizes.as_ref()?;
    let before = sizes.before(reading.at, Objectives::GROWTH_WINDOW)?;
    let growth = bytes.saturating_sub(before.bytes);
    let percent = u64::try_from(u128::from(growth) * 100 / u128::from(before.bytes.max(1)))
        .unwrap_or(u64::MAX);
    let limit_percent = question.effective.objectives.maximum_growth_percent;
    let evidence = Evidence::Growth {
        bytes_before: before.bytes,
        bytes,
        percent,
        window: reading.at.duration_since(before.at),
        limit_percent,
    };
    let is_fast = percent > u64::from(limit_percent) && growth >= NEGLIGIBLE;
    let status = if is_fast { Status::Failing } else { Status::Ok };
    Some(Answer::new(status, reading.at, evidence))
}
