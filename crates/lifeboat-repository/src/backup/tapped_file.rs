//! A file that is hashed and handed on, part by part, while a scanner reads it: one read serves checking, hashing and sending.

use std::{
    fs::File,
    io::{self, BufRead, Read},
    mem,
};

use bytes::Bytes;

use crate::{
    backup::buffers::{Buffer, BufferPool, PART_BYTES},
    digest::{Digester, Digests},
};

/// Bytes that are read, hashed and scanned in one go: so few that they are still in the processor's
/// cache when the last of the three gets to them.
const SLICE_BYTES: usize = 128 * 1024;

/// Reads a file once, into the parts of a pool's buffers. Each part goes to `tap` when it is full
/// and the reader is done with it.
pub(crate) struct TappedFile<'a, Tap> {
    file: File,
    pool: &'a BufferPool,
    tap: Tap,
    digester: Digester,
    part: Option<Buffer>,
    /// Bytes of the part that were read from the file.
    filled: usize,
    /// Bytes of the part that the reader took.
    position: usize,
}

impl<'a, Tap: FnMut(Bytes) -> io::Result<()>> TappedFile<'a, Tap> {
    pub(crate) fn new(file: File, pool: &'a BufferPool, tap: Tap) -> Self {
        Self {
            file,
            pool,
            tap,
            digester: Digester::new(),
            part: None,
            filled: 0,
            position: 0,
        }
    }

    /// Reads what the scanner left, and gives the file's digests and length.
    pub(crate) fn finish(mut self) -> io::Result<(Digests, u64)> {
        loop {
            self.position = self.filled;
            if !self.next_slice()? {
                break;
            }
        }
        self.hand_on()?;
        let length = self.digester.length();
        Ok((self.digester.finish(), length))
    }

    /// Reads the next slice; false at the end of the file.
    fn next_slice(&mut self) -> io::Result<bool> {
        if self.filled == PART_BYTES {
            self.hand_on()?;
        }
        let part = match &mut self.part {
            Some(part) => part,
            // Waits until an upload gives one back.
            none => none.insert(self.pool.take()),
        };
        let end = PART_BYTES.min(self.filled + SLICE_BYTES);
        let slice = &mut part.storage()[self.filled..end];
        let count = read_some(&mut self.file, slice)?;
        self.digester.update(&slice[..count]);
        self.filled += count;
        Ok(count > 0)
    }

    /// Gives the part to the tap.
    fn hand_on(&mut self) -> io::Result<()> {
        let filled = mem::take(&mut self.filled);
        self.position = 0;
        match self.part.take() {
            Some(part) if filled > 0 => (self.tap)(part.share(filled)),
            _ => Ok(()),
        }
    }
}

fn read_some(file: &mut File, target: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(target) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl<Tap: FnMut(Bytes) -> io::Result<()>> BufRead for TappedFile<'_, Tap> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position == self.filled && !self.next_slice()? {
            return Ok(&[]);
        }
        let part = self.part.as_ref().map_or(&[][..], Buffer::storage_read);
        Ok(&part[self.position..self.filled])
    }

    fn consume(&mut self, amount: usize) {
        self.position = (self.position + amount).min(self.filled);
    }
}

impl<Tap: FnMut(Bytes) -> io::Result<()>> Read for TappedFile<'_, Tap> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(target.len());
        target[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::digest::digests;

    fn file_of(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        io::Seek::rewind(&mut file).unwrap();
        file
    }

    #[test]
    fn the_tap_gets_every_byte_even_if_the_scanner_stops_early() {
        let bytes: Vec<u8> = (0..=250).cycle().take(PART_BYTES + 1000).collect();
        let pool = BufferPool::new(2);
        let mut tapped = Vec::new();
        let tap = |part: Bytes| {
            tapped.extend_from_slice(&part);
            Ok(())
        };
        let mut file = TappedFile::new(file_of(&bytes), &pool, tap);
        let mut beginning = [0; 10];
        file.read_exact(&mut beginning).unwrap();
        assert_eq!(beginning, bytes[..10]);
        let (found, length) = file.finish().unwrap();
        assert_eq!(length, bytes.len() as u64);
        assert_eq!(found, digests(&bytes));
        assert_eq!(tapped, bytes);
    }

    #[test]
    fn a_refused_part_ends_the_reading() {
        let pool = BufferPool::new(1);
        let refuse = |_| Err(io::Error::from(io::ErrorKind::BrokenPipe));
        let file = TappedFile::new(file_of(b"abc"), &pool, refuse);
        assert_eq!(file.finish().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
