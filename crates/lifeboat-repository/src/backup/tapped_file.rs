//! A file that is hashed and handed on, part by part, while a scanner reads it: one read serves checking, hashing and sending.

use std::{
    fs::File,
    io::{self, BufRead, Read},
};

use bytes::Bytes;

use crate::{
    backup::buffers::BufferPool,
    digest::{Digester, Digests},
};

/// Reads a file once, in parts of a pool's buffers. Each part goes to `tap` as soon as it is
/// hashed, and to the reader as it asks.
pub(crate) struct TappedFile<'a, Tap> {
    file: File,
    pool: &'a BufferPool,
    tap: Tap,
    digester: Digester,
    part: Bytes,
    position: usize,
}

impl<'a, Tap: FnMut(Bytes) -> io::Result<()>> TappedFile<'a, Tap> {
    pub(crate) fn new(file: File, pool: &'a BufferPool, tap: Tap) -> Self {
        Self {
            file,
            pool,
            tap,
            digester: Digester::new(),
            part: Bytes::new(),
            position: 0,
        }
    }

    /// Reads what the scanner left, and gives the file's digests and length.
    pub(crate) fn finish(mut self) -> io::Result<(Digests, u64)> {
        while self.next_part()? {}
        let length = self.digester.length();
        Ok((self.digester.finish(), length))
    }

    /// Reads the next part; false at the end of the file.
    fn next_part(&mut self) -> io::Result<bool> {
        self.position = 0;
        // The buffer must go back before another is asked for, or one buffer would not do.
        self.part = Bytes::new();
        let mut buffer = self.pool.take();
        let mut filled = 0;
        while filled < buffer.storage().len() {
            match self.file.read(&mut buffer.storage()[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if filled == 0 {
            return Ok(false);
        }
        self.part = buffer.share(filled);
        self.digester.update(&self.part);
        (self.tap)(self.part.clone())?;
        Ok(true)
    }
}

impl<Tap: FnMut(Bytes) -> io::Result<()>> BufRead for TappedFile<'_, Tap> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position == self.part.len() {
            self.next_part()?;
        }
        Ok(&self.part[self.position..])
    }

    fn consume(&mut self, amount: usize) {
        self.position = (self.position + amount).min(self.part.len());
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
    use crate::{backup::buffers::PART_BYTES, digest::digests};

    fn file_of(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        io::Seek::rewind(&mut file).unwrap();
        file
    }

    #[test]
    fn the_tap_gets_every_byte_even_if_the_scanner_stops_early() {
        let bytes: Vec<u8> = (0..PART_BYTES + 1000)
            .map(|index| (index % 251) as u8)
            .collect();
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
