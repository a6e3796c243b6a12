//! One replica of an Alertmanager, with a memory of what it has taken and when.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AlertInstance, AlertKey, AlertState, later};

use super::{NotifyError, http::Poster, payload::PostableAlert};

/// How long a replica that failed is left alone; twice as long after each further failure.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// The longest such pause: well below the time after which alerts end by themselves.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// How many alerts one request holds: Prometheus, too, tells of many in several.
const AT_ONCE: usize = 256;

/// One replica.
#[derive(Debug)]
pub(super) struct Replica {
    poster: Poster,
    memory: Mutex<Memory>,
}

/// What a replica has taken, and how reaching it went.
#[derive(Debug, Default)]
struct Memory {
    sent: BTreeMap<AlertKey, Sent>,
    /// How many posts have failed since one didn't.
    failures: u32,
    /// Before this moment nothing is repeated to a replica that failed.
    again_at: Option<Timestamp>,
}

/// What a replica was told of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    key: AlertKey,
    state: AlertState,
    fired_at: Option<Timestamp>,
    at: Timestamp,
}

impl Sent {
    /// What is told of an alert at `now`.
    pub(super) fn of(instance: &AlertInstance, now: Timestamp) -> Self {
        Self {
            key: instance.key.clone(),
            state: instance.state,
            fired_at: instance.fired_at,
            at: now,
        }
    }

    /// Whether the alert is to be told (again).
    fn is_due(&self, instance: &AlertInstance, every: SignedDuration, now: Timestamp) -> bool {
        let elapsed = now.duration_since(self.at);
        (self.state, self.fired_at) != (instance.state, instance.fired_at)
            || elapsed >= every
            // The clock went back: nobody knows how long ago that was.
            || elapsed.is_negative()
    }
}

impl Replica {
    /// A replica that has not been told anything.
    pub(super) fn new(poster: Poster) -> Self {
        Self {
            poster,
            memory: Mutex::default(),
        }
    }

    /// Which of the alerts this replica is to be told now. Forgets all others.
    pub(super) fn due<'a>(
        &self,
        told: &[&'a AlertInstance],
        every: SignedDuration,
        now: Timestamp,
    ) -> Vec<&'a AlertInstance> {
        let mut memory = self.memory();
        let keys: BTreeSet<&AlertKey> = told.iter().map(|instance| &instance.key).collect();
        memory.sent.retain(|key, _| keys.contains(key));
        let pause = memory.again_at.map(|again_at| again_at.duration_since(now));
        // A longer one was set by a clock that was ahead.
        if pause.is_some_and(|pause| pause > SignedDuration::ZERO && pause <= LONGEST_PAUSE) {
            return Vec::new();
        }
        told.iter()
            .filter(|instance| {
                let sent = memory.sent.get(&instance.key);
                sent.is_none_or(|sent| sent.is_due(instance, every, now))
            })
            .copied()
            .collect()
    }

    /// Tells the replica of alerts. Where it finds something invalid in a batch, the halves are told
    /// apart, until only what is invalid is left: that is the error, and the rest is taken.
    pub(super) async fn post(
        &self,
        alerts: Vec<(PostableAlert, Sent)>,
        now: Timestamp,
    ) -> Result<(), NotifyError> {
        let mut alerts = alerts;
        let mut batches = Vec::new();
        while alerts.len() > AT_ONCE {
            batches.push(alerts.split_off(alerts.len() - AT_ONCE));
        }
        batches.push(alerts);
        let mut result = Ok(());
        while let Some(mut batch) = batches.pop() {
            let body: Vec<&PostableAlert> = batch.iter().map(|(alert, _)| alert).collect();
            match self.poster.post(&body, None, now).await {
                Ok(()) => self.remember(batch),
                Err(NotifyError::Refused { status: 400, .. }) if batch.len() > 1 => {
                    let second_half = batch.split_off(batch.len() / 2);
                    batches.extend([second_half, batch]);
                }
                // Said again it will be as invalid, so it is not said again at once either.
                Err(error @ NotifyError::Refused { status: 400, .. }) => {
                    self.remember(batch);
                    result = Err(error);
                }
                Err(error) => {
                    self.pause(now);
                    return Err(error);
                }
            }
        }
        result
    }

    fn remember(&self, batch: Vec<(PostableAlert, Sent)>) {
        let mut memory = self.memory();
        memory.failures = 0;
        memory.again_at = None;
        let sent = batch.into_iter().map(|(_, sent)| (sent.key.clone(), sent));
        memory.sent.extend(sent);
    }

    fn pause(&self, now: Timestamp) {
        let mut memory = self.memory();
        let pause = FIRST_PAUSE
            .checked_mul(1 << memory.failures.min(8))
            .unwrap_or(LONGEST_PAUSE)
            .min(LONGEST_PAUSE);
        memory.failures = memory.failures.saturating_add(1);
        memory.again_at = Some(later(now, pause));
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
