//! A length-prefixed part of the index with its checksum, read item by item.

use std::io::{self, BufRead};

use crate::checksum::continue_checksum;
use crate::decode::big_endian_u32;
use crate::finding::Findings;
use crate::window::{Stop, Window};

/// The body of `length (4 bytes, big-endian), body, CRC-32C of the body`.
pub(crate) struct Body<'w, 'r, R: ?Sized> {
    window: &'w mut Window<'r, R>,
    /// Where the length stands.
    start: u64,
    end: u64,
    checksum: u32,
}

/// How the checksum of a body came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BodyEnd {
    pub(crate) sound: bool,
}

const LENGTH_BYTES: u64 = 4;
const CHECKSUM_BYTES: u64 = 4;

impl<'w, 'r, R: BufRead + ?Sized> Body<'w, 'r, R> {
    /// Reads the length. `None`, with a finding, if the body would reach past `section_end`.
    pub(crate) fn begin(
        window: &'w mut Window<'r, R>,
        section_end: u64,
        name: &str,
        findings: &mut Findings,
    ) -> Result<Option<Self>, Stop> {
        let start = window.position();
        if section_end.saturating_sub(start) < LENGTH_BYTES + CHECKSUM_BYTES {
            findings.damage(
                start,
                format_args!("the {name} has no room for a length and a checksum"),
            );
            return Ok(None);
        }
        let length = big_endian_u32(window.exactly(4)?).ok_or(Stop::Ended)?;
        let end = start + LENGTH_BYTES + u64::from(length);
        if end + CHECKSUM_BYTES > section_end {
            let room = section_end - start - LENGTH_BYTES - CHECKSUM_BYTES;
            findings.damage(
                start,
                format_args!("the {name} claims {length} bytes, its section has room for {room}"),
            );
            return Ok(None);
        }
        window.consume(4);
        Ok(Some(Self {
            window,
            start,
            end,
            checksum: 0,
        }))
    }

    /// Where the length of this body stands in the file.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    pub(crate) fn position(&self) -> u64 {
        self.window.position()
    }

    /// How many bytes of the body are left.
    pub(crate) fn left(&self) -> u64 {
        self.end - self.window.position()
    }

    /// The next bytes of the body: at least `wanted`, fewer only where the body ends or the file does.
    #[inline]
    pub(crate) fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
        let bytes = self.window.peek(wanted.min(left))?;
        Ok(bytes.get(..left).unwrap_or(bytes))
    }

    /// Uses up bytes that `peek` has shown. Many items at a time: the checksum likes long runs.
    pub(crate) fn consume(&mut self, count: usize) -> io::Result<()> {
        let bytes = self.window.peek(count)?;
        self.checksum = continue_checksum(self.checksum, bytes.get(..count).unwrap_or(bytes));
        self.window.consume(count);
        Ok(())
    }

    /// Takes a big-endian number. `None` if the body is too short for it.
    pub(crate) fn take_u32(&mut self) -> Result<Option<u32>, Stop> {
        if self.left() < 4 {
            return Ok(None);
        }
        let number = big_endian_u32(self.peek(4)?).ok_or(Stop::Ended)?;
        self.consume(4)?;
        Ok(Some(number))
    }

    /// Takes items for as long as `parse` can, calling it with the bytes at hand; it returns how many it used, or zero
    /// if it needs more than it was given. Ends after the body, or when `parse` gets `limit` bytes or all that is left
    /// and still uses none.
    pub(crate) fn items(
        &mut self,
        limit: usize,
        mut parse: impl FnMut(u64, &[u8]) -> usize,
    ) -> Result<(), Stop> {
        let mut wanted = 1;
        while self.left() > 0 {
            let position = self.position();
            let left = self.left();
            let bytes = self.peek(wanted)?;
            if bytes.len() < wanted && (bytes.len() as u64) < left {
                return Err(Stop::Ended);
            }
            let given = bytes.len();
            let mut used = 0;
            while let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
                match parse(position + used as u64, rest) {
                    0 => break,
                    count => used += count,
                }
            }
            if used > 0 {
                self.consume(used)?;
                wanted = 1;
            } else if given as u64 == left || given >= limit {
                return Ok(());
            } else {
                wanted = limit.min((given * 2).max(64));
            }
        }
        Ok(())
    }

    /// Reads what is left of the body and compares the checksum.
    pub(crate) fn finish(self, name: &str, findings: &mut Findings) -> Result<BodyEnd, Stop> {
        let Self {
            window,
            start,
            end,
            mut checksum,
        } = self;
        window.run_to(end, |_, bytes| {
            checksum = continue_checksum(checksum, bytes);
        })?;
        let stored = big_endian_u32(window.exactly(4)?).ok_or(Stop::Ended)?;
        window.consume(4);
        let sound = stored == checksum;
        if !sound {
            findings.damage(
                start,
                format_args!(
                    "the checksum of the {name} is {stored:08x}, its bytes give {checksum:08x}"
                ),
            );
        }
        Ok(BodyEnd { sound })
    }
}
