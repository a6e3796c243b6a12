//! Continuity: is any WAL missing that is needed to get from the oldest whole backup to the present?

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_core::{StoredWal, WalGap};

use crate::{
    lineage::{Ancestry, Stretch, stretches},
    segment::{Segment, SegmentName, SegmentSize},
};

/// The WAL that is stored: when each segment was.
#[derive(Debug, Default)]
pub(crate) struct Wal {
    segments: BTreeMap<Segment, Timestamp>,
    /// The first segment of each timeline.
    firsts: BTreeMap<u32, u64>,
    size: SegmentSize,
}

impl Wal {
    /// Segments of which only the names are known. Names that don't exist at this size are no WAL.
    pub(crate) fn new(
        names: impl IntoIterator<Item = (SegmentName, Timestamp)>,
        size: SegmentSize,
    ) -> Self {
        let segments = names.into_iter();
        let segments: BTreeMap<Segment, Timestamp> = segments
            .filter_map(|(name, at)| Some((name.at(size)?, at)))
            .collect();
        let mut firsts = BTreeMap::new();
        for segment in segments.keys() {
            firsts.entry(segment.timeline).or_insert(segment.number);
        }
        Self {
            segments,
            firsts,
            size,
        }
    }

    /// The first segment that is missing between two on the same timeline, both included.
    pub(crate) fn first_missing(&self, first: Segment, last: Segment) -> Option<Segment> {
        let stretch = Stretch {
            timeline: first.timeline,
            first: first.number,
            last: Some(last.number),
        };
        Some(self.walk(stretch).hole?.first)
    }

    /// The name of a segment.
    pub(crate) fn name(&self, segment: Segment) -> String {
        segment.name(self.size)
    }

    /// How the WAL from a segment on is. `begins` are the first segments of whole backups, with their
    /// ids, oldest first. None if not even the first segment is there.
    pub(crate) fn since(
        &self,
        start: Segment,
        history: Option<&(u32, Ancestry)>,
        begins: &[(Segment, &str)],
    ) -> Option<StoredWal> {
        let stretches = stretches(start, &self.firsts, history, self.size);
        let mut count = 0;
        let mut newest = None;
        let mut gap = None;
        for stretch in stretches {
            let walked = self.walk(stretch);
            if let (None, Some(hole)) = (&gap, walked.hole) {
                gap = Some((hole, hole.after.or(newest)?));
            }
            count += walked.count;
            newest = walked.newest.or(newest);
        }
        let newest = newest?;
        Some(StoredWal {
            segments: count,
            newest: self.name(newest),
            newest_at: *self.segments.get(&newest)?,
            gap: match gap {
                None => None,
                Some((hole, after)) => Some(self.gap(hole, after, begins)?),
            },
        })
    }

    fn gap(&self, hole: Hole, after: Segment, begins: &[(Segment, &str)]) -> Option<WalGap> {
        let mut later = begins
            .iter()
            .filter(|(begin, _)| begin.number > hole.first.number);
        Some(WalGap {
            segment: self.name(hole.first),
            missing: hole.missing,
            lsn: hole.first.begins_at(self.size).to_string(),
            recoverable_until: *self.segments.get(&after)?,
            again_from: later.next().map(|(_, id)| (*id).to_owned()),
        })
    }

    /// Goes along a stretch by what is there, since how long it should be is only claimed.
    fn walk(&self, stretch: Stretch) -> Walked {
        let of_timeline = |number| Segment {
            timeline: stretch.timeline,
            number,
        };
        let end = stretch.last.unwrap_or(u64::MAX);
        let mut walked = Walked {
            count: 0,
            newest: None,
            hole: None,
        };
        if end < stretch.first {
            return walked;
        }
        let mut expected = stretch.first;
        for segment in self
            .segments
            .range(of_timeline(stretch.first)..=of_timeline(end))
            .map(|(segment, _)| *segment)
        {
            if segment.number > expected && walked.hole.is_none() {
                walked.hole = Some(Hole {
                    first: of_timeline(expected),
                    missing: segment.number - expected,
                    after: walked.newest,
                });
            }
            walked.count += 1;
            walked.newest = Some(segment);
            expected = segment.number.saturating_add(1);
        }
        // A timeline that was left must have all up to there; the newest one just ends.
        if let Some(last) = stretch.last.filter(|last| *last >= expected)
            && walked.hole.is_none()
        {
            walked.hole = Some(Hole {
                first: of_timeline(expected),
                missing: last - expected + 1,
                after: walked.newest,
            });
        }
        walked
    }
}

/// What is found along a stretch.
struct Walked {
    count: u64,
    newest: Option<Segment>,
    hole: Option<Hole>,
}

/// Segments that are missing.
#[derive(Clone, Copy)]
struct Hole {
    first: Segment,
    missing: u64,
    /// The last one before them on the same stretch.
    after: Option<Segment>,
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn segment(timeline: u32, number: u64) -> Segment {
        Segment { timeline, number }
    }

    /// Each segment was stored at the minute of its number.
    fn minute(number: u64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(i64::try_from(number).unwrap())
    }

    /// WAL written as `1: 2 3 4, 2: 4 5`: segments 2 to 4 of timeline 1, 4 and 5 of timeline 2.
    fn wal(text: &str) -> Wal {
        let size = SegmentSize::default();
        let timelines = text.split(", ").map(|part| part.split_once(": ").unwrap());
        let segments = timelines.flat_map(|(timeline, numbers)| {
            let timeline: u32 = timeline.parse().unwrap();
            let numbers = numbers.split(' ');
            numbers.map(move |number| segment(timeline, number.parse().unwrap()))
        });
        let names = segments.map(|segment| {
            let name = SegmentName::parse(&segment.name(size)).unwrap();
            (name, minute(segment.number))
        });
        Wal::new(names, size)
    }

    /// The first segment that is missing and how many, the minute up to which one can recover, and the
    /// backup from which on one can again.
    fn gap(
        wal: &Wal,
        begins: &[(Segment, &str)],
    ) -> Option<(String, u64, Timestamp, Option<String>)> {
        let stored = wal.since(begins[0].0, None, begins).unwrap();
        let gap = stored.gap?;
        Some((
            gap.segment,
            gap.missing,
            gap.recoverable_until,
            gap.again_from,
        ))
    }

    #[rstest]
    #[case::one_timeline("1: 2 3 4")]
    #[case::older_ones_are_of_no_concern("1: 0 2 3 4")]
    #[case::a_switch_within_a_segment("1: 2 3, 2: 4 5")]
    #[case::a_switch_whose_last_segment_is_on_both("1: 2 3 4, 2: 4 5")]
    #[case::what_was_written_on_a_timeline_that_was_left("1: 2 3 4 7, 2: 4 5")]
    #[case::two_switches("1: 2, 2: 3, 3: 4")]
    fn without_a_gap_there_is_none(#[case] segments: &str) {
        assert_eq!(gap(&wal(segments), &[(segment(1, 2), "a")]), None);
    }

    #[rstest]
    #[case::one("1: 2 3 5", "000000010000000000000004", 1, 3)]
    #[case::several("1: 2 3 9 11", "000000010000000000000004", 5, 3)]
    #[case::the_last_before_a_switch("1: 2 3, 2: 5", "000000010000000000000004", 1, 3)]
    #[case::after_a_switch("1: 2 3, 2: 4 6", "000000020000000000000005", 1, 4)]
    fn a_gap_is_told_with_the_moment_up_to_which_one_can_recover(
        #[case] segments: &str,
        #[case] name: &str,
        #[case] missing: u64,
        #[case] until: u64,
    ) {
        let found = gap(&wal(segments), &[(segment(1, 2), "a")]);
        assert_eq!(found, Some((name.to_owned(), missing, minute(until), None)));
    }

    #[test]
    fn a_backup_after_the_gap_can_be_recovered_from_again() {
        let begins = [
            (segment(1, 2), "a"),
            (segment(1, 3), "b"),
            (segment(1, 6), "c"),
        ];
        let found = gap(&wal("1: 2 3 5 6"), &begins);
        assert_eq!(found.unwrap().3.as_deref(), Some("c"));
    }

    #[test]
    fn the_newest_is_told() {
        let stored = wal("1: 2 3, 2: 4 5");
        let stored = stored.since(segment(1, 2), None, &[]).unwrap();
        assert_eq!(stored.newest, "000000020000000000000005");
        assert_eq!((stored.newest_at, stored.segments), (minute(5), 4));
    }

    #[test]
    fn a_claim_of_more_wal_than_could_ever_be_costs_no_more() {
        let wal = wal("1: 2 3");
        let missing = wal.first_missing(segment(1, 2), segment(1, u64::MAX));
        assert_eq!(missing, Some(segment(1, 4)));
        assert_eq!(wal.first_missing(segment(1, 3), segment(1, 2)), None);
    }

    proptest! {
        #[test]
        fn of_what_is_without_a_gap_any_segment_but_the_first_and_last_is_missed(
            length in 3_u64..600,
            at in 1_u64..599,
        ) {
            prop_assume!(at < length - 1);
            let numbers = |missing: Option<u64>| {
                let numbers = (0..length).filter(|number| Some(*number) != missing);
                let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
                format!("1: {}", numbers.join(" "))
            };
            let begins = [(segment(1, 0), "a")];
            prop_assert_eq!(gap(&wal(&numbers(None)), &begins), None);
            let found = gap(&wal(&numbers(Some(at))), &begins);
            let name = segment(1, at).name(SegmentSize::default());
            prop_assert_eq!(found, Some((name, 1, minute(at - 1), None)));
        }
    }
}
