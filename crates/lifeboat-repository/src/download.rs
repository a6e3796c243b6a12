//! Reads objects in ranges, each tried again where it broke off, so that no single request has to last.

use std::ops::Range;

use bytes::Bytes;
use futures_util::StreamExt;
use object_store::{GetOptions, GetRange, path::Path};

use crate::{error::Error, repository::Repository, retry};

/// Bytes asked for in one request. They are written as they arrive, so the number is no matter of
/// memory: few requests against little to repeat.
pub(crate) const RANGE_BYTES: u64 = 32 * 1024 * 1024;

/// Times that a range may break off without a single new byte.
const ATTEMPTS_WITHOUT_PROGRESS: usize = 5;

/// Receives an object's bytes in order.
pub(crate) trait Sink: Send {
    /// Takes the next bytes. `false` means that no more are wanted.
    fn take(&mut self, bytes: Bytes) -> impl Future<Output = Result<bool, Error>> + Send;
}

impl Repository {
    /// Streams `range` of an object of `size` bytes into `sink`, in order. False if the sink
    /// wanted no more.
    pub(crate) async fn download(
        &self,
        key: &Path,
        size: u64,
        range: Range<u64>,
        sink: &mut impl Sink,
    ) -> Result<bool, Error> {
        let mut offset = range.start;
        while offset < range.end {
            let end = range.end.min(offset + RANGE_BYTES);
            let mut fruitless = 0;
            while offset < end {
                let before = offset;
                let part = Part { key, size, end };
                match self.download_part(&part, &mut offset, sink).await {
                    Ok(true) => {}
                    Ok(false) => return Ok(false),
                    Err(Broken::Fatal(error)) => return Err(error),
                    Err(Broken::Transfer(source)) => {
                        fruitless = if offset > before { 0 } else { fruitless + 1 };
                        if fruitless >= ATTEMPTS_WITHOUT_PROGRESS || !retry::may_pass(&source) {
                            return Err(self.failed("read", key)(source));
                        }
                        tokio::time::sleep(retry::pause(fruitless)).await;
                    }
                }
            }
        }
        Ok(true)
    }

    async fn download_part(
        &self,
        part: &Part<'_>,
        offset: &mut u64,
        sink: &mut impl Sink,
    ) -> Result<bool, Broken> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(*offset..part.end)),
            ..GetOptions::default()
        };
        let result = self.store.get_opts(part.key, options).await?;
        if result.meta.size != part.size {
            return Err(Broken::Fatal(Error::Damaged {
                key: part.key.to_string(),
                reason: format!("it has {} bytes instead of {}", result.meta.size, part.size),
            }));
        }
        let mut stream = result.into_stream();
        while *offset < part.end {
            let Some(bytes) = stream.next().await else {
                return Err(Broken::Transfer(ended_early(*offset)));
            };
            let mut bytes = bytes?;
            bytes.truncate(usize::try_from(part.end - *offset).unwrap_or(usize::MAX));
            *offset += bytes.len() as u64;
            if !sink.take(bytes).await.map_err(Broken::Fatal)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

struct Part<'a> {
    key: &'a Path,
    size: u64,
    end: u64,
}

/// Why a part was not read to its end.
enum Broken {
    /// The transfer; it may be tried again from where it broke off.
    Transfer(object_store::Error),
    /// The object or the sink.
    Fatal(Error),
}

impl From<object_store::Error> for Broken {
    fn from(error: object_store::Error) -> Self {
        Self::Transfer(error)
    }
}

fn ended_early(offset: u64) -> object_store::Error {
    object_store::Error::Generic {
        store: "transfer",
        source: format!("the answer ended early, at byte {offset}").into(),
    }
}
