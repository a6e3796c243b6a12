//! Since when things are covered or not: what is seen now, joined with what is remembered.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{Coverage, CoverageStatus, CoverageSubject, SubjectCoverage};

/// What is remembered of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownCoverage {
    /// How it was; never unknown.
    pub status: CoverageStatus,
    /// Since when.
    pub since: Timestamp,
}

/// What is remembered of all things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverageMemory(BTreeMap<CoverageSubject, KnownCoverage>);

/// What is seen, and since when each of it is so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedCoverage {
    coverage: Arc<Coverage>,
    /// One moment for each subject, in their order.
    since: Vec<Timestamp>,
}

/// What is to be remembered from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverageChanges {
    /// What is new, or has changed.
    pub known: Vec<(CoverageSubject, KnownCoverage)>,
    /// What is gone.
    pub gone: Vec<CoverageSubject>,
}

impl CoverageChanges {
    /// Whether there is nothing to write down.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.gone.is_empty()
    }
}

impl JudgedCoverage {
    /// What is seen.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Each thing, and since when it is as it is.
    pub fn subjects(&self) -> impl Iterator<Item = (&SubjectCoverage, Timestamp)> {
        let since = self.since.iter().copied();
        self.coverage.subjects.iter().zip(since)
    }
}

impl CoverageMemory {
    /// What was remembered by others.
    #[must_use]
    pub fn new(known: impl IntoIterator<Item = (CoverageSubject, KnownCoverage)>) -> Self {
        Self(known.into_iter().collect())
    }

    /// Joins what is seen of a cluster now with what is remembered, and remembers it. What is unknown
    /// changes no memory, and what can't be seen as a whole is not taken for gone.
    pub fn join(
        &mut self,
        coverage: Arc<Coverage>,
        now: Timestamp,
    ) -> (JudgedCoverage, CoverageChanges) {
        let mut changes = CoverageChanges::default();
        let mut since = Vec::with_capacity(coverage.subjects.len());
        for seen in &coverage.subjects {
            since.push(self.take_in(seen, now, &mut changes));
        }
        let present = |subject: &CoverageSubject| {
            let subjects = &coverage.subjects;
            let found = subjects.binary_search_by(|seen| seen.subject.cmp(subject));
            found.is_ok()
        };
        let gone = self.0.keys().filter(|subject| {
            subject.cluster == coverage.cluster
                && !coverage.unseen.contains_key(&subject.kind)
                && !present(subject)
        });
        changes.gone = gone.cloned().collect();
        for subject in &changes.gone {
            self.0.remove(subject);
        }
        (JudgedCoverage { coverage, since }, changes)
    }

    /// Since when one thing is as it is.
    fn take_in(
        &mut self,
        seen: &SubjectCoverage,
        now: Timestamp,
        changes: &mut CoverageChanges,
    ) -> Timestamp {
        // A clock that is ahead says nothing: what is seen is so by now.
        let evident = seen.evident_since.filter(|evident| *evident <= now);
        let status = seen.state.status();
        if status == CoverageStatus::Unknown {
            return evident.unwrap_or(now);
        }
        let known = self.0.get(&seen.subject);
        let since = match known {
            Some(known) if known.status == status => {
                let made_again = evident.filter(|_| status != CoverageStatus::Covered);
                // Nor of a clock that was ahead.
                made_again
                    .map_or(known.since, |made| made.max(known.since))
                    .min(now)
            }
            // It changed while nobody looked, if what is seen is younger than what is remembered.
            Some(known) => evident
                .filter(|evident| *evident > known.since)
                .unwrap_or(now),
            None => evident.unwrap_or(now),
        };
        let now_known = KnownCoverage { status, since };
        if known != Some(&now_known) {
            self.0.insert(seen.subject.clone(), now_known);
            changes.known.push((seen.subject.clone(), now_known));
        }
        since
    }
}
