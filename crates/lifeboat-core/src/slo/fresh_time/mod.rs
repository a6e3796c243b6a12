//! The time-based objective: for what share of the time was the newest good recovery point young enough?
//!
//! One backup a day feeds no rate: a month has thirty events, of which one percent is none. But every
//! minute of it either was or wasn't covered by a recovery point as young as promised.
//!
//! What is kept are turns, not samples: the stretches that were outside the promise, by the evidence's
//! own moments. So it doesn't matter whether Lifeboat looked each second or was down for a week: the
//! recovery points that are there afterwards tell what was covered meanwhile.
//!
//! **Unknown is never green, and never red either.** Time of which nobody can tell counts in neither
//! direction: it is taken out of the whole, so it can't make up for a bad night; and a Lifeboat that was
//! down doesn't use up the budget of every asset. The same holds for time in which an asset is paused.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    budget_left,
    ratio::Ratio,
    spans::{Spans, overlap},
    window::Window,
};
use crate::{CLOCK_TOLERANCE, RecoveryPoint, Status, history::later};

/// What the check `fresh` says at one moment, and what it rests on.
#[derive(Debug, Clone, Copy)]
pub struct FreshLook<'a> {
    /// Its answer.
    pub status: Status,
    /// Since when, by the evidence.
    pub since: Timestamp,
    /// The recovery points, oldest first.
    pub points: &'a [RecoveryPoint],
    /// How old the newest may be.
    pub maximum_age: SignedDuration,
    /// Whether `points` are all that there were of late, so that what isn't among them never was. Of
    /// some assets only the last success leaves a trace.
    pub is_complete: bool,
    /// The moment.
    pub now: Timestamp,
}

/// When an asset was as fresh as promised, over [`Self::WINDOW`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshTime {
    /// From here on time is counted: the first look at the asset.
    from: Timestamp,
    /// What the time since `since` is.
    state: State,
    since: Timestamp,
    /// When the newest good recovery point was taken that is taken into account.
    newest: Option<Timestamp>,
    outside: Spans,
    uncounted: Spans,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Nobody could tell yet.
    Unknown,
    Within,
    Outside,
    Paused,
}

/// How an asset kept to its objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeWithin {
    /// How much of the window counts.
    pub counted: SignedDuration,
    /// How much of that was outside the promise.
    pub outside: SignedDuration,
}

impl FreshTime {
    /// The rolling window.
    pub const WINDOW: Window = Window::Month;

    /// What is known after a look; none if that is what was known before.
    #[must_use]
    pub fn after(before: Option<&Self>, look: &FreshLook<'_>) -> Option<Self> {
        let Some(before) = before else {
            return Some(Self::begin(look));
        };
        let mut after = Cow::Borrowed(before);
        if before.since.duration_since(look.now) > CLOCK_TOLERANCE {
            after.to_mut().rewind(look.now);
        }
        match look.status {
            // What was so meanwhile, evidence tells when there is some.
            Status::Unknown => {}
            Status::Paused => pause(&mut after, look),
            Status::Ok | Status::Failing => go_on(&mut after, look),
        }
        match after {
            Cow::Owned(mut after) if after != *before => {
                let begin = window_begin(look.now);
                after.outside.forget(begin);
                after.uncounted.forget(begin);
                Some(after)
            }
            _ => None,
        }
    }

    /// How the objective is kept at a look, whether or not [`Self::after`] took it in already.
    #[must_use]
    pub fn judge(&self, look: &FreshLook<'_>) -> TimeWithin {
        let after = Self::after(Some(self), look);
        let known = after.as_ref().unwrap_or(self);
        let now = look.now;
        let begin = window_begin(now).max(known.from.min(now));
        let open = (known.since, now.max(known.since));
        let (open_outside, open_uncounted) = match (known.state, look.status) {
            (State::Unknown | State::Paused, _) => (None, Some(open)),
            (_, Status::Unknown) => (None, Some((known.since.max(look.since), open.1))),
            (State::Outside, _) => (Some(open), None),
            (State::Within, _) => (None, None),
        };
        let sum = |spans: &Spans, open: Option<(Timestamp, Timestamp)>| {
            let open = open.map_or(SignedDuration::ZERO, |open| overlap(open, (begin, now)));
            spans.between(begin, now).saturating_add(open)
        };
        let uncounted = sum(&known.uncounted, open_uncounted);
        let counted = now.duration_since(begin).saturating_sub(uncounted);
        let counted = counted.max(SignedDuration::ZERO);
        TimeWithin {
            counted,
            outside: sum(&known.outside, open_outside).min(counted),
        }
    }

    fn begin(look: &FreshLook<'_>) -> Self {
        Self {
            from: look.now,
            state: match look.status {
                Status::Ok => State::Within,
                Status::Failing => State::Outside,
                Status::Unknown => State::Unknown,
                Status::Paused => State::Paused,
            },
            since: look.now,
            newest: look.newest(),
            outside: Spans::default(),
            uncounted: Spans::default(),
        }
    }

    /// Ends the present state at a moment, and begins another.
    fn turn(&mut self, state: State, at: Timestamp) {
        let at = at.max(self.since);
        match self.state {
            State::Outside => self.outside.push(self.since, at),
            State::Unknown | State::Paused => self.uncounted.push(self.since, at),
            State::Within => {}
        }
        self.state = state;
        self.since = at;
    }

    /// Takes in the good recovery points that came since, in order.
    fn take_in(&mut self, look: &FreshLook<'_>) {
        let known = self.newest;
        let new = look.good().take_while(|at| Some(*at) > known);
        let new: Vec<Timestamp> = new.collect();
        for at in new.into_iter().rev() {
            let at = at.min(look.now);
            if let (State::Within, Some(before)) = (self.state, self.newest) {
                // That it expired was never seen, so nobody looked.
                let expired = later(before, look.maximum_age);
                if expired < at {
                    self.turn(
                        if look.is_complete {
                            State::Outside
                        } else {
                            State::Unknown
                        },
                        expired,
                    );
                }
            }
            self.turn(State::Within, at);
            self.newest = Some(at);
        }
    }

    /// The clock went back: what lies in the future never was.
    fn rewind(&mut self, now: Timestamp) {
        self.from = self.from.min(now);
        self.since = now;
        self.newest = self.newest.filter(|newest| *newest <= now);
        self.outside.cut(now);
        self.uncounted.cut(now);
    }
}

fn pause(time: &mut Cow<'_, FreshTime>, look: &FreshLook<'_>) {
    if time.state != State::Paused {
        time.to_mut().turn(State::Paused, look.since.min(look.now));
    }
}

fn go_on(time: &mut Cow<'_, FreshTime>, look: &FreshLook<'_>) {
    if time.state == State::Paused {
        // Until now it was, whatever came of it meanwhile.
        let time = time.to_mut();
        time.turn(State::Within, look.now);
        time.newest = look.newest();
    }
    if time.newest != look.newest() {
        let time = time.to_mut();
        time.take_in(look);
        time.newest = look.newest();
    }
    let (state, at) = match look.status {
        Status::Failing => (State::Outside, look.since.min(look.now)),
        // It is as fresh as it was promised without a new recovery point: the promise has changed, or
        // somebody thinks better of one that was there.
        _ if time.state == State::Outside => (State::Within, look.now),
        _ => (State::Within, look.since.min(look.now)),
    };
    if time.state != state {
        time.to_mut().turn(state, at);
    }
}

impl FreshLook<'_> {
    /// When the good recovery points were taken, the newest first. One from the future is none.
    fn good(&self) -> impl Iterator<Item = Timestamp> {
        let good = self.points.iter().rev().filter(|point| point.is_good());
        let latest = later(self.now, CLOCK_TOLERANCE);
        good.map(|point| point.taken_at)
            .filter(move |at| *at <= latest)
    }

    fn newest(&self) -> Option<Timestamp> {
        self.good().next().map(|at| at.min(self.now))
    }
}

impl TimeWithin {
    /// Less than this says nothing of a month.
    const LEAST: SignedDuration = SignedDuration::from_hours(24);

    /// What share of the time that counts was within the promise; none as long as too little counts.
    #[must_use]
    pub fn ratio(&self) -> Option<Ratio> {
        if self.counted < Self::LEAST {
            return None;
        }
        let within = self.counted.saturating_sub(self.outside);
        Ratio::of(
            within.as_nanos().unsigned_abs(),
            self.counted.as_nanos().unsigned_abs(),
        )
    }

    /// The error budget: how much of the time that counts may be outside.
    #[must_use]
    pub fn budget(&self, target: Ratio) -> SignedDuration {
        let parts = i128::from(target.rest().parts_per_million());
        let nanoseconds = self.counted.as_nanos().saturating_mul(parts) / 1_000_000;
        SignedDuration::from_nanos_i128(nanoseconds)
    }

    /// How much of the budget is left, as a share of it: 1 where nothing is used, below 0 where more
    /// than all is.
    #[must_use]
    pub fn budget_left(&self, target: Ratio) -> f64 {
        let allowed = self.counted.as_secs_f64() * target.rest().as_f64();
        budget_left(self.outside.as_secs_f64(), allowed)
    }
}

fn window_begin(now: Timestamp) -> Timestamp {
    let begin = now.checked_sub(FreshTime::WINDOW.length());
    begin.unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests;
