//! Sixty days of a primary's counters, read now and then, against a literal count of its attempts.

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::slo::{ArchiverEvents, FAST, Ratio, SLOW, ServiceLevels, Window};
use lifeboat_core::{ArchiverReading, Archiving, AssetHistory, Facts, Observation, ObservedPoints};
use proptest::prelude::*;

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60;
const TARGET: Ratio = Ratio::from_parts_per_million(999_000);

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// What a primary does in each minute: attempts that succeed, attempts that fail.
struct Primary {
    minutes: Vec<(u32, u32)>,
    archived: u64,
    failed: u64,
}

impl Primary {
    fn quiet(days: i64) -> Self {
        let minutes = (0..days * DAY).map(|minute| (u32::from(minute % 5 == 0), 0));
        Self {
            minutes: minutes.collect(),
            archived: 0,
            failed: 0,
        }
    }

    fn work(&mut self, minute: i64) {
        let (archived, failed) = self.minutes[usize::try_from(minute).unwrap()];
        self.archived += u64::from(archived);
        self.failed += u64::from(failed);
    }

    fn reading(&self, minute: i64) -> ArchiverReading {
        ArchiverReading {
            instance: "db-1".to_owned(),
            at: second(minute * MINUTE),
            archived: Some(self.archived),
            failed: Some(self.failed),
            failed_lately: 0,
            window: SignedDuration::from_mins(5),
            last_archived_at: None,
            last_failed_at: None,
            waiting_files: None,
        }
    }

    /// How many failed in the minutes of a stretch.
    fn failed_in(&self, begin: i64, end: i64) -> u32 {
        let index = |minute: i64| usize::try_from(minute.max(0)).unwrap();
        let minutes = &self.minutes[index(begin)..index(end)];
        minutes.iter().map(|(_, failed)| failed).sum()
    }
}

/// What an asset's history comes to by readings, as an observer hands them on.
fn observe(history: &mut AssetHistory, reading: Result<ArchiverReading, String>, now: Timestamp) {
    let observation = Observation {
        facts: Facts {
            archiving: Some(
                Archiving {
                    condition: None,
                    reading: Some(reading),
                }
                .into(),
            ),
            ..Facts::default()
        },
        points: ObservedPoints::Evident(Vec::new()),
        ..Observation::default()
    };
    history.observe(&observation, now);
}

fn events(history: &AssetHistory) -> &ArchiverEvents {
    let levels: &ServiceLevels = history.service_levels.as_deref().unwrap();
    levels.archiver.as_deref().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// A window may reach back by less than one bucket more than its name says, which is a fifth of the
    /// shortest that is summed from the same; so it lies between two literal counts.
    #[test]
    fn every_window_counts_what_happened_in_it(
        failures in prop::collection::vec((0..60 * DAY, 1..40_u32), 1..200),
        end in DAY..60 * DAY,
    ) {
        let mut primary = Primary::quiet(60);
        for (minute, failed) in failures {
            primary.minutes[usize::try_from(minute).unwrap()].1 += failed;
        }
        let mut history = AssetHistory::new(second(0));
        observe(&mut history, Ok(primary.reading(0)), second(0));
        for minute in 0..end {
            primary.work(minute);
            observe(&mut history, Ok(primary.reading(minute + 1)), second((minute + 1) * MINUTE));
        }
        let now = second(end * MINUTE);
        for window in Window::ALL {
            let length = window.length().as_mins();
            let counted = events(&history).within(window, now).bad;
            let least = primary.failed_in(end - length, end);
            let most = primary.failed_in(end - length - (length / 5).max(DAY.min(length / 2)), end);
            prop_assert!(least <= counted && counted <= most, "{window:?}: {least} {counted} {most}");
        }
    }

    /// Lifeboat may be down, or the exporter away: the counters go on.
    #[test]
    fn gaps_lose_nothing(gaps in prop::collection::vec(1..4 * DAY, 1..20)) {
        let mut primary = Primary::quiet(90);
        for minute in primary.minutes.iter_mut().step_by(37) {
            minute.1 += 1;
        }
        let mut history = AssetHistory::new(second(0));
        observe(&mut history, Ok(primary.reading(0)), second(0));
        let mut minute = 0;
        for gap in gaps {
            let end = (minute + gap).min(29 * DAY);
            while minute < end {
                primary.work(minute);
                minute += 1;
            }
            // What is written down and read back goes on where it was.
            let written = serde_json::to_string(&history.service_levels).unwrap();
            history.service_levels = serde_json::from_str(&written).unwrap();
            let error = Err("no answer within 5s".to_owned());
            observe(&mut history, error, second(minute * MINUTE - 30));
            observe(&mut history, Ok(primary.reading(minute)), second(minute * MINUTE));
        }
        let within = events(&history).within(Window::Month, second(minute * MINUTE));
        prop_assert_eq!(u64::from(within.bad), primary.failed);
        prop_assert_eq!(u64::from(within.good), primary.archived);
    }
}

/// Which pairs are exceeded after a day of rest and then `minutes` in which so many of each hundred fail.
fn exceeded(minutes: i64, failing_of_100: i64) -> [bool; 4] {
    let mut primary = Primary::quiet(5);
    for minute in 4 * DAY..4 * DAY + minutes {
        let fails = minute % 100 < failing_of_100;
        primary.minutes[usize::try_from(minute).unwrap()] = (u32::from(!fails), u32::from(fails));
    }
    let mut history = AssetHistory::new(second(0));
    let end = 4 * DAY + minutes;
    for minute in 0..end {
        observe(
            &mut history,
            Ok(primary.reading(minute)),
            second(minute * MINUTE),
        );
        primary.work(minute);
    }
    observe(&mut history, Ok(primary.reading(end)), second(end * MINUTE));
    let now = second(end * MINUTE);
    let is_exceeded =
        |pair: &lifeboat_core::slo::BurnPair| pair.is_exceeded(events(&history), TARGET, now);
    [&FAST[0], &FAST[1], &SLOW[0], &SLOW[1]].map(is_exceeded)
}

#[test]
fn an_outage_burns_fast_at_once() {
    assert_eq!(exceeded(10, 0), [false; 4]);
    assert_eq!(exceeded(3, 100), [false; 4]);
    assert_eq!(exceeded(5, 100), [true; 4]);
}

#[test]
fn what_is_over_burns_no_more_in_the_short_window() {
    // All of the first fifty minutes of a hundred fail, and nothing since.
    let [fast, ..] = exceeded(99, 50);
    assert!(!fast);
}
