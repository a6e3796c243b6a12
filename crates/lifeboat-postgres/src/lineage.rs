//! Lineage: on which timelines the WAL lies that leads from a backup to the present, and where each
//! of them goes over into the next.

use std::collections::BTreeMap;

use crate::segment::{Position, Segment, SegmentSize};

/// A stretch of one timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) timeline: u32,
    /// The number of its first segment.
    pub(crate) first: u64,
    /// The number of its last segment; none for the newest timeline, which goes on.
    pub(crate) last: Option<u64>,
}

/// The branches before a timeline, oldest first: each timeline that was left, and where.
pub(crate) type Ancestry = Vec<(u32, Position)>;

/// Reads the history of a timeline: lines of timeline, position and reason. What isn't one is passed
/// over, as `PostgreSQL` does with comments.
pub(crate) fn read_history(text: &str) -> Ancestry {
    let branches = text.lines().filter_map(|line| {
        let mut parts = line.split_whitespace();
        let timeline = parts.next()?.parse().ok()?;
        Some((timeline, Position::parse(parts.next()?)?))
    });
    branches.collect()
}

/// The stretches from a segment on. Without a history that knows the segment's timeline, a timeline
/// begins with the first segment that there is of it: the one that was left begins anew there.
pub(crate) fn stretches(
    start: Segment,
    firsts: &BTreeMap<u32, u64>,
    history: Option<&(u32, Ancestry)>,
    size: SegmentSize,
) -> Vec<Stretch> {
    let told = history.and_then(|(newest, ancestry)| told(start, *newest, ancestry, size));
    let branches = told.unwrap_or_else(|| guessed(start, firsts));
    let mut stretches = Vec::new();
    let mut current = start;
    for branch in branches {
        // Whoever branches off before the beginning plays no part in it.
        if branch.number < current.number {
            continue;
        }
        stretches.push(Stretch {
            timeline: current.timeline,
            first: current.number,
            last: branch.number.checked_sub(1),
        });
        current = branch;
    }
    stretches.push(Stretch {
        timeline: current.timeline,
        first: current.number,
        last: None,
    });
    stretches
}

/// The first segment of each later timeline, by the newest one's history.
fn told(
    start: Segment,
    newest: u32,
    ancestry: &Ancestry,
    size: SegmentSize,
) -> Option<Vec<Segment>> {
    let known = ancestry
        .iter()
        .position(|(timeline, _)| *timeline == start.timeline)?;
    let later = ancestry.get(known..)?;
    let next = later.iter().skip(1).map(|(timeline, _)| *timeline);
    let next = next.chain([newest]);
    let branches = later.iter().zip(next).map(|((_, at), timeline)| Segment {
        timeline,
        number: at.segment(size),
    });
    Some(branches.collect())
}

fn guessed(start: Segment, firsts: &BTreeMap<u32, u64>) -> Vec<Segment> {
    let later = firsts
        .iter()
        .filter(|(timeline, _)| **timeline > start.timeline);
    let later = later.map(|(timeline, first)| Segment {
        timeline: *timeline,
        number: *first,
    });
    later.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Segment = Segment {
        timeline: 1,
        number: 2,
    };

    fn plain(stretches: &[Stretch]) -> Vec<(u32, u64, Option<u64>)> {
        let plain = stretches.iter();
        plain
            .map(|stretch| (stretch.timeline, stretch.first, stretch.last))
            .collect()
    }

    #[test]
    fn a_timeline_begins_with_its_first_segment() {
        let firsts = BTreeMap::from([(1, 1), (2, 5), (3, 9)]);
        let stretches = stretches(START, &firsts, None, SegmentSize::default());
        let expected = [(1, 2, Some(4)), (2, 5, Some(8)), (3, 9, None)];
        assert_eq!(plain(&stretches), expected);
    }

    #[test]
    fn what_branched_off_before_the_backup_plays_no_part() {
        let firsts = BTreeMap::from([(1, 1), (2, 1)]);
        let stretches = stretches(START, &firsts, None, SegmentSize::default());
        assert_eq!(plain(&stretches), [(1, 2, None)]);
    }

    #[test]
    fn a_history_knows_better() {
        // Timeline 2 was given up, and 3 began on 1.
        let history = "# a comment\n1\t0/7000028\tno recovery target specified\n";
        let history = (3, read_history(history));
        let firsts = BTreeMap::from([(1, 1), (2, 5), (3, 7)]);
        let stretches = stretches(START, &firsts, Some(&history), SegmentSize::default());
        assert_eq!(plain(&stretches), [(1, 2, Some(6)), (3, 7, None)]);
    }

    proptest! {
        #[test]
        fn no_history_makes_it_panic(
            text in "([0-9]{1,12}[ \t]+[0-9A-F]{0,9}/[0-9A-F]{0,9}[ \t]?.*\n)*",
            timeline: u32,
            number: u64,
            firsts: BTreeMap<u32, u64>,
        ) {
            let history = (timeline, read_history(&text));
            let start = Segment { timeline: 1, number };
            let stretches = stretches(start, &firsts, Some(&history), SegmentSize::default());
            prop_assert_eq!(stretches[0].first, number);
        }
    }
}
