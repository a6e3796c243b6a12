//! The retention plan: for every backup, the reasons to keep it, or none.

use std::fmt;

use jiff::Timestamp;

use super::{Period, RetentionPolicy, period::Representative};
use crate::history::is_in_the_future;

/// What retention needs to know of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The backup's id, unique in the plan.
    pub id: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Whether one could restore all of it: false for a backup of a damaged source, or one that a
    /// verification found wanting.
    pub good: bool,
    /// Whether its last verification found it good.
    pub verified: bool,
    /// Whether somebody asked for it to be kept.
    pub pinned: bool,
}

/// A reason to keep a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeepReason {
    /// Somebody pinned it.
    Pinned,
    /// It is the newest backup that was verified and found good; if none was ever verified, the
    /// newest good one. No policy removes it.
    NewestGood,
    /// It is one of the newest backups.
    Last,
    /// It was made within `keep_within` of the newest backup.
    Within,
    /// It stands for a calendar period.
    Period {
        /// How long the period is.
        period: Period,
        /// Which one, such as `2026-11`.
        name: String,
    },
    /// Its time lies in the future, so no rule can judge it.
    InTheFuture,
    /// It is damaged, but the period it falls into has no good backup.
    BetterThanNothing {
        /// Which period, such as `2026-11`.
        name: String,
    },
}

impl fmt::Display for KeepReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pinned => formatter.write_str("pinned"),
            Self::NewestGood => formatter.write_str("newest good"),
            Self::Last => formatter.write_str("last"),
            Self::Within => formatter.write_str("within"),
            Self::Period { period, name } => write!(formatter, "{period} {name}"),
            Self::InTheFuture => formatter.write_str("dated in the future"),
            Self::BetterThanNothing { name } => {
                write!(formatter, "damaged, but nothing better in {name}")
            }
        }
    }
}

/// What the plan says of one backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The backup.
    pub candidate: Candidate,
    /// Why it stays; empty means that it goes.
    pub reasons: Vec<KeepReason>,
}

impl Decision {
    /// Whether the backup stays.
    #[must_use]
    pub fn keep(&self) -> bool {
        !self.reasons.is_empty()
    }
}

/// Decides for every candidate, newest first.
///
/// Three guards hold under every policy: a pinned backup stays, the newest verified good backup
/// stays, and a backup dated in the future stays and takes no good backup's place.
#[must_use]
pub fn plan(candidates: &[Candidate], policy: &RetentionPolicy, now: Timestamp) -> Vec<Decision> {
    let mut decisions: Vec<Decision> = candidates
        .iter()
        .map(|candidate| Decision {
            candidate: candidate.clone(),
            reasons: Vec::new(),
        })
        .collect();
    decisions.sort_by(|left, right| {
        let key = |decision: &Decision| (decision.candidate.made_at, decision.candidate.id.clone());
        key(right).cmp(&key(left))
    });
    guard(&mut decisions, now);
    let judged: Vec<usize> = (0..decisions.len())
        .filter(|index| !is_in_the_future(decisions[*index].candidate.made_at, now))
        .collect();
    keep_last(&mut decisions, &judged, policy);
    keep_within(&mut decisions, &judged, policy);
    for period in Period::ALL {
        keep_periods(&mut decisions, &judged, policy, period);
    }
    decisions
}

fn guard(decisions: &mut [Decision], now: Timestamp) {
    for decision in decisions.iter_mut() {
        if decision.candidate.pinned {
            decision.reasons.push(KeepReason::Pinned);
        }
        if is_in_the_future(decision.candidate.made_at, now) {
            decision.reasons.push(KeepReason::InTheFuture);
        }
    }
    let newest = |wanted: fn(&Candidate) -> bool| {
        decisions.iter().position(|decision| {
            wanted(&decision.candidate) && !is_in_the_future(decision.candidate.made_at, now)
        })
    };
    let newest_good = newest(|candidate| candidate.good && candidate.verified)
        .or_else(|| newest(|candidate| candidate.good));
    if let Some(index) = newest_good {
        decisions[index].reasons.push(KeepReason::NewestGood);
    }
}

fn keep_last(decisions: &mut [Decision], judged: &[usize], policy: &RetentionPolicy) {
    let good = judged
        .iter()
        .copied()
        .filter(|index| decisions[*index].candidate.good);
    let kept: Vec<usize> = good.take(policy.last as usize).collect();
    for index in kept {
        decisions[index].reasons.push(KeepReason::Last);
    }
}

fn keep_within(decisions: &mut [Decision], judged: &[usize], policy: &RetentionPolicy) {
    let (Some(within), Some(newest)) = (policy.keep_within, judged.first()) else {
        return;
    };
    let newest_made_at = decisions[*newest].candidate.made_at;
    for index in judged {
        let decision = &mut decisions[*index];
        if newest_made_at.duration_since(decision.candidate.made_at) <= within {
            decision.reasons.push(KeepReason::Within);
        }
    }
}

fn keep_periods(
    decisions: &mut [Decision],
    judged: &[usize],
    policy: &RetentionPolicy,
    period: Period,
) {
    let mut places_left = policy.count(period);
    let name_of =
        |index: usize| period.name_of(decisions[index].candidate.made_at, &policy.time_zone);
    let groups: Vec<(String, Vec<usize>)> = judged
        .chunk_by(|left, right| name_of(*left) == name_of(*right))
        .map(|group| (name_of(group[0]), group.to_vec()))
        .collect();
    for (name, group) in groups {
        if places_left == 0 {
            return;
        }
        let good = |index: &&usize| decisions[**index].candidate.good;
        let chosen = match period.representative() {
            Representative::Newest => group.iter().find(good),
            Representative::Oldest => group.iter().rev().find(good),
        };
        if let Some(index) = chosen {
            places_left -= 1;
            let reason = KeepReason::Period { period, name };
            decisions[*index].reasons.push(reason);
        } else {
            // A damaged backup fills no place, or it would push a good one out.
            let reason = KeepReason::BetterThanNothing { name };
            decisions[group[0]].reasons.push(reason);
        }
    }
}
