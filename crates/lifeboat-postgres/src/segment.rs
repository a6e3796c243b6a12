//! WAL segments: their names, their numbers, and the positions at which they begin.

use std::fmt;

/// The size of segments where nobody says otherwise.
const DEFAULT_SIZE: u64 = 16 << 20;
/// `PostgreSQL` takes powers of two from one MiB to one GiB.
const SIZES: std::ops::RangeInclusive<u64> = (1 << 20)..=(1 << 30);

/// The size of a cluster's WAL segments, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentSize(u64);

impl Default for SegmentSize {
    fn default() -> Self {
        Self(DEFAULT_SIZE)
    }
}

impl SegmentSize {
    /// A size that `PostgreSQL` takes.
    pub(crate) fn new(bytes: u64) -> Option<Self> {
        (SIZES.contains(&bytes) && bytes.is_power_of_two()).then_some(Self(bytes))
    }

    /// How many segments have the same middle part in their names.
    const fn in_a_log(self) -> u64 {
        (1 << 32) / self.0
    }
}

/// A segment's name in its parts, which mean a number once the size of segments is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentName {
    pub(crate) timeline: u32,
    log: u32,
    segment: u32,
}

impl SegmentName {
    /// Reads `000000010000000000000002`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() != 24 {
            return None;
        }
        Some(Self {
            timeline: hexadecimal(text.get(..8)?)?,
            log: hexadecimal(text.get(8..16)?)?,
            segment: hexadecimal(text.get(16..)?)?,
        })
    }

    /// The segment; none if there is none of that name at this size.
    pub(crate) fn at(self, size: SegmentSize) -> Option<Segment> {
        let number = u64::from(self.segment);
        (number < size.in_a_log()).then(|| Segment {
            timeline: self.timeline,
            number: u64::from(self.log) * size.in_a_log() + number,
        })
    }
}

/// A segment: the piece of this number on a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment {
    pub(crate) timeline: u32,
    pub(crate) number: u64,
}

impl Segment {
    /// Its name.
    pub(crate) fn name(self, size: SegmentSize) -> String {
        let (log, segment) = (self.number / size.in_a_log(), self.number % size.in_a_log());
        format!("{:08X}{log:08X}{segment:08X}", self.timeline)
    }

    /// The position at which it begins.
    pub(crate) fn begins_at(self, size: SegmentSize) -> Position {
        Position(self.number.saturating_mul(size.0))
    }
}

/// A position in WAL, such as `0/5000000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position(u64);

impl Position {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (high, low) = text.split_once('/')?;
        let high = u64::from(hexadecimal(high)?);
        Some(Self(high << 32 | u64::from(hexadecimal(low)?)))
    }

    /// The number of the segment that it lies in.
    pub(crate) const fn segment(self, size: SegmentSize) -> u64 {
        self.0 / size.0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:X}/{:X}", self.0 >> 32, self.0 & 0xFFFF_FFFF)
    }
}

/// Digits alone: no sign, no blanks.
pub(crate) fn hexadecimal(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number
        .then(|| u32::from_str_radix(text, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("")]
    #[case("00000001000000000000000")]
    #[case("0000000100000000000000022")]
    #[case("+00000010000000000000002")]
    #[case("00000001000000000000000G")]
    #[case("0000000é000000000000000")]
    fn what_is_no_segment_is_refused(#[case] text: &str) {
        assert_eq!(SegmentName::parse(text), None);
    }

    #[rstest]
    #[case(0)]
    #[case(16)]
    #[case((16 << 20) + 1)]
    #[case(1 << 31)]
    #[case(u64::MAX)]
    fn a_size_that_postgresql_does_not_take_is_refused(#[case] bytes: u64) {
        assert_eq!(SegmentSize::new(bytes), None);
    }

    #[rstest]
    #[case(16 << 20, "0000000100000000000000FF", "000000010000000100000000")]
    #[case(64 << 20, "00000001000000000000003F", "000000010000000100000000")]
    #[case(1 << 30, "000000010000000000000003", "000000010000000100000000")]
    fn the_last_of_a_log_is_followed_by_the_first_of_the_next(
        #[case] bytes: u64,
        #[case] last: &str,
        #[case] next: &str,
    ) {
        let size = SegmentSize::new(bytes).unwrap();
        let number = |name| SegmentName::parse(name).unwrap().at(size).unwrap().number;
        assert_eq!(number(last) + 1, number(next));
    }

    #[test]
    fn a_name_that_does_not_exist_at_a_size_is_no_segment() {
        let name = SegmentName::parse("000000010000000000000040").unwrap();
        assert_eq!(name.at(SegmentSize::new(64 << 20).unwrap()), None);
    }

    #[test]
    fn a_segment_begins_at_its_position() {
        let size = SegmentSize::default();
        let segment = SegmentName::parse("000000010000000100000005").unwrap();
        let position = segment.at(size).unwrap().begins_at(size);
        assert_eq!(position.to_string(), "1/5000000");
        assert_eq!(Position::parse("1/5000028").unwrap().segment(size), 261);
    }

    proptest! {
        #[test]
        fn a_segment_reads_back_by_its_name(timeline: u32, log: u32, segment in 0_u32..256) {
            let size = SegmentSize::default();
            let name = format!("{timeline:08X}{log:08X}{segment:08X}");
            let read = SegmentName::parse(&name).unwrap().at(size).unwrap();
            prop_assert_eq!(read.name(size), name);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = Position::parse(&text);
            if let Some(segment) = SegmentName::parse(&text).and_then(|name| name.at(SegmentSize::default())) {
                let _ = segment.begins_at(SegmentSize::default());
            }
        }
    }
}
