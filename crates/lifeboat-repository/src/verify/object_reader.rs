//! An object as a blocking reader, fed by a download, so that the TSDB scanners read it as they read a file.

use std::{
    io::{self, BufRead, Read},
    sync::Arc,
};

use bytes::Bytes;
use object_store::path::Path;
use tokio::sync::mpsc;

use crate::{
    digest::{Digester, Digests},
    documents::StoredFile,
    download::Sink,
    error::Error,
    progress::Progress,
    repository::Repository,
};

/// Pieces of an object that may wait for the scanner; a piece is what one read of the socket gave.
const PIECES_WAITING: usize = 8;

/// The reading end: hashes what passes, whether or not the scanner looks at it.
pub(crate) struct ObjectReader {
    pieces: mpsc::Receiver<Bytes>,
    piece: Bytes,
    digester: Digester,
}

impl ObjectReader {
    /// Reads what the scanner left, and gives the digests and the length of all.
    fn finish(mut self) -> (Digests, u64) {
        while self.next_piece() {}
        let length = self.digester.length();
        (self.digester.finish(), length)
    }

    fn next_piece(&mut self) -> bool {
        match self.pieces.blocking_recv() {
            Some(piece) => {
                self.digester.update(&piece);
                self.piece = piece;
                true
            }
            None => false,
        }
    }
}

impl BufRead for ObjectReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.piece.is_empty() && self.next_piece() {}
        Ok(&self.piece)
    }

    fn consume(&mut self, amount: usize) {
        self.piece = self.piece.slice(amount.min(self.piece.len())..);
    }
}

impl Read for ObjectReader {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(target.len());
        target[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

struct Feed {
    pieces: mpsc::Sender<Bytes>,
    progress: Arc<Progress>,
}

impl Sink for Feed {
    async fn take(&mut self, bytes: Bytes) -> Result<bool, Error> {
        self.progress.add_done(bytes.len() as u64);
        Ok(self.pieces.send(bytes).await.is_ok())
    }
}

impl Repository {
    /// Streams a stored file through `scan`, and gives the scan's result if the bytes were the
    /// ones that were backed up. [`Error::Damaged`] if they were not.
    pub(crate) async fn scan_object<T: Send + 'static>(
        &self,
        file: &StoredFile,
        progress: &Arc<Progress>,
        scan: impl FnOnce(&mut ObjectReader) -> io::Result<T> + Send + 'static,
    ) -> Result<(T, Digests), Error> {
        let (pieces, receiver) = mpsc::channel(PIECES_WAITING);
        let scanning = tokio::task::spawn_blocking(move || {
            let mut reader = ObjectReader {
                pieces: receiver,
                piece: Bytes::new(),
                digester: Digester::new(),
            };
            let scanned = scan(&mut reader)?;
            Ok::<_, io::Error>((scanned, reader.finish()))
        });
        let mut feed = Feed {
            pieces,
            progress: Arc::clone(progress),
        };
        let key = Path::from(file.key.as_str());
        let downloaded = self
            .download(&key, file.size, 0..file.size, &mut feed)
            .await;
        drop(feed);
        let scanned = scanning.await.map_err(|source| Error::Task {
            action: "a scan",
            source,
        })?;
        downloaded?;
        let (scanned, (digests, _)) = scanned.map_err(|source| Error::ReadLocal {
            path: file.key.clone().into(),
            source,
        })?;
        Ok((scanned, digests))
    }
}
