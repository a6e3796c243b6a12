//! Retention as claims: what a policy keeps of a history, and what no policy can remove.
#![expect(
    clippy::unwrap_used,
    reason = "an unwrap that fails is a failed test, with its line"
)]

use jiff::{SignedDuration, Timestamp, ToSpan, civil::date, tz::TimeZone};
use lifeboat_core::retention::{
    Candidate, Decision, KeepReason, Period, PolicyError, RetentionPolicy, plan,
};
use proptest::prelude::*;
use rstest::rstest;

fn timestamp(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn backup(made_at: &str) -> Candidate {
    Candidate {
        id: made_at.to_owned(),
        made_at: timestamp(made_at),
        good: true,
        verified: true,
        pinned: false,
    }
}

fn daily_history(first: &str, days: i64) -> Vec<Candidate> {
    let first = timestamp(first).to_zoned(TimeZone::UTC);
    (0..days)
        .map(|day| {
            backup(
                &first
                    .checked_add(day.days())
                    .unwrap()
                    .timestamp()
                    .to_string(),
            )
        })
        .collect()
}

fn nothing() -> RetentionPolicy {
    RetentionPolicy {
        daily: 0,
        monthly: 0,
        yearly: 0,
        ..RetentionPolicy::default()
    }
}

fn kept(decisions: &[Decision]) -> Vec<&str> {
    decisions
        .iter()
        .filter(|decision| decision.keep())
        .map(|decision| decision.candidate.id.as_str())
        .collect()
}

#[test]
fn four_years_of_daily_backups_leave_thirty_days_twelve_months_and_three_years() {
    let history = daily_history("2023-01-01T02:00:00Z", 1420);
    let now = timestamp("2026-11-20T03:00:00Z");
    let decisions = plan(&history, &RetentionPolicy::default(), now);
    let of = |wanted: Period| {
        decisions
            .iter()
            .flat_map(|decision| &decision.reasons)
            .filter(
                |reason| matches!(reason, KeepReason::Period { period, .. } if *period == wanted),
            )
            .count()
    };
    assert_eq!(
        (of(Period::Daily), of(Period::Monthly), of(Period::Yearly)),
        (30, 12, 3)
    );
    let kept = kept(&decisions);
    assert!(kept.contains(&"2026-11-20T02:00:00Z"));
    assert!(kept.contains(&"2025-12-01T02:00:00Z"));
    assert!(kept.contains(&"2024-01-01T02:00:00Z"));
    assert!(!kept.contains(&"2023-01-01T02:00:00Z"));
    // 30 days, of which the 1st of November is a month too; 11 further months; 2 further years
    // (January 2026 is one of the months).
    assert_eq!(kept.len(), 30 + 11 + 2);
}

#[test]
fn a_missing_first_of_the_month_does_not_lose_the_month() {
    let history = vec![
        backup("2026-09-01T02:00:00Z"),
        backup("2026-10-04T02:00:00Z"),
        backup("2026-10-05T02:00:00Z"),
        backup("2026-11-02T02:00:00Z"),
        backup("2026-11-03T02:00:00Z"),
    ];
    let policy = RetentionPolicy {
        monthly: 3,
        ..nothing()
    };
    let decisions = plan(&history, &policy, timestamp("2026-11-03T03:00:00Z"));
    assert_eq!(
        kept(&decisions),
        [
            "2026-11-03T02:00:00Z",
            "2026-11-02T02:00:00Z",
            "2026-10-04T02:00:00Z",
            "2026-09-01T02:00:00Z"
        ]
    );
}

#[test]
fn when_backups_stop_the_old_ones_stay() {
    let history = daily_history("2024-03-01T02:00:00Z", 30);
    let policy = RetentionPolicy {
        daily: 30,
        ..nothing()
    };
    let decisions = plan(&history, &policy, timestamp("2026-11-20T03:00:00Z"));
    assert_eq!(kept(&decisions).len(), 30);
}

#[test]
fn the_day_begins_in_the_policys_time_zone() {
    // 23:30 and 00:30 UTC are one day in Auckland.
    let history = vec![
        backup("2026-06-10T23:30:00Z"),
        backup("2026-06-11T00:30:00Z"),
    ];
    let now = timestamp("2026-06-11T01:00:00Z");
    let utc = RetentionPolicy {
        daily: 5,
        ..nothing()
    };
    let auckland = RetentionPolicy {
        time_zone: TimeZone::get("Pacific/Auckland").unwrap(),
        ..utc.clone()
    };
    assert_eq!(kept(&plan(&history, &utc, now)).len(), 2);
    assert_eq!(
        kept(&plan(&history, &auckland, now)),
        ["2026-06-11T00:30:00Z"]
    );
}

#[test]
fn the_hour_that_occurs_twice_is_two_hours() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let history = vec![
        backup("2026-10-25T00:30:00Z"),
        backup("2026-10-25T01:30:00Z"),
    ];
    let policy = RetentionPolicy {
        hourly: 5,
        time_zone: berlin,
        ..nothing()
    };
    let decisions = plan(&history, &policy, timestamp("2026-10-25T02:00:00Z"));
    assert_eq!(kept(&decisions).len(), 2);
}

#[test]
fn a_pinned_backup_stays_and_fills_no_place() {
    let mut history = daily_history("2026-01-01T02:00:00Z", 10);
    history[0].pinned = true;
    let policy = RetentionPolicy {
        last: 2,
        ..nothing()
    };
    let decisions = plan(&history, &policy, timestamp("2026-01-11T00:00:00Z"));
    assert_eq!(
        kept(&decisions),
        [
            "2026-01-10T02:00:00Z",
            "2026-01-09T02:00:00Z",
            "2026-01-01T02:00:00Z"
        ]
    );
}

#[test]
fn the_newest_verified_good_backup_outlives_newer_unverified_ones() {
    let mut history = daily_history("2026-01-01T02:00:00Z", 10);
    for candidate in &mut history[3..] {
        candidate.verified = false;
    }
    let policy = RetentionPolicy {
        last: 2,
        ..nothing()
    };
    let decisions = plan(&history, &policy, timestamp("2026-01-11T00:00:00Z"));
    assert!(kept(&decisions).contains(&"2026-01-03T02:00:00Z"));
}

#[test]
fn a_damaged_backup_pushes_no_good_one_out() {
    let mut history = daily_history("2026-01-01T02:00:00Z", 4);
    history[3].good = false;
    let policy = RetentionPolicy {
        daily: 2,
        ..nothing()
    };
    let decisions = plan(&history, &policy, timestamp("2026-01-05T00:00:00Z"));
    assert_eq!(
        kept(&decisions),
        [
            "2026-01-04T02:00:00Z",
            "2026-01-03T02:00:00Z",
            "2026-01-02T02:00:00Z"
        ]
    );
    assert!(matches!(
        decisions[0].reasons[..],
        [KeepReason::BetterThanNothing { .. }]
    ));
}

#[test]
fn a_backup_dated_in_the_future_stays_and_takes_no_place() {
    let mut history = daily_history("2026-01-01T02:00:00Z", 3);
    history.push(backup("2031-01-01T00:00:00Z"));
    let policy = RetentionPolicy {
        keep_within: Some(SignedDuration::from_hours(30)),
        ..nothing()
    };
    let decisions = plan(&history, &policy, timestamp("2026-01-04T00:00:00Z"));
    assert_eq!(
        kept(&decisions),
        [
            "2031-01-01T00:00:00Z",
            "2026-01-03T02:00:00Z",
            "2026-01-02T02:00:00Z"
        ]
    );
}

#[rstest]
#[case::last(RetentionPolicy { last: 1, ..nothing() }, Ok(()))]
#[case::within(RetentionPolicy { keep_within: Some(SignedDuration::from_hours(1)), ..nothing() }, Ok(()))]
#[case::nothing(nothing(), Err(PolicyError::KeepsNothing))]
#[case::negative(RetentionPolicy { keep_within: Some(SignedDuration::from_hours(-1)), ..nothing() }, Err(PolicyError::KeepWithinNotPositive))]
fn a_policy_that_keeps_nothing_is_refused(
    #[case] policy: RetentionPolicy,
    #[case] expected: Result<(), PolicyError>,
) {
    assert_eq!(policy.check(), expected);
}

fn histories() -> impl Strategy<Value = Vec<Candidate>> {
    let start = date(2020, 1, 1)
        .at(0, 0, 0, 0)
        .to_zoned(TimeZone::UTC)
        .unwrap()
        .timestamp();
    let candidate = (
        0_i64..4 * 365 * 24,
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.05),
    );
    prop::collection::vec(candidate, 0..200).prop_map(move |rows| {
        rows.into_iter()
            .enumerate()
            .map(|(index, (hours, good, verified, pinned))| Candidate {
                id: format!("{index}"),
                made_at: start + SignedDuration::from_hours(hours),
                good,
                verified,
                pinned,
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn pinned_and_newest_good_backups_survive_every_policy(
        history in histories(),
        last in 0_u32..4, daily in 0_u32..40, monthly in 0_u32..13, yearly in 0_u32..4,
    ) {
        let policy = RetentionPolicy { last, daily, monthly, yearly, ..RetentionPolicy::default() };
        let now = timestamp("2024-06-01T00:00:00Z");
        let decisions = plan(&history, &policy, now);
        prop_assert_eq!(decisions.len(), history.len());
        for decision in &decisions {
            prop_assert!(!decision.candidate.pinned || decision.keep());
        }
        let newest = |wanted: fn(&Candidate) -> bool| {
            decisions.iter().find(|decision| wanted(&decision.candidate))
        };
        let newest_good = newest(|candidate| candidate.good && candidate.verified)
            .or_else(|| newest(|candidate| candidate.good));
        prop_assert!(newest_good.is_none_or(Decision::keep));
    }

    #[test]
    fn pruning_twice_removes_nothing_more(history in histories()) {
        let now = timestamp("2024-06-01T00:00:00Z");
        let policy = RetentionPolicy::default();
        let survivors: Vec<Candidate> = plan(&history, &policy, now)
            .into_iter()
            .filter(Decision::keep)
            .map(|decision| decision.candidate)
            .collect();
        prop_assert!(plan(&survivors, &policy, now).iter().all(Decision::keep));
    }
}
