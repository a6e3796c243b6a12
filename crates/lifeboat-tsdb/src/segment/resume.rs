//! Finds the next sound chunk after a damaged one.

use std::io::BufRead;

use super::LARGEST_AT_HAND;
use super::frame::{Look, is_sound, look, plausible_total};
use crate::window::{Stop, Window};

/// Where reading goes on after a damaged chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resumed {
    /// At the end of the damaged chunk: its length was right.
    AtItsEnd,
    /// Somewhere further on: its length was not right, or more than one chunk is damaged.
    Found,
    /// Nowhere: the rest of the file was searched.
    Nowhere,
    /// Nowhere: the search took more than it may.
    GivenUp,
}

/// Moves the window from the start of a damaged chunk to the next sound one, or to the end of the file.
///
/// `total` is the length that the damaged chunk claims, if it can be true. `budget` is how many bytes may be summed up
/// in searching, for the whole segment.
pub(super) fn find_next_chunk<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    file_length: u64,
    total: Option<u64>,
    budget: &mut u64,
) -> Result<Resumed, Stop> {
    let start = window.position();
    if let Some(total) = total.and_then(|total| usize::try_from(total).ok())
        && ends_well(
            window.peek(total + LARGEST_AT_HAND)?,
            total,
            file_length - start,
        )
    {
        window.consume(total);
        return Ok(Resumed::AtItsEnd);
    }
    window.exactly(1)?;
    window.consume(1);
    loop {
        let position = window.position();
        let left = file_length - position;
        if left == 0 {
            return Ok(Resumed::Nowhere);
        }
        // Twice as much as is searched in one go, so that a chunk that starts late is still seen whole.
        let bytes = window.peek(
            usize::try_from(left)
                .unwrap_or(usize::MAX)
                .min(2 * LARGEST_AT_HAND),
        )?;
        if bytes.is_empty() {
            return Err(Stop::Ended);
        }
        let bytes = bytes
            .get(..usize::try_from(left).unwrap_or(usize::MAX))
            .unwrap_or(bytes);
        let searched = bytes.len().min(LARGEST_AT_HAND);
        let mut found = None;
        for place in 0..searched {
            let rest = bytes.get(place..).unwrap_or_default();
            let Some(total) = plausible_total(rest, left - place as u64)
                .filter(|&total| total <= LARGEST_AT_HAND)
            else {
                continue;
            };
            *budget = budget.saturating_sub(total as u64);
            if *budget == 0 {
                return Ok(Resumed::GivenUp);
            }
            if is_sound(rest, total) {
                found = Some(place);
                break;
            }
        }
        window.consume(found.unwrap_or(searched));
        if found.is_some() {
            return Ok(Resumed::Found);
        }
    }
}

/// Whether the chunk's claimed end is the end of the file or the start of a sound chunk.
fn ends_well(bytes: &[u8], total: usize, left: u64) -> bool {
    total as u64 == left
        || bytes
            .get(total..)
            .is_some_and(|next| matches!(look(next, left - total as u64), Look::Sound(_)))
}
