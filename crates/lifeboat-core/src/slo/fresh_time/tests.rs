use super::*;
use crate::Integrity;

const RPO: SignedDuration = SignedDuration::from_hours(36);

fn hour(hour: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(480_000 + hour)
}

fn points(hours: &[i64]) -> Vec<RecoveryPoint> {
    let points = hours.iter().map(|at| RecoveryPoint {
        name: format!("point-{at}"),
        taken_at: hour(*at),
        bytes: None,
        integrity: Integrity::Whole,
        verification: None,
        pinned: false,
    });
    points.collect()
}

/// An asset, and what is known of its time so far.
#[derive(Default)]
struct Asset {
    points: Vec<i64>,
    known: Option<FreshTime>,
    is_complete: bool,
    turns: usize,
}

impl Asset {
    /// Looks at it, and tells how many hours count, and how many of them were outside.
    fn look(&mut self, now: i64, (status, since): (Status, i64)) -> (i64, i64) {
        let points = points(&self.points);
        let look = FreshLook {
            status,
            since: hour(since),
            points: &points,
            maximum_age: RPO,
            is_complete: self.is_complete,
            now: hour(now),
        };
        let before = self.known.as_ref().map(|known| known.judge(&look));
        if let Some(after) = FreshTime::after(self.known.as_ref(), &look) {
            self.known = Some(after);
            self.turns += 1;
        }
        let judged = self.known.as_ref().unwrap().judge(&look);
        assert!(
            before.is_none_or(|before| before == judged),
            "{before:?} {judged:?}"
        );
        (judged.counted.as_hours(), judged.outside.as_hours())
    }

    /// Looks at it with its newest point, by its age.
    fn see(&mut self, now: i64) -> (i64, i64) {
        let newest = self.points.iter().max().copied().unwrap();
        let expires = newest + RPO.as_hours();
        let answer = if now > expires {
            (Status::Failing, expires)
        } else {
            (Status::Ok, newest)
        };
        self.look(now, answer)
    }

    fn back_up(&mut self, at: i64) -> (i64, i64) {
        self.points.push(at);
        self.see(at)
    }
}

#[test]
fn time_counts_from_the_first_look_on() {
    let mut asset = Asset {
        points: vec![-200],
        ..Asset::default()
    };
    assert_eq!(asset.see(0), (0, 0));
    assert_eq!(asset.see(10), (10, 10));
    assert_eq!(asset.back_up(12), (12, 12));
    assert_eq!(asset.see(48), (48, 12));
    assert_eq!(asset.see(49), (49, 13));
}

#[test]
fn what_holds_on_is_not_news() {
    let mut asset = Asset::default();
    asset.back_up(0);
    for now in 1..30 {
        asset.see(now);
    }
    assert_eq!(asset.turns, 1);
    asset.back_up(30);
    assert_eq!(asset.turns, 2);
}

#[test]
fn an_asset_without_a_backup_counts_from_when_it_should_have_one() {
    let mut asset = Asset::default();
    assert_eq!(asset.look(0, (Status::Unknown, 0)), (0, 0));
    assert_eq!(asset.look(30, (Status::Unknown, 0)), (0, 0));
    // Lifeboat was down when it was due.
    assert_eq!(asset.look(50, (Status::Failing, 36)), (14, 14));
    assert_eq!(asset.back_up(60), (24, 24));
    assert_eq!(asset.see(84), (48, 24));
}

#[test]
fn a_restart_within_an_outage_neither_loses_nor_invents_time() {
    let mut asset = Asset::default();
    asset.back_up(0);
    assert_eq!(asset.see(40), (40, 4));
    // Down from 40 to 60, and nothing was backed up.
    assert_eq!(asset.see(60), (60, 24));
    assert_eq!(asset.back_up(61), (61, 25));
}

#[test]
fn an_outage_that_began_while_lifeboat_was_down_counts_from_its_begin() {
    let mut asset = Asset::default();
    asset.back_up(0);
    asset.see(1);
    assert_eq!(asset.see(100), (100, 64));
}

#[test]
fn an_outage_that_began_and_ended_while_lifeboat_was_down_counts_where_points_tell_all() {
    let mut all = Asset {
        is_complete: true,
        ..Asset::default()
    };
    all.back_up(0);
    all.points.extend([50, 60, 100]);
    // From 36 to 50, and from 96 to 100.
    assert_eq!(all.see(110), (110, 18));

    let mut only_last = Asset::default();
    only_last.back_up(0);
    only_last.points.push(100);
    assert_eq!(only_last.see(110), (110 - 64, 0));
}

#[test]
fn an_outage_that_was_seen_ends_with_the_first_point_after_it() {
    let mut asset = Asset::default();
    asset.back_up(0);
    asset.see(40);
    asset.points.extend([50, 60]);
    assert_eq!(asset.see(70), (70, 14));
}

#[test]
fn while_nobody_can_look_time_is_left_open_until_evidence_tells() {
    let mut asset = Asset::default();
    asset.back_up(0);
    assert_eq!(asset.look(30, (Status::Unknown, 10)), (10, 0));
    assert_eq!(asset.look(70, (Status::Unknown, 10)), (10, 0));
    assert_eq!(asset.see(70), (70, 34));
}

#[test]
fn paused_time_does_not_count_at_all() {
    let mut asset = Asset::default();
    asset.back_up(0);
    asset.see(10);
    assert_eq!(asset.look(100, (Status::Paused, 10)), (10, 0));
    assert_eq!(asset.look(200, (Status::Paused, 10)), (10, 0));
    // It expired long ago, but while it was paused nothing was promised.
    assert_eq!(asset.see(200), (10, 0));
    assert_eq!(asset.see(204), (14, 4));
    assert_eq!(asset.back_up(205), (15, 5));
}

#[test]
fn what_is_longer_ago_than_the_window_is_forgotten() {
    let mut asset = Asset::default();
    asset.back_up(0);
    asset.back_up(40);
    let mut last = (0, 0);
    for day in 2..40 {
        last = asset.back_up(day * 24);
    }
    assert_eq!(last, (720, 0));
    assert_eq!(asset.known.unwrap().outside, Spans::default());
}

#[test]
fn a_point_that_turns_out_bad_covered_nothing() {
    let mut asset = Asset::default();
    asset.back_up(0);
    asset.back_up(24);
    asset.see(50);
    asset.points.pop();
    assert_eq!(asset.look(50, (Status::Failing, 36)), (50, 14));
}

#[test]
fn a_promise_of_a_greater_age_ends_an_outage_now() {
    let mut asset = Asset::default();
    asset.back_up(0);
    asset.see(40);
    assert_eq!(asset.look(50, (Status::Ok, 0)), (50, 14));
    assert_eq!(asset.look(60, (Status::Ok, 0)), (60, 14));
}

#[test]
fn a_clock_that_went_back_leaves_nothing_in_the_future() {
    let mut asset = Asset::default();
    asset.back_up(0);
    asset.see(10);
    asset.see(500);
    asset.look(20, (Status::Ok, 0));
    assert_eq!(asset.look(30, (Status::Ok, 0)), (30, 0));
}

#[test]
fn less_than_a_day_says_nothing_of_a_month() {
    let time = |counted: i64, outside: i64| TimeWithin {
        counted: SignedDuration::from_hours(counted),
        outside: SignedDuration::from_hours(outside),
    };
    let target = Ratio::from_parts_per_million(990_000);
    assert_eq!(time(23, 23).ratio(), None);
    assert_eq!(time(100, 1).ratio(), Some(target));
    assert!(time(99, 1).ratio().unwrap() < target);
    assert_eq!(time(720, 1).budget(target), SignedDuration::from_mins(432));
    let left = |time: TimeWithin| format!("{:.3}", time.budget_left(target));
    assert_eq!(left(time(720, 0)), "1.000");
    assert_eq!(left(time(100, 1)), "0.000");
    assert_eq!(left(time(100, 3)), "-2.000");
}
