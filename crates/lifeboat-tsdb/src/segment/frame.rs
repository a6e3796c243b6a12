//! One chunk as it lies in a segment: length, encoding, data, checksum.

use crate::checksum::checksum;
use crate::decode::{big_endian_u32, uvarint};

/// The length of a chunk is a varint of 32 bits.
pub(crate) const LONGEST_PREFIX: usize = 5;
/// Every encoding starts with the number of samples.
const SHORTEST_DATA: u64 = 2;
const ENCODING_BYTES: u64 = 1;
const CHECKSUM_BYTES: u64 = 4;

/// A chunk in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// The bytes that its length takes.
    pub(crate) prefix: usize,
    /// All its bytes, from the length to the checksum.
    pub(crate) total: usize,
    pub(crate) encoding: u8,
    /// The start of its data as a big-endian number, which holds the number of samples.
    pub(crate) first_two: u16,
}

impl Chunk {
    /// The part of a chunk in front of its samples. `total` is left at zero.
    pub(crate) fn head(bytes: &[u8]) -> Option<Self> {
        let (_, prefix) = uvarint(bytes)?;
        let &[encoding, first, second] = bytes.get(prefix..)?.first_chunk::<3>()?;
        Some(Self {
            prefix,
            total: 0,
            encoding,
            first_two: u16::from_be_bytes([first, second]),
        })
    }
}

/// What is seen where a chunk should start.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// A chunk whose checksum is right.
    Sound(Chunk),
    /// This many bytes are needed to tell.
    More(u64),
    /// No sound chunk.
    Damaged {
        /// What is wrong with it.
        what: String,
        /// All its bytes, if its length can be true.
        total: Option<u64>,
    },
}

/// Looks at the chunk at the start of `bytes`, with `left` bytes from there to the end of the file.
#[inline]
pub(crate) fn look(bytes: &[u8], left: u64) -> Look {
    let (length, prefix) = match bytes.first() {
        Some(&byte) if byte < 0x80 => (u64::from(byte), 1),
        _ => match uvarint(bytes.get(..LONGEST_PREFIX).unwrap_or(bytes)) {
            Some(pair) => pair,
            None if bytes.len() < LONGEST_PREFIX && (bytes.len() as u64) < left => {
                return Look::More(left.min(LONGEST_PREFIX as u64));
            }
            None => return damaged("the length of a chunk is unreadable".to_owned(), None),
        },
    };
    let total = prefix as u64 + ENCODING_BYTES + length + CHECKSUM_BYTES;
    if length < SHORTEST_DATA {
        return damaged(
            format!("a chunk claims {length} bytes of data, too few for any"),
            None,
        );
    }
    if total > left {
        return damaged(
            format!("a chunk claims {length} bytes of data, the file has only {left} left"),
            None,
        );
    }
    let whole = usize::try_from(total)
        .ok()
        .and_then(|total| bytes.get(..total));
    let Some((covered, stored)) = whole
        .and_then(|whole| whole.get(prefix..))
        .and_then(<[u8]>::split_last_chunk::<4>)
    else {
        return Look::More(total);
    };
    let stored = u32::from_be_bytes(*stored);
    let computed = checksum(covered);
    if stored != computed {
        return damaged(mismatch(stored, computed), Some(total));
    }
    let Some(&[encoding, first, second]) = covered.first_chunk::<3>() else {
        return Look::More(total);
    };
    let first_two = u16::from_be_bytes([first, second]);
    Look::Sound(Chunk {
        prefix,
        total: prefix + covered.len() + 4,
        encoding,
        first_two,
    })
}

#[cold]
fn damaged(what: String, total: Option<u64>) -> Look {
    Look::Damaged { what, total }
}

pub(crate) fn mismatch(stored: u32, computed: u32) -> String {
    format!("the checksum of a chunk is {stored:08x}, its data gives {computed:08x}")
}

/// How long the chunk at the start of `bytes` would be, if there can be one; for searching, so it is quick to say no.
pub(crate) fn plausible_total(bytes: &[u8], left: u64) -> Option<usize> {
    let (length, prefix) = uvarint(bytes.get(..LONGEST_PREFIX).unwrap_or(bytes))?;
    let encoding = *bytes.get(prefix)?;
    let total = prefix as u64 + ENCODING_BYTES + length + CHECKSUM_BYTES;
    let plausible = length >= SHORTEST_DATA
        && total <= left
        && super::ChunkEncoding::from_byte(encoding).is_some();
    plausible.then(|| usize::try_from(total).ok()).flatten()
}

/// Whether the `total` bytes at the start of `bytes` are a chunk whose checksum is right.
pub(crate) fn is_sound(bytes: &[u8], total: usize) -> bool {
    let Some((_, prefix)) = uvarint(bytes) else {
        return false;
    };
    let Some(covered) = bytes.get(prefix..total - 4) else {
        return false;
    };
    bytes.get(total - 4..total).and_then(big_endian_u32) == Some(checksum(covered))
}
