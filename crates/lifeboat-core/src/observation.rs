//! Observations: what an observer sees of an asset, and how it joins what is known already.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use crate::history::{Loss, is_in_the_future, later};
use crate::stored_points::with_what_is_stored;
use crate::{
    AssetHistory, Facts, Outcome, RecoveryPoint, RecoveryWindow, Run, RunEnd, RunId, StandbyRole,
    slo::ServiceLevels,
};

/// All that an observer sees of one asset.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observation {
    /// Since when it exists, if that is known.
    pub created_at: Option<Timestamp>,
    /// How it is now.
    pub facts: Facts,
    /// The runs of which there is still a trace, in any order. Those under way are among them, but
    /// not those that only wait.
    pub runs: Vec<Run>,
    /// The recovery points.
    pub points: ObservedPoints,
}

/// Recovery points, as far as an observer can see them.
#[derive(Debug, Clone, PartialEq)]
pub enum ObservedPoints {
    /// These are all that there are: one that was known and isn't among them is gone.
    Present(Vec<RecoveryPoint>),
    /// There is evidence of these. Of earlier ones the evidence goes away, and they stay known; but
    /// not what lies in the future, which is an error that somebody may have mended.
    Evident(Vec<RecoveryPoint>),
}

impl Default for ObservedPoints {
    fn default() -> Self {
        Self::Evident(Vec::new())
    }
}

/// What an observation changed, to be written down.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// Runs that began or ended since.
    pub runs: Vec<Run>,
    /// Whether the recovery points changed, or what is remembered of the maintenance.
    pub asset_changed: bool,
}

/// Of recovery points that are only evident, the newest few are kept.
const EVIDENT_POINTS: usize = 8;

impl AssetHistory {
    /// Takes in what an observer sees. To see the same twice changes nothing.
    pub fn observe(&mut self, observation: &Observation, now: Timestamp) -> Observed {
        if let Some(created_at) = observation.created_at {
            self.first_seen_at = self.first_seen_at.min(created_at);
        }
        // Where nobody could look, what was seen before is still to be seen.
        let runs = if observation.facts.is_unread() {
            Vec::new()
        } else {
            self.observe_runs(&observation.runs, now)
        };
        let points_changed = match &observation.points {
            ObservedPoints::Present(points) => {
                let points = &with_what_is_stored(points.clone(), &observation.facts);
                let points = self.with_accounted_for(points, &observation.facts);
                self.note_loss(&points, &observation.facts, now);
                self.replace_points(points, now)
            }
            ObservedPoints::Evident(points) => {
                let points = self.with_evident(points, now);
                self.replace_points(points, now)
            }
        };
        let upkeep_changed = self.observe_upkeep(&observation.facts, now);
        // The counters of each reading; whoever keeps the ledger says when they are written down.
        ServiceLevels::observe(&mut self.service_levels, &observation.facts);
        Observed {
            runs,
            asset_changed: points_changed || upkeep_changed,
        }
    }

    fn observe_upkeep(&mut self, facts: &Facts, now: Timestamp) -> bool {
        let is_first = self.upkeep.is_none();
        let has_news = facts.succeeded_at.is_some()
            || !facts.definitions.is_empty()
            || facts.reading().is_some()
            || matches!(facts.standby, StandbyRole::Follows(_));
        if is_first && !has_news {
            return false;
        }
        let before = self.upkeep.clone();
        let upkeep = self.upkeep.get_or_insert_default();
        upkeep.observe(facts, now, is_first);
        self.upkeep != before
    }

    fn observe_runs(&mut self, visible: &[Run], now: Timestamp) -> Vec<Run> {
        let operations: BTreeSet<_> = visible
            .iter()
            .map(|run| run.operation)
            .chain(self.operations.keys().copied())
            .collect();
        let mut changed = Vec::new();
        for operation in operations {
            let visible: Vec<&Run> = visible
                .iter()
                .filter(|run| run.operation == operation)
                .collect();
            let history = self.operations.entry(operation).or_default();
            let ids: BTreeSet<&RunId> = visible.iter().map(|run| &run.id).collect();
            let mut ended: Vec<Run> = visible
                .iter()
                .filter(|run| run.end.is_some() && !history.counted.contains(&run.id))
                .map(|run| (*run).clone())
                .collect();
            // Nobody will ever see the end of what vanished while it was under way.
            if let Some(vanished) = history
                .running
                .take_if(|running| !ids.contains(&running.id))
            {
                ended.push(abandoned(Arc::unwrap_or_clone(vanished), now));
            }
            changed.reserve_exact(ended.len() + 1);
            ended.sort_by_key(|run| (run.end.as_ref().map(|end| end.at), run.id.clone()));
            history.counted.retain(|id| ids.contains(id));
            for run in ended {
                history.record_observed(&run, now);
                if ids.contains(&run.id) {
                    history.counted.insert(run.id.clone());
                }
                changed.push(run);
            }
            // One that has ended doesn't begin again, whatever its object says by now.
            let oldest = visible
                .iter()
                .filter(|run| run.end.is_none() && !history.counted.contains(&run.id))
                .min_by_key(|run| (run.started_at, &run.id));
            if history.running.as_deref() != oldest.copied() {
                history.running = oldest.map(|run| Arc::new((*run).clone()));
                changed.extend(oldest.map(|run| (*run).clone()));
            }
        }
        changed
    }

    /// The evident points joined with those known before, the newest few of them. One that lies in
    /// the future is known only as long as it is evident: else it would be an alarm until that date.
    fn with_evident(&self, evident: &[RecoveryPoint], now: Timestamp) -> Vec<RecoveryPoint> {
        let mut points = evident.to_vec();
        let past = |known: &&RecoveryPoint| !is_in_the_future(known.taken_at, now);
        for known in self.recovery_points.iter().filter(past) {
            let same = |point: &RecoveryPoint| {
                point.name == known.name || point.taken_at == known.taken_at
            };
            if !points.iter().any(same) {
                points.push(known.clone());
            }
        }
        points.sort_by_key(|point| std::cmp::Reverse(point.taken_at));
        points.truncate(EVIDENT_POINTS);
        points
    }

    fn replace_points(&mut self, points: Vec<RecoveryPoint>, now: Timestamp) -> bool {
        let before = std::mem::take(&mut self.recovery_points);
        let had_been_looked = self
            .inventory
            .as_ref()
            .is_some_and(|inventory| inventory.error.is_none());
        self.take_inventory(now, Ok(points));
        !had_been_looked || before != self.recovery_points
    }

    /// The present points joined with good ones whose object is gone while somebody's account still
    /// covers them: they can be restored, and are to be missed if the account shrinks one day.
    fn with_accounted_for(&self, present: &[RecoveryPoint], facts: &Facts) -> Vec<RecoveryPoint> {
        let Some(window) = &facts.window else {
            return present.to_vec();
        };
        let there = Present::new(present);
        let known = self.recovery_points.iter();
        let accounted_for = known
            .filter(|point| point.is_good() && covers(window, point) && !there.includes(point));
        present.iter().chain(accounted_for).cloned().collect()
    }

    /// Notes it if a good recovery point is gone that should still be there: one that is not older
    /// than it would be kept.
    fn note_loss(&mut self, present: &[RecoveryPoint], facts: &Facts, now: Timestamp) {
        let oldest_present = present.iter().map(|point| point.taken_at).min();
        let should_be_there = |point: &RecoveryPoint| match facts.retention {
            Some(retention) => now.duration_since(point.taken_at) < retention,
            // Without a rule of retention one may only tidy up from the oldest on.
            None => oldest_present.is_none_or(|oldest| point.taken_at > oldest),
        };
        let there = Present::new(present);
        let lost: Vec<&RecoveryPoint> = self
            .recovery_points
            .iter()
            .filter(|known| known.is_good() && should_be_there(known) && !there.includes(known))
            .collect();
        let Some(newest) = lost.iter().max_by_key(|point| point.taken_at) else {
            return;
        };
        // What is lost bit by bit is told as one loss.
        let is_recent = |loss: &&Loss| now.duration_since(loss.at) < Loss::REMEMBERED;
        let recent = self.loss.as_ref().filter(is_recent);
        let before = recent.map_or(0, |loss| loss.points);
        self.loss = Some(Loss {
            at: now,
            points: before + lost.len(),
            newest: newest.name.clone(),
            newest_taken_at: newest.taken_at,
        });
    }
}

/// Object and account note the end of the same backup a little apart.
const SAME_BACKUP: SignedDuration = SignedDuration::from_mins(1);

/// The points that are there, to be searched: a cluster may have thousands.
struct Present<'a> {
    names: BTreeSet<&'a str>,
    taken_at: BTreeSet<Timestamp>,
}

impl<'a> Present<'a> {
    fn new(points: &'a [RecoveryPoint]) -> Self {
        Self {
            names: points.iter().map(|point| point.name.as_str()).collect(),
            taken_at: points.iter().map(|point| point.taken_at).collect(),
        }
    }

    /// Whether one of them tells of the same backup.
    fn includes(&self, point: &RecoveryPoint) -> bool {
        let earliest = earlier(point.taken_at, SAME_BACKUP);
        let mut near = self
            .taken_at
            .range(earliest..=later(point.taken_at, SAME_BACKUP));
        self.names.contains(point.name.as_str()) || near.next().is_some()
    }
}

/// The moment `duration` before another; the beginning of time if there is none.
fn earlier(moment: Timestamp, duration: SignedDuration) -> Timestamp {
    moment.checked_sub(duration).unwrap_or(Timestamp::MIN)
}

/// Whether an account has room for a point.
fn covers(window: &RecoveryWindow, point: &RecoveryPoint) -> bool {
    let from_first = |first: Timestamp| first <= later(point.taken_at, SAME_BACKUP);
    let to_last = |last: Timestamp| point.taken_at <= later(last, SAME_BACKUP);
    window.first.is_some_and(from_first) && window.last_succeeded.is_some_and(to_last)
}

fn abandoned(mut run: Run, now: Timestamp) -> Run {
    run.end = Some(RunEnd {
        error: Some("what described it was deleted before it ended".to_owned()),
        ..RunEnd::plain(now, Outcome::Inconclusive)
    });
    run
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::Integrity;

    fn minute(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn point(name: &str, at: i64) -> RecoveryPoint {
        RecoveryPoint {
            name: name.to_owned(),
            taken_at: minute(at),
            bytes: None,
            integrity: Integrity::Whole,
            verification: None,
            pinned: false,
        }
    }

    /// The names of what is known after each of these was evident, at its minute.
    fn known(looks: &[(i64, &[RecoveryPoint])]) -> Vec<String> {
        let mut history = AssetHistory::new(minute(0));
        for (at, points) in looks {
            let observation = Observation {
                points: ObservedPoints::Evident(points.to_vec()),
                ..Observation::default()
            };
            history.observe(&observation, minute(*at));
        }
        let names = history.recovery_points.iter().map(|point| &point.name);
        names.cloned().collect()
    }

    #[test]
    fn a_point_in_the_future_is_known_as_long_as_it_is_evident() {
        let [good, future] = [[point("good", 1)], [point("future", 60)]];
        assert_eq!(known(&[(2, &good), (3, &future)]), ["good", "future"]);
        assert_eq!(known(&[(2, &good), (3, &future), (4, &[])]), ["good"]);
    }

    #[test]
    fn what_clocks_may_differ_by_is_no_future() {
        let close = point("close", 3);
        assert_eq!(known(&[(2, &[close]), (2, &[])]), ["close"]);
    }
}
