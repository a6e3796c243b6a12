//! Streams a body through the proxy: counted, and shaped by the fault of its request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Body as _, Frame, Incoming};

use crate::flush::Flushed;
use crate::server_thread::{Body, BoxError, full};

use super::fault::Fault;

/// How often a throttled body moves on.
const STEP: Duration = Duration::from_millis(50);
const STEPS_PER_SECOND: u64 = 20;

/// What happens to one body on its way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    corrupt_at: Option<u64>,
    truncate_at: Option<u64>,
    bytes_per_second: Option<u32>,
}

impl Shape {
    /// What a fault does to the request's body.
    pub(super) fn of_request(fault: Fault) -> Self {
        match fault {
            Fault::CorruptRequest { offset } => Self {
                corrupt_at: Some(offset),
                ..Self::default()
            },
            Fault::Throttle(rate) => Self {
                bytes_per_second: Some(rate),
                ..Self::default()
            },
            _ => Self::default(),
        }
    }

    /// What a fault does to the answer's body.
    pub(super) fn of_response(fault: Fault) -> Self {
        match fault {
            Fault::CorruptResponse { offset } => Self {
                corrupt_at: Some(offset),
                ..Self::default()
            },
            Fault::TruncateResponse(length) => Self {
                truncate_at: Some(length),
                ..Self::default()
            },
            Fault::Throttle(rate) => Self {
                bytes_per_second: Some(rate),
                ..Self::default()
            },
            _ => Self::default(),
        }
    }
}

struct Passage {
    incoming: Incoming,
    shape: Shape,
    passed: Arc<AtomicU64>,
    flushed: Flushed,
    /// Bytes that have arrived and not yet been passed on.
    waiting: Bytes,
    ended: bool,
}

/// The body as it is to be sent on. `passed` counts its bytes as they go; `flushed` belongs to the
/// connection that a truncated body is sent to.
pub(super) fn shaped(
    incoming: Incoming,
    shape: Shape,
    passed: Arc<AtomicU64>,
    flushed: Flushed,
) -> Body {
    if incoming.is_end_stream() {
        // A stream of unknown length would be announced where there was no body at all.
        return full(Bytes::new());
    }
    let passage = Passage {
        incoming,
        shape,
        passed,
        flushed,
        waiting: Bytes::new(),
        ended: false,
    };
    StreamBody::new(stream::unfold(passage, step)).boxed_unsync()
}

async fn step(mut passage: Passage) -> Option<(Result<Frame<Bytes>, BoxError>, Passage)> {
    if passage.ended {
        return None;
    }
    let frame = passage.next().await?;
    passage.ended = frame.is_err();
    Some((frame, passage))
}

impl Passage {
    async fn next(&mut self) -> Option<Result<Frame<Bytes>, BoxError>> {
        while self.waiting.is_empty() {
            match self.incoming.frame().await? {
                Ok(frame) => match frame.into_data() {
                    Ok(data) => self.waiting = data,
                    Err(trailers) => return Some(Ok(trailers)),
                },
                Err(error) => return Some(Err(error.into())),
            }
        }
        let position = self.passed.load(Ordering::Relaxed);
        let Some(length) = self.room(position) else {
            // What has passed must reach the client before the error closes the connection.
            self.flushed.wait().await;
            return Some(Err("a fault of the test proxy truncates this body".into()));
        };
        if self.shape.bytes_per_second.is_some() {
            tokio::time::sleep(STEP).await;
        }
        let piece = corrupted(
            self.waiting.split_to(length),
            position,
            self.shape.corrupt_at,
        );
        self.passed.fetch_add(length as u64, Ordering::Relaxed);
        Some(Ok(Frame::data(piece)))
    }

    /// How many of the waiting bytes may pass at once; none at all after a truncation.
    fn room(&self, position: u64) -> Option<usize> {
        let mut room = self.waiting.len() as u64;
        if let Some(rate) = self.shape.bytes_per_second {
            room = room.min((u64::from(rate) / STEPS_PER_SECOND).max(1));
        }
        if let Some(end) = self.shape.truncate_at {
            room = room.min(end.saturating_sub(position));
        }
        // Never more than the length of `waiting`, which is a usize.
        usize::try_from(room).ok().filter(|room| *room > 0)
    }
}

/// `piece`, which starts at `position` of its body, with the byte at `target` changed if it is in it.
fn corrupted(piece: Bytes, position: u64, target: Option<u64>) -> Bytes {
    let index = target
        .and_then(|target| target.checked_sub(position))
        .and_then(|index| usize::try_from(index).ok())
        .filter(|index| *index < piece.len());
    let Some(index) = index else { return piece };
    let mut bytes = BytesMut::from(piece);
    bytes[index] ^= 1;
    bytes.freeze()
}
