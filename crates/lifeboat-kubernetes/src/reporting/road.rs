//! The road to the API server: when the next attempt is due, and what was said about the last one.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use crate::watching::backoff::Backoff;

/// Where a permission is missing, somebody has to add it: no hurry.
const FORBIDDEN_PAUSE: Duration = Duration::from_mins(1);

/// What may be forbidden apart from others: such as `status of PrometheusBackup`, and the namespace.
pub(super) type Lane = (&'static str, String);

/// When the next attempt is due. What may succeed later is tried again in the next round, and nothing
/// else before; missing permissions hold up only what they are missing for.
#[derive(Debug, Default)]
pub(super) struct Road {
    backoff: Backoff,
    closed_until: Option<Instant>,
    /// The first failure of this round that may succeed later.
    failure: Option<String>,
    /// Whether anything succeeded in this round.
    has_passed: bool,
    forbidden: BTreeMap<Lane, Instant>,
}

impl Road {
    /// Whether anything can be tried now.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        self.closed_until.is_none_or(|until| until <= now)
    }

    /// Whether this can be tried now.
    pub(super) fn is_allowed(&self, lane: &Lane, now: Instant) -> bool {
        self.forbidden.get(lane).is_none_or(|until| *until <= now)
    }

    /// When what can't be tried now can be tried, if there is anything of that kind.
    pub(super) fn opens_at(&self, now: Instant) -> Option<Instant> {
        let pauses = self.closed_until.iter().chain(self.forbidden.values());
        pauses.filter(|until| **until > now).min().copied()
    }

    /// An attempt succeeded.
    pub(super) fn passed(&mut self, lane: &Lane) {
        self.has_passed = true;
        if self.forbidden.remove(lane).is_some() {
            let (what, namespace) = lane;
            tracing::info!(namespace, "the permission is there now for: {what}");
        }
    }

    /// An attempt was answered, but without success. Others may have it.
    pub(super) fn refused(&mut self, error: String) {
        self.failure.get_or_insert(error);
    }

    /// Nobody answered: nothing else is tried in this round.
    pub(super) fn unreachable(&mut self, error: String, now: Instant) {
        self.refused(error);
        self.end_round(now);
    }

    /// Everything was tried that could be. A failure is told once, however often it repeats.
    pub(super) fn end_round(&mut self, now: Instant) {
        let has_passed = std::mem::take(&mut self.has_passed);
        if let Some(error) = self.failure.take() {
            if self.backoff.failures() == 0 {
                tracing::warn!(
                    error,
                    "the cluster can't be told how its backups are; it is tried again"
                );
            }
            self.closed_until = Some(now + self.backoff.next(fastrand::f64()));
        } else if has_passed {
            if self.backoff.failures() > 0 {
                tracing::info!("the cluster is told again how its backups are");
                self.backoff.reset();
            }
            self.closed_until = None;
        }
    }

    /// A permission is missing.
    pub(super) fn forbidden(&mut self, lane: &Lane, error: &str, now: Instant) {
        let before = self.forbidden.insert(lane.clone(), now + FORBIDDEN_PAUSE);
        if before.is_none() {
            let (what, namespace) = lane;
            tracing::warn!(namespace, error, "the cluster can't be told: {what}");
        }
    }
}
