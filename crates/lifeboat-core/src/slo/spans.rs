//! Spans: when something was so within a rolling window, in bounded memory.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Stretches of time that don't overlap, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Spans(Vec<(Timestamp, Timestamp)>);

impl Spans {
    /// More than these are not told apart.
    const MOST: usize = 64;

    /// Adds a stretch that begins no earlier than the last one; nothing if it is over before it begins.
    ///
    /// Of more stretches than are told apart, the two with the least between them are pushed together
    /// towards the later one: no time is lost or invented, and none is forgotten too early.
    pub(super) fn push(&mut self, begin: Timestamp, end: Timestamp) {
        if end <= begin {
            return;
        }
        match self.0.last_mut() {
            Some(last) if begin <= last.1 => last.1 = last.1.max(end),
            _ => self.0.push((begin, end)),
        }
        if self.0.len() > Self::MOST {
            self.push_together();
        }
    }

    fn push_together(&mut self) {
        let between = |pair: &[(Timestamp, Timestamp)]| pair[1].0.duration_since(pair[0].1);
        let pairs = self.0.windows(2).enumerate();
        let Some((index, _)) = pairs.min_by_key(|(_, pair)| between(pair)) else {
            return;
        };
        let (begin, end) = self.0.remove(index);
        let later = &mut self.0[index];
        later.0 -= end.duration_since(begin);
    }

    /// How much of this lies between two moments.
    pub(super) fn between(&self, begin: Timestamp, end: Timestamp) -> SignedDuration {
        let overlaps = self.0.iter().map(|span| overlap(*span, (begin, end)));
        overlaps.fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }

    /// Forgets what was over before a moment.
    pub(super) fn forget(&mut self, before: Timestamp) {
        self.0.retain(|span| span.1 > before);
    }

    /// Forgets what lies after a moment.
    pub(super) fn cut(&mut self, after: Timestamp) {
        self.0.retain_mut(|span| {
            span.1 = span.1.min(after);
            span.0 < span.1
        });
    }
}

/// How much two stretches have in common.
pub(super) fn overlap(
    left: (Timestamp, Timestamp),
    right: (Timestamp, Timestamp),
) -> SignedDuration {
    let (begin, end) = (left.0.max(right.0), left.1.min(right.1));
    end.duration_since(begin).max(SignedDuration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    fn of(spans: &[(i64, i64)]) -> Spans {
        let mut all = Spans::default();
        for (begin, end) in spans {
            all.push(minute(*begin), minute(*end));
        }
        all
    }

    #[test]
    fn what_is_over_before_it_begins_is_nothing() {
        assert_eq!(of(&[(5, 5), (9, 3)]), Spans::default());
    }

    #[test]
    fn only_what_lies_between_two_moments_counts() {
        let spans = of(&[(0, 10), (20, 30), (30, 35)]);
        assert_eq!(spans.0.len(), 2);
        let between = |begin, end| spans.between(minute(begin), minute(end)).as_mins();
        assert_eq!(between(0, 100), 25);
        assert_eq!(between(5, 22), 7);
        assert_eq!(between(11, 19), 0);
    }

    #[test]
    fn however_many_there_are_no_minute_is_lost_and_memory_is_bounded() {
        let mut spans = Spans::default();
        let mut sum = 0;
        for number in 0..5_000 {
            let length = 1 + number % 7;
            spans.push(minute(number * 20), minute(number * 20 + length));
            sum += length;
            assert!(spans.0.len() <= Spans::MOST);
        }
        assert_eq!(spans.between(minute(0), minute(200_000)).as_mins(), sum);
        assert!(spans.0.is_sorted_by(|left, right| left.1 <= right.0));
    }

    #[test]
    fn what_is_long_over_is_forgotten_and_what_never_came_too() {
        let mut spans = of(&[(0, 10), (20, 30), (40, 50)]);
        spans.forget(minute(10));
        spans.cut(minute(45));
        assert_eq!(spans, of(&[(20, 30), (40, 45)]));
        spans.cut(minute(25));
        assert_eq!(spans, of(&[(20, 25)]));
    }
}
