//! A fixed number of part-sized buffers that are used again and again: the bound on a backup's memory.
//!
//! Every byte of a data file passes through one of these, from the disk to the socket, without a
//! copy. Whoever reads waits until a buffer comes back, so memory never grows with the data.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Bytes in a part of a multipart upload. S3 takes parts of 5 MiB or more, and 10,000 of them: an
/// index, which is the largest file of a block, has at most 64 GiB.
pub(crate) const PART_BYTES: usize = 8 * 1024 * 1024;

#[derive(Clone)]
pub(crate) struct BufferPool(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    returned: Condvar,
}

struct State {
    free: Vec<Box<[u8]>>,
    not_made_yet: usize,
}

/// A buffer on loan. It goes back when it is dropped, or when the last [`Bytes`] of it is.
pub(crate) struct Buffer {
    storage: Box<[u8]>,
    filled: usize,
    pool: BufferPool,
}

impl BufferPool {
    pub(crate) fn new(buffers: usize) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::new(State {
                free: Vec::with_capacity(buffers),
                not_made_yet: buffers,
            }),
            returned: Condvar::new(),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The lock guards plain pushes and pops, which leave nothing half done if a thread dies.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a buffer, waiting until there is one. Blocks the thread.
    pub(crate) fn take(&self) -> Buffer {
        let mut state = self.state();
        let storage = loop {
            if let Some(storage) = state.free.pop() {
                break storage;
            }
            if state.not_made_yet > 0 {
                state.not_made_yet -= 1;
                break vec![0; PART_BYTES].into_boxed_slice();
            }
            state = self
                .0
                .returned
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        };
        drop(state);
        Buffer {
            storage,
            filled: 0,
            pool: self.clone(),
        }
    }
}

impl Buffer {
    pub(crate) const fn storage(&mut self) -> &mut [u8] {
        &mut self.storage
    }

    pub(crate) const fn storage_read(&self) -> &[u8] {
        &self.storage
    }

    /// The first `filled` bytes, to be shared without a copy.
    pub(crate) fn share(mut self, filled: usize) -> Bytes {
        self.filled = filled;
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.storage[..self.filled]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let storage = std::mem::take(&mut self.storage);
        self.pool.state().free.push(storage);
        self.pool.0.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_when_its_last_share_is_dropped() {
        let pool = BufferPool::new(1);
        let mut buffer = pool.take();
        buffer.storage()[..3].copy_from_slice(b"abc");
        let address = buffer.storage().as_ptr();
        let shared = buffer.share(3);
        let slice = shared.slice(1..);
        assert_eq!(&shared[..], b"abc");
        drop(shared);
        assert_eq!(pool.state().free.len(), 0);
        drop(slice);
        assert_eq!(pool.take().storage().as_ptr(), address);
    }
}
