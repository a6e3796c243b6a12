//! The road to the API server: when the next attempt is due, and what was said about the last one.

use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::watching::backoff::Backoff;

/// Refusals in a row after which a permission counts as missing: some ten seconds. An API server that
/// has just started refuses everybody until it has read its roles.
const PASSING_REFUSALS: u32 = 5;

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
    forbidden: BTreeMap<Lane, Forbidden>,
}

#[derive(Debug, Default)]
struct Forbidden {
    backoff: Backoff,
    until: Option<Instant>,
}

impl Forbidden {
    fn is_certain(&self) -> bool {
        self.backoff.failures() >= PASSING_REFUSALS
    }
}

impl Road {
    /// Whether anything can be tried now.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        self.closed_until.is_none_or(|until| until <= now)
    }

    /// Whether this can be tried now.
    pub(super) fn is_allowed(&self, lane: &Lane, now: Instant) -> bool {
        let until = self.forbidden.get(lane).and_then(|found| found.until);
        until.is_none_or(|until| until <= now)
    }

    /// Whether the permission for this is missing, and not just refused for the moment.
    pub(super) fn is_forbidden(&self, lane: &Lane) -> bool {
        self.forbidden.get(lane).is_some_and(Forbidden::is_certain)
    }

    /// When what can't be tried now can be tried, if there is anything of that kind.
    pub(super) fn opens_at(&self, now: Instant) -> Option<Instant> {
        let forbidden = self.forbidden.values().filter_map(|found| found.until);
        let pauses = self.closed_until.into_iter().chain(forbidden);
        pauses.filter(|until| *until > now).min()
    }

    /// An attempt succeeded.
    pub(super) fn passed(&mut self, lane: &Lane) {
        self.has_passed = true;
        let refused = self.forbidden.remove(lane);
        if refused.is_some_and(|refused| refused.is_certain()) {
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

    /// It was refused for want of a permission. That is told once, when it is certain.
    pub(super) fn forbidden(&mut self, lane: &Lane, error: &str, now: Instant) {
        let refused = self.forbidden.entry(lane.clone()).or_default();
        let was_certain = refused.is_certain();
        refused.until = Some(now + refused.backoff.next(fastrand::f64()));
        if refused.is_certain() && !was_certain {
            let (what, namespace) = lane;
            tracing::warn!(namespace, error, "the cluster can't be told: {what}");
        }
    }
}
