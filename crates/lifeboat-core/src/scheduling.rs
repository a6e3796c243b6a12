//! Scheduling: what to run now, decided from the schedule and what has run, with no state of its own.
//!
//! A restart forgets nothing, because nothing but the ledger's history decides. Of several missed
//! moments only the latest is caught up. A failed run is tried again until its retries are used up or
//! the next moment comes.

use jiff::{SignedDuration, Timestamp};

use crate::{
    AssetId, Operation, OperationHistory, Run, RunTrigger, Schedule,
    history::{is_in_the_future, later},
};

/// How an operation is to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPlan {
    /// When it is due.
    pub schedule: Schedule,
    /// A run starts up to this much after its moment; how much follows from asset and moment, so
    /// that many assets with one schedule don't start at once.
    pub jitter: SignedDuration,
    /// How late a missed moment is still caught up; none catches up whenever it can.
    pub starting_deadline: Option<SignedDuration>,
    /// How long a run may take.
    pub deadline: SignedDuration,
    /// What follows a failure.
    pub retries: Retries,
}

/// What follows a failed run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// How many retries there are.
    pub limit: u32,
    /// The wait before the first; it doubles for each one after that.
    pub backoff: SignedDuration,
}

impl Retries {
    /// The longest wait before a retry.
    const LONGEST: SignedDuration = SignedDuration::from_hours(1);

    /// The wait after the failure of attempt number `attempt`, counted from 1.
    #[must_use]
    pub fn wait_after(&self, attempt: u32) -> SignedDuration {
        let doublings = attempt.saturating_sub(1).min(16);
        self.backoff
            .checked_mul(1 << doublings)
            .unwrap_or(Self::LONGEST)
            .min(Self::LONGEST.max(self.backoff))
    }
}

/// An operation's plan, with what follows from its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// How it is to run.
    pub plan: RunPlan,
    /// From when on moments count: the asset was not known before.
    pub known_since: Timestamp,
    /// The first moment after the last one that was run for. Searching a schedule is what costs, so
    /// it is kept here until the history changes.
    pub next_due: Option<Timestamp>,
    /// How long it takes until every slice of the repository has had its turn; none if nothing was
    /// read in slices yet. Kept for the same reason.
    pub full_turn: Option<SignedDuration>,
}

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Start a run.
    Start(Start),
    /// Nothing before this moment.
    Wait(Timestamp),
    /// Nothing until something else happens: a run is under way, or none is due ever again.
    Idle,
}

/// A run to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Why.
    pub trigger: RunTrigger,
    /// The moment that it stands for.
    pub scheduled_for: Timestamp,
    /// 1 for the first attempt.
    pub attempt: u32,
}

impl Planned {
    /// Joins a plan with an operation's history. To be made anew when either changes.
    #[must_use]
    pub fn new(plan: RunPlan, known_since: Timestamp, history: Option<&OperationHistory>) -> Self {
        let handled = history.and_then(|history| history.last_scheduled_for);
        // A moment that was run for before the plan was known, in a ledger older than the plan.
        let base = handled.map_or(known_since, |handled| handled.max(known_since));
        let next_due = plan.schedule.after(base);
        let slices = history.map_or(0, |history| history.slice_count);
        let full_turn = next_due.and_then(|next| full_turn(&plan.schedule, next, slices));
        Self {
            plan,
            known_since,
            next_due,
            full_turn,
        }
    }

    /// The first moment that is still to be run for, also where the clock went back since moments
    /// were noted.
    pub(crate) fn first_due(
        &self,
        history: Option<&OperationHistory>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let handled = history.and_then(|history| history.last_scheduled_for);
        let noted = [handled, Some(self.known_since)];
        let past = |moment: &Timestamp| !is_in_the_future(*moment, now);
        if noted.iter().flatten().all(past) {
            return self.next_due;
        }
        // The clock was ahead when that was noted, so it says nothing about the moments until now.
        // Better one run too many than none until the clock has caught up.
        let schedule = &self.plan.schedule;
        let latest = schedule.at_or_before(now);
        match noted.into_iter().flatten().filter(past).max() {
            Some(base) if latest.is_none_or(|latest| latest <= base) => schedule.after(base),
            _ => latest,
        }
    }

    /// The moment when the next run starts if nothing else happens, with its jitter.
    #[must_use]
    pub fn next_start(
        &self,
        asset: &AssetId,
        operation: Operation,
        history: Option<&OperationHistory>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let due = self.first_due(history, now)?;
        Some(self.start_of(asset, operation, due))
    }

    /// Decides what to do now.
    #[must_use]
    pub fn decide(
        &self,
        asset: &AssetId,
        operation: Operation,
        history: Option<&OperationHistory>,
        now: Timestamp,
    ) -> Decision {
        if history.is_some_and(|history| history.running.is_some()) {
            return Decision::Idle;
        }
        let next = match self.due(history, now) {
            Due::At(moment) => {
                let start = self.start_of(asset, operation, moment);
                if start <= now {
                    return Decision::Start(Start {
                        trigger: self.trigger(asset, operation, moment, now),
                        scheduled_for: moment,
                        attempt: 1,
                    });
                }
                Some(start)
            }
            Due::Never => None,
        };
        let retry = history
            .and_then(|history| history.last.as_ref())
            .and_then(|last| self.retry_of(last, now));
        match (retry, next) {
            (Some((at, start)), _) if at <= now => Decision::Start(start),
            (Some((at, _)), Some(next)) => Decision::Wait(at.min(next)),
            (Some((at, _)), None) => Decision::Wait(at),
            (None, Some(next)) => Decision::Wait(next),
            (None, None) => Decision::Idle,
        }
    }

    /// Which moment is the next to run for: of several missed ones, the latest that isn't too late.
    fn due(&self, history: Option<&OperationHistory>, now: Timestamp) -> Due {
        let schedule = &self.plan.schedule;
        let next = self.first_due(history, now);
        let Some(next) = next else { return Due::Never };
        if next > now {
            return Due::At(next);
        }
        let latest = schedule.at_or_before(now).unwrap_or(next).max(next);
        let late = now.duration_since(latest);
        let too_late = self
            .plan
            .starting_deadline
            .is_some_and(|deadline| late > deadline.saturating_add(self.plan.jitter));
        if too_late {
            schedule.after(now).map_or(Due::Never, Due::At)
        } else {
            Due::At(latest)
        }
    }

    fn trigger(
        &self,
        asset: &AssetId,
        operation: Operation,
        moment: Timestamp,
        now: Timestamp,
    ) -> RunTrigger {
        /// A scheduler looks every second or so; anything later was held up.
        const PROMPT: SignedDuration = SignedDuration::from_mins(1);
        if now.duration_since(self.start_of(asset, operation, moment)) > PROMPT {
            RunTrigger::CatchUp
        } else {
            RunTrigger::Schedule
        }
    }

    fn retry_of(&self, last: &Run, now: Timestamp) -> Option<(Timestamp, Start)> {
        let retries = &self.plan.retries;
        let end = last.end.as_ref()?;
        let scheduled_for = last.scheduled_for?;
        let again = end.retryable && last.attempt <= retries.limit;
        if !again || is_in_the_future(scheduled_for, now) {
            return None;
        }
        // An end in the future would put the retry off until the clock has caught up.
        let at = if is_in_the_future(end.at, now) {
            now
        } else {
            later(end.at, retries.wait_after(last.attempt))
        };
        let start = Start {
            trigger: RunTrigger::Retry,
            scheduled_for,
            attempt: last.attempt + 1,
        };
        Some((at, start))
    }

    fn start_of(&self, asset: &AssetId, operation: Operation, moment: Timestamp) -> Timestamp {
        later(moment, self.jitter_of(asset, operation, moment))
    }

    /// A share of the jitter that is always the same for the same run.
    fn jitter_of(
        &self,
        asset: &AssetId,
        operation: Operation,
        moment: Timestamp,
    ) -> SignedDuration {
        let seconds = u64::try_from(self.plan.jitter.as_secs()).unwrap_or(0);
        if seconds == 0 {
            return SignedDuration::ZERO;
        }
        let text = format!("{asset} {operation} {moment}");
        let share = fnv1a(text.as_bytes()) % (seconds + 1);
        SignedDuration::from_secs(i64::try_from(share).unwrap_or(0))
    }
}

/// The time from `next` until as many moments later as there are slices.
fn full_turn(schedule: &Schedule, next: Timestamp, slices: u32) -> Option<SignedDuration> {
    if slices == 0 {
        return None;
    }
    let last = (0..slices).try_fold(next, |moment, _| schedule.after(moment))?;
    Some(last.duration_since(next))
}

enum Due {
    At(Timestamp),
    Never,
}

/// FNV-1a (RFC 9923): spreads texts over numbers, the same in every build of every version.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
