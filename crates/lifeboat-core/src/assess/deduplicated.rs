//! Deduplicated: does a repository keep once what it is given again and again?

use super::{Answer, Question};
use crate::{Evidence, RepositoryReading, Status};

/// With fewer snapshots of a source than a week of daily ones there is little to find again.
const SNAPSHOTS_OF_A_SOURCE: u64 = 7;
/// In less than this hardly anything is there twice, and nothing is to be gained: 1 GiB.
const WORTH_IT: u64 = 1 << 30;

/// None where the repository doesn't hold enough to judge by.
pub(super) fn answer(question: &Question<'_>) -> Option<Answer> {
    let reading = question.facts()?.reading()?;
    let ratio = reading.deduplication_ratio?;
    if !holds_enough(reading) {
        return None;
    }
    let minimum = f64::from(question.effective.objectives.minimum_deduplication_percent) / 100.0;
    let status = if ratio < minimum {
        Status::Failing
    } else {
        Status::Ok
    };
    let evidence = Evidence::Deduplication { ratio, minimum };
    Some(Answer::new(status, reading.at, evidence))
}

fn holds_enough(reading: &RepositoryReading) -> bool {
    let snapshots: u64 = reading.sources.iter().map(|source| source.snapshots).sum();
    let sources = u64::try_from(reading.sources.len()).unwrap_or(u64::MAX);
    let is_repeated = snapshots >= sources.saturating_mul(SNAPSHOTS_OF_A_SOURCE);
    let bytes = reading.logical_bytes.or(reading.physical_bytes);
    is_repeated && bytes.is_some_and(|bytes| bytes >= WORTH_IT)
}
