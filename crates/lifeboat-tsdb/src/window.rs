//! Looks ahead into a stream without holding more of it than a caller asks for.

use std::io::{self, BufRead, ErrorKind};

/// Why a part of a file could not be read to its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Reading failed.
    Io(io::Error),
    /// The stream ended before the file's announced length.
    Ended,
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A view of the next bytes of a [`BufRead`].
///
/// As long as what is asked for lies in the reader's own buffer, that buffer is handed out and nothing is copied. Only
/// what straddles two fillings of the buffer is put together in memory of its own, which grows with bytes that have
/// arrived and never with a length that somebody claims.
pub(crate) struct Window<'a, R: ?Sized> {
    reader: &'a mut R,
    /// Bytes that were taken from the reader and not used yet are `held[start..]`.
    held: Vec<u8>,
    start: usize,
    position: u64,
}

impl<'a, R: BufRead + ?Sized> Window<'a, R> {
    pub(crate) fn new(reader: &'a mut R) -> Self {
        Self {
            reader,
            held: Vec::new(),
            start: 0,
            position: 0,
        }
    }

    /// How many bytes were consumed since the start of the file.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// The next bytes: at least `wanted`, or all there are if the stream ends before that.
    #[inline]
    pub(crate) fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        if self.start == self.held.len() {
            match fill(self.reader)? {
                // Asked once more, a reader at its end might be interrupted, or go on.
                0 => return Ok(&[]),
                available if available >= wanted => return self.reader.fill_buf(),
                _ => {}
            }
        }
        self.hold(wanted)
    }

    fn hold(&mut self, wanted: usize) -> io::Result<&[u8]> {
        if self.held.len() - self.start >= wanted {
            return Ok(self.held.get(self.start..).unwrap_or_default());
        }
        self.held.drain(..self.start);
        self.start = 0;
        while self.held.len() < wanted {
            if fill(self.reader)? == 0 {
                break;
            }
            let more = self.reader.fill_buf()?;
            let taken = more.len().min(wanted - self.held.len());
            self.held
                .extend_from_slice(more.get(..taken).unwrap_or(more));
            self.reader.consume(taken);
        }
        Ok(&self.held)
    }

    /// The next `wanted` bytes and no others, or [`Stop::Ended`].
    #[inline]
    pub(crate) fn exactly(&mut self, wanted: usize) -> Result<&[u8], Stop> {
        self.peek(wanted)?.get(..wanted).ok_or(Stop::Ended)
    }

    /// Uses up bytes that [`peek`](Self::peek) has shown.
    #[inline]
    pub(crate) fn consume(&mut self, count: usize) {
        self.position += count as u64;
        if self.start < self.held.len() {
            self.start += count;
            debug_assert!(
                self.start <= self.held.len(),
                "only what was shown can be consumed"
            );
        } else {
            self.reader.consume(count);
        }
    }

    /// Runs over the bytes up to `end`, handing them out in slices.
    pub(crate) fn run_to(
        &mut self,
        end: u64,
        mut each: impl FnMut(u64, &[u8]),
    ) -> Result<(), Stop> {
        while self.position < end {
            let left = usize::try_from(end - self.position).unwrap_or(usize::MAX);
            let position = self.position;
            let bytes = self.peek(1)?;
            let bytes = bytes.get(..left).unwrap_or(bytes);
            if bytes.is_empty() {
                return Err(Stop::Ended);
            }
            each(position, bytes);
            let count = bytes.len();
            self.consume(count);
        }
        Ok(())
    }

    /// Runs over the bytes up to `end`, which must all be zero; the offset of the first that isn't.
    pub(crate) fn zeros_to(&mut self, end: u64) -> Result<Option<u64>, Stop> {
        let mut odd = None;
        self.run_to(end, |position, bytes| {
            if odd.is_none() {
                odd = bytes
                    .iter()
                    .position(|&byte| byte != 0)
                    .map(|place| position + place as u64);
            }
        })?;
        Ok(odd)
    }

    /// Reads whatever is left, so that whoever listens to the stream gets every byte; how many there were.
    pub(crate) fn drain(&mut self) -> io::Result<u64> {
        let before = self.position;
        loop {
            let count = self.peek(1)?.len();
            if count == 0 {
                return Ok(self.position - before);
            }
            self.consume(count);
        }
    }
}

/// Fills the reader's buffer, once more if a signal came in between.
#[inline]
fn fill<R: BufRead + ?Sized>(reader: &mut R) -> io::Result<usize> {
    loop {
        match reader.fill_buf() {
            Ok(bytes) => return Ok(bytes.len()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn bytes_are_the_same_whatever_the_buffer() {
        let bytes: Vec<u8> = (0..=255).collect();
        for capacity in 1..40 {
            let mut reader = BufReader::with_capacity(capacity, bytes.as_slice());
            let mut window = Window::new(&mut reader);
            let mut seen = Vec::new();
            for wanted in [1, 7, 3, 30, 2, 64, 5, 100] {
                let shown = window.exactly(wanted).unwrap().to_vec();
                seen.extend_from_slice(&shown[..wanted - 1]);
                window.consume(wanted - 1);
            }
            assert_eq!(window.position(), seen.len() as u64);
            assert_eq!(seen, bytes[..seen.len()]);
            assert_eq!(window.drain().unwrap(), 256 - seen.len() as u64);
        }
    }

    #[test]
    fn the_end_of_the_stream_is_an_end_and_not_an_error() {
        let mut reader = &[1, 2, 3][..];
        let mut window = Window::new(&mut reader);
        assert_eq!(window.peek(10).unwrap(), [1, 2, 3]);
        assert!(matches!(window.exactly(4), Err(Stop::Ended)));
        assert!(matches!(window.zeros_to(4), Err(Stop::Ended)));
        assert_eq!(window.position(), 3);
    }

    #[test]
    fn the_first_byte_that_is_not_zero_is_told() {
        let mut reader = BufReader::with_capacity(2, &[0, 0, 0, 9, 0, 8][..]);
        let mut window = Window::new(&mut reader);
        assert_eq!(window.zeros_to(3).unwrap(), None);
        assert_eq!(window.zeros_to(6).unwrap(), Some(3));
    }
}
