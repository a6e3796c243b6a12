//! Sixty days of one asset, minute by minute: backups that fail, pauses, a blind watcher, restarts, and a
//! Lifeboat that is down for days. What is kept as turns has to be what counting each minute gives.

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::slo::{FreshLook, FreshTime};
use lifeboat_core::{Integrity, RecoveryPoint, Status};
use proptest::prelude::*;

const DAY: i64 = 24 * 60;
const DAYS: i64 = 60;
const WINDOW: i64 = 30 * DAY;
const RPO: i64 = 36 * 60;

/// What happens, in minutes since the begin, each stretch from its first minute up to its last.
#[derive(Debug, Clone)]
struct Story {
    /// When a backup succeeded.
    backups: Vec<i64>,
    /// While it is paused. Lifeboat looks when a pause begins and ends.
    pauses: Vec<(i64, i64)>,
    /// While nobody can look, though Lifeboat runs.
    blind: Vec<(i64, i64)>,
    /// While Lifeboat is down.
    down: Vec<(i64, i64)>,
}

fn minute(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(30_000_000 + minute)
}

fn lies_in(spans: &[(i64, i64)], minute: i64) -> bool {
    spans
        .iter()
        .any(|(begin, end)| *begin <= minute && minute < *end)
}

impl Story {
    fn points(&self, until: i64) -> Vec<RecoveryPoint> {
        let taken = self.backups.iter().filter(|at| **at <= until);
        taken
            .map(|at| RecoveryPoint {
                name: format!("point-{at}"),
                taken_at: minute(*at),
                bytes: None,
                integrity: Integrity::Whole,
                verification: None,
                pinned: false,
            })
            .collect()
    }

    fn newest(&self, until: i64) -> Option<i64> {
        self.backups.iter().copied().filter(|at| *at <= until).max()
    }

    /// What the check `fresh` would say.
    fn fresh(&self, now: i64) -> (Status, i64) {
        if let Some(begin) = self
            .pauses
            .iter()
            .find(|span| span.0 <= now && now < span.1)
        {
            return (Status::Paused, begin.0);
        }
        let failing_since = match self.newest(now) {
            Some(newest) if now > newest + RPO => Some(newest + RPO),
            None if now > RPO => Some(RPO),
            Some(newest) => return self.seen_well(now, newest),
            None => return (Status::Unknown, 0),
        };
        match (failing_since, self.blind_since(now)) {
            // What failed before nobody could look stays failed.
            (Some(since), Some(blind)) if since >= blind => (Status::Unknown, blind),
            (since, _) => (Status::Failing, since.unwrap_or(now)),
        }
    }

    fn seen_well(&self, now: i64, newest: i64) -> (Status, i64) {
        match self.blind_since(now) {
            Some(blind) => (Status::Unknown, blind),
            None => (Status::Ok, newest),
        }
    }

    fn blind_since(&self, now: i64) -> Option<i64> {
        let span = self.blind.iter().find(|span| span.0 <= now && now < span.1);
        span.map(|span| span.0)
    }

    /// What a literal count of every minute gives at the end: minutes that count, minutes outside.
    fn counted(&self, end: i64) -> (i64, i64) {
        let begin = (end - WINDOW).max(0);
        let (mut counted, mut outside) = (0, 0);
        for now in begin..end {
            // Before the first backup was due nobody can tell.
            let is_promised = self.newest(now).is_some() || now >= RPO;
            if lies_in(&self.pauses, now) || !is_promised {
                continue;
            }
            counted += 1;
            let is_covered = self.newest(now).is_some_and(|newest| now < newest + RPO);
            outside += i64::from(!is_covered);
        }
        (counted, outside)
    }

    /// What Lifeboat comes to, that looks each quarter of an hour, when a backup ends and when a pause
    /// begins or ends. What it keeps is written down and read back each time.
    fn kept(&self, end: i64) -> (i64, i64) {
        let mut known: Option<FreshTime> = None;
        let mut judged = None;
        let turns = self.pauses.iter().flat_map(|span| [span.0, span.1]);
        let mut looks: Vec<i64> = (0..=end)
            .step_by(15)
            .chain(self.backups.iter().copied())
            .chain(turns)
            .chain([end])
            .filter(|at| *at <= end && (!lies_in(&self.down, *at) || *at == end))
            .collect();
        looks.sort_unstable();
        for now in looks {
            // While nobody can look, no new point is seen.
            let seen_until = self.blind_since(now).unwrap_or(now);
            let points = self.points(seen_until);
            let (status, since) = self.fresh(now);
            let look = FreshLook {
                status,
                since: minute(since),
                points: &points,
                maximum_age: SignedDuration::from_mins(RPO),
                is_complete: true,
                now: minute(now),
            };
            if let Some(after) = FreshTime::after(known.as_ref(), &look) {
                let written = serde_json::to_string(&after).unwrap();
                known = Some(serde_json::from_str(&written).unwrap());
            }
            judged = known.as_ref().map(|known| known.judge(&look));
        }
        let judged = judged.unwrap();
        (judged.counted.as_mins(), judged.outside.as_mins())
    }
}

/// Stretches one after the other, which don't touch.
fn stretches(most: i64) -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((DAY..12 * DAY, 30..most), 0..4).prop_map(|gaps| {
        let mut end = 3 * DAY;
        let spans = gaps.into_iter().map(|(gap, length)| {
            let begin = end + gap;
            end = begin + length;
            (begin, end)
        });
        spans.collect()
    })
}

fn backups() -> impl Strategy<Value = Vec<i64>> {
    let nights = prop::collection::vec((any::<bool>(), 0..5_u8, 0..120_i64), 60);
    nights.prop_map(|nights| {
        let nights = nights.into_iter().zip(0..);
        nights
            .filter(|((_, luck, _), _)| *luck > 0)
            .map(|((_, _, late), day)| day * DAY + 180 + late)
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_is_kept_is_what_counting_every_minute_gives(
        backups in backups(),
        pauses in stretches(3 * DAY),
        down in stretches(6 * DAY),
        end in 2 * DAY..DAYS * DAY,
    ) {
        // Who is down doesn't see a pause begin or end, and a pause ends when somebody sees that it did.
        let pauses = pauses
            .into_iter()
            .filter(|pause| !down.iter().any(|down| pause.0 < down.1 && down.0 < pause.1 + 15))
            .filter(|pause| pause.1 < end)
            .collect();
        let story = Story { backups, pauses, blind: Vec::new(), down };
        let down_at_end = lies_in(&story.down, end);
        prop_assume!(!down_at_end);
        prop_assert_eq!(story.kept(end), story.counted(end));
    }

    #[test]
    fn a_time_that_nobody_could_look_in_is_found_out_afterwards(
        backups in backups(),
        blind in stretches(5 * DAY),
        end in 2 * DAY..DAYS * DAY,
    ) {
        let story = Story { backups, pauses: Vec::new(), blind, down: Vec::new() };
        prop_assume!(!lies_in(&story.blind, end));
        prop_assert_eq!(story.kept(end), story.counted(end));
    }
}

#[test]
fn a_night_without_a_backup_is_twelve_hours_outside() {
    let story = |missing: std::ops::Range<i64>| Story {
        backups: (0..40)
            .filter(|day| !missing.contains(day))
            .map(|day| day * DAY + 180)
            .collect(),
        pauses: Vec::new(),
        blind: Vec::new(),
        down: Vec::new(),
    };
    let end = 40 * DAY;
    // The budget of 99 % is 7 h 12 m.
    assert_eq!(story(20..20).kept(end), (WINDOW, 0));
    assert_eq!(story(20..21).kept(end), (WINDOW, 12 * 60));
    assert_eq!(story(20..22).kept(end), (WINDOW, 36 * 60));
}
